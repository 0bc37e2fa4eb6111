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

LogicalResult TilesOp::verify() {
  if (failed(verifyCells(*this, getCellsType(), getCells())))
    return failure();
  if (getGrid().size() != 2 || getTile().size() != 2)
    return emitOpError("grid and tile are [rows, columns]");
  if (llvm::any_of(getTile(), [](int64_t size) { return size < 1; }))
    return emitOpError("a tile has at least one row and one column");
  int64_t rows = getNeurons(), columns = getLanes();
  if (getOrientation() == Orientation::RowIsInput)
    std::swap(rows, columns);
  int64_t gridRows = llvm::divideCeil(uint64_t(rows), uint64_t(getTile()[0]));
  int64_t gridColumns =
      llvm::divideCeil(uint64_t(columns), uint64_t(getTile()[1]));
  if (getGrid()[0] != gridRows || getGrid()[1] != gridColumns)
    return emitOpError() << "the weights need a grid of " << gridRows << "x"
                         << gridColumns << " tiles, got " << getGrid()[0] << "x"
                         << getGrid()[1];
  if (!getPlacement())
    return success();
  int64_t placed = 0;
  for (auto run : getPlacement()->getAsRange<RunAttr>()) {
    if (run.getTiles() > getNumTiles() - placed)
      return emitOpError() << "placement has more than the grid's "
                           << getNumTiles() << " tiles";
    placed += run.getTiles();
  }
  if (placed != getNumTiles())
    return emitOpError() << "placement has " << placed << " of the grid's "
                         << getNumTiles() << " tiles";
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

LogicalResult ReadOp::verifySymbolUses(SymbolTableCollection &symbols) {
  if (!symbols.lookupNearestSymbolFrom<TilesOp>(*this, getTilesAttr()))
    return emitOpError() << "'" << getTiles() << "' is no rram.tiles";
  return success();
}

//===----------------------------------------------------------------------===//
// In the body of a layer
//===----------------------------------------------------------------------===//

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
