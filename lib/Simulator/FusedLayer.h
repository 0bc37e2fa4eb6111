//===- FusedLayer.h - A layer compiled to packed blocks ---------*- C++ -*-===//

#ifndef BNN_LIB_SIMULATOR_FUSEDLAYER_H
#define BNN_LIB_SIMULATOR_FUSEDLAYER_H

#include "FusedKernels.h"
#include "Layer.h"
#include "ReadChoice.h"
#include "bnn/Device/Random.h"
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
       Geometry geometry, bool programmable);

  void run(BatchValue &input, BatchValue &output,
           LayerRecord &record) const override;
  llvm::Error program(const LayerNoise &noise) override;
  std::optional<PackedCodes> pack(BatchValue &input) const override;

private:
  /// One set of weights that the planes are compared with, for one group.
  struct Term {
    std::vector<uint32_t> weights,
        masks; // [block][word][32]; masks may be empty
    // Of a chip where cells answer differently to 1 and to 0: which lanes
    // mismatch a 1, and which a 0, in place of `weights`. Else empty.
    std::vector<uint32_t> oneMisses, zeroMisses;
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

  FusedLayer(const image::Image &image, const image::ArrayLayer &layer,
             Geometry geometry);
  llvm::Error packWeights(const image::Image &image, bool programmable);
  llvm::Error addTerm(Group &group, int64_t index, Selection from);
  void packLimits(Group &group, int64_t index);
  void packLimit(Group &group, int64_t index, int64_t i);
  /// Where lane `lane` of a neuron lies in a packed row.
  size_t slotOf(int64_t lane) const;

  bool takesPacked(const PackedCodes &packed) const;
  void packChannels(BatchValue &input, std::vector<uint32_t> &storage) const;
  Rows gatherTaps(const uint32_t *packed, int64_t samples, int64_t group) const;
  Rows gatherLanes(BatchValue &input, int64_t group) const;
  MismatchTask task(const Group &group, const Term &term, const Rows &rows,
                    int64_t firstRow, int64_t numRows) const;
  void runBits(BatchValue &output, int64_t group, const Rows &rows,
               const LayerRecord &record) const;
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
  bool ternarySense = false;

  // Of the chip that is programmed (FusedProgram.cpp, FusedNoise.cpp).
  struct Undo {
    uint32_t group, term;
    size_t at;
    uint32_t weights, masks;
  };
  struct ChangedConstant {
    uint32_t neuron;
    int64_t constant;
    int32_t padMismatches, padZeros;
  };
  /// Where an input lane of a neuron lies in rows and sums.
  struct Site {
    uint32_t word = 0; ///< of a row; unused for padding
    uint8_t bit = 0, term = 0;
    bool padding = false; ///< a column that is driven with 1
    bool input(const uint32_t *row) const {
      return padding || (row[word] >> bit & 1);
    }
  };
  /// A marginal cell as a packed row and its sums see it.
  struct Flicker {
    uint32_t neuron; ///< of the group
    Site site;
    int8_t changeOne, changeZero; ///< of the mismatches, when it flips
    float flipOne, flipZero;
  };
  /// Those of a group whose larger probability is at most `largest`.
  struct Bucket {
    double largest;
    int number; ///< for the keys of draws
    std::vector<Flicker> cells;
    // Where each cell is drawn for itself, sorted by neurons:
    std::vector<uint32_t> limits;    ///< of cells, of 2^32
    std::vector<uint32_t> firstCell; ///< of each neuron of the group
    std::vector<int32_t> reach; ///< how far a neuron's cells can move its sum
  };
  /// Space for what is drawn for a row.
  struct Drawn {
    std::vector<uint32_t> neurons, cells, chosen, words;
  };
  void restore();
  void patch(const WrongLane &cell);
  void patchPadding(const WrongLane &cell);
  void keepConstant(uint32_t neuron);
  void fillMasks(Term &term);
  void prepareReads();
  bool readsAreNoisy() const;
  void flipReads(int64_t index, size_t t, unsigned plane, int64_t firstRow,
                 int64_t numRows, int64_t firstSample, const MismatchTask *bits,
                 int32_t *sums) const;
  void addFlicker(const MarginalLane &cell);
  bool isSeparate(const WrongLane &cell) const;
  void addUnsteady(const LayerNoise &next);
  void answerUnsteady(const Rows &rows, int64_t index, int64_t firstRow,
                      int64_t numRows, int64_t firstSample,
                      int32_t *sums) const;
  void flipTernary(int64_t index, size_t t, unsigned plane, int64_t firstRow,
                   int64_t numRows, int64_t firstSample, const int32_t *part,
                   int32_t *sums) const;
  Site siteOf(int64_t index, uint32_t lane) const;
  void flipMarginal(const Rows &rows, int64_t index, int64_t firstRow,
                    int64_t numRows, int64_t firstSample,
                    const MismatchTask *bits, int32_t *sums) const;
  void arrange(Bucket &bucket, int64_t index) const;
  void flipOften(const Bucket &bucket, const uint32_t *row, size_t planeStride,
                 int64_t index, ChoiceTask task, Drawn &drawn,
                 const int32_t *limits, int32_t *sums) const;
  void flipRarely(const Bucket &bucket, const uint32_t *row, int64_t index,
                  const device::Stream &stream, uint64_t image, uint64_t site,
                  unsigned plane, int32_t *sums) const;
  void flip(const Flicker &cell, int64_t index, const uint32_t *row,
            unsigned plane, double u, int32_t *sums) const;
  void noisySums(const Rows &rows, int64_t index, int64_t firstRow,
                 int64_t numRows, int64_t firstSample, const MismatchTask *bits,
                 std::vector<int32_t> &sums) const;
  int32_t decide(uint32_t cls, int64_t neuron,
                 llvm::ArrayRef<int64_t> thresholds, int64_t count,
                 int64_t sample, int64_t position) const;
  /// Neuron of the group, cell of its word.
  using ThresholdCell = std::pair<uint32_t, uint32_t>;
  bool thresholdsAreNoisy() const;
  void wrongThresholdCells(int64_t index, uint64_t image, int64_t position,
                           std::vector<ThresholdCell> &cells) const;
  void readThresholds(
      int64_t index, int64_t firstRow, int64_t numRows, int64_t firstSample,
      llvm::function_ref<void(int64_t, int64_t, llvm::ArrayRef<int64_t>)>
          change) const;
  void moveThresholds(const MismatchTask &compared, int64_t index,
                      int64_t firstRow, int64_t firstSample) const;
  int32_t noisyCode(uint32_t cls, int64_t neuron, int64_t count, int64_t sample,
                    int64_t position) const;
  void moveMargins(const MismatchTask &compared, int64_t index,
                   int64_t firstRow, int64_t firstSample) const;

  std::vector<Undo> undo;
  struct UndoThreshold {
    uint32_t neuron, cell;
    bool one;
  };
  std::vector<UndoThreshold> undoThresholds;
  std::vector<ChangedConstant> changed;
  std::vector<int32_t> padMismatches; // [neuron] among padding columns
  int64_t padColumns = 0;             // of a neuron, counted
  std::vector<int32_t> padZeros;      // [neuron] among them; only of a chip
  const LayerNoise *noise = nullptr;
  // Of the rate of `noise`: for a term, and for the last with the padding.
  std::vector<uint32_t> flipTable, lastFlipTable;
  std::vector<std::vector<Bucket>> buckets; // by group
  // Cells with odds, and with ternary sensing all that one set of weights and
  // masks cannot say; by group.
  std::vector<std::vector<UnsteadyLane>> unsteady;
};

} // namespace bnn::sim

#endif // BNN_LIB_SIMULATOR_FUSEDLAYER_H
