//===- Linear.cpp - Convolutions and matrix products ----------------------===//
//
// All reduce to  out[m][n] = sum over k ascending of a[m][k] b[k][n],  with
// the inner loops running over n: vectors of independent sums, each in order.
//
//===----------------------------------------------------------------------===//

#include "Families.h"

using namespace llvm;

namespace bnn::host {

using image::Op;

namespace {

/// Rows x columns sums at once, in registers.
template <int Rows, int Columns>
void block(const double *a, int64_t lda, const double *b, int64_t ldb,
           int64_t depth, double *out, int64_t ldo) {
  double sum[Rows][Columns] = {};
  for (int64_t k = 0; k < depth; ++k)
    for (int i = 0; i < Rows; ++i) {
      double factor = a[i * lda + k];
      for (int j = 0; j < Columns; ++j)
        sum[i][j] += factor * b[k * ldb + j];
    }
  for (int i = 0; i < Rows; ++i)
    for (int j = 0; j < Columns; ++j)
      out[i * ldo + j] = sum[i][j];
}

void multiply(const double *a, int64_t lda, const double *b, int64_t ldb,
              int64_t rows, int64_t columns, int64_t depth, double *out,
              int64_t ldo) {
  int64_t n = 0;
  for (; n + 8 <= columns; n += 8) {
    int64_t m = 0;
    for (; m + 2 <= rows; m += 2)
      block<2, 8>(a + m * lda, lda, b + n, ldb, depth, out + m * ldo + n, ldo);
    if (m < rows)
      block<1, 8>(a + m * lda, lda, b + n, ldb, depth, out + m * ldo + n, ldo);
  }
  for (; n < columns; ++n)
    for (int64_t m = 0; m < rows; ++m)
      block<1, 1>(a + m * lda, lda, b + n, ldb, depth, out + m * ldo + n, ldo);
}

/// The same with b given as [n][k]: a panel of it at a time is turned.
void multiplyTransposed(const double *a, const double *b, int64_t rows,
                        int64_t columns, int64_t depth, double *out) {
  constexpr int64_t width = 8;
  std::vector<double> panel(size_t(depth) * width);
  for (int64_t n = 0; n < columns; n += width) {
    int64_t size = std::min(width, columns - n);
    for (int64_t j = 0; j < size; ++j)
      for (int64_t k = 0; k < depth; ++k)
        panel[k * width + j] = b[(n + j) * depth + k];
    multiply(a, depth, panel.data(), width, rows, size, depth, out + n,
             columns);
  }
}

Error convolution(const Op &op, const Tensor &x, const Tensor &w, Tensor &out) {
  if (x.rank() < 2 || w.rank() != x.rank())
    return makeError("input " + shapeString(x.shape) + " and weights " +
                     shapeString(w.shape) + " do not fit");
  int64_t groups = op.groups(), channels = x.shape[1], neurons = w.shape[0];
  if (groups < 1 || channels % groups || neurons % groups ||
      w.shape[1] != channels / groups)
    return makeError("input " + shapeString(x.shape) + " and weights " +
                     shapeString(w.shape) + " do not fit " + Twine(groups) +
                     " groups");
  Expected<Window> window =
      Window::make(op, x, ArrayRef<int64_t>(w.shape).drop_front(2));
  if (!window)
    return window.takeError();
  Shape shape{x.shape[0], neurons};
  shape.append(window->out.begin(), window->out.end());
  if (Error error = allocate(out, shape, x.type))
    return error;

  int64_t groupChannels = channels / groups, groupNeurons = neurons / groups;
  int64_t taps = window->taps(), positions = window->positions(),
          inputs = window->inputs(), depth = groupChannels * taps;
  if (!out.size() || !depth)
    return Error::success();
  // As many positions at a time as keep the gathered columns in the cache.
  int64_t step = std::clamp<int64_t>((1 << 16) / depth / 8 * 8, 8, 1 << 12);
  std::vector<double> columns(size_t(step) * depth);
  for (int64_t first = 0; first < positions; first += step) {
    int64_t count = std::min(step, positions - first);
    std::vector<int64_t> source(size_t(count) * taps);
    window->forEach(first, first + count,
                    [&](int64_t position, int64_t tap, int64_t index) {
                      source[tap * count + position - first] = index;
                    });
    for (int64_t sample = 0; sample < x.shape[0]; ++sample)
      for (int64_t group = 0; group < groups; ++group) {
        for (int64_t c = 0; c < groupChannels; ++c) {
          const double *from =
              x.data.data() +
              (sample * channels + group * groupChannels + c) * inputs;
          double *to = columns.data() + c * taps * count;
          for (int64_t i = 0; i < taps * count; ++i)
            to[i] = source[i] < 0 ? 0.0 : from[source[i]];
        }
        multiply(w.data.data() + group * groupNeurons * depth, depth,
                 columns.data(), count, groupNeurons, count, depth,
                 out.data.data() +
                     (sample * neurons + group * groupNeurons) * positions +
                     first,
                 positions);
      }
  }
  return Error::success();
}

Error matmul(const Op &op, const Tensor &x, const Tensor &y, Tensor &out) {
  // LINEAR is the product with a transposed matrix.
  bool transposed = op.kind() == Op::LINEAR || op.transpose_rhs();
  auto misfit = [&] {
    return makeError("shapes " + shapeString(x.shape) + " and " +
                     shapeString(y.shape) + " do not fit");
  };
  if (x.rank() < 1 || y.rank() < (transposed ? 2 : 1) ||
      (op.kind() == Op::LINEAR && y.rank() != 2))
    return misfit();
  // One-dimensional operands are a row and a column that do not stay.
  Shape a = x.shape, b = y.shape;
  if (x.rank() == 1)
    a.insert(a.begin(), 1);
  if (y.rank() == 1)
    b.push_back(1);
  int64_t rows = a[a.size() - 2], depth = a.back();
  int64_t columns = transposed ? b[b.size() - 2] : b.back();
  if ((transposed ? b.back() : b[b.size() - 2]) != depth)
    return misfit();
  Shape batchA(a.begin(), a.end() - 2), batchB(b.begin(), b.end() - 2);
  Expected<Shape> batch = broadcastShapes(batchA, batchB);
  if (!batch) {
    consumeError(batch.takeError());
    return misfit();
  }
  Shape shape = *batch;
  if (x.rank() > 1)
    shape.push_back(rows);
  if (y.rank() > 1)
    shape.push_back(columns);
  if (Error error = allocate(out, shape, x.type))
    return error;
  if (!out.size() || !depth)
    return Error::success();

  auto offset = [&](ArrayRef<int64_t> own, int64_t flat) {
    int64_t index = 0, stride = 1;
    for (size_t i = 0; i < batch->size(); ++i) {
      int64_t axis = batch->size() - 1 - i;
      int64_t at = flat % (*batch)[axis];
      flat /= (*batch)[axis];
      if (i < own.size()) {
        int64_t size = own[own.size() - 1 - i];
        index += (size == 1 ? 0 : at) * stride;
        stride *= size;
      }
    }
    return index;
  };
  int64_t batches = product(*batch, 0, batch->size());
  if (batchB.empty()) { // one matrix for all: all rows at once
    rows *= batches;
    batches = 1;
  }
  for (int64_t i = 0; i < batches; ++i) {
    int64_t atA = batchB.empty() ? 0 : offset(batchA, i),
            atB = offset(batchB, i);
    const double *left = x.data.data() + atA * rows * depth,
                 *right = y.data.data() + atB * depth * columns;
    double *to = out.data.data() + i * rows * columns;
    if (transposed)
      multiplyTransposed(left, right, rows, columns, depth, to);
    else
      multiply(left, depth, right, columns, rows, columns, depth, to, columns);
  }
  return Error::success();
}

} // namespace

Expected<Window> Window::make(const Op &op, const Tensor &x,
                              ArrayRef<int64_t> kernel) {
  if (x.rank() < 2)
    return makeError("input " + shapeString(x.shape) + " has no channel axis");
  size_t rank = x.rank() - 2;
  Window window;
  window.in.assign(x.shape.begin() + 2, x.shape.end());
  window.kernel.assign(kernel.begin(), kernel.end());
  window.strides.assign(op.strides().begin(), op.strides().end());
  window.dilations.assign(op.dilations().begin(), op.dilations().end());
  window.padsBegin.assign(op.pads_begin().begin(), op.pads_begin().end());
  if (kernel.size() != rank || window.strides.size() != rank ||
      window.dilations.size() != rank || window.padsBegin.size() != rank ||
      size_t(op.pads_end_size()) != rank)
    return makeError("kernel, strides, dilations and pads are not given for "
                     "each of " +
                     Twine(rank) + " spatial axes");
  constexpr int64_t limit = int64_t(1) << 31;
  for (size_t i = 0; i < rank; ++i) {
    int64_t end = op.pads_end(int(i));
    if (kernel[i] < 1 || kernel[i] > limit || window.strides[i] < 1 ||
        window.dilations[i] < 1 || window.dilations[i] > limit ||
        std::abs(window.padsBegin[i]) > limit || std::abs(end) > limit)
      return makeError("kernel, stride, dilation or pad of spatial axis " +
                       Twine(i) + " is out of range");
    int64_t room = window.in[i] + window.padsBegin[i] + end -
                   ((kernel[i] - 1) * window.dilations[i] + 1);
    if (room < 0)
      return makeError("kernel is larger than the padded input along spatial "
                       "axis " +
                       Twine(i));
    window.out.push_back(room / window.strides[i] + 1);
  }
  return window;
}

Error evaluateLinear(const Op &op, Inputs inputs, Tensor &out) {
  if (op.kind() == Op::CONV)
    return convolution(op, *inputs[0], *inputs[1], out);
  return matmul(op, *inputs[0], *inputs[1], out);
}

} // namespace bnn::host
