//===- KernelsTest.cpp - The packed kernels on every instruction set ------===//

#include "FusedKernels.h"
#include <bit>
#include <gtest/gtest.h>
#include <hwy/targets.h>
#include <random>

using namespace bnn::sim;

namespace {

/// Runs once per instruction set that this machine has.
class Kernels : public testing::TestWithParam<int64_t> {
protected:
  void SetUp() override {
    hwy::SetSupportedTargetsForTest(GetParam());
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  }
  void TearDown() override {
    hwy::SetSupportedTargetsForTest(0);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  }
};

std::vector<int64_t> targets() {
  std::vector<int64_t> all;
  for (int64_t rest = hwy::SupportedTargets(); rest; rest &= rest - 1)
    all.push_back(rest & -rest);
  return all;
}

TEST_P(Kernels, AgreeWithScalars) {
  std::mt19937 random(7);
  // Word counts around 31, where byte counters are emptied.
  for (size_t words : {1, 2, 30, 31, 32, 63, 128})
    for (size_t rows : {1, 3, 4, 9, 17})
      for (int kind = 0; kind < 4; ++kind) {
        bool masked = kind & 1, split = kind & 2;
        size_t blocks = 2, planes = 1 + random() % 3, lanes = blocks * 32;
        std::vector<uint32_t> weights(blocks * words * 32),
            masks(weights.size()), ones(weights.size()),
            input(rows * planes * words);
        // All ones is the worst case for a counter.
        bool full = random() % 2;
        for (uint32_t &w : weights)
          w = full ? ~0u : uint32_t(random());
        for (uint32_t &m : masks)
          m = uint32_t(random());
        for (uint32_t &one : ones)
          one = full ? ~0u : uint32_t(random());
        for (uint32_t &x : input)
          x = full ? 0 : uint32_t(random());
        std::vector<int32_t> factors{1, 2, -4};
        std::vector<uint32_t> classes(rows), inverts(2 * blocks);
        std::vector<int32_t> limits(2 * lanes), wanted(rows * lanes),
            sums(rows * lanes, 5);
        for (uint32_t &cls : classes)
          cls = random() % 2;
        for (uint32_t &invert : inverts)
          invert = uint32_t(random());
        for (size_t r = 0; r < rows; ++r)
          for (size_t n = 0; n < lanes; ++n)
            for (size_t i = 0; i < planes; ++i)
              for (size_t k = 0; k < words; ++k) {
                size_t at = (n / 32 * words + k) * 32 + n % 32;
                uint32_t x = input[(r * planes + i) * words + k];
                uint32_t differ = split ? (x & ones[at]) | (~x & weights[at])
                                        : x ^ weights[at];
                wanted[r * lanes + n] +=
                    factors[i] *
                    std::popcount(masked ? differ & masks[at] : differ);
              }
        for (size_t i = 0; i < limits.size(); ++i)
          limits[i] = wanted[random() % wanted.size()];

        MismatchTask task;
        task.weights = weights.data();
        task.masks = masked ? masks.data() : nullptr;
        if (split) {
          task.oneMisses = ones.data();
          task.zeroMisses = weights.data();
        }
        task.blocks = blocks;
        task.words = words;
        task.rows = input.data();
        task.numRows = rows;
        task.rowStride = planes * words;
        task.planeStride = words;
        task.factors = factors.data();
        task.planes = planes;
        task.sums = sums.data();
        runMismatch(task);
        EXPECT_EQ(sums, wanted);
        task.accumulate = true;
        runMismatch(task);
        for (size_t i = 0; i < sums.size(); ++i)
          EXPECT_EQ(sums[i], 2 * wanted[i]);

        std::vector<uint32_t> bits(rows * blocks);
        task.sums = nullptr;
        task.limits = limits.data();
        task.inverts = inverts.data();
        task.rowClasses = classes.data();
        task.bits = bits.data();
        task.bitStride = blocks;
        runMismatch(task);
        for (size_t r = 0; r < rows; ++r)
          for (size_t n = 0; n < lanes; ++n) {
            bool below = wanted[r * lanes + n] < limits[classes[r] * lanes + n];
            bool invert = inverts[classes[r] * blocks + n / 32] >> n % 32 & 1;
            ASSERT_EQ(bits[r * blocks + n / 32] >> n % 32 & 1,
                      uint32_t(below != invert));
          }
      }
}

INSTANTIATE_TEST_SUITE_P(Targets, Kernels, testing::ValuesIn(targets()),
                         [](const testing::TestParamInfo<int64_t> &info) {
                           return std::string(hwy::TargetName(info.param));
                         });

} // namespace
