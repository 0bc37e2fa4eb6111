//===- Network.h - A loaded image -------------------------------*- C++ -*-===//

#ifndef BNN_LIB_SIMULATOR_NETWORK_H
#define BNN_LIB_SIMULATOR_NETWORK_H

#include "Layer.h"
#include "bnn/Simulator/Simulator.h"

namespace bnn::sim {

/// What is made of an image once, and read by all threads.
struct Network {
  static llvm::Expected<Network> load(const image::Image &image,
                                      Executor executor);

  const image::Image *image = nullptr;
  Executor executor = Executor::Fused;
  std::vector<std::unique_ptr<LayerExecutor>> layers; ///< by step; else null
  std::vector<std::optional<Tensor>> constants;       ///< by value
  std::vector<int> lastUse;        ///< by value: the last step that reads it
  std::vector<bool> feedsEncoding; ///< by step: host work before an ENCODE
  /// By step: it reads nothing that comes out of the arrays, so that its
  /// results are those of every chip.
  std::vector<bool> beforeArrays;
};

/// Elements of one sample.
int64_t elements(const image::Value &value);

} // namespace bnn::sim

#endif // BNN_LIB_SIMULATOR_NETWORK_H
