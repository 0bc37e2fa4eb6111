//===- Runner.cpp - Runs the chips of an experiment -----------------------===//

#include "bnn/MonteCarlo/Runner.h"
#include "bnn/Support/Error.h"
#include "bnn/Support/File.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FileSystem.h"
#include <atomic>
#include <bit>
#include <chrono>
#include <cstring>
#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

using namespace llvm;

namespace bnn::mc {

namespace {

using Clock = std::chrono::steady_clock;

/// One chip to run, and what came of it.
struct Task {
  size_t point;
  uint64_t chip;
  Trial trial;
  std::string error;
};

/// Fixed-size records between ranks: error flag and text, or bits and counts.
std::string encode(const Task &task) {
  std::string bytes;
  uint64_t length = task.error.size();
  bytes.append(reinterpret_cast<const char *>(&length), sizeof length);
  if (length)
    return bytes + task.error;
  auto append = [&](const auto &list) {
    bytes.append(reinterpret_cast<const char *>(list.data()),
                 list.size() * sizeof(list[0]));
  };
  append(task.trial.right);
  append(task.trial.counts);
  return bytes;
}

void decode(StringRef &bytes, const RunPlan &plan, Task &task) {
  uint64_t length;
  std::memcpy(&length, bytes.data(), sizeof length);
  bytes = bytes.drop_front(sizeof length);
  if (length) {
    task.error = bytes.take_front(length).str();
    bytes = bytes.drop_front(length);
    return;
  }
  auto take = [&](auto &list, size_t size) {
    list.resize(size);
    size_t count = size * sizeof(list[0]);
    std::memcpy(list.data(), bytes.data(), count);
    bytes = bytes.drop_front(count);
  };
  take(task.trial.right, size_t(plan.images + 63) / 64);
  take(task.trial.counts, plan.counts);
}

class Run {
public:
  Run(const RunPlan &plan, const Ranks &ranks, const RunChip &run)
      : plan(plan), ranks(ranks), run(run),
        arena(plan.threads ? int(plan.threads) : tbb::task_arena::automatic) {}

  Expected<std::vector<PointResult>> all() {
    results.resize(plan.points);
    for (PointResult &result : results)
      init(result);
    if (Error error = ranks.agree(resume()))
      return std::move(error);
    // Machines may differ; all ranks must make the same rounds.
    Expected<std::vector<std::string>> counts =
        ranks.gather(std::to_string(arena.max_concurrency()));
    if (!counts)
      return counts.takeError();
    for (const std::string &count : *counts)
      workers += std::stoll(count);
    saved = Clock::now();
    for (;;) {
      std::vector<Task> tasks = nextRound();
      if (tasks.empty())
        break;
      if (Error error = runRound(tasks))
        return std::move(error);
      fold(tasks);
      if (Error error = ranks.agree(save(false)))
        return std::move(error);
    }
    if (Error error = ranks.agree(save(true)))
      return std::move(error);
    return std::move(results);
  }

private:
  void init(PointResult &result) const {
    result.perImage.resize(size_t(plan.images));
    result.counts.resize(plan.counts);
  }

  Error resume() {
    if (plan.checkpoint.empty() || !sys::fs::exists(plan.checkpoint))
      return Error::success();
    Expected<std::vector<PointResult>> read =
        readCheckpoint(plan.checkpoint, plan);
    if (!read)
      return read.takeError();
    results = std::move(*read);
    return Error::success();
  }

  /// Chips of all points that are not done up to a common number, a multiple
  /// of the rule's block that gives all threads of all ranks work. Decisions
  /// look at every block on the way, so they do not depend on it.
  std::vector<Task> nextRound() {
    int64_t open = 0, first = plan.rule.chips;
    for (PointResult &result : results) {
      result.done = plan.rule.stop(result.correct, plan.images).has_value();
      if (result.done)
        continue;
      ++open;
      first = std::min<int64_t>(first, int64_t(result.correct.size()));
    }
    if (!open)
      return {};
    int64_t chips = std::max<int64_t>(1, 4 * workers / open);
    int64_t block = StopRule::block;
    int64_t end = (first + chips + block - 1) / block * block;
    end = std::min(end, plan.rule.chips);
    std::vector<Task> tasks;
    for (auto [point, result] : enumerate(results))
      if (!result.done)
        for (int64_t chip = int64_t(result.correct.size()); chip < end; ++chip)
          tasks.push_back({point, uint64_t(chip), {}, {}});
    return tasks;
  }

