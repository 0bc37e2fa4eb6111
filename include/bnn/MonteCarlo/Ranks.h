//===- Ranks.h - Processes that share one experiment ------------*- C++ -*-===//
//
// Under mpirun or srun every process is a rank: it runs some of the chips and
// hears of all results, so that each takes the same decisions. Only rank 0
// prints and writes. Without MPI there is one rank.
//
//===----------------------------------------------------------------------===//

#ifndef BNN_MONTECARLO_RANKS_H
#define BNN_MONTECARLO_RANKS_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <string>
#include <vector>

namespace bnn::mc {

class Ranks {
public:
  /// Joins the other ranks where a launcher started several processes. Fails
  /// where it did and this build has no MPI. One object a process.
  static llvm::Expected<Ranks> join();
  Ranks(Ranks &&other) noexcept;
  ~Ranks();

  int rank() const { return index; }
  int size() const { return count; }
  bool isFirst() const { return index == 0; }

  /// What each rank passed, by rank; all ranks must call it.
  llvm::Expected<std::vector<std::string>> gather(llvm::StringRef mine) const;

  /// Success if all ranks pass it, else the first rank's error, everywhere.
  llvm::Error agree(llvm::Error mine) const;

private:
  Ranks(int index, int count, bool joined)
      : index(index), count(count), joined(joined) {}
  int index = 0, count = 1;
  bool joined = false; // MPI must be left
};

} // namespace bnn::mc

#endif // BNN_MONTECARLO_RANKS_H
