//===- Election.cpp - Thresholds of groups that vote ----------------------===//

#include "Election.h"
#include "llvm/ADT/STLExtras.h"
#include <cmath>

using namespace llvm;
using namespace bnn;

Election bnn::elect(ArrayRef<std::vector<int64_t>> sums, int64_t threshold,
                    ArrayRef<bool> reached) {
  size_t groups = sums.front().size();
  std::vector<double> means(groups, 0);
  double all = 0;
  for (const std::vector<int64_t> &sample : sums)
    for (auto [mean, sum] : llvm::zip_equal(means, sample))
      mean += double(sum) / double(sums.size());
  for (double mean : means)
    all += mean;
  Election election;
  for (double mean : means)
    election.ofGroup.push_back(int64_t(
        std::ceil(mean + (double(threshold) - all) / double(groups) - 1e-9)));
  std::vector<int64_t> votes;
  for (const std::vector<int64_t> &sample : sums) {
    int64_t sum = 0;
    for (auto [own, least] : llvm::zip_equal(sample, election.ofGroup))
      sum += own >= least ? 1 : -1;
    votes.push_back(sum);
  }
  // From the even split outwards, so that a draw is decided by it.
  size_t most = 0;
  auto count = [&](int64_t least) {
    size_t same = 0;
    for (auto [sum, wanted] : llvm::zip_equal(votes, reached))
      same += (sum >= least) == wanted;
    if (same > most) {
      most = same;
      election.ofVotes = least;
    }
  };
  int64_t last = int64_t(groups) + 2;
  for (int64_t away = 0; away <= last; ++away) {
    count(away);
    count(-away);
  }
  return election;
}
