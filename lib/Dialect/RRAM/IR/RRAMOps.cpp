//===- RRAMOps.cpp - Operations of the rram dialect -----------------------===//

#include "bnn/Dialect/RRAM/IR/RRAM.h"

#include "bnn/Dialect/BNN/IR/PackedWeights.h"
#include "mlir/IR/Builders.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace bnn;
using namespace bnn::rram;

//===----------------------------------------------------------------------===//
// Packed cells: a type, then the attribute without it
//===----------------------------------------------------------------------===//

static ParseResult parsePackedCells(OpAsmParser &parser, TypeAttr &type,
                                    Attribute &cells) {
  RankedTensorType tensor;
  if (parser.parseType(tensor) || parser.parseEqual() ||
      parser.parseAttribute(cells, tensor))
    return failure();
  type = TypeAttr::get(tensor);
  return success();
}

static void printPackedCells(OpAsmPrinter &printer, Operation *, TypeAttr type,
                             Attribute cells) {
  printer << type.getValue() << " = ";
  printer.printAttributeWithoutType(cells);
}

/// Checks that `cells` really holds a [neurons, lanes] matrix of weights.
static LogicalResult verifyCells(Operation *op, Type type, Attribute cells) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor || tensor.getRank() != 2 || !tensor.hasStaticShape() ||
      tensor.getNumElements() == 0 ||
      !isa<BinaryType, TernaryType>(tensor.getElementType()))
    return op->emitOpError()
           << "cells must be a [neurons, lanes] tensor of !bnn.binary or "
              "!bnn.ternary, got "
           << type;
  return PackedWeights::get(cells, tensor, [&] { return op->emitOpError(); });
}

LogicalResult WeightsOp::verify() {
  return verifyCells(*this, getCellsType(), getCells());
}

//===----------------------------------------------------------------------===//
// rram.tiles
//===----------------------------------------------------------------------===//

int64_t TilesOp::getNeurons() {
  return cast<RankedTensorType>(getCellsType()).getDimSize(0);
}

int64_t TilesOp::getLanes() {
  return cast<RankedTensorType>(getCellsType()).getDimSize(1);
}

TilesOp::Block TilesOp::getBand(int64_t band) {
  int64_t neurons = getNeurons(), rows = getTile()[0], columns = getTile()[1];
  if (rowIsNeuron())
    return {band * rows, std::min(rows, neurons - band * rows), 0, 0};
  int64_t inGroup = neurons / int64_t(getGroups());
  int64_t bands = llvm::divideCeil(uint64_t(inGroup), uint64_t(columns));
  int64_t first = band % bands * columns;
  return {band / bands * inGroup + first, std::min(columns, inGroup - first), 0,
          0};
}

TilesOp::Block TilesOp::getTileBlock(int64_t index) {
  int64_t t = index / getGrid()[1], k = index % getGrid()[1];
  Block block = getBand(rowIsNeuron() ? t : k);
  int64_t side = getTile()[rowIsNeuron() ? 1 : 0];
  block.firstLane = (rowIsNeuron() ? k : t) * side;
  block.lanes = std::min(side, getLanes() - block.firstLane);
  return block;
}

int64_t TilesOp::getThresholdPieces() {
  return llvm::divideCeil(uint64_t(getWord()),
                          uint64_t(getTile()[rowIsNeuron() ? 1 : 0]));
}

TilesOp::Block TilesOp::getThresholdBlock(int64_t index) {
  int64_t pieces = getThresholdPieces();
  Block block = getBand(index / pieces);
  int64_t side = getTile()[rowIsNeuron() ? 1 : 0];
  block.firstLane = index % pieces * side;
  block.lanes = std::min(side, int64_t(getWord()) - block.firstLane);
  return block;
}

/// A list of runs places `expected` tiles.
static LogicalResult verifyRuns(TilesOp tiles, ArrayAttr runs, StringRef name,
                                int64_t expected) {
  int64_t placed = 0;
  for (auto run : runs.getAsRange<RunAttr>()) {
    if (run.getTiles() > expected - placed)
      return tiles.emitOpError()
             << name << " has more than the grid's " << expected << " tiles";
    placed += run.getTiles();
  }
  if (placed != expected)
    return tiles.emitOpError() << name << " has " << placed << " of the grid's "
                               << expected << " tiles";
  return success();
}

