//===- Accuracy.cpp - What binarizing costs in accuracy ---------*- C++ -*-===//

#include "Accuracy.h"
#include "bnn/Reference/Interpreter.h"
#include "bnn/Simulator/Simulator.h"
#include "bnn/Support/Error.h"
#include "bnn/Support/TensorFile.h"
#include "llvm/Support/FormatVariadic.h"
#include <algorithm>
#include <atomic>
#include <cmath>
#include <tbb/parallel_for.h>

using namespace mlir;

namespace bnn {

/// The class that the elements of one sample stand for: an index as such, or
/// the place of the largest score.
static int64_t classOf(llvm::ArrayRef<double> scores, bool isIndex) {
  if (isIndex && scores.size() == 1)
    return int64_t(scores[0]);
  return std::max_element(scores.begin(), scores.end()) - scores.begin();
}

llvm::Expected<AccuracyCheck> AccuracyCheck::create(ModuleOp module,
                                                    const Options &options) {
  AccuracyCheck check;
  llvm::Expected<Tensor> samples = readTensorFile(options.calibration);
  if (!samples)
    return samples.takeError();
  llvm::Expected<Tensor> labels = readTensorFile(options.labels);
  if (!labels)
    return labels.takeError();
  FailureOr<Interpreter> network = Interpreter::create(module);
  if (failed(network) || network->inputs().size() != 1)
    return makeError("--labels: the network must have one input");
  const Shape &shape = network->inputs()[0].shape;
  if (llvm::Error error =
          fitSamples(*samples, shape,
                     "--calibration " + options.calibration + " for input '" +
                         network->inputs()[0].name + "'"))
    return error;
  check.samples = std::move(*samples);
  int64_t count = check.samples.shape[0];
  if (labels->size() != count)
    return makeError("--labels " + options.labels + ": holds " +
                     llvm::Twine(labels->size()) + " labels for " +
                     llvm::Twine(count) + " samples");
  for (auto [i, label] : llvm::enumerate(labels->data)) {
    if (!(label == std::floor(label) && label >= 0 && label < 0x1p53))
      return makeError(
          "--labels " + options.labels + ": label " + llvm::Twine(i) + " is " +
          llvm::formatv("{0}", label).str() + ", which is no class index");
    check.labels.push_back(int64_t(label));
  }

  std::atomic<int64_t> classes = 0; // 0: an index, any
  std::vector<char> right(size_t(count), 0);
  std::vector<char> failures(size_t(count), 0);
  int64_t size = check.samples.size() / count;
  tbb::parallel_for(int64_t(0), count, [&](int64_t i) {
    auto from = check.samples.data.begin() + i * size;
    Tensor input(shape, std::vector<double>(from, from + size));
    std::vector<Tensor> outputs;
    failures[size_t(i)] = failed(
        network->run(input, outputs, [](llvm::StringRef, const Tensor &) {}));
    if (!failures[size_t(i)] && !outputs.empty())
      classes = outputs[0].data.size() == 1 && isInteger(outputs[0].type)
                    ? 0
                    : int64_t(outputs[0].data.size());
    if (!failures[size_t(i)] && !outputs.empty())
      right[size_t(i)] = classOf(outputs[0].data, isInteger(outputs[0].type)) ==
                         check.labels[size_t(i)];
  });
  if (llvm::is_contained(failures, 1))
    return makeError("--labels: the network cannot be interpreted");
  for (auto [i, label] : llvm::enumerate(check.labels))
    if (classes && label >= classes)
      return makeError("--labels " + options.labels + ": label " +
                       llvm::Twine(i) + " is " + llvm::Twine(label) +
                       ", the network has " + llvm::Twine(classes.load()) +
                       " classes, counted from 0");
  check.right.assign(right.begin(), right.end());
  check.calibrated.resize(size_t(count));
  int64_t used = std::min<int64_t>(options.binarize.samples, count);
  for (int64_t i = 0; i < used; ++i)
    check.calibrated[size_t(i * count / used)] = true;
  return check;
}

llvm::Expected<std::string>
AccuracyCheck::compare(const image::Image &image) const {
  llvm::Expected<sim::Simulator> simulator =
      sim::Simulator::create(image, sim::Executor::Fused);
  if (!simulator)
    return simulator.takeError();
  sim::RunOptions options;
  options.boundaryTies = false;
  llvm::Expected<sim::RunResult> run = simulator->run(samples, options);
  if (!run)
    return run.takeError();
  const Tensor &scores = run->outputs[0];
  size_t count = labels.size(), size = size_t(scores.size()) / count;
  struct {
    int64_t samples = 0, before = 0, after = 0;
  } groups[2];
  for (size_t i = 0; i < count; ++i) {
    auto &group = groups[calibrated[i] ? 0 : 1];
    llvm::ArrayRef<double> own(scores.data.data() + i * size, size);
    ++group.samples;
    group.before += right[i];
    group.after += classOf(own, isInteger(scores.type)) == labels[i];
  }
  std::string text;
  const char *names[] = {"samples of the calibration", "other samples"};
  for (auto [group, name] : llvm::zip_equal(groups, names)) {
    if (!group.samples)
      continue;
    auto percent = [&](int64_t right) {
      return 100 * double(right) / double(group.samples);
    };
    text += llvm::formatv("accuracy {0:f2} % before, {1:f2} % after, on {2} "
                          "{3}\n",
                          percent(group.before), percent(group.after),
                          group.samples, name);
  }
  return text;
}

} // namespace bnn
