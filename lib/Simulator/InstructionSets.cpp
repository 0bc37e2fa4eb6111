//===- InstructionSets.cpp - Which kernels are used -----------------------===//

#include "bnn/Simulator/Simulator.h"
#include "bnn/Support/Error.h"
#include "llvm/ADT/StringExtras.h"
#include <hwy/targets.h>

using namespace llvm;

namespace bnn::sim {

/// Sets of this machine, best first: Highway numbers better ones lower.
static std::vector<int64_t> supportedSets() {
  std::vector<int64_t> sets;
  hwy::SetSupportedTargetsForTest(0);
  for (int64_t rest = hwy::SupportedTargets(); rest; rest &= rest - 1)
    sets.push_back(rest & -rest);
  return sets;
}

std::vector<std::string> instructionSets() {
  std::vector<std::string> names;
  for (int64_t set : supportedSets())
    names.push_back(hwy::TargetName(set));
  return names;
}

Error setInstructionSet(StringRef name) {
  std::vector<int64_t> sets = supportedSets();
  int64_t wanted = 0;
  for (int64_t set : sets)
    if (name == hwy::TargetName(set))
      wanted = set;
  if (!name.empty() && !wanted)
    return makeError("this machine has no instruction set '" + name +
                     "'; it has " + llvm::join(instructionSets(), ", "));
  hwy::SetSupportedTargetsForTest(wanted);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  return Error::success();
}

} // namespace bnn::sim
