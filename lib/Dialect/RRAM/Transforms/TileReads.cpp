//===- TileReads.cpp - How long tiles keep their subarrays busy -----------===//

#include "TileReads.h"

#include <algorithm>

using namespace bnn;
using namespace bnn::rram;

static int64_t planesOf(LayerOp layer) {
  return int64_t(layer.getPlanes().getWeights().size());
}

int64_t bnn::rram::readsOfTile(LayerOp layer, TilesOp op, TilesOp::Block block,
                               bool thresholds) {
  int64_t positions = layer.getPositions();
  if (!thresholds)
    return op.getRowsOf(block) * planesOf(layer) * positions;
  if (op.rowIsNeuron())
    return op.getRowsOf(block) * positions;
  // A position reads the words of its border class only.
  std::vector<int64_t> ofClass(size_t(layer.getBorderClasses()), 0);
  if (std::optional<llvm::ArrayRef<int32_t>> classes = layer.getPositionClass())
    for (int32_t cls : *classes)
      ++ofClass[size_t(cls)];
  else
    ofClass[0] = positions;
  int64_t word = op.getWord() / layer.getBorderClasses(), reads = 0;
  for (int64_t cell = 0; cell < block.lanes; ++cell)
    reads += ofClass[size_t((block.firstLane + cell) / word)];
  return reads;
}

int64_t bnn::rram::longestReads(LayerOp layer, TilesOp op, int64_t mux) {
  int64_t positions = layer.getPositions();
  // A neuron's thresholds in cells are read beside its weights.
  if (op.rowIsNeuron())
    return op.getNeurons() * planesOf(layer) * positions;
  int64_t merges = (op.getGrid()[0] - 1) / std::max<int64_t>(mux, 1);
  return positions * (op.getLanes() * planesOf(layer) +
                      op.getWord() / layer.getBorderClasses() + merges);
}
