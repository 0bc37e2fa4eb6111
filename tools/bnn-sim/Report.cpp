//===- Report.cpp - What bnn-sim tells ------------------------------------===//

#include "Report.h"
#include "FusedKernels.h"
#include "bnn/Image/Image.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"
#include <fmt/format.h>

using namespace llvm;

namespace bnn::sim {

static int64_t samplesWithTies(const RunResult &result) {
  return llvm::count_if(result.boundaryTies, [](int64_t n) { return n > 0; });
}

std::string formatReport(const Report &report) {
  const RunResult &result = report.result;
  std::string out;
  auto line = [&](StringRef what, const std::string &text) {
    out += fmt::format("{:<15}{}\n", what.str(), text);
  };
  const image::Target &target = report.image.target();
  line("image", fmt::format("{} ({} subarrays of {}x{}, target {})",
                            sys::path::filename(report.path).str(),
                            report.image.num_subarrays(), target.rows(),
                            target.columns(),
                            target.name().empty() ? "unnamed" : target.name()));
  line("samples", fmt::format("{}", result.samples));
  if (isRandom(report.image))
    line("inputs", describeInputs(report.image, report.seed));
  if (report.accuracy)
    line("accuracy",
         fmt::format("{:.2f} % ({} of {})", report.accuracy->percent(),
                     report.accuracy->correct, report.accuracy->samples));
  bool replay = report.executor == Executor::Replay;
  line("time",
       fmt::format(
           "{:.3f} s, {:.3f} ms a sample ({}, {})", report.seconds,
           result.samples ? 1e3 * report.seconds / double(result.samples) : 0.0,
           replay ? "replay" : mismatchTargetName(),
           report.threads ? fmt::format("{} threads", report.threads)
                          : std::string("all threads")));
  if (replay && result.samples) {
    line("row reads", fmt::format("{} ({} a sample)", result.rowReads,
                                  result.rowReads / uint64_t(result.samples)));
    line("cycles", fmt::format("{} ({} a sample)", result.cycles,
                               result.cycles / uint64_t(result.samples)));
  }
  int64_t ties = samplesWithTies(result);
  line("boundary ties",
       ties ? fmt::format("{} of {} samples: float32 rounding upstream could "
                          "change a binary activation",
                          ties, result.samples)
            : std::string("none"));
  return out;
}

bool isRandom(const image::Image &image) {
  return image.presentation().generator() == image::Presentation::STOCHASTIC;
}

std::string describeInputs(const image::Image &image, uint64_t seed) {
  std::string out = "random bits of seed " + std::to_string(seed);
  for (const image::Step &step : image.steps())
    if (step.has_op() && step.op().kind() == image::Op::PRESENT)
      out += fmt::format(", '{}' presented {} times",
                         image.inputs(int(step.op().axis())).name(),
                         uint64_t(step.op().k()) * image::repetitionsOf(image));
  if (image::repetitionsOf(image) > 1)
    out += ", outputs averaged";
  return out;
}

std::string formatJson(const Report &report) {
  const RunResult &result = report.result;
  json::Object object{
      {"image", sys::path::filename(report.path)},
      {"network", report.image.provenance().network()},
      {"executor", report.executor == Executor::Replay ? "replay" : "fused"},
      {"samples", result.samples},
      {"seconds", report.seconds},
      {"samples_with_boundary_ties", samplesWithTies(result)},
  };
  if (isRandom(report.image))
    object["inputs"] = describeInputs(report.image, report.seed);
  if (report.accuracy) {
    object["accuracy_percent"] = report.accuracy->percent();
    object["correct"] = report.accuracy->correct;
  }
  if (report.executor == Executor::Replay) {
    object["row_reads"] = result.rowReads;
    object["cycles"] = result.cycles;
  }
  json::Array ties;
  for (auto [sample, count] : enumerate(result.boundaryTies))
    if (count)
      ties.push_back(
          json::Object{{"sample", int64_t(sample)}, {"values", count}});
  object["boundary_ties"] = std::move(ties);
  std::string text;
  raw_string_ostream stream(text);
  stream << formatv("{0:2}\n", json::Value(std::move(object)));
  return text;
}

std::string formatAbsent(const image::Image &image) {
  if (image.absent().empty())
    return "";
  size_t width = 0;
  for (const image::Absent &absent : image.absent())
    width = std::max(width, absent.tensor().size());
  std::string out = "not in the trace:\n";
  for (const image::Absent &absent : image.absent())
    out +=
        fmt::format("  {:<{}}  {}\n", absent.tensor(), width, absent.reason());
  return out;
}

} // namespace bnn::sim
