//===- ElectionTest.cpp - Thresholds of groups that vote ------------------===//

#include "Election.h"
#include "gtest/gtest.h"
#include <random>

using namespace bnn;

namespace {

using Sums = std::vector<std::vector<int64_t>>;

int64_t votesOf(const Election &election, const std::vector<int64_t> &sums) {
  int64_t votes = 0;
  for (size_t g = 0; g < sums.size(); ++g)
    votes += sums[g] >= election.ofGroup[g] ? 1 : -1;
  return votes;
}

size_t agreement(const Election &election, const Sums &sums,
                 llvm::ArrayRef<bool> reached) {
  size_t same = 0;
  for (size_t i = 0; i < sums.size(); ++i)
    same += (votesOf(election, sums[i]) >= election.ofVotes) == reached[i];
  return same;
}

TEST(Election, OneGroupIsTheSum) {
  Sums sums = {{-4}, {-2}, {0}, {2}, {4}};
  bool reached[] = {false, false, false, true, true};
  Election election = elect(sums, 1, reached);
  EXPECT_EQ(election.ofGroup, std::vector<int64_t>{1});
  EXPECT_EQ(agreement(election, sums, reached), 5u);
}

TEST(Election, GroupsShareWhatIsMissing) {
  // Means 10 and -2; 4 more than their sum of 8 is wanted, 2 of each.
  Sums sums = {{8, -4}, {12, 0}};
  bool reached[] = {false, true};
  Election election = elect(sums, 12, reached);
  EXPECT_EQ(election.ofGroup, (std::vector<int64_t>{12, 0}));
  EXPECT_EQ(agreement(election, sums, reached), 2u);
}

TEST(Election, NeuronsThatNeverChangeAgreeAlways) {
  Sums sums = {{1, 1, 1}, {-1, 3, 1}, {3, -1, -1}};
  bool never[] = {false, false, false}, always[] = {true, true, true};
  EXPECT_EQ(agreement(elect(sums, 100, never), sums, never), 3u);
  EXPECT_EQ(agreement(elect(sums, -100, always), sums, always), 3u);
}

/// No other threshold of the votes agrees more often.
TEST(Election, TakesTheBestThresholdOfVotes) {
  std::mt19937 random(7);
  for (int round = 0; round < 50; ++round) {
    size_t groups = 1 + random() % 9;
    int64_t threshold = int64_t(random() % 21) - 10;
    Sums sums;
    llvm::SmallVector<bool> reached;
    for (int i = 0; i < 40; ++i) {
      int64_t sum = 0;
      std::vector<int64_t> &own = sums.emplace_back();
      for (size_t g = 0; g < groups; ++g) {
        own.push_back(int64_t(random() % 17) - 8);
        sum += own.back();
      }
      reached.push_back(sum >= threshold);
    }
    Election election = elect(sums, threshold, reached);
    size_t best = agreement(election, sums, reached);
    for (int64_t votes = -12; votes <= 12; ++votes) {
      Election other = election;
      other.ofVotes = votes;
      EXPECT_LE(agreement(other, sums, reached), best);
    }
  }
}

} // namespace
