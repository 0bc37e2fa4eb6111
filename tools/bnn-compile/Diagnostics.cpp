//===- Diagnostics.cpp - Diagnostics, one line each -------------*- C++ -*-===//

#include "Diagnostics.h"
#include "bnn/Conversion/BNNToImage.h"
#include "mlir/IR/Location.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/WithColor.h"

using namespace mlir;

namespace bnn {

/// The file of the first FileLineColLoc in `location`.
static llvm::StringRef fileOf(Location location) {
  llvm::StringRef file;
  location->walk([&](Location part) {
    auto position = dyn_cast<FileLineColLoc>(part);
    if (!position)
      return WalkResult::advance();
    file = position.getFilename();
    return WalkResult::interrupt();
  });
  return file;
}

static llvm::raw_ostream &begin(DiagnosticSeverity severity) {
  llvm::raw_ostream &os = llvm::errs();
  os << "bnn-compile: ";
  switch (severity) {
  case DiagnosticSeverity::Error:
    return llvm::WithColor::error(os);
  case DiagnosticSeverity::Warning:
    return llvm::WithColor::warning(os);
  case DiagnosticSeverity::Note:
    return llvm::WithColor::note(os);
  case DiagnosticSeverity::Remark:
    return llvm::WithColor::remark(os);
  }
  return os;
}

static void printOne(Diagnostic &diagnostic) {
  llvm::raw_ostream &os = begin(diagnostic.getSeverity());
  Location location = diagnostic.getLocation();
  std::string message = diagnostic.str();
  llvm::StringRef file = fileOf(location);
  // Errors of reading a file name it themselves.
  if (!file.empty() && !llvm::StringRef(message).starts_with(file))
    os << llvm::sys::path::filename(file) << ": ";
  if (llvm::StringRef node = locationName(location); !node.empty())
    os << "node '" << node << "': ";
  // An operation that MLIR attaches has lines of its own; the first suffices.
  os << llvm::StringRef(message).split('\n').first << '\n';
}

DiagnosticPrinter::DiagnosticPrinter(MLIRContext *context)
    : ScopedDiagnosticHandler(context) {
  // The name says what a user can look up; the operation's text would not.
  context->printOpOnDiagnostic(false);
  setHandler([this](Diagnostic &diagnostic) { return print(diagnostic); });
}

LogicalResult DiagnosticPrinter::print(Diagnostic &diagnostic) {
  printOne(diagnostic);
  for (Diagnostic &note : diagnostic.getNotes())
    printOne(note);
  error |= diagnostic.getSeverity() == DiagnosticSeverity::Error;
  return success();
}

void printError(llvm::Error error) {
  llvm::handleAllErrors(std::move(error), [](const llvm::ErrorInfoBase &info) {
    begin(DiagnosticSeverity::Error) << info.message() << '\n';
  });
}

} // namespace bnn