LogicalResult TilesOp::verify() {
  if (failed(verifyCells(*this, getCellsType(), getCells())))
    return failure();
  if (getGrid().size() != 2 || getTile().size() != 2)
    return emitOpError("grid and tile are [rows, columns]");
  if (llvm::any_of(getTile(), [](int64_t size) { return size < 1; }))
    return emitOpError("a tile has at least one row and one column");
  if (getNeurons() % int64_t(getGroups()))
    return emitOpError() << "groups = " << getGroups() << " must divide "
                         << getNeurons() << " neurons";
  auto tilesFor = [&](int64_t cells, int axis) -> int64_t {
    return llvm::divideCeil(uint64_t(cells), uint64_t(getTile()[axis]));
  };
  int64_t groups = getGroups();
  int64_t gridRows = tilesFor(rowIsNeuron() ? getNeurons() : getLanes(), 0);
  int64_t gridColumns = rowIsNeuron()
                            ? tilesFor(getLanes(), 1)
                            : groups * tilesFor(getNeurons() / groups, 1);
  if (getGrid()[0] != gridRows || getGrid()[1] != gridColumns)
    return emitOpError() << "the weights need a grid of " << gridRows << "x"
                         << gridColumns << " tiles, got " << getGrid()[0] << "x"
                         << getGrid()[1];
  if (getPlacement() &&
      failed(verifyRuns(*this, *getPlacement(), "placement", getNumTiles())))
    return failure();
  if (getPlacement() && getWord() && !getThresholdPlacement())
    return emitOpError("placement without threshold_placement: the words of "
                       "thresholds lie nowhere");
  if (getThresholdPlacement())
    return verifyRuns(*this, *getThresholdPlacement(), "threshold_placement",
                      getNumThresholdTiles());
  return success();
}

LogicalResult SubarrayOp::verify() {
  if (int64_t(getChip()) < 0 || int64_t(getIndex()) < 0)
    return emitOpError("chip and index are not negative");
  size_t columns = 0;
  for (auto [i, row] : llvm::enumerate(getCells().getAsRange<StringAttr>())) {
    if (i == 0)
      columns = row.size();
    if (row.size() != columns)
      return emitOpError() << "row " << i << " has " << row.size()
                           << " cells, row 0 has " << columns;
    if (row.getValue().find_first_not_of("+-0.") != StringRef::npos)
      return emitOpError() << "row " << i
                           << " may hold only '+', '-', '0' and '.'";
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Users of symbols
//===----------------------------------------------------------------------===//

LogicalResult ExecuteOp::verifySymbolUses(SymbolTableCollection &symbols) {
  auto layer = symbols.lookupNearestSymbolFrom<LayerOp>(*this, getLayerAttr());
  if (!layer)
    return emitOpError() << "'" << getLayer() << "' is no rram.layer";
  if (getInput().getType() != layer.getArgumentTypes()[0] ||
      getResult().getType() != layer.getResultTypes()[0])
    return emitOpError() << "types differ from those of layer '" << getLayer()
                         << "': " << layer.getFunctionType();
  return success();
}

/// The tiles that a read names, of the orientation that it reads.
static LogicalResult verifyTiles(Operation *op, FlatSymbolRefAttr name,
                                 std::optional<Orientation> orientation,
                                 SymbolTableCollection &symbols) {
  auto tiles = symbols.lookupNearestSymbolFrom<TilesOp>(op, name);
  if (!tiles)
    return op->emitOpError() << "'" << name.getValue() << "' is no rram.tiles";
  if (orientation && tiles.getOrientation() != *orientation)
    return op->emitOpError()
           << "reads tiles of orientation "
           << stringifyOrientation(*orientation) << ", '" << name.getValue()
           << "' has " << stringifyOrientation(tiles.getOrientation());
  return success();
}

LogicalResult ReadOp::verifySymbolUses(SymbolTableCollection &symbols) {
  return verifyTiles(*this, getTilesAttr(), Orientation::RowIsNeuron, symbols);
}

LogicalResult SenseOp::verifySymbolUses(SymbolTableCollection &symbols) {
  return verifyTiles(*this, getTilesAttr(), Orientation::RowIsInput, symbols);
}

LogicalResult ThresholdsOp::verifySymbolUses(SymbolTableCollection &symbols) {
  return verifyTiles(*this, getTilesAttr(), std::nullopt, symbols);
}

//===----------------------------------------------------------------------===//
// In the body of a layer
//===----------------------------------------------------------------------===//

LogicalResult CountOp::verify() {
  if (getWeights().empty())
    return emitOpError("needs a weight per plane");
  auto counters = cast<VectorType>(getCounters().getType());
  if (counters.getRank() != 1 ||
      counters.getDimSize(0) != getAnswers().getType().getColumns())
    return emitOpError() << "needs a counter per column, got " << counters
                         << " for " << getAnswers().getType();
  return success();
}

LogicalResult CompareColumnsOp::verify() {
  if (!(*this)->getParentOfType<LayerOp>())
    return emitOpError("belongs into a rram.layer, whose thresholds it uses");
  return success();
}

LogicalResult AccumulateOp::verify() {
  if (getCounts().empty())
    return emitOpError("adds at least one count");
  if (getWeights().empty())
    return emitOpError("needs a weight per plane");
  return success();
}

LogicalResult CompareOp::verify() {
  if (!(*this)->getParentOfType<LayerOp>())
    return emitOpError("belongs into a rram.layer, whose thresholds it uses");
  return success();
}

LogicalResult ReturnOp::verify() {
  auto layer = cast<LayerOp>((*this)->getParentOp());
  if (getResult().getType() != layer.getResultTypes()[0])
    return emitOpError() << "returns " << getResult().getType()
                         << ", the layer " << layer.getResultTypes()[0];
  return success();
}

#define GET_OP_CLASSES
#include "bnn/Dialect/RRAM/IR/RRAMOps.cpp.inc"
