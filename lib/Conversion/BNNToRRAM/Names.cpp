//===- Names.cpp - Names of layers from locations -------------------------===//

#include "Names.h"

#include "llvm/ADT/Twine.h"

using namespace mlir;

void bnn::collectNames(Location location,
                       llvm::SetVector<llvm::StringRef> &names) {
  location->walk([&](Location part) {
    if (auto name = dyn_cast<NameLoc>(part); name && !name.getName().empty())
      names.insert(name.getName().getValue());
    return WalkResult::advance();
  });
}

std::string bnn::uniqueLayerName(llvm::StringRef wanted, SymbolTable &symbols) {
  std::string base = wanted.empty() ? "layer" : wanted.str();
  std::string name = base;
  for (unsigned i = 1;
       symbols.lookup(name) || symbols.lookup(name + "_weights"); ++i)
    name = (llvm::Twine(base) + "_" + llvm::Twine(i)).str();
  return name;
}
