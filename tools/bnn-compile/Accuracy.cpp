//===- Accuracy.cpp - What binarizing costs in accuracy ---------*- C++ -*-===//

#include "Accuracy.h"
#include "bnn/Reference/Interpreter.h"
#include "bnn/Simulator/Simulator.h"
#include "bnn/Support/Error.h"
#include "bnn/Support/Labels.h"
#include "bnn/Support/TensorFile.h"
#include "llvm/Support/FormatVariadic.h"
#include <tbb/parallel_for.h>

using namespace mlir;

namespace bnn {

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
  auto fail = [&](llvm::Error error) {
    return makeError("--labels " + options.labels + ": " +
                     llvm::toString(std::move(error)));
  };
  std::vector<Tensor> scores((size_t(count)));
  std::vector<char> failures(size_t(count), 0);
  int64_t size = check.samples.size() / count;
  tbb::parallel_for(int64_t(0), count, [&](int64_t i) {
    auto from = check.samples.data.begin() + i * size;
    Tensor input(shape, std::vector<double>(from, from + size));
    std::vector<Tensor> outputs;
    failures[size_t(i)] =
        failed(network->run(input, outputs,
                            [](llvm::StringRef, const Tensor &) {})) ||
        outputs.empty();
    if (!failures[size_t(i)])
      scores[size_t(i)] = std::move(outputs[0]);
  });
  if (llvm::is_contained(failures, 1))
    return makeError("--labels: the network cannot be interpreted");
  Tensor all({count, scores.empty() ? 0 : scores[0].size()}, {});
  all.type = scores.empty() ? all.type : scores[0].type;
  for (const Tensor &own : scores)
    llvm::append_range(all.data, own.data);
  llvm::Expected<std::vector<int64_t>> wanted =
      labelsOf(*labels, count, numClasses(all));
  if (!wanted)
    return fail(wanted.takeError());
  check.labels = std::move(*wanted);
  llvm::Expected<std::vector<int64_t>> classes = classesOf(all);
  if (!classes)
    return fail(classes.takeError());
  for (auto [found, label] : llvm::zip_equal(*classes, check.labels))
    check.right.push_back(found == label);
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
  llvm::Expected<std::vector<int64_t>> classes = classesOf(run->outputs[0]);
  if (!classes)
    return classes.takeError();
  struct {
    int64_t samples = 0, before = 0, after = 0;
  } groups[2];
  for (size_t i = 0; i < labels.size(); ++i) {
    auto &group = groups[calibrated[i] ? 0 : 1];
    ++group.samples;
    group.before += right[i];
    group.after += (*classes)[i] == labels[i];
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
