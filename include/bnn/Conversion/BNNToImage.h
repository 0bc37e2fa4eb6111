//===- BNNToImage.h - bnn operations as operators of an image ---*- C++ -*-===//
//
// One bnn operation (host or digital) becomes one image::Op. The emission of
// images, the importer's constant folder and the reference interpreter all go
// through here, so that an operation has one meaning.
//
//===----------------------------------------------------------------------===//

#ifndef BNN_CONVERSION_BNNTOIMAGE_H
#define BNN_CONVERSION_BNNTOIMAGE_H

#include "bnn/Image/image.pb.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Operation.h"

namespace bnn {
class ConstantOp;

/// The operator that `op` (any bnn operation but `bnn.constant`) stands for,
/// with everything but `inputs` and `outputs`, which the caller fills with its
/// value ids: operands and results in their order. `node` is the name in the
/// operation's location, `reason` its attribute `bnn.reason`.
///
/// An operation is DIGITAL where its values are on the chip (`isOnChip`), the
/// indices of a gather aside; ENCODE and DECODE are DIGITAL too. A decode's
/// scale * (x + offset) becomes scale * x + scale * offset, a reduction over no
/// axes IDENTITY or ABS.
///
/// Fails with a diagnostic at `op`: for what is no bnn operation, and where an
/// image has no such operator (a convolution that pads with another value
/// than 0, codes outside 32 bits).
mlir::FailureOr<image::Op> convertToImageOp(mlir::Operation *op);

/// The data of a constant; the caller fills `value`. Real, integer and boolean
/// tensors (booleans as float32 0 and 1), packed binary and ternary weights.
/// Fails with a diagnostic at `op` where the bytes of a resource are missing.
mlir::FailureOr<image::Constant> convertToImageConstant(ConstantOp op);

/// Whether `value` is held by the chip: codes, and those i64 values that are
/// accumulators (results of integer layers, sums and combinations, also through
/// moves and pools). Other i64 values (indices of ONNX, casts) are numbers of
/// the host.
bool isOnChip(mlir::Value value);

/// Shape, encoding and range of codes of `value`: what is on the chip is CODE
/// or INTEGER, everything else REAL (booleans 0 and 1). A constant has the
/// encoding that its users read: REAL unless all of them are on the chip. Name
/// and traces are left to the caller.
void describeValue(mlir::Value value, image::Value &out);

/// What an input of the network was declared to hold, in the fields of `port`
/// for it; nothing where it was not declared.
void describeDeclaration(mlir::BlockArgument argument, image::Port &port);

/// The name that a location gives: that of the outermost NameLoc, through
/// fused and call-site locations; empty where there is none.
llvm::StringRef locationName(mlir::Location location);

} // namespace bnn

#endif // BNN_CONVERSION_BNNTOIMAGE_H
