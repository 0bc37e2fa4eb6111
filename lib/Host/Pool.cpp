//===- Pool.cpp - Maximum, average and sum over windows -------------------===//

#include "Families.h"
#include <limits>

using namespace llvm;

namespace bnn::host {

using image::Op;

Error evaluatePool(const Op &op, const Tensor &x, Tensor &out) {
  Shape kernel(op.kernel().begin(), op.kernel().end());
  Expected<Window> window = Window::make(op, x, kernel);
  if (!window)
    return window.takeError();
  int64_t channels = x.shape[1];
  bool isMax = op.kind() == Op::MAX_POOL;
  if (isMax && op.minimum_channels_size() &&
      op.minimum_channels_size() != channels)
    return makeError("minimum_channels has " +
                     Twine(op.minimum_channels_size()) + " entries for " +
                     Twine(channels) + " channels");
  Shape shape{x.shape[0], channels};
  shape.append(window->out.begin(), window->out.end());
  if (Error error = allocate(out, shape, x.type))
    return error;
  if (!out.size())
    return Error::success();

  int64_t taps = window->taps(), positions = window->positions(),
          inputs = window->inputs();
  // The taps of each position that lie on the input, in order.
  std::vector<int64_t> source;
  std::vector<size_t> start{0};
  bool emptyWindow = false;
  window->forEach(0, positions, [&](int64_t, int64_t tap, int64_t index) {
    if (index >= 0)
      source.push_back(index);
    if (tap == taps - 1) {
      emptyWindow |= source.size() == start.back();
      start.push_back(source.size());
    }
  });
  if (emptyWindow && !(op.kind() == Op::SUM_POOL || op.count_include_pad()))
    return makeError("a window lies in the padding as a whole");

  for (int64_t plane = 0, planes = x.shape[0] * channels; plane < planes;
       ++plane) {
    const double *from = x.data.data() + plane * inputs;
    double *to = out.data.data() + plane * positions;
    bool minimum = op.minimum_channels_size() &&
                   op.minimum_channels(int(plane % channels));
    for (int64_t p = 0; p < positions; ++p) {
      size_t first = start[p], last = start[p + 1];
      if (isMax) {
        double best = from[source[first]];
        for (size_t i = first + 1; i < last; ++i) {
          double value = from[source[i]];
          best = (minimum ? value < best : value > best) ? value : best;
        }
        to[p] = best;
        continue;
      }
      double sum = 0;
      for (size_t i = first; i < last; ++i)
        sum += from[source[i]];
      if (op.kind() == Op::AVERAGE_POOL)
        sum /= double(op.count_include_pad() ? taps : int64_t(last - first));
      to[p] = sum;
    }
  }
  return Error::success();
}

} // namespace bnn::host
