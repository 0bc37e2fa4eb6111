//===- BinaryFit.cpp - Best binary weights without gradients --------------===//

#include "BinaryFit.h"

#include "llvm/ADT/STLExtras.h"
#include <algorithm>
#include <cmath>
#include <numeric>
#include <tbb/parallel_for.h>

using namespace bnn;
using llvm::ArrayRef;
using llvm::MutableArrayRef;

//===----------------------------------------------------------------------===//
// Inputs
//===----------------------------------------------------------------------===//

TwoLevels bnn::splitInTwo(ArrayRef<float> values, ArrayRef<float> targets) {
  size_t count = values.size();
  std::vector<uint32_t> order(count);
  std::iota(order.begin(), order.end(), 0);
  llvm::stable_sort(
      order, [&](uint32_t a, uint32_t b) { return values[a] < values[b]; });
  double total = 0;
  for (float target : targets)
    total += double(target);
  // Of a constant channel no rounding may decide.
  float first = values[order.front()];
  double mean = total / double(count);
  TwoLevels best{double(first - std::max(1.0F, std::fabs(first))), mean, mean};
  // Least squares within the sides = most between them.
  double most = -1, sum = 0;
  for (size_t i = 1; i < count; ++i) {
    float below = values[order[i - 1]], above = values[order[i]];
    sum += double(targets[order[i - 1]]);
    if (above == below)
      continue;
    double low = sum / double(i), high = (total - sum) / double(count - i);
    double between =
        double(i) * double(count - i) * (high - low) * (high - low);
    if (between <= most)
      continue;
    most = between;
    // As far from the data as can be, so that rounding decides nothing.
    auto middle = float((double(below) + double(above)) / 2);
    best = {double(middle > below ? middle : above), low, high};
  }
  return best;
}

//===----------------------------------------------------------------------===//
// Weights alone
//===----------------------------------------------------------------------===//

/// The magnitude above which a weight is kept: with k weights kept, their sum
/// squared by k is what the squared error loses.
static double ternaryThreshold(ArrayRef<float> weights) {
  std::vector<double> magnitudes;
  for (float weight : weights)
    magnitudes.push_back(std::fabs(weight));
  llvm::sort(magnitudes, std::greater<>());
  double sum = 0, most = 0, threshold = 0;
  for (size_t i = 0; i < magnitudes.size(); ++i) {
    sum += magnitudes[i];
    double gain = sum * sum / double(i + 1);
    if (gain > most) {
      most = gain;
      threshold = magnitudes[i];
    }
  }
  return threshold;
}

static void startCodes(ArrayRef<float> prior, bool ternary,
                       MutableArrayRef<int8_t> codes) {
  double threshold = ternary ? ternaryThreshold(prior) : 0;
  for (auto [code, weight] : llvm::zip_equal(codes, prior)) {
    bool kept = !ternary || (std::fabs(weight) >= threshold && weight != 0);
    code = int8_t(!kept ? 0 : weight < 0 ? -1 : 1);
  }
}

Fit bnn::fitWeights(int64_t neurons, int64_t fanIn, ArrayRef<float> prior,
                    bool ternary) {
  Fit fit;
  fit.codes.resize(size_t(neurons * fanIn));
  fit.scales.resize(size_t(neurons));
  fit.offsets.resize(size_t(neurons));
  double left = 0, all = 0;
  for (int64_t n = 0; n < neurons; ++n) {
    ArrayRef<float> weights = prior.slice(size_t(n * fanIn), size_t(fanIn));
    MutableArrayRef<int8_t> codes(fit.codes.data() + n * fanIn, size_t(fanIn));
    startCodes(weights, ternary, codes);
    double sum = 0, kept = 0, squares = 0;
    for (auto [code, weight] : llvm::zip_equal(codes, weights)) {
      sum += double(code) * double(weight);
      kept += code != 0;
      squares += double(weight) * double(weight);
    }
    fit.scales[size_t(n)] = kept > 0 ? sum / kept : 0;
    left += squares - (kept > 0 ? sum * sum / kept : 0);
    all += squares;
  }
  fit.error = all > 0 ? left / all : 0;
  return fit;
}

//===----------------------------------------------------------------------===//
// Weights for data
//===----------------------------------------------------------------------===//