  void runTask(Task &task, unsigned threads) {
    Expected<Trial> trial = run(task.point, task.chip, threads);
    if (trial)
      task.trial = std::move(*trial);
    else
      task.error = toString(trial.takeError());
    int64_t sum = finished += ranks.size(); // others are about as far
    if (plan.progress)
      plan.progress(std::min(sum, expected()), expected());
  }

  int64_t expected() const { return int64_t(plan.points) * plan.rule.chips; }

  /// This rank's share, then what the others made of theirs.
  Error runRound(std::vector<Task> &tasks) {
    finished = 0;
    for (const PointResult &result : results)
      finished +=
          result.done ? plan.rule.chips : int64_t(result.correct.size());
    std::vector<Task *> mine;
    for (size_t i = size_t(ranks.rank()); i < tasks.size();
         i += size_t(ranks.size()))
      mine.push_back(&tasks[i]);
    unsigned threads = unsigned(arena.max_concurrency());
    if (mine.size() < threads) {
      for (Task *task : mine)
        runTask(*task, threads);
    } else {
      arena.execute([&] {
        tbb::parallel_for(
            tbb::blocked_range<size_t>(0, mine.size(), 1),
            [&](const tbb::blocked_range<size_t> &range) {
              for (size_t i = range.begin(); i < range.end(); ++i)
                runTask(*mine[i], 1);
            },
            tbb::simple_partitioner());
      });
    }
    if (ranks.size() > 1)
      if (Error error = exchange(tasks, mine))
        return error;
    for (const Task &task : tasks)
      if (!task.error.empty())
        return makeError(task.error);
    return Error::success();
  }

  Error exchange(std::vector<Task> &tasks, ArrayRef<Task *> mine) {
    std::string bytes;
    for (const Task *task : mine)
      bytes += encode(*task);
    Expected<std::vector<std::string>> gathered = ranks.gather(bytes);
    if (!gathered)
      return gathered.takeError();
    for (auto [rank, part] : enumerate(*gathered)) {
      StringRef rest = part;
      for (size_t i = rank; i < tasks.size(); i += size_t(ranks.size()))
        decode(rest, plan, tasks[i]);
    }
    return Error::success();
  }

  /// Adds chips in the order of their numbers until their point is done; what
  /// was run beyond is forgotten.
  void fold(ArrayRef<Task> tasks) {
    for (const Task &task : tasks) {
      PointResult &result = results[task.point];
      if (result.done)
        continue;
      int64_t correct = 0;
      for (auto [index, word] : enumerate(task.trial.right)) {
        correct += std::popcount(word);
        for (uint64_t left = word; left; left &= left - 1)
          ++result.perImage[index * 64 + size_t(std::countr_zero(left))];
      }
      result.correct.push_back(correct);
      for (auto [sum, count] : zip(result.counts, task.trial.counts))
        sum += count;
      result.done = plan.rule.stop(result.correct, plan.images).has_value();
    }
  }

  Error save(bool last) {
    if (plan.checkpoint.empty() || !ranks.isFirst())
      return Error::success();
    std::chrono::duration<double> since = Clock::now() - saved;
    if (!last && since.count() < plan.saveSeconds)
      return Error::success();
    saved = Clock::now();
    return writeFile(plan.checkpoint, formatCheckpoint(plan, results));
  }

  const RunPlan &plan;
  const Ranks &ranks;
  const RunChip &run;
  tbb::task_arena arena;
  std::vector<PointResult> results;
  int64_t workers = 0; ///< threads of all ranks
  std::atomic<int64_t> finished = 0;
  Clock::time_point saved;
};

} // namespace

Expected<std::vector<PointResult>>
runChips(const RunPlan &plan, const Ranks &ranks, const RunChip &run) {
  std::optional<tbb::global_control> control;
  if (plan.threads)
    control.emplace(tbb::global_control::max_allowed_parallelism, plan.threads);
  try {
    return Run(plan, ranks, run).all();
  } catch (const std::bad_alloc &) {
    return makeError("not enough memory for the results of all chips");
  }
}

} // namespace bnn::mc
