//===- Progress.cpp - A bar on a terminal ---------------------------------===//

#include "Progress.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/raw_ostream.h"
#include <fmt/format.h>

using namespace llvm;

namespace bnn::sim {

Progress::Progress(std::string what, bool wanted)
    : what(std::move(what)),
      shown(wanted && sys::Process::StandardErrIsDisplayed()),
      start(Clock::now()), last(start) {}

Progress::~Progress() {
  if (shown)
    errs() << "\r\x1b[K";
}

std::string formatDuration(double seconds) {
  auto whole = int64_t(seconds + 0.5);
  if (whole < 60)
    return fmt::format("{} s", whole);
  if (whole < 3600)
    return fmt::format("{} min {} s", whole / 60, whole % 60);
  if (whole < 48 * 3600)
    return fmt::format("{} h {} min", whole / 3600, whole / 60 % 60);
  return fmt::format("{} d {} h", whole / 86400, whole / 3600 % 24);
}

void Progress::update(int64_t done, int64_t total) {
  if (!shown || total <= 0)
    return;
  std::lock_guard<std::mutex> guard(lock);
  Clock::time_point now = Clock::now();
  if (first < 0)
    first = done;
  if (now - last < std::chrono::milliseconds(100))
    return;
  last = now;
  std::chrono::duration<double> since = now - start;
  std::string left;
  if (done > first && since.count() > 1)
    left = ", " +
           formatDuration(since.count() * double(total - done) /
                          double(done - first)) +
           " left";
  int64_t cells = 40 * done / total;
  errs() << fmt::format("\r\x1b[K[{:<40}] {}/{} {}{}", std::string(cells, '#'),
                        done, total, what, left);
  errs().flush();
}

} // namespace bnn::sim