namespace {

/// Centered second moments of the inputs, the same for all neurons.
struct Moments {
  std::vector<double> means; // of each input
  std::vector<float> matrix; // [fanIn, fanIn]; empty: not computed
  double ridge = 0;
};

/// One neuron's error as a function of its codes b: with m = the matrix plus
/// ridge and c the covariances plus ridge times the prior, it is
/// constant - (c.b)^2 / (b m b) at the best scale.
class Descent {
public:
  Descent(const Moments &moments, ArrayRef<float> prior,
          ArrayRef<double> covariances, MutableArrayRef<int8_t> codes,
          bool ternary)
      : moments(moments), codes(codes), ternary(ternary),
        linear(covariances.begin(), covariances.end()),
        gradient(codes.size(), 0) {
    for (size_t k = 0; k < linear.size(); ++k)
      linear[k] += moments.ridge * double(prior[k]);
    for (size_t k = 0; k < codes.size(); ++k)
      if (codes[k])
        add(k, codes[k]);
    for (size_t k = 0; k < codes.size(); ++k) {
      dot += linear[k] * codes[k];
      square += gradient[k] * codes[k];
    }
  }

  void run() {
    constexpr int mostSweeps = 20;
    for (int sweep = 0; sweep < mostSweeps; ++sweep) {
      bool changed = false;
      for (size_t k = 0; k < codes.size(); ++k)
        changed |= improve(k);
      if (!changed)
        return;
    }
  }

private:
  /// The matrix is [k][j] with the ridge not in it.
  double at(size_t k, size_t j) const {
    return double(moments.matrix[k * codes.size() + j]) +
           (k == j ? moments.ridge : 0);
  }
  /// Adds `delta` times column k to the gradient.
  void add(size_t k, double delta) {
    const float *row = moments.matrix.data() + k * codes.size();
    for (size_t j = 0; j < codes.size(); ++j)
      gradient[j] += delta * double(row[j]);
    gradient[k] += delta * moments.ridge;
  }
  static double gain(double dot, double square) {
    return square > 0 ? dot * dot / square : 0;
  }
  bool improve(size_t k) {
    double best = gain(dot, square) * (1 + 1e-9);
    int chosen = codes[k];
    for (int code = -1; code <= 1; ++code) {
      if (code == codes[k] || (code == 0 && !ternary))
        continue;
      double delta = code - codes[k];
      double reached =
          gain(dot + delta * linear[k],
               square + 2 * delta * gradient[k] + delta * delta * at(k, k));
      if (reached > best) {
        best = reached;
        chosen = code;
      }
    }
    if (chosen == codes[k])
      return false;
    double delta = chosen - codes[k];
    dot += delta * linear[k];
    square += 2 * delta * gradient[k] + delta * delta * at(k, k);
    add(k, delta);
    codes[k] = int8_t(chosen);
    return true;
  }

  const Moments &moments;
  MutableArrayRef<int8_t> codes;
  bool ternary;
  std::vector<double> linear, gradient;
  double dot = 0, square = 0;
};

} // namespace

/// Eight sums side by side, which compilers turn into vectors.
static double dotProduct(const float *a, const float *b, int64_t count) {
  constexpr int lanes = 8;
  float sums[lanes] = {};
  int64_t i = 0;
  double total = 0;
  for (; i + lanes <= count; i += lanes)
    for (int lane = 0; lane < lanes; ++lane)
      sums[lane] += a[i + lane] * b[i + lane];
  for (float sum : sums)
    total += double(sum);
  for (; i < count; ++i)
    total += double(a[i]) * double(b[i]);
  return total;
}

