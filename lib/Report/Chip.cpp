//===- Chip.cpp - Placement, cycles and buffers of a report ---------------===//

#include "Chip.h"
#include "bnn/Image/Cycles.h"
#include "bnn/Image/Image.h"
#include "bnn/Image/TileGrid.h"
#include "bnn/Support/Packing.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>
#include <set>

using namespace llvm;

namespace bnn::report {

using image::ArrayLayer;

void addPlacement(const image::Image &image, Summary &summary) {
  const image::Target &target = image.target();
  std::vector<PackItem> items;
  std::set<uint32_t> chips;
  uint64_t cells = 0;
  int64_t key = 0;
  auto add = [&](const image::TileGrid &grid, const image::TileBlock &block,
                 bool wholeRows, int64_t readWith) {
    PackItem item{int64_t(grid.rowsOf(block)), int64_t(grid.columnsOf(block)),
                  readWith};
    if (wholeRows)
      item.columns = target.columns();
    cells += uint64_t(item.rows * item.columns);
    items.push_back(item);
  };
  for (const image::Step &step : image.steps()) {
    if (!step.has_array())
      continue;
    const ArrayLayer &layer = step.array();
    image::TileGrid grid(target, layer);
    // Columns that alternate are counted: they are the layer's.
    bool wholeRows = layer.lane_padding() == ArrayLayer::ALTERNATING;
    // Read at once: a tile row. Thresholds with the weights of their neurons
    // (p2s), or those of a band after all weights.
    for (uint64_t i = 0; i < grid.size(); ++i)
      add(grid, grid.tile(i), wholeRows, key + int64_t(i / grid.columns()));
    if (!grid.rowIsNeuron())
      key += int64_t(grid.rows());
    for (uint64_t i = 0; i < grid.thresholdTiles(); ++i)
      add(grid, grid.thresholdTile(i), false, key + int64_t(i / grid.pieces()));
    key += int64_t(std::max(grid.rows(), grid.columns()));
    for (const auto *list : {&layer.placement(), &layer.threshold_placement()})
      for (const image::Placement &tile : *list)
        chips.insert(tile.chip());
  }
  summary.chips = chips.size();
  summary.reprogrammed = target.time_multiplexed();
  summary.areaBound =
      divideCeil(cells, uint64_t(target.rows()) * target.columns());
  for (auto [bound, sharing] :
       {std::pair(&summary.packingBound, Sharing::IfNeeded),
        std::pair(&summary.apartBound, Sharing::Never)})
    *bound =
        uint64_t(packingBound(items, target.rows(), target.columns(), sharing));
}

void addCycles(const image::Image &image, const ArrayLayer &layer, Row &row) {
  bool p2s = layer.orientation() == ArrayLayer::ROW_IS_NEURON;
  bool tree = layer.accumulation().kind() == image::Accumulation::TREE;
  row.schedule = p2s ? "p2s" : "s2p";
  row.accumulation = !p2s ? "counters" : tree ? "tree" : "serial";
  row.accumulatorBits = layer.accumulation().bits();
  image::LayerCycles cycles = cyclesOf(image.target(), layer);
  row.steadyCycles = cycles.steady * image::repetitionsOf(image);
  row.fillCycles = cycles.fill;
  row.drainCycles = cycles.drain;
}

uint64_t lineBits(ArrayRef<int64_t> sizes, ArrayRef<int64_t> kernel,
                  ArrayRef<int64_t> dilations, uint64_t inputBits) {
  uint64_t all = 1, waiting = 1, inner = 1;
  for (int64_t size : sizes)
    all *= uint64_t(size);
  // From the window's first tap to its last.
  for (size_t i = sizes.size(); i-- > 0;) {
    waiting += uint64_t((kernel[i] - 1) * dilations[i]) * inner;
    inner *= uint64_t(sizes[i]);
  }
  return std::min(inputBits, inputBits / all * waiting);
}

uint64_t bufferBitsOf(const ArrayLayer &layer, const ArrayLayer *before,
                      uint64_t inputBits) {
  if (layer.has_convolution()) {
    const image::Convolution &conv = layer.convolution();
    std::vector<int64_t> sizes(conv.input().begin(), conv.input().end());
    std::vector<int64_t> kernel(conv.kernel().begin(), conv.kernel().end());
    std::vector<int64_t> dilations(conv.dilations().begin(),
                                   conv.dilations().end());
    return lineBits(sizes, kernel, dilations, inputBits);
  }
  // One neuron after another decides, one input after another is read.
  bool chained = before && !before->has_convolution() &&
                 before->orientation() == ArrayLayer::ROW_IS_NEURON &&
                 layer.orientation() == ArrayLayer::ROW_IS_INPUT &&
                 image::positionsOf(*before) == 1 &&
                 image::positionsOf(layer) == 1 && layer.groups() == 1 &&
                 before->neurons() == layer.fan_in() &&
                 layer.weight_planes() == 1;
  return chained ? 0 : inputBits;
}

} // namespace bnn::report
