//===- FusedLayer.h - A layer compiled to packed blocks ---------*- C++ -*-===//

#ifndef BNN_LIB_SIMULATOR_FUSEDLAYER_H
#define BNN_LIB_SIMULATOR_FUSEDLAYER_H

#include "FusedKernels.h"
#include "Layer.h"
#include "bnn/Image/CellArray.h"

namespace bnn::sim {

/// count(n) = constant(n) - sum over terms and planes of
///            factor * popcount((input_plane ^ weights_n) & mask_n).
///
/// Binary cells: ones = lanes - mismatches, so the factor of plane i is
/// plane_weights[i] / count_unit. Ternary sensing: plus - minus =
/// lanes that are not 0, less twice the mismatches among them. Two weight
/// planes on binary cells: where both cells agree, mismatches count twice,
/// where they differ exactly one of them is a one, whatever the input.
class FusedLayer final : public LayerExecutor {
public:
  static llvm::Expected<std::unique_ptr<LayerExecutor>>
  make(const image::Image &image, const image::ArrayLayer &layer,
       Geometry geometry);

  void run(BatchValue &input, BatchValue &output,
           LayerRecord &record) const override;

private:
  /// One set of weights that the planes are compared with, for one group.
  struct Term {
    std::vector<uint32_t> weights,
        masks;                    // [block][word][32]; masks may be empty
    std::vector<int32_t> factors; // of the planes
  };
  struct Group {
    std::vector<Term> terms;
    std::vector<int64_t> constants; // [neuron of the group]
    // Of binary outputs: S < limit, then inverted. [class][blocks * 32] and
    // [class][blocks].
    std::vector<int32_t> limits;
    std::vector<uint32_t> inverts;
  };
  /// Packed input rows of all positions of a batch, for one group.
  struct Rows {
    std::vector<uint32_t> storage;
    const uint32_t *data = nullptr;
    size_t rowStride = 0, planeStride = 0;
  };
  /// The bits of weights that a term compares: what `lanes` has from
  /// `firstLane` on, and which of them count.
  struct Selection {
    const image::PackedWeights &lanes;
    int64_t firstLane;
    bool merged; // with the second weight plane
  };

  FusedLayer(const image::ArrayLayer &layer, Geometry geometry);
  llvm::Error packWeights(const image::Image &image);
  llvm::Error addTerm(Group &group, int64_t index, Selection from,
                      bool ternarySense);
  void packLimits(Group &group, int64_t index);
  /// Where lane `lane` of a neuron lies in a packed row.
  size_t slotOf(int64_t lane) const;

  bool takesPacked(const PackedCodes &packed) const;
  void packChannels(BatchValue &input, std::vector<uint32_t> &storage) const;
  Rows gatherTaps(const uint32_t *packed, int64_t samples, int64_t group) const;
  Rows gatherLanes(BatchValue &input, int64_t group) const;
  MismatchTask task(const Group &group, const Term &term, const Rows &rows,
                    int64_t firstRow, int64_t numRows) const;
  void runBits(BatchValue &output, int64_t group, const Rows &rows) const;
  void runSums(BatchValue &output, int64_t group, const Rows &rows,
               LayerRecord &record) const;
  /// Rows of input that stay in the first-level cache beside a block of
  /// weights.
  int64_t rowsPerPass(const Rows &rows) const;

  const image::ArrayLayer &layer;
  Geometry geometry;
  Decision decision;
  std::vector<Group> groups;
  size_t blocks = 0; // of 32 neurons, in each group
  size_t words = 0;  // of a plane of an input row
  // Input rows are made of whole words of channels at each tap, else of single
  // lanes in their own order.
  bool byTaps = false;
  size_t channelWords = 0; // by taps: words of the channels of all groups
  size_t groupWords = 0;   // by taps: words of a group's channels
  bool binaryOutput = false;
};

} // namespace bnn::sim

#endif // BNN_LIB_SIMULATOR_FUSEDLAYER_H
