//===- FusedLayer.cpp - Compiles a layer to packed blocks -----------------===//

#include "FusedLayer.h"
#include "bnn/Support/Error.h"
#include <bit>

using namespace llvm;

namespace bnn::sim {

using image::ArrayLayer;
using image::PackedWeights;

namespace {

/// Bits first .. first + 31 of a row of `plane`, those from `end` on as 0.
uint32_t bits32(const PackedWeights &weights,
                const std::vector<uint64_t> &plane, int64_t row, int64_t first,
                int64_t end) {
  const uint64_t *words = plane.data() + row * weights.wordsPerRow;
  size_t word = first / 64;
  unsigned shift = first % 64;
  uint64_t bits = words[word] >> shift;
  if (shift > 32 && word + 1 < weights.wordsPerRow)
    bits |= words[word + 1] << (64 - shift);
  if (end - first < 32)
    bits &= (uint64_t(1) << (end - first)) - 1;
  return uint32_t(bits);
}

int32_t clampToInt32(int64_t value) {
  return int32_t(std::clamp<int64_t>(value, INT32_MIN, INT32_MAX));
}

} // namespace

FusedLayer::FusedLayer(const image::Image &image, const ArrayLayer &layer,
                       Geometry geometry)
    : layer(layer), geometry(std::move(geometry)), decision(image, layer) {
  const Geometry &g = this->geometry;
  int64_t channels = g.groupChannels;
  // Few channels would leave most of a word per tap unused.
  bool aligned = g.groups == 1 || channels % 32 == 0;
  byTaps = aligned && (g.taps == 1 || channels >= 16);
  groupWords = size_t(channels + 31) / 32;
  channelWords = groupWords * g.groups;
  words = byTaps ? groupWords * g.taps : size_t(g.fanIn + 31) / 32;
  blocks = size_t(g.groupNeurons + blockNeurons - 1) / blockNeurons;
}

Expected<std::unique_ptr<LayerExecutor>>
FusedLayer::make(const image::Image &image, const ArrayLayer &layer,
                 Geometry geometry, bool programmable) {
  std::unique_ptr<FusedLayer> result(
      new FusedLayer(image, layer, std::move(geometry)));
  if (Error error = result->packWeights(image, programmable))
    return makeError("layer '" + layer.name() +
                     "': " + toString(std::move(error)));
  return std::unique_ptr<LayerExecutor>(std::move(result));
}

size_t FusedLayer::slotOf(int64_t lane) const {
  if (!byTaps)
    return lane;
  int64_t channel = lane / geometry.taps, tap = lane % geometry.taps;
  return tap * groupWords * 32 + channel;
}

Error FusedLayer::packWeights(const image::Image &image, bool programmable) {
  const image::Target &target = image.target();
  image::CellArray cells(image);
  PackedWeights lanes = image::laneWeights(cells, target, layer);
  bool ternary = ternarySense = target.ternary_sense();
  bool anyZero = false;
  for (int64_t n = 0; n < geometry.neurons && !anyZero; ++n) {
    int64_t used = 0;
    for (size_t w = 0; w < lanes.wordsPerRow; ++w)
      used += std::popcount(lanes.plus[n * lanes.wordsPerRow + w] |
                            lanes.minus[n * lanes.wordsPerRow + w]);
    anyZero = used < int64_t(lanes.columns);
  }
  bool merge =
      geometry.weightPlanes == 2 && !ternary && !anyZero && !programmable;
  binaryOutput = decision.isBinary && (merge || geometry.weightPlanes == 1) &&
                 (geometry.groups == 1 || geometry.groupNeurons % 32 == 0);

  groups.resize(geometry.groups);
  for (auto [index, group] : enumerate(groups)) {
    group.constants.assign(geometry.groupNeurons, 0);
    int64_t terms = merge ? 1 : geometry.weightPlanes;
    for (int64_t t = 0; t < terms; ++t)
      if (Error error =
              addTerm(group, index, {lanes, t * geometry.fanIn, merge}))
        return error;
    // Alternating columns behind the last lane are driven with 1.
    if (layer.lane_padding() == ArrayLayer::ALTERNATING) {
      uint32_t k = layer.tile_columns() - 1, columns = target.columns();
      padMismatches.resize(geometry.neurons);
      for (int64_t i = 0; i < geometry.groupNeurons; ++i) {
        int64_t n = index * geometry.groupNeurons + i;
        const image::Placement &tile =
            layer.placement(int(n / target.rows() * layer.tile_columns() + k));
        uint32_t first = tile.column() + lanes.columns - k * columns;
        for (uint32_t c = first; c < columns; ++c) {
          int weight =
              cells.weight(image::subarrayIndex(target, tile),
                           tile.row() + uint32_t(n % target.rows()), c);
          group.constants[i] += ternary ? weight : weight > 0;
          padMismatches[n] += weight < 0;
        }
        padColumns = int64_t(columns) - first;
      }
    }
    int64_t perOne = 0;
    for (int32_t weight : layer.plane_weights())
      perOne += weight / int64_t(layer.count_unit());
    for (int64_t &constant : group.constants)
      constant *= perOne;
    if (binaryOutput)
      packLimits(group, index);
  }
  return Error::success();
}

Error FusedLayer::addTerm(Group &group, int64_t index, Selection from) {
  const PackedWeights &lanes = from.lanes;
  Term term;
  term.weights.assign(blocks * words * blockNeurons, 0);
  term.masks.assign(term.weights.size(), 0);
  int64_t fanIn = geometry.fanIn;
  bool needMask = false;
  for (int64_t i = 0; i < geometry.groupNeurons; ++i) {
    int64_t n = index * geometry.groupNeurons + i, counting = 0;
    size_t base = i / blockNeurons * words * blockNeurons + i % blockNeurons;
    for (int64_t first = 0; first < fanIn; first += 32) {
      int64_t at = from.firstLane + first, end = from.firstLane + fanIn;
      uint32_t plus = bits32(lanes, lanes.plus, n, at, end);
      uint32_t mask = plus | bits32(lanes, lanes.minus, n, at, end);
      if (from.merged) {
        uint32_t other = bits32(lanes, lanes.plus, n, fanIn + first, 2 * fanIn);
        mask &= ~(plus ^ other);
      }
      counting += std::popcount(mask);
      plus &= mask;
      if (!byTaps || geometry.taps == 1) {
        term.weights[base + first / 32 * blockNeurons] = plus;
        term.masks[base + first / 32 * blockNeurons] = mask;
        continue;
      }
      for (; mask; mask &= mask - 1) {
        unsigned bit = std::countr_zero(mask);
        size_t slot = slotOf(first + bit);
        term.weights[base + slot / 32 * blockNeurons] |= (plus >> bit & 1)
                                                         << (slot % 32);
        term.masks[base + slot / 32 * blockNeurons] |= 1u << (slot % 32);
      }
    }
    needMask |= counting < fanIn;
    // Merged: equal cells give two ones or none, unequal ones always one.
    group.constants[i] += from.merged ? fanIn + counting : counting;
  }
  // Bits of the row outside all lanes are 0, as are those of the weights.
  if (!needMask)
    term.masks = {};

  int64_t multiplier = ternarySense || from.merged ? 2 : 1, largest = 0;
  for (int32_t weight : layer.plane_weights()) {
    int64_t factor = weight / int64_t(layer.count_unit()) * multiplier;
    largest += std::abs(factor) * fanIn;
    term.factors.push_back(clampToInt32(factor));
  }
  if (largest * geometry.weightPlanes > INT32_MAX)
    return makeError("counts beyond 32 bits; use --exec replay");
  group.terms.push_back(std::move(term));
  return Error::success();
}

void FusedLayer::packLimits(Group &group, int64_t index) {
  size_t lanes = blocks * blockNeurons;
  uint32_t classes = std::max(layer.border_classes(), 1u);
  group.limits.assign(classes * lanes, INT32_MIN);
  group.inverts.assign(classes * blocks, 0);
  for (int64_t i = 0; i < geometry.groupNeurons; ++i)
    packLimit(group, index, i);
}

/// The comparisons of neuron `i` of the group, for its constant.
void FusedLayer::packLimit(Group &group, int64_t index, int64_t i) {
  size_t lanes = blocks * blockNeurons;
  uint32_t classes = std::max(layer.border_classes(), 1u);
  for (uint32_t cls = 0; cls < classes; ++cls) {
    int64_t function =
        cls * geometry.neurons + index * geometry.groupNeurons + i;
    bool below = decision.codeAt(function, 0) == decision.high;
    if (below)
      group.inverts[cls * blocks + i / 32] |= 1u << (i % 32);
    if (!decision.table->counts(int(function)))
      continue;
    bool above = decision.codeAt(function, 1) == decision.high;
    // count >= t  is  S < constant - t + 1.
    if (above != below)
      group.limits[cls * lanes + i] = clampToInt32(
          group.constants[i] - decision.thresholds(function)[0] + 1);
  }
}

int64_t FusedLayer::rowsPerPass(const Rows &rows) const {
  size_t bytes = std::max<size_t>(rows.rowStride * sizeof(uint32_t), 1);
  return std::clamp<int64_t>(int64_t(16384 / bytes) / 4 * 4, 16, 1024);
}

MismatchTask FusedLayer::task(const Group &group, const Term &term,
                              const Rows &rows, int64_t firstRow,
                              int64_t numRows) const {
  MismatchTask task;
  task.weights = term.weights.data();
  task.masks = term.masks.empty() ? nullptr : term.masks.data();
  if (!term.oneMisses.empty()) {
    task.oneMisses = term.oneMisses.data();
    task.zeroMisses = term.zeroMisses.data();
  }
  task.blocks = blocks;
  task.words = words;
  task.rows = rows.data + firstRow * rows.rowStride;
  task.numRows = numRows;
  task.rowStride = rows.rowStride;
  task.planeStride = rows.planeStride;
  task.factors = term.factors.data();
  task.planes = geometry.planes;
  return task;
}

void FusedLayer::runBits(BatchValue &output, int64_t index, const Rows &rows,
                         const LayerRecord &record) const {
  PackedCodes &packed = *output.packed;
  const Group &group = groups[index];
  int64_t total = output.samples() * geometry.positions,
          step = rowsPerPass(rows);
  bool noisy = readsAreNoisy();
  std::vector<int32_t> sums(
      noisy ? std::min(step, total) * blocks * blockNeurons : 0);
  std::vector<uint32_t> classes;
  if (!geometry.positionClass.empty())
    for (int64_t s = 0; s < output.samples(); ++s)
      classes.insert(classes.end(), geometry.positionClass.begin(),
                     geometry.positionClass.end());
  for (int64_t row = 0; row < total; row += step) {
    MismatchTask work =
        task(group, group.terms[0], rows, row, std::min(step, total - row));
    work.limits = group.limits.data();
    work.inverts = group.inverts.data();
    work.rowClasses = classes.empty() ? nullptr : classes.data() + row;
    work.bitStride = packed.words();
    work.bits = packed.bits.data() + row * work.bitStride + index * blocks;
    if (!noisy) {
      runMismatch(work);
      continue;
    }
    noisySums(rows, index, row, int64_t(work.numRows), record.firstSample,
              &work, sums);
    work.sums = sums.data();
    runCompare(work);
    moveMargins(work, index, row, record.firstSample);
    moveThresholds(work, index, row, record.firstSample);
  }
}

void FusedLayer::runSums(BatchValue &output, int64_t index, const Rows &rows,
                         LayerRecord &record) const {
  const Group &group = groups[index];
  int64_t positions = geometry.positions, total = output.samples() * positions,
          step = rowsPerPass(rows);
  int64_t perSample = positions * geometry.neurons;
  size_t lanes = blocks * blockNeurons;
  std::vector<int32_t> sums(std::min(step, total) * lanes);
  for (int64_t row = 0; row < total; row += step) {
    int64_t count = std::min(step, total - row);
    if (readsAreNoisy())
      noisySums(rows, index, row, count, record.firstSample, nullptr, sums);
    else
      for (auto [t, term] : enumerate(group.terms)) {
        MismatchTask work = task(group, term, rows, row, count);
        work.sums = sums.data();
        work.accumulate = t > 0;
        runMismatch(work);
      }
    for (int64_t r = 0; r < count; ++r) {
      int64_t sample = (row + r) / positions, position = (row + r) % positions;
      uint32_t cls = geometry.borderClass(position);
      double *to = output.tensor(sample).data.data();
      for (int64_t i = 0; i < geometry.groupNeurons; ++i) {
        int64_t n = index * geometry.groupNeurons + i;
        int64_t value = group.constants[i] - sums[r * lanes + i];
        int64_t at = geometry.outputIndex(position, n);
        if (record.counts)
          (*record.counts)[sample * perSample + at] = value;
        to[at] = decision.table
                     ? double(noisyCode(cls, n, value,
                                        record.firstSample + sample, position))
                     : double(accumulatorOf(layer, cls, n, value));
      }
    }
    readThresholds(
        index, row, count, record.firstSample,
        [&](int64_t r, int64_t i, ArrayRef<int64_t> thresholds) {
          int64_t sample = (row + r) / positions;
          int64_t position = (row + r) % positions;
          int64_t n = index * geometry.groupNeurons + i;
          output.tensor(sample).data[geometry.outputIndex(position, n)] =
              decide(geometry.borderClass(position), n, thresholds,
                     group.constants[i] - sums[r * int64_t(lanes) + i],
                     record.firstSample + sample, position);
        });
  }
}

void FusedLayer::run(BatchValue &input, BatchValue &output,
                     LayerRecord &record) const {
  bool toBits = binaryOutput && !record.counts;
  int64_t samples = input.samples();
  if (toBits) {
    PackedCodes &packed = output.packed.emplace();
    packed.positions = geometry.positions;
    packed.channels = geometry.neurons;
    packed.channelsFirst = geometry.convolution;
    packed.low = decision.low;
    packed.high = decision.high;
    packed.bits.resize(samples * geometry.positions * packed.words());
  } else {
    for (Tensor &tensor : output.tensors()) {
      tensor.type = ElementType::Int32;
      tensor.shape.assign(output.value().shape().begin(),
                          output.value().shape().end());
      tensor.data.resize(geometry.positions * geometry.neurons);
    }
    if (record.counts)
      record.counts->resize(samples * geometry.positions * geometry.neurons);
  }

  std::vector<uint32_t> storage;
  const uint32_t *packed = nullptr;
  if (byTaps) {
    if (input.packed && takesPacked(*input.packed)) {
      packed = input.packed->bits.data();
    } else {
      packChannels(input, storage);
      packed = storage.data();
    }
  }
  for (int64_t group = 0; group < geometry.groups; ++group) {
    Rows rows =
        byTaps ? gatherTaps(packed, samples, group) : gatherLanes(input, group);
    if (toBits)
      runBits(output, group, rows, record);
    else
      runSums(output, group, rows, record);
  }
}

Expected<std::unique_ptr<LayerExecutor>>
makeFusedLayer(const image::Image &image, const ArrayLayer &layer,
               bool programmable) {
  Expected<Geometry> geometry =
      Geometry::make(layer, image.values(int(layer.input())));
  if (!geometry)
    return geometry.takeError();
  return FusedLayer::make(image, layer, std::move(*geometry), programmable);
}

} // namespace bnn::sim
