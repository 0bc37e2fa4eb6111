//===- RRAMToImage.h - From layers on the arrays to an image ----*- C++ -*-===//

#ifndef BNN_CONVERSION_RRAMTOIMAGE_H
#define BNN_CONVERSION_RRAMTOIMAGE_H

#include "bnn/Image/image.pb.h"
#include "mlir/IR/BuiltinOps.h"

namespace bnn {

/// The programming image of a module whose `@main` consists of bnn operators
/// and `rram.execute`s of ordered layers (see buildRRAMPipeline).
///
/// Equal modules give equal images. Names, traces and ports come from the
/// attributes that the importer and the passes leave: `bnn.traces` on
/// operations, `bnn.name` and `bnn.element_type` on arguments and results, and
/// on the module `bnn.model`, `bnn.model_sha256` (64 hex digits),
/// `bnn.network`, `bnn.options` (array of strings) and `bnn.absent` (array of
/// [tensor, reason]). The image is verified.
///
/// On failure one diagnostic has been emitted, at the operation where one is to
/// blame.
mlir::FailureOr<image::Image> convertToImage(mlir::ModuleOp module);

} // namespace bnn

#endif // BNN_CONVERSION_RRAMTOIMAGE_H
