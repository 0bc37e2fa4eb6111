//===- Declarations.h - What --input and --shape say ------------*- C++ -*-===//

#ifndef BNN_TOOLS_BNN_COMPILE_DECLARATIONS_H
#define BNN_TOOLS_BNN_COMPILE_DECLARATIONS_H

#include "Options.h"
#include "llvm/Support/Error.h"

namespace bnn {

/// NAME=TYPE[:SCALE[,OFFSET]].
llvm::Expected<InputDeclaration> parseInput(llvm::StringRef text);

/// NAME=1x3x32x32, put into `import`. Fails also on an input that has a shape.
llvm::Error parseShape(llvm::StringRef text, ImportOptions &import);

} // namespace bnn

#endif // BNN_TOOLS_BNN_COMPILE_DECLARATIONS_H
