//===- ShapeInference.h - Result shapes of operators ------------*- C++ -*-===//
//
// One function per family of image.proto's Op::Kind. Each checks the fields
// that its kinds use and appends the result shapes.
//
//===----------------------------------------------------------------------===//

#ifndef BNN_LIB_IMAGE_SHAPEINFERENCE_H
#define BNN_LIB_IMAGE_SHAPEINFERENCE_H

#include "VerifierImpl.h"

namespace bnn::image::verifier {

/// An operator with the shapes of its operands, and where its results go.
struct ShapeInference {
  const Op &op;
  std::string place;
  llvm::SmallVector<Shape, 5> operands;
  llvm::SmallVectorImpl<Shape> &results;

  llvm::Error fail(const llvm::Twine &message) const {
    return verifier::fail(place, message);
  }
  llvm::Error done(Shape shape) {
    results.push_back(std::move(shape));
    return llvm::Error::success();
  }

  /// `field` has `count` entries, each from `low` to `high`.
  llvm::Error checkField(llvm::StringRef name,
                         const google::protobuf::RepeatedField<int64_t> &field,
                         size_t count, int64_t low, int64_t high) const;
  /// op.axis() is an axis of `shape`.
  llvm::Error checkAxis(const Shape &shape) const;
  /// `a` becomes the numpy broadcast of `a` and `b`.
  llvm::Error broadcast(Shape &a, const Shape &b) const;

  llvm::Error convolution();
  llvm::Error matmul();
  llvm::Error linear();
  llvm::Error pool();

  llvm::Error elementwise();
  llvm::Error batchNorm();
  llvm::Error multiThreshold();

  llvm::Error reduction();
  llvm::Error softmax();
  llvm::Error argument();
  llvm::Error topK();

  llvm::Error reshape();
  llvm::Error transpose();
  llvm::Error concat();
  llvm::Error slice();
  llvm::Error pad();
  llvm::Error gather();
  llvm::Error broadcastTo();

private:
  /// Spatial output size `i` of a window of `kernel` taps over `input`.
  llvm::Error windowSize(int i, int64_t input, int64_t kernel,
                         int64_t &output) const;
  llvm::Error checkWindow(size_t rank) const;
  llvm::Error checkWindowsHit(int i, int64_t input, int64_t output) const;
};

} // namespace bnn::image::verifier

#endif // BNN_LIB_IMAGE_SHAPEINFERENCE_H
