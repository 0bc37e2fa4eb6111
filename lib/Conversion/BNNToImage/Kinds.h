//===- Kinds.h - Kinds of operators in both languages -----------*- C++ -*-===//

#ifndef BNN_LIB_CONVERSION_BNNTOIMAGE_KINDS_H
#define BNN_LIB_CONVERSION_BNNTOIMAGE_KINDS_H

#include "bnn/Dialect/BNN/IR/BNN.h"
#include "bnn/Image/image.pb.h"

namespace bnn {

image::Op::Kind kindOf(UnaryKind kind);
image::Op::Kind kindOf(BinaryKind kind);
image::Op::Kind kindOf(ReduceKind kind);

} // namespace bnn

#endif // BNN_LIB_CONVERSION_BNNTOIMAGE_KINDS_H
