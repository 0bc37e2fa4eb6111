//===- Import.cpp - ONNX models as modules of the bnn dialect -------------===//

#include "bnn/Frontend/ONNX/Import.h"

#include "Importer.h"
#include "bnn/Support/File.h"
#include "mlir/IR/Verifier.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SHA256.h"

using namespace mlir;
using namespace bnn::onnx_import;

namespace bnn {

/// `release` gives the file's bytes back once they are parsed: they would
/// otherwise be in memory twice.
static OwningOpRef<ModuleOp> import(StringRef bytes, StringRef name,
                                    MLIRContext &context,
                                    const ImportOptions &options,
                                    llvm::function_ref<void()> release) {
  context.loadDialect<func::FuncDialect, BNNDialect>();
  Location file = FileLineColLoc::get(&context, name, 0, 0);
  llvm::Expected<Model> model = parseModel(bytes);
  if (!model) {
    emitError(file) << llvm::toString(model.takeError());
    return nullptr;
  }
  std::array<uint8_t, 32> hash = llvm::SHA256::hash(
      ArrayRef(reinterpret_cast<const uint8_t *>(bytes.data()), bytes.size()));
  release();
  Builder builder(&context);
  OwningOpRef<ModuleOp> module = ModuleOp::create(file);
  (*module)->setAttr("bnn.model",
                     builder.getStringAttr(llvm::sys::path::filename(name)));
  (*module)->setAttr("bnn.model_sha256",
                     builder.getStringAttr(llvm::toHex(hash, true)));
  (*module)->setAttr("bnn.network",
                     builder.getStringAttr(model->proto->graph().name()));
  try {
    if (failed(Importer(*model, *module, file, options).run()))
      return nullptr;
  } catch (const std::exception &e) {
    emitError(file) << "the import failed: " << e.what();
    return nullptr;
  }
  if (failed(verify(*module)))
    return nullptr;
  return module;
}

OwningOpRef<ModuleOp> importONNX(StringRef path, MLIRContext &context,
                                 const ImportOptions &options) {
  llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> buffer = openFile(path);
  if (!buffer) {
    emitError(FileLineColLoc::get(&context, path, 0, 0))
        << llvm::toString(buffer.takeError());
    return nullptr;
  }
  ImportOptions withFolder = options;
  StringRef folder = llvm::sys::path::parent_path(path);
  withFolder.folder = folder.empty() ? "." : folder.str();
  return import((*buffer)->getBuffer(), path, context, withFolder,
                [&] { buffer->reset(); });
}

OwningOpRef<ModuleOp> importONNXBuffer(StringRef bytes, StringRef name,
                                       MLIRContext &context,
                                       const ImportOptions &options) {
  return import(bytes, name, context, options, [] {});
}

} // namespace bnn
