//===- Place.cpp - Give each tile a place in a subarray -------------------===//
//
// Tiles that fill a subarray get one each, and runs of them stay runs. Smaller
// ones are packed together. Subarrays are numbered as layers and tiles first
// meet them.
//
//===----------------------------------------------------------------------===//

#include "bnn/Dialect/RRAM/Transforms/Passes.h"

#include "TileReads.h"
#include "bnn/Support/Packing.h"
#include "mlir/IR/Builders.h"
#include "llvm/Support/MathExtras.h"

namespace bnn::rram {
#define GEN_PASS_DEF_RRAMPLACE
#include "bnn/Dialect/RRAM/Transforms/Passes.h.inc"
} // namespace bnn::rram

using namespace mlir;
using namespace bnn;
using namespace bnn::rram;

namespace {

/// A tile to place.
struct Tile {
  size_t grid; // of `Placer::grids`
  bool thresholds;
  int64_t index, band;
  PackItem item;
};

/// Where it lies.
struct Place {
  int64_t chip = 0, subarray = 0, row = 0, column = 0;
};

struct RRAMPlacePass : bnn::rram::impl::RRAMPlaceBase<RRAMPlacePass> {
  using RRAMPlaceBase::RRAMPlaceBase;
  void runOnOperation() override;
};

class Placer {
public:
  Placer(ModuleOp module, TargetAttr target, Sharing sharing, bool interval)
      : module(module), rows(target.getRows()), columns(target.getColumns()),
        onChip(target.getSubarrays()),
        mux(target.getColumnsPerSenseAmplifier()), sharing(sharing) {
    collect();
    if (!interval)
      mostReads = 0;
  }

  /// Assigns tiles to chips and places them; false where a single neuron does
  /// not fit on a chip, which is `stuck` then.
  bool place();
  void write();
  /// Subarrays of a packing on one chip of any size, and what none can do with
  /// less of.
  int64_t needed() const;
  int64_t bound() const;

  int64_t chips = 0, subarrays = 0;
  TilesOp stuck;

private:
  void collect();
  void addTile(size_t grid, bool thresholds, int64_t index, LayerOp layer);
  bool isFull(const Tile &tile) const {
    return tile.item.rows == rows && tile.item.columns == columns;
  }
  /// Places tiles begin .. end - 1 on chip `chip` and returns the subarrays.
  /// Without `to` they are only counted, and `enough` is as good as the least.
  int64_t placeOn(int64_t chip, size_t begin, size_t end,
                  std::vector<Place> *to, int64_t enough = 0) const;
  bool fits(size_t begin, size_t end) const {
    return placeOn(0, begin, end, nullptr, onChip) <= onChip;
  }

  ModuleOp module;
  int64_t rows, columns, onChip, mux;
  Sharing sharing;
  int64_t mostReads = 0; // of a subarray, of a sample; 0: any number
  int64_t firstFree = 0; // after subarrays that are taken already
  SmallVector<TilesOp> grids;
  std::vector<size_t> first; // tile of each grid in `tiles`, and the end
  std::vector<Tile> tiles;   // grid after grid, band after band
  std::vector<Place> places;
};

} // namespace

void Placer::addTile(size_t grid, bool thresholds, int64_t index,
                     LayerOp layer) {
  TilesOp op = grids[grid];
  TilesOp::Block block =
      thresholds ? op.getThresholdBlock(index) : op.getTileBlock(index);
  Tile tile{grid, thresholds, index, 0, {}};
  int64_t slice = 0;
  if (thresholds) {
    tile.band = index / op.getThresholdPieces();
    slice = index % op.getThresholdPieces();
  } else {
    int64_t row = index / op.getGrid()[1], column = index % op.getGrid()[1];
    tile.band = op.rowIsNeuron() ? row : column;
    slice = op.rowIsNeuron() ? column : row;
  }
  // Without a column mask a row counts all its columns.
  bool alternating =
      layer && layer.getLanePadding() == LanePadding::Alternating;
  bool whole = alternating && !thresholds;
  // Read at once: all that a neuron has, or all that an input drives.
  int64_t key = op.rowIsNeuron() ? tile.band : slice;
  bool apart = !op.rowIsNeuron() && thresholds;
  tile.item = {op.getRowsOf(block), whole ? columns : op.getColumnsOf(block),
               (int64_t(grid) << 41) | (int64_t(apart) << 40) | key,
               layer ? readsOfTile(layer, op, block, thresholds) : 0};
  tiles.push_back(tile);
}

