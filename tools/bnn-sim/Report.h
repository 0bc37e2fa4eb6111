//===- Report.h - What bnn-sim tells ----------------------------*- C++ -*-===//

#ifndef BNN_TOOLS_BNN_SIM_REPORT_H
#define BNN_TOOLS_BNN_SIM_REPORT_H

#include "bnn/Simulator/Simulator.h"
#include <optional>

namespace bnn::sim {

struct Accuracy {
  int64_t correct = 0, samples = 0;
  double percent() const {
    return samples ? 100.0 * double(correct) / double(samples) : 0;
  }
};

struct Report {
  const image::Image &image;
  std::string path;
  const RunResult &result;
  Executor executor;
  unsigned threads;
  double seconds;
  std::optional<Accuracy> accuracy;
  uint64_t seed; ///< of inputs presented at random
};

/// Whether the image presents inputs at random.
bool isRandom(const image::Image &image);
/// "random bits, 16 presentations of 'image', seed 1"; only of such an image.
std::string describeInputs(const image::Image &image, uint64_t seed);

std::string formatReport(const Report &report);
std::string formatJson(const Report &report);

/// The tensors of the network that no trace can hold, and why.
std::string formatAbsent(const image::Image &image);

} // namespace bnn::sim

#endif // BNN_TOOLS_BNN_SIM_REPORT_H
