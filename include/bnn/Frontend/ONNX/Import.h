//===- Import.h - ONNX models as modules of the bnn dialect -----*- C++ -*-===//
//
// The only room that knows ONNX. What leaves it are real operators of the bnn
// dialect on static tensors: opsets, defaults, exporters' idioms for shapes
// and constant subgraphs are resolved; binary and ternary weights are still
// real numbers.
//
//===----------------------------------------------------------------------===//

#ifndef BNN_FRONTEND_ONNX_IMPORT_H
#define BNN_FRONTEND_ONNX_IMPORT_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include <map>
#include <string>

namespace bnn {

struct ImportOptions {
  /// Shapes of graph inputs, by name: they replace dimensions that the file
  /// leaves open. A name that is no graph input is an error.
  std::map<std::string, llvm::SmallVector<int64_t>> shapes;
  /// Where external data lies: the model's folder. Empty: models with external
  /// data are refused. `importONNX` sets it from the path.
  std::string folder;
  /// No tensor may have more elements.
  int64_t maxElements = int64_t(1) << 31;
  /// Constant subgraphs whose results are larger stay operators.
  int64_t maxFoldedElements = int64_t(1) << 28;
};

/// The model as a module with one function, `func.func @main`, whose arguments
/// and results are the graph's inputs and outputs (attributes `bnn.name` and
/// `bnn.element_type` = the ONNX element type). The module carries
/// `bnn.model` (file name), `bnn.model_sha256` and `bnn.network` (graph name).
///
/// Element types: f64 for double, f32 for all other reals, i64 for integers,
/// i1 for booleans. A leading dimension that the file leaves open becomes 1.
/// Operations carry the ONNX node's name as location, and `bnn.traces` where
/// their first result is a tensor of the file.
///
/// Large constants borrow the bytes of the model, which lives as long as a
/// module of `context` may use them.
///
/// On failure one diagnostic has been emitted, at the node where one is to
/// blame, and the result is null. Loads the dialects that it needs.
mlir::OwningOpRef<mlir::ModuleOp> importONNX(llvm::StringRef path,
                                             mlir::MLIRContext &context,
                                             const ImportOptions &options = {});

/// The same for a model in memory; `name` stands for the file's name in
/// locations and in `bnn.model`.
mlir::OwningOpRef<mlir::ModuleOp>
importONNXBuffer(llvm::StringRef bytes, llvm::StringRef name,
                 mlir::MLIRContext &context, const ImportOptions &options = {});

} // namespace bnn

#endif // BNN_FRONTEND_ONNX_IMPORT_H