void Placer::collect() {
  SymbolTableCollection symbols;
  llvm::DenseMap<Operation *, LayerOp> layerOf;
  for (auto layer : module.getOps<LayerOp>())
    layerOf[symbols.lookupNearestSymbolFrom(layer, layer.getWeightsAttr())] =
        layer;
  for (auto op : module.getOps<TilesOp>()) {
    if (op.getPlacement()) {
      for (ArrayAttr list :
           {op.getPlacementAttr(), op.getThresholdPlacementAttr()})
        if (list)
          for (auto run : list.getAsRange<RunAttr>())
            firstFree = std::max(firstFree, run.getSubarray() + run.getTiles());
      continue;
    }
    first.push_back(tiles.size());
    grids.push_back(op);
    size_t grid = grids.size() - 1;
    LayerOp layer = layerOf.lookup(op);
    if (layer)
      mostReads = std::max(mostReads, longestReads(layer, op, mux));
    for (int64_t i = 0; i < op.getNumTiles(); ++i)
      addTile(grid, false, i, layer);
    for (int64_t i = 0; i < op.getNumThresholdTiles(); ++i)
      addTile(grid, true, i, layer);
    // A chip gets whole bands: their sums need not leave it.
    llvm::stable_sort(
        llvm::make_range(tiles.begin() + ptrdiff_t(first.back()), tiles.end()),
        [](const Tile &a, const Tile &b) { return a.band < b.band; });
  }
  first.push_back(tiles.size());
}

int64_t Placer::placeOn(int64_t chip, size_t begin, size_t end,
                        std::vector<Place> *to, int64_t enough) const {
  std::vector<PackItem> items;
  int64_t full = 0;
  for (size_t i = begin; i < end; ++i)
    if (isFull(tiles[i]))
      ++full;
    else
      items.push_back(tiles[i].item);
  if (!to && enough && full > enough)
    return full;
  std::vector<PackedItem> packed =
      pack(items, rows, columns, sharing, mostReads,
           std::max<int64_t>(enough - full, 0));
  int64_t bins = 0;
  for (const PackedItem &item : packed)
    bins = std::max(bins, item.bin + 1);
  if (!to)
    return full + bins;
  int64_t next = chip == 0 ? firstFree : 0;
  std::vector<int64_t> subarrayOf(size_t(bins), -1);
  auto item = packed.begin();
  // In the order of the grids: bands are only how chips are filled.
  std::vector<size_t> order;
  std::vector<const PackedItem *> itemOf(end - begin, nullptr);
  for (size_t i = begin; i < end; ++i) {
    order.push_back(i);
    if (!isFull(tiles[i]))
      itemOf[i - begin] = &*item++;
  }
  llvm::sort(order, [&](size_t a, size_t b) {
    const Tile &x = tiles[a], &y = tiles[b];
    return std::tie(x.grid, x.thresholds, x.index) <
           std::tie(y.grid, y.thresholds, y.index);
  });
  for (size_t i : order) {
    const PackedItem *packedItem = itemOf[i - begin];
    if (!packedItem) {
      (*to)[i] = {chip, next++, 0, 0};
      continue;
    }
    int64_t &subarray = subarrayOf[size_t(packedItem->bin)];
    if (subarray < 0)
      subarray = next++;
    (*to)[i] = {chip, subarray, packedItem->row, packedItem->column};
  }
  return full + bins;
}

int64_t Placer::needed() const {
  return placeOn(0, 0, tiles.size(), nullptr) + firstFree;
}

int64_t Placer::bound() const {
  std::vector<PackItem> items;
  items.reserve(tiles.size());
  for (const Tile &tile : tiles)
    items.push_back(tile.item);
  return packingBound(items, rows, columns, sharing) + firstFree;
}

bool Placer::place() {
  places.resize(tiles.size());
  std::vector<size_t> begins{0};
  if (onChip) {
    for (size_t grid = 0; grid < grids.size(); ++grid) {
      size_t begin = begins.back(), end = first[grid + 1];
      if (fits(begin, end))
        continue;
      if (begin != first[grid])
        begins.push_back(begin = first[grid]);
      // A layer larger than a chip: as many whole bands as fit.
      while (!fits(begin, end)) {
        std::vector<size_t> ends;
        for (size_t i = begin + 1; i <= end; ++i)
          if (i == end || tiles[i].band != tiles[i - 1].band)
            ends.push_back(i);
        auto none = llvm::partition_point(
            ends, [&](size_t candidate) { return fits(begin, candidate); });
        if (none == ends.begin()) {
          stuck = grids[grid];
          return false;
        }
        begins.push_back(begin = *std::prev(none));
      }
    }
  }
  begins.push_back(tiles.size());
  chips = int64_t(begins.size()) - 1;
  for (int64_t chip = 0; chip < chips; ++chip)
    subarrays +=
        placeOn(chip, begins[size_t(chip)], begins[size_t(chip) + 1], &places);
  return true;
}

