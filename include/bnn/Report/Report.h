//===- Report.h - Where a network went --------------------------*- C++ -*-===//
//
// The summary of a compiled network, computed from its image: what runs on the
// arrays, what beside them and why, and what it takes.
//
//===----------------------------------------------------------------------===//

#ifndef BNN_REPORT_REPORT_H
#define BNN_REPORT_REPORT_H

#include "bnn/Cost/Cost.h"
#include "bnn/Image/Crossings.h"
#include "bnn/Image/image.pb.h"
#include "bnn/Report/FloorPlan.h"
#include "bnn/Report/Memory.h"
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace bnn::report {

/// Where a layer runs.
enum class Place : uint8_t {
  Arrays,  ///< weights in cells
  Digital, ///< periphery of the chip: pools, sums, comparisons
  Host,    ///< real numbers
};
const char *toString(Place place);

/// One layer on the arrays, or one ONNX node (one of its operators) beside
/// them. Numbers that do not apply are 0.
struct Row {
  std::string name;               ///< of the layer or the ONNX node
  std::vector<std::string> nodes; ///< ONNX nodes that went into it
  std::string operation;          ///< "dense", "conv 3x3", "max, min", ...
  Place place = Place::Host;
  std::string reason; ///< why not on the arrays; only on the host

  uint64_t fanIn = 0;         ///< weights of one neuron
  uint64_t neurons = 0;       ///< all groups together
  uint64_t positions = 0;     ///< at which each neuron is evaluated
  uint32_t inputBits = 0;     ///< planes that one input is presented in
  uint32_t weightPlanes = 0;  ///< 2: ternary weights on binary cells
  uint32_t borderClasses = 0; ///< sets of taps in the padding
  uint64_t thresholds = 0;    ///< of all neurons and border classes
  uint64_t ties = 0;          ///< decisions that float32 makes by rounding
  uint64_t subarrays = 0;     ///< with a tile of this layer
  double utilization = 0;     ///< weights' share of the cells of the tiles
  uint64_t rowReads = 0;      ///< per sample

  // Of layers on the arrays: docs/schedules.md.
  std::string schedule;         ///< "p2s", "s2p"
  std::string accumulation;     ///< "serial", "tree"; "counters" with s2p
  uint32_t accumulatorBits = 0; ///< of a counter or of the last adder
  uint64_t steadyCycles = 0, fillCycles = 0, drainCycles = 0; ///< per sample
  /// Bits that wait in front of the layer, or in front of a pool; 0 where each
  /// output of the layer before is used as it comes.
  uint64_t bufferBits = 0;
};

/// An input whose set of values was declared.
struct DeclaredInput {
  std::string name, type; ///< "u8", ...
  double scale = 1, offset = 0;
  /// Largest |x - float32(x)| over all x = scale * (q + offset); 0 where all
  /// are float32 numbers.
  double float32Difference = 0;
};

struct Summary {
  std::string model, network, target;
  uint32_t rows = 0, columns = 0; ///< of a subarray
  std::vector<Row> layers;        ///< in order of execution
  uint64_t moves = 0;             ///< reshapes, transposes, ...: no layers
  std::vector<DeclaredInput> inputs;
  std::vector<image::Crossing> crossings; ///< between host and chip

  // Totals.
  uint64_t subarrays = 0;    ///< that hold a tile; with `reprogrammed` of the
                             ///< one chip, else of all
  uint64_t chips = 0;        ///< with a tile
  bool reprogrammed = false; ///< one chip, written for each of `chips` in turn
  /// Subarrays that the area of all tiles fills, that no packing of them does
  /// with less of, and none in which tiles that are read together lie apart.
  uint64_t areaBound = 0, packingBound = 0, apartBound = 0;
  uint64_t weights = 0;       ///< in cells (weight planes counted)
  uint64_t hostWeights = 0;   ///< of linear operators on the host
  double utilization = 0;     ///< weights / cells of all subarrays
  uint64_t rowReads = 0;      ///< per sample
  uint64_t steadyCycles = 0;  ///< of all layers, one after another
  uint64_t latencyCycles = 0; ///< the same with fill and drain
  /// A stream of samples has one done each so many cycles if every layer works
  /// on its own sample (`image::intervalOf`).
  uint64_t intervalCycles = 0;
  uint64_t bufferBits = 0;
  uint64_t ties = 0;
  uint64_t inputBits = 0;  ///< per sample, from the host onto the chip
  uint64_t outputBits = 0; ///< per sample, from the chip to the host

  Memory memory; ///< of the parameters
  cost::Cost cost;
};

/// Summarises `image`, which must be verified and compiled for `target`. `ties`
/// counts them by ONNX node (the linear operator's, or that of a threshold of
/// its own).
Summary summarize(const image::Image &image, const Target &target,
                  const std::map<std::string, uint64_t> &ties,
                  const MemoryFacts &facts);

/// An aligned table of at most 120 columns, with the reasons of host operators
/// below.
std::string formatText(const Summary &summary);

/// One self-contained page: the tables, the floor plan of the chip, cycles and
/// energy by layer.
std::string formatHtml(const Summary &summary, const FloorPlan &plan);

/// All fields, in camel case, and the floor plan, as one JSON object with a
/// final newline (docs/cost.md).
std::string formatJson(const Summary &summary, const FloorPlan &plan);

} // namespace bnn::report

#endif // BNN_REPORT_REPORT_H
