//===- Emission.h - Parts of the emission of images -------------*- C++ -*-===//

#ifndef BNN_LIB_CONVERSION_RRAMTOIMAGE_EMISSION_H
#define BNN_LIB_CONVERSION_RRAMTOIMAGE_EMISSION_H

#include "bnn/Conversion/RRAMToImage.h"
#include "bnn/Dialect/RRAM/IR/RRAM.h"
#include "bnn/Image/CellArray.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringMap.h"

namespace bnn::emission {

/// Ids and names of the values of an image.
class Values {
public:
  explicit Values(image::Image &image) : image(image) {}

  /// Adds an image value for `value`, which must be new: described by its type,
  /// named `wanted` or, if that is taken, `wanted` with a number.
  image::Value &add(mlir::Value value, llvm::StringRef wanted);

  /// Adds the results of an operation, named after the tensors of its
  /// `bnn.traces` or its location, with the traces on the first one.
  void addResults(mlir::Operation *op);

  uint32_t idOf(mlir::Value value) const { return ids.lookup(value); }

private:
  image::Image &image;
  llvm::DenseMap<mlir::Value, uint32_t> ids;
  llvm::StringMap<unsigned> taken;
};

/// The port of a value, from the attributes of its argument or result.
void fillPort(image::Port &port, uint32_t value,
              mlir::DictionaryAttr attributes, llvm::StringRef defaultName);

/// The target of the image, from that of the module.
image::Target emitTarget(rram::TargetAttr target);

/// The record of a layer, without input and output. Fails with a diagnostic
/// where the layer has not gone through all passes.
llvm::LogicalResult emitLayer(rram::LayerOp layer, rram::TilesOp tiles,
                              image::ArrayLayer &out);

/// Programs the cells of all tiles of a layer.
void programCells(rram::LayerOp layer, rram::TilesOp tiles,
                  const image::Target &target, image::CellArrayBuilder &cells);

} // namespace bnn::emission

#endif // BNN_LIB_CONVERSION_RRAMTOIMAGE_EMISSION_H
