//===- FusedProgram.cpp - Other cells for a fused layer -------------------===//
//
// A chip differs from the image in a few cells, so the packed weights are
// patched where it does and mended before the next chip comes: programming
// takes time in proportion to the errors.
//
//===----------------------------------------------------------------------===//

#include "FusedLayer.h"
#include "ReadFlips.h"
#include "bnn/Support/Error.h"

using namespace llvm;

namespace bnn::sim {

static void assignBit(uint32_t &word, unsigned bit, bool value) {
  word = (word & ~(1u << bit)) | uint32_t(value) << bit;
}

/// What one counted one adds to a neuron's count, over all planes.
static int64_t countPerOne(const image::ArrayLayer &layer) {
  int64_t sum = 0;
  for (int32_t weight : layer.plane_weights())
    sum += weight / int64_t(layer.count_unit());
  return sum;
}

void FusedLayer::restore() {
  // Backwards: a word that was patched twice gets its first value last.
  for (const Undo &entry : llvm::reverse(undo)) {
    Term &term = groups[entry.group].terms[entry.term];
    term.weights[entry.at] = entry.weights;
    if (!term.masks.empty())
      term.masks[entry.at] = entry.masks;
  }
  for (Group &group : groups)
    for (Term &term : group.terms) {
      term.oneMisses.clear();
      term.zeroMisses.clear();
    }
  undo.clear();
  for (const ChangedConstant &entry : llvm::reverse(changed)) {
    int64_t index = entry.neuron / geometry.groupNeurons;
    int64_t i = entry.neuron % geometry.groupNeurons;
    groups[index].constants[i] = entry.constant;
    if (!padMismatches.empty()) {
      padMismatches[entry.neuron] = entry.padMismatches;
      padZeros[entry.neuron] = entry.padZeros;
    }
    if (binaryOutput)
      packLimit(groups[index], index, i);
  }
  changed.clear();
  for (const UndoThreshold &entry : llvm::reverse(undoThresholds)) {
    decision.setStoredBit(entry.neuron, entry.cell, entry.one);
    if (binaryOutput)
      packLimit(groups[entry.neuron / geometry.groupNeurons],
                entry.neuron / geometry.groupNeurons,
                entry.neuron % geometry.groupNeurons);
  }
  undoThresholds.clear();
  noise = nullptr;
}

void FusedLayer::keepConstant(uint32_t neuron) {
  changed.push_back({neuron,
                     groups[neuron / geometry.groupNeurons]
                         .constants[neuron % geometry.groupNeurons],
                     padMismatches.empty() ? 0 : padMismatches[neuron],
                     padZeros.empty() ? 0 : padZeros[neuron]});
}

/// A padding column is driven with 1 and part of its neuron's constant.
void FusedLayer::patchPadding(const WrongLane &cell) {
  keepConstant(cell.neuron);
  int64_t more = ternarySense ? cell.toOne - cell.stored
                              : (cell.toOne > 0) - (cell.stored > 0);
  groups[cell.neuron / geometry.groupNeurons]
      .constants[cell.neuron % geometry.groupNeurons] +=
      more * countPerOne(layer);
  padMismatches[cell.neuron] += (cell.toOne < 0) - (cell.stored < 0);
  padZeros[cell.neuron] += (cell.toOne == 0) - (cell.stored == 0);
}

void FusedLayer::patch(const WrongLane &cell) {
  if (cell.lane >= geometry.weightPlanes * geometry.fanIn)
    return patchPadding(cell);
  uint32_t index = uint32_t(cell.neuron / geometry.groupNeurons);
  int64_t i = cell.neuron % geometry.groupNeurons;
  Group &group = groups[index];
  uint32_t t = uint32_t(cell.lane / geometry.fanIn);
  Term &term = group.terms[t];
  size_t slot = slotOf(cell.lane % geometry.fanIn);
  size_t at =
      (i / blockNeurons * words + slot / 32) * blockNeurons + i % blockNeurons;
  undo.push_back({index, t, at, term.weights[at],
                  term.masks.empty() ? 0 : term.masks[at]});
  assignBit(term.weights[at], slot % 32, cell.toOne > 0);
  if (!ternarySense)
    return;
  assignBit(term.masks[at], slot % 32, cell.toOne != 0);
  if (int64_t more = (cell.toOne != 0) - (cell.stored != 0)) {
    keepConstant(cell.neuron);
    group.constants[i] += more * countPerOne(layer);
  }
}

/// Masks of all lanes: of a layer whose cells may come to answer as 0.
void FusedLayer::fillMasks(Term &term) {
  if (!term.masks.empty())
    return;
  term.masks.assign(term.weights.size(), 0);
  for (int64_t i = 0; i < geometry.groupNeurons; ++i)
    for (int64_t lane = 0; lane < geometry.fanIn; ++lane) {
      size_t slot = slotOf(lane);
      term.masks[(i / blockNeurons * words + slot / 32) * blockNeurons +
                 i % blockNeurons] |= 1u << (slot % 32);
    }
}

Error FusedLayer::program(const LayerNoise &next) {
  restore();
  noise = &next;
  padZeros.assign(padMismatches.size(), 0);
  if (ternarySense && (!next.wrong.empty() || next.rates.any()))
    for (Group &group : groups)
      for (Term &term : group.terms)
        fillMasks(term);
  for (const WrongLane &cell : next.wrong)
    if (!isSeparate(cell))
      patch(cell);
  for (const WrongLane &cell : next.wrong) {
    if (cell.toOne == cell.toZero || isSeparate(cell) ||
        cell.lane >= geometry.weightPlanes * geometry.fanIn)
      continue;
    Group &group = groups[cell.neuron / geometry.groupNeurons];
    int64_t i = cell.neuron % geometry.groupNeurons;
    Term &term = group.terms[cell.lane / geometry.fanIn];
    // What both planes have in common is in `weights` by now.
    if (term.oneMisses.empty()) {
      term.zeroMisses = term.weights;
      for (uint32_t word : term.weights)
        term.oneMisses.push_back(~word);
    }
    size_t slot = slotOf(cell.lane % geometry.fanIn);
    assignBit(
        term.zeroMisses[(i / blockNeurons * words + slot / 32) * blockNeurons +
                        i % blockNeurons],
        slot % 32, cell.toZero > 0);
  }
  for (const WrongThreshold &cell : next.wrongThresholds) {
    undoThresholds.push_back(
        {cell.neuron, cell.cell, decision.storedBit(cell.neuron, cell.cell)});
    decision.setStoredBit(cell.neuron, cell.cell, cell.one);
    if (binaryOutput)
      packLimit(groups[cell.neuron / geometry.groupNeurons],
                cell.neuron / geometry.groupNeurons,
                cell.neuron % geometry.groupNeurons);
  }
  if (binaryOutput)
    for (const ChangedConstant &entry : changed) {
      int64_t index = entry.neuron / geometry.groupNeurons;
      packLimit(groups[index], index, entry.neuron % geometry.groupNeurons);
    }
  addUnsteady(next);
  prepareReads();
  return Error::success();
}

std::optional<PackedCodes> FusedLayer::pack(BatchValue &input) const {
  const image::Value &value = input.value();
  bool bipolar = layer.plane_coding() == image::ArrayLayer::BIPOLAR;
  if (!byTaps || geometry.planes != 1 || input.packed || !bipolar ||
      value.code_min() != -1 || value.code_max() != 1)
    return std::nullopt;
  PackedCodes packed;
  packed.positions =
      geometry.convolution ? geometry.spatial : geometry.positions;
  packed.channels = geometry.groups * geometry.groupChannels;
  packed.channelsFirst = geometry.convolution;
  packChannels(input, packed.bits);
  if (!takesPacked(packed))
    return std::nullopt;
  return packed;
}

} // namespace bnn::sim
