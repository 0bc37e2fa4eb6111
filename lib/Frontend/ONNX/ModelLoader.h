//===- ModelLoader.h - From bytes to a ModelProto ---------------*- C++ -*-===//

#ifndef BNN_LIB_FRONTEND_ONNX_MODELLOADER_H
#define BNN_LIB_FRONTEND_ONNX_MODELLOADER_H

#include "onnx/onnx_pb.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <memory>

namespace bnn::onnx_import {

/// The newest operator set whose changes were looked at (DequantizePacked came
/// with it), and the oldest whose operators behave as the handlers expect.
inline constexpr int64_t newestOpset = 29;
inline constexpr int64_t oldestOpset = 7;

struct Model {
  std::shared_ptr<const onnx::ModelProto> proto;
  /// Version of the ONNX domain.
  int64_t opset = 0;
  /// Versions of all domains that the file declares.
  llvm::StringMap<int64_t> domains;
};

/// Parses and checks what concerns the file as a whole: empty, truncated or of
/// another format, too large for protobuf, no graph or no node, IR version,
/// opsets.
llvm::Expected<Model> parseModel(llvm::StringRef bytes);

} // namespace bnn::onnx_import

#endif // BNN_LIB_FRONTEND_ONNX_MODELLOADER_H
