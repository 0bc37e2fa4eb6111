//===- Cost.h - What a network takes on its chip ----------------*- C++ -*-===//
//
// Operations are counted from the image: they are complete and exact. Energy,
// area and time multiply them with the coefficients of the target; where one is
// missing there is no total, but a lower bound and the list of what is unknown.
//
//===----------------------------------------------------------------------===//

#ifndef BNN_COST_COST_H
#define BNN_COST_COST_H

#include "bnn/Image/image.pb.h"
#include "bnn/Target/Target.h"
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace bnn::cost {

/// What a layer does for one sample.
struct Operations {
  uint64_t rowReads = 0;     ///< rows that are driven, all subarrays
  uint64_t senses = 0;       ///< columns that an amplifier senses
  uint64_t popcountBits = 0; ///< bits that a population count takes in
  uint64_t adderBits = 0;    ///< additions times the accumulator's width
  uint64_t compareBits = 0;  ///< comparisons times the accumulator's width
  uint64_t bufferBits = 0;   ///< written into and read from activation buffers

  Operations &operator+=(const Operations &other);
};

/// Pulses that program a layer's cells once: one for each device.
struct Pulses {
  uint64_t set = 0, reset = 0;

  Pulses &operator+=(const Pulses &other);
};

/// One component of a sum.
struct Part {
  std::string name; ///< "sense", ...
  std::string key;  ///< of the coefficient in the target file
  uint64_t count = 0;
  std::string of; ///< what is counted: "senses", "bits", ...
  std::optional<double> each, total;
  /// Of the coefficient; calibrated: a share of a measured total.
  Standing standing = Standing::Measured;
  bool calibrated = false;
};

/// Parts that add up where all are known.
struct Sum {
  std::string unit;
  std::vector<Part> parts;

  /// The sum of the known ones: without unknown ones the total, else a lower
  /// bound.
  double known() const;
  /// Components that count something and have no coefficient.
  std::vector<const Part *> missing() const;
  /// The worst of the known ones; none where nothing is known.
  std::optional<Standing> standing() const;
  bool calibrated() const;
};

struct Layer {
  std::string name;
  Operations operations;
  Pulses pulses;
  Sum energy; ///< joule a sample
};

struct Cost {
  std::vector<Layer> layers; ///< those on the arrays
  Operations operations;
  Pulses pulses;

  /// What one chip is programmed with in turn for each sample; 1: it keeps its
  /// cells.
  uint64_t contents = 1;

  /// Joule a sample; with several contents also of programming them.
  Sum energy;
  Sum programmingEnergy; ///< joule, all cells once
  Sum area;              ///< square micrometre
  /// Seconds: of a sample through all layers, between samples of a pipeline
  /// (with several contents both with programming, and equal),
  /// and of programming all cells, one row after another: its SETs one by
  /// one, as each is limited in current, its RESETs too or together.
  std::optional<double> latency, interval, programmingTime;
  std::optional<Standing> timeStanding, programmingTimeStanding;
  /// Share of a device's cycles that one programming uses; with several
  /// contents what a sample uses of a device that all of them program.
  std::optional<double> enduranceUsed;
};

/// `image` must be verified; `target` is the one it was compiled for.
/// `bufferBits` wait between its layers.
Cost estimate(const image::Image &image, const Target &target,
              uint64_t bufferBits);

/// What one layer on the arrays does for a sample.
Operations operationsOf(const image::Image &image,
                        const image::ArrayLayer &layer);

} // namespace bnn::cost

#endif // BNN_COST_COST_H