static TargetAttr withTimeMultiplexing(TargetAttr t) {
  return TargetAttr::get(
      t.getContext(), t.getName(), t.getRows(), t.getColumns(),
      t.getSubarrays(), t.getColumnsPerSenseAmplifier(), t.getTernarySense(),
      t.getColumnMask(), t.getBlIsPlus(), t.getP2s(), t.getS2p(),
      t.getExactSum(), t.getRowSense(), t.getExactCompare(), t.getMaxFanin(),
      t.getThresholdBits(), t.getAccumulatorBits(), t.getThresholdRows(),
      /*time_multiplexed=*/true, t.getRowTables(), t.getPartialComplement(),
      t.getSpareRows(), t.getSpareColumns());
}

/// Runs of tiles that follow each other in subarrays that do.
static ArrayAttr makeRuns(MLIRContext *context, ArrayRef<Place> places) {
  SmallVector<Attribute> runs;
  for (size_t i = 0; i < places.size();) {
    size_t end = i + 1;
    const Place &at = places[i];
    auto follows = [&](const Place &next, size_t steps) {
      return next.chip == at.chip && next.row == at.row &&
             next.column == at.column &&
             next.subarray == at.subarray + int64_t(steps);
    };
    while (end < places.size() && follows(places[end], end - i))
      ++end;
    runs.push_back(RunAttr::get(context, int64_t(end - i), at.chip, at.subarray,
                                at.row, at.column));
    i = end;
  }
  return ArrayAttr::get(context, runs);
}

void Placer::write() {
  MLIRContext *context = module.getContext();
  for (auto [grid, op] : llvm::enumerate(grids)) {
    std::vector<Place> weights(size_t(op.getNumTiles()));
    std::vector<Place> thresholds(size_t(op.getNumThresholdTiles()));
    for (size_t i = first[grid]; i < first[grid + 1]; ++i)
      (tiles[i].thresholds ? thresholds : weights)[size_t(tiles[i].index)] =
          places[i];
    op.setPlacementAttr(makeRuns(context, weights));
    if (!thresholds.empty())
      op.setThresholdPlacementAttr(makeRuns(context, thresholds));
  }
}

void RRAMPlacePass::runOnOperation() {
  ModuleOp module = getOperation();
  FailureOr<TargetAttr> target = moduleTarget(module);
  if (failed(target))
    return signalPassFailure();
  Placer placer(module, *target, latency ? Sharing::Never : Sharing::IfNeeded,
                interval);
  auto refuse = [&] {
    return mlir::emitError(module.getLoc())
           << "the network needs " << placer.needed() << " subarrays of "
           << target->getRows() << "x" << target->getColumns();
  };
  StringRef name = target->getName().getValue();
  if (!placer.place()) {
    refuse() << ", and the tiles of one neuron in '"
             << placer.stuck.getSymName() << "' alone more than the "
             << target->getSubarrays() << " of target '" << name
             << "'; its partial counts cannot be added "
             << (reprogram ? "between two contents of a chip" : "across chips")
             << ": a larger array would hold it";
    return signalPassFailure();
  }
  int64_t available = target->getSubarrays() * int64_t(chips);
  bool many = placer.chips > int64_t(chips) && !reprogram;
  if (target->getSubarrays() && many) {
    InFlightDiagnostic error = refuse();
    error << ", " << placer.needed() - available << " more than the "
          << available << " of ";
    if (chips > 1)
      error << chips.getValue() << " chips of ";
    error << "target '" << name << "' (no packing does with fewer than "
          << placer.bound() << "); " << placer.chips
          << " chips hold it (--chips " << placer.chips
          << "), or one that is programmed anew during each inference "
             "(--reprogram)";
    return signalPassFailure();
  }
  placer.write();
  if (reprogram && placer.chips > 1)
    module->setAttr(targetAttrName, withTimeMultiplexing(*target));
  numSubarrays += placer.subarrays;
  lowerBound += placer.bound();
  numChips += placer.chips;
}