static Moments computeMoments(const FitProblem &problem) {
  // A square of this many inputs is 64 MB.
  constexpr int64_t mostInputs = 4096;
  Moments moments;
  int64_t rows = problem.rows, fanIn = problem.fanIn;
  moments.means.resize(size_t(fanIn));
  for (int64_t k = 0; k < fanIn; ++k) {
    const float *input = problem.inputs.data() + k * rows;
    moments.means[size_t(k)] =
        std::accumulate(input, input + rows, 0.0) / double(rows);
  }
  if (fanIn > mostInputs)
    return moments;
  moments.matrix.resize(size_t(fanIn * fanIn));
  tbb::parallel_for(int64_t(0), fanIn, [&](int64_t k) {
    for (int64_t j = 0; j <= k; ++j) {
      double product = dotProduct(problem.inputs.data() + k * rows,
                                  problem.inputs.data() + j * rows, rows) /
                           double(rows) -
                       moments.means[size_t(k)] * moments.means[size_t(j)];
      moments.matrix[size_t(k * fanIn + j)] = float(product);
      moments.matrix[size_t(j * fanIn + k)] = float(product);
    }
  });
  // Few rows say little of many inputs.
  double diagonal = 0;
  for (int64_t k = 0; k < fanIn; ++k)
    diagonal += double(moments.matrix[size_t(k * fanIn + k)]);
  moments.ridge = diagonal / double(rows);
  return moments;
}

namespace {
/// Scale and offset of one neuron by least squares, and what is left.
struct Line {
  double scale = 0, offset = 0, left = 0, all = 0;
};
} // namespace

static Line fitLine(ArrayRef<float> sums, ArrayRef<float> wanted) {
  double count = double(sums.size()), meanSum = 0, meanWanted = 0;
  for (auto [sum, want] : llvm::zip_equal(sums, wanted)) {
    meanSum += double(sum);
    meanWanted += double(want);
  }
  meanSum /= count;
  meanWanted /= count;
  double square = 0, product = 0;
  Line line;
  for (auto [sum, want] : llvm::zip_equal(sums, wanted)) {
    double x = double(sum) - meanSum, y = double(want) - meanWanted;
    square += x * x;
    product += x * y;
    line.all += y * y;
  }
  line.scale = square > 0 ? product / square : 0;
  line.offset = meanWanted - line.scale * meanSum;
  line.left = line.all - line.scale * product;
  return line;
}

void bnn::fitLines(const FitProblem &problem, Fit &fit) {
  int64_t rows = problem.rows, fanIn = problem.fanIn;
  fit.scales.resize(size_t(problem.neurons));
  fit.offsets.resize(size_t(problem.neurons));
  std::vector<Line> lines(size_t(problem.neurons));
  tbb::parallel_for(int64_t(0), problem.neurons, [&](int64_t n) {
    std::vector<float> sums(size_t(rows), 0);
    for (int64_t k = 0; k < fanIn; ++k) {
      const float *input = problem.inputs.data() + k * rows;
      if (auto code = float(fit.codes[size_t(n * fanIn + k)]))
        for (int64_t row = 0; row < rows; ++row)
          sums[size_t(row)] += code * input[row];
    }
    lines[size_t(n)] =
        fitLine(sums, ArrayRef(problem.wanted.data() + n * rows, size_t(rows)));
  });
  double left = 0, all = 0;
  for (auto [n, line] : llvm::enumerate(lines)) {
    fit.scales[n] = line.scale;
    fit.offsets[n] = line.offset;
    left += line.left;
    all += line.all;
  }
  fit.error = all > 0 ? left / all : 0;
}

Fit bnn::fitLayer(const FitProblem &problem) {
  int64_t rows = problem.rows, fanIn = problem.fanIn;
  Moments moments = computeMoments(problem);
  Fit fit;
  fit.codes.resize(size_t(problem.neurons * fanIn));
  tbb::parallel_for(int64_t(0), problem.neurons, [&](int64_t n) {
    ArrayRef<float> prior(problem.prior.data() + n * fanIn, size_t(fanIn));
    ArrayRef<float> wanted(problem.wanted.data() + n * rows, size_t(rows));
    MutableArrayRef<int8_t> codes(fit.codes.data() + n * fanIn, size_t(fanIn));
    startCodes(prior, problem.ternary, codes);
    if (problem.keepCodes || moments.matrix.empty())
      return;
    double mean =
        std::accumulate(wanted.begin(), wanted.end(), 0.0) / double(rows);
    std::vector<double> covariances(size_t(fanIn), 0);
    for (int64_t k = 0; k < fanIn; ++k)
      covariances[size_t(k)] =
          dotProduct(problem.inputs.data() + k * rows, wanted.data(), rows) /
              double(rows) -
          moments.means[size_t(k)] * mean;
    Descent(moments, prior, covariances, codes, problem.ternary).run();
  });
  fitLines(problem, fit);
  return fit;
}
