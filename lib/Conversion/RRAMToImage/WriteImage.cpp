//===- WriteImage.cpp - Write the programming image of a module -----------===//

#include "bnn/Conversion/RRAMToImage.h"
#include "bnn/Conversion/RRAMToImage/Passes.h"
#include "bnn/Image/Image.h"

namespace bnn {
#define GEN_PASS_DEF_WRITEIMAGE
#include "bnn/Conversion/RRAMToImage/Passes.h.inc"
} // namespace bnn

using namespace mlir;
using namespace bnn;

namespace {
struct WriteImagePass : bnn::impl::WriteImageBase<WriteImagePass> {
  using WriteImageBase::WriteImageBase;

  void runOnOperation() override {
    markAllAnalysesPreserved();
    if (output.empty()) {
      mlir::emitError(getOperation().getLoc(),
                      "write-image needs the option output=FILE");
      return signalPassFailure();
    }
    FailureOr<image::Image> image = convertToImage(getOperation());
    if (failed(image))
      return signalPassFailure();
    if (llvm::Error error = image::write(*image, output)) {
      mlir::emitError(getOperation().getLoc())
          << llvm::toString(std::move(error));
      signalPassFailure();
    }
  }
};
} // namespace
