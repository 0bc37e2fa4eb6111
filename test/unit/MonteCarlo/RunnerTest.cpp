//===- RunnerTest.cpp -----------------------------------------------------===//

#include "bnn/MonteCarlo/Runner.h"
#include "bnn/Device/Random.h"
#include "bnn/Support/Error.h"
#include "bnn/Support/File.h"
#include "llvm/Support/FileSystem.h"
#include "gtest/gtest.h"
#include <atomic>
#include <fstream>

using namespace bnn::mc;
using bnn::device::Draw;
using bnn::device::Stream;

namespace {

constexpr int64_t images = 100;

/// Image i is right with probability (50 + i / 2) / 100 less 0.1 a point.
Trial draw(size_t point, uint64_t chip) {
  Trial trial;
  trial.right.resize(2);
  trial.counts = {int64_t(chip), 1};
  for (int64_t i = 0; i < images; ++i) {
    uint32_t word = Stream(1, chip, Draw::Bootstrap).words(0, i)[0];
    if (word % 1000 < uint32_t(500 + 5 * i) - 100 * point)
      trial.right[i / 64] |= uint64_t(1) << (i % 64);
  }
  return trial;
}

RunPlan makePlan() {
  RunPlan plan;
  plan.points = 3;
  plan.images = images;
  plan.counts = 2;
  plan.rule.chips = 40;
  plan.threads = 1;
  plan.key = {{"image", "abc"}, {"seed", "1"}};
  return plan;
}

std::vector<PointResult> run(
    const RunPlan &plan,
    const RunChip &chip = [](size_t point, uint64_t c, unsigned) {
      return draw(point, c);
    }) {
  auto ranks = Ranks::join();
  EXPECT_TRUE(bool(ranks));
  auto results = runChips(plan, *ranks, chip);
  if (!results) {
    ADD_FAILURE() << toString(results.takeError());
    return {};
  }
  return std::move(*results);
}

std::string text(const RunPlan &plan, llvm::ArrayRef<PointResult> results) {
  return formatCheckpoint(plan, results);
}

std::string temporary() {
  llvm::SmallString<128> path;
  EXPECT_FALSE(llvm::sys::fs::createTemporaryFile("runner", "json", path));
  llvm::sys::fs::remove(path);
  return path.str().str();
}

TEST(Runner, FoldsInTheOrderOfChips) {
  RunPlan plan = makePlan();
  std::vector<PointResult> results = run(plan);
  ASSERT_EQ(results.size(), 3u);
  for (size_t point = 0; point < 3; ++point) {
    ASSERT_EQ(results[point].correct.size(), 40u);
    std::vector<int64_t> perImage(images, 0);
    for (int chip = 0; chip < 40; ++chip) {
      int64_t correct = 0;
      for (int64_t i = 0; i < images; ++i) {
        bool right = draw(point, chip).right[i / 64] >> (i % 64) & 1;
        correct += right;
        perImage[i] += right;
      }
      EXPECT_EQ(results[point].correct[chip], correct);
    }
    EXPECT_EQ(results[point].perImage, perImage);
    EXPECT_EQ(results[point].counts, (std::vector<int64_t>{780, 40}));
  }
}

TEST(Runner, ThreadsChangeNothing) {
  RunPlan plan = makePlan();
  plan.rule.width = 0.04;
  plan.rule.chips = 200;
  std::string one = text(plan, run(plan));
  for (unsigned threads : {2u, 4u, 16u}) {
    plan.threads = threads;
    EXPECT_EQ(text(plan, run(plan)), one);
  }
}

TEST(Runner, StopsPointsApart) {
  RunPlan plan = makePlan();
  plan.rule.width = 0.02;
  plan.rule.chips = 500;
  std::vector<PointResult> results = run(plan);
  for (const PointResult &result : results) {
    EXPECT_EQ(result.correct.size() % 16, 0u);
    Mean mean = meanOf(result.correct, images);
    EXPECT_LE(mean.interval->width(), 0.02);
    Mean before = meanOf(llvm::ArrayRef(result.correct).drop_back(16), images);
    EXPECT_GT(before.interval->width(), 0.02);
  }
}

TEST(Runner, FewChipsGetAllThreads) {
  RunPlan plan = makePlan();
  plan.points = 1;
  plan.rule.chips = 2;
  plan.threads = 8;
  std::atomic<unsigned> most = 0;
  run(plan, [&](size_t point, uint64_t chip, unsigned threads) {
    most = std::max(most.load(), threads);
    return draw(point, chip);
  });
  EXPECT_EQ(most, 8u);
}

TEST(Runner, NamesTheFirstError) {
  RunPlan plan = makePlan();
  plan.threads = 4;
  auto ranks = Ranks::join();
  auto results = runChips(
      plan, *ranks,
      [](size_t point, uint64_t chip, unsigned) -> llvm::Expected<Trial> {
        if (chip % 5 == 4)
          return bnn::makeError("chip " + llvm::Twine(chip) + " of " +
                                llvm::Twine(point));
        return draw(point, chip);
      });
  EXPECT_EQ(toString(results.takeError()), "chip 4 of 0");
}

TEST(Checkpoint, ContinuesAKilledRun) {
  RunPlan plan = makePlan();
  std::string whole = text(plan, run(plan));
  plan.checkpoint = temporary();
  plan.saveSeconds = 0;
  std::atomic<int> calls = 0;
  auto ranks = Ranks::join();
  // The third round fails, as if the machine had.
  auto failed = runChips(
      plan, *ranks,
      [&](size_t point, uint64_t chip, unsigned) -> llvm::Expected<Trial> {
        if (chip >= 32)
          return bnn::makeError("killed");
        return draw(point, chip);
      });
  EXPECT_EQ(toString(failed.takeError()), "killed");
  ASSERT_TRUE(llvm::sys::fs::exists(plan.checkpoint));
  auto resumed = run(plan, [&](size_t point, uint64_t chip, unsigned) {
    ++calls;
    EXPECT_GE(chip, 32u);
    return draw(point, chip);
  });
  EXPECT_EQ(calls, 3 * 8);
  EXPECT_EQ(text(plan, resumed), whole);
  // And once more: nothing is left to do.
  calls = 0;
  EXPECT_EQ(text(plan, run(plan,
                           [&](size_t point, uint64_t chip, unsigned) {
                             ++calls;
                             return draw(point, chip);
                           })),
            whole);
  EXPECT_EQ(calls, 0);
  // More chips than before are only added.
  plan.rule.chips = 50;
  EXPECT_EQ(run(plan).front().correct.size(), 50u);
  llvm::sys::fs::remove(plan.checkpoint);
}

TEST(Checkpoint, RefusesWhatIsNotItsOwn) {
  RunPlan plan = makePlan();
  plan.checkpoint = temporary();
  run(plan);
  auto errorOf = [&](const RunPlan &other) {
    auto read = readCheckpoint(plan.checkpoint, other);
    return read ? "none" : toString(read.takeError());
  };
  EXPECT_EQ(errorOf(plan), "none");
  RunPlan other = plan;
  other.key[1].second = "2";
  EXPECT_EQ(errorOf(other), plan.checkpoint +
                                ": is the checkpoint of another run: seed is "
                                "'1' there and '2' here; name another file or "
                                "remove it");
  other = plan;
  other.rule.chips = 39;
  EXPECT_EQ(errorOf(other), plan.checkpoint +
                                ": has 40 chips of a point already, more than "
                                "--chips 39");
  auto write = [&](llvm::StringRef bytes) {
    EXPECT_FALSE(bool(bnn::writeFile(plan.checkpoint, bytes)));
    return errorOf(plan);
  };
  EXPECT_EQ(write("{}"),
            plan.checkpoint +
                ": is no checkpoint of bnn-sim; name another file");
  EXPECT_EQ(write("{\"bnn_sim_checkpoint\": 1}"),
            plan.checkpoint +
                ": is a checkpoint of another version of bnn-sim");
  // A chip lost from the file.
  std::vector<PointResult> results = run(makePlan());
  results[1].correct.pop_back();
  EXPECT_EQ(write(text(plan, results)),
            plan.checkpoint + ": is a damaged checkpoint; remove it");
  // A number that is another one, but may be.
  results = run(makePlan());
  std::string whole = text(plan, results);
  EXPECT_EQ(write(whole), "none");
  ++results[2].counts[0];
  std::string changed = text(plan, results);
  size_t line = whole.find("\"sha256\""), end = whole.find(',', line);
  changed.replace(line, end - line, whole.substr(line, end - line));
  EXPECT_EQ(write(changed),
            plan.checkpoint + ": is a damaged checkpoint; remove it");
  llvm::sys::fs::remove(plan.checkpoint);
}

} // namespace
