//===- Ranks.cpp - Processes that share one experiment --------------------===//

#include "bnn/MonteCarlo/Ranks.h"
#include "bnn/Support/Error.h"
#include <cstdlib>
#include <numeric>

#if BNN_MPI
#define OMPI_SKIP_MPICXX 1
#include <mpi.h>
#endif

using namespace llvm;

namespace bnn::mc {

namespace {

bool isSet(const char *name) { return std::getenv(name) != nullptr; }

/// A launcher that speaks a protocol of MPI left one of these. MPI is not
/// started without: alone it would only cost time.
bool underMpi() {
  return isSet("OMPI_COMM_WORLD_SIZE") || isSet("PMIX_RANK") ||
         isSet("PMI_RANK");
}

/// Several tasks of srun that do not know of each other.
bool underPlainSrun() {
  const char *tasks = std::getenv("SLURM_STEP_NUM_TASKS");
  return tasks && std::atoi(tasks) > 1 && isSet("SLURM_PROCID");
}

} // namespace

Ranks::Ranks(Ranks &&other) noexcept
    : index(other.index), count(other.count), joined(other.joined) {
  other.joined = false;
}

#if BNN_MPI

Expected<Ranks> Ranks::join() {
  if (!underMpi()) {
    if (underPlainSrun())
      return makeError(
          "srun started several processes without MPI; use mpirun, "
          "or srun --mpi=pmix (or pmi2)");
    return Ranks(0, 1, false);
  }
  int provided = 0, index = 0, count = 1;
  // Only this thread talks to other ranks.
  if (MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided) !=
      MPI_SUCCESS)
    return makeError("MPI cannot be started");
  MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
  MPI_Comm_rank(MPI_COMM_WORLD, &index);
  MPI_Comm_size(MPI_COMM_WORLD, &count);
  return Ranks(index, count, true);
}

Ranks::~Ranks() {
  if (joined)
    MPI_Finalize();
}

Expected<std::vector<std::string>> Ranks::gather(StringRef mine) const {
  if (count == 1)
    return std::vector<std::string>{mine.str()};
  // Sizes first. MPI counts bytes in int: 2 GiB from all ranks together, far
  // beyond a round of chips.
  std::vector<int> sizes(count), starts(count, 0);
  int size = int(mine.size());
  if (MPI_Allgather(&size, 1, MPI_INT, sizes.data(), 1, MPI_INT,
                    MPI_COMM_WORLD) != MPI_SUCCESS)
    return makeError("MPI lost a rank");
  int64_t total = std::accumulate(sizes.begin(), sizes.end(), int64_t(0));
  if (total > INT32_MAX)
    return makeError("the ranks have more than 2 GiB to tell each other");
  std::partial_sum(sizes.begin(), sizes.end() - 1, starts.begin() + 1);
  std::string all(size_t(total), '\0');
  if (MPI_Allgatherv(mine.data(), size, MPI_BYTE, all.data(), sizes.data(),
                     starts.data(), MPI_BYTE, MPI_COMM_WORLD) != MPI_SUCCESS)
    return makeError("MPI lost a rank");
  std::vector<std::string> parts;
  parts.reserve(count);
  for (int i = 0; i < count; ++i)
    parts.push_back(all.substr(size_t(starts[i]), size_t(sizes[i])));
  return parts;
}

#else

Expected<Ranks> Ranks::join() {
  const char *size = std::getenv("OMPI_COMM_WORLD_SIZE");
  bool several = size ? std::atoi(size) > 1 : underMpi() && underPlainSrun();
  if (several || underPlainSrun())
    return makeError("a launcher started several processes, and this bnn-sim "
                     "was built without MPI (libopenmpi-dev)");
  return Ranks(0, 1, false);
}

Ranks::~Ranks() = default;

Expected<std::vector<std::string>> Ranks::gather(StringRef mine) const {
  return std::vector<std::string>{mine.str()};
}

#endif

Error Ranks::agree(Error mine) const {
  if (count == 1)
    return mine;
  // A first byte, since the text of an error may be empty.
  std::string text = mine ? "!" + toString(std::move(mine)) : "";
  Expected<std::vector<std::string>> all = gather(text);
  if (!all)
    return all.takeError();
  for (const std::string &other : *all)
    if (!other.empty())
      return makeError(other.substr(1));
  return Error::success();
}

} // namespace bnn::mc
