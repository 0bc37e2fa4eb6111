//===- Progress.h - A bar on a terminal -------------------------*- C++ -*-===//

#ifndef BNN_TOOLS_BNN_SIM_PROGRESS_H
#define BNN_TOOLS_BNN_SIM_PROGRESS_H

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>

namespace bnn::sim {

/// A bar with the time that is left, on a terminal; nothing elsewhere. The bar
/// is gone with the object.
class Progress {
public:
  /// `what` is counted: "samples", "chips".
  explicit Progress(std::string what, bool wanted = true);
  ~Progress();
  void update(int64_t done, int64_t total);

private:
  using Clock = std::chrono::steady_clock;
  std::string what;
  bool shown;
  int64_t first = -1; ///< done already when this began
  Clock::time_point start, last;
  std::mutex lock;
};

/// "2 min 5 s", "3 h 12 min": two units at most.
std::string formatDuration(double seconds);

} // namespace bnn::sim

#endif // BNN_TOOLS_BNN_SIM_PROGRESS_H
