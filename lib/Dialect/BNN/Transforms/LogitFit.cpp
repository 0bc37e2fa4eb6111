//===- LogitFit.cpp - Binary weights for decisions ------------------------===//

#include "LogitFit.h"

#include "llvm/ADT/STLExtras.h"
#include <algorithm>
#include <cmath>
#include <tbb/parallel_for.h>

using namespace bnn;
using llvm::ArrayRef;
using llvm::MutableArrayRef;

static double softplus(double x) {
  return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x));
}

//===----------------------------------------------------------------------===//
// One neuron
//===----------------------------------------------------------------------===//

namespace {

/// One neuron's part of the loss, with all others held: the sum over rows of
/// softplus(score - rest) - wanted * score.
class LogitNeuron {
public:
  LogitNeuron(const FitProblem &problem, MutableArrayRef<int8_t> codes,
              ArrayRef<float> wanted, double factor, double term)
      : problem(problem), codes(codes), wanted(wanted), factor(factor),
        term(term), rest(size_t(problem.rows), 0),
        sums(size_t(problem.rows), 0), scores(size_t(problem.rows), 0),
        slopes(size_t(problem.rows), 0), curvatures(size_t(problem.rows), 0) {
    for (int64_t k = 0; k < problem.fanIn; ++k)
      if (double code = codes[size_t(k)]; code != 0)
        for (size_t row = 0; row < sums.size(); ++row)
          sums[row] += code * double(input(k)[row]);
  }

  void setLine(double newScale, double newOffset) {
    scale = newScale;
    offset = newOffset;
    for (size_t row = 0; row < sums.size(); ++row)
      scores[row] = factor * (scale * sums[row] + offset) + term;
  }
  void fitLine(int steps);
  bool fitCodes();

  double scale = 0, offset = 0;
  ArrayRef<double> allScores() const { return scores; }
  MutableArrayRef<double> allRest() { return rest; }

private:
  const float *input(int64_t k) const {
    return problem.inputs.data() + k * problem.rows;
  }
  double loss(double step, const float *x) const;
  void derive();

  const FitProblem &problem;
  MutableArrayRef<int8_t> codes;
  ArrayRef<float> wanted;
  double factor, term;
  std::vector<double> rest, sums, scores;
  std::vector<float> slopes, curvatures; // of the loss, over the score
};

} // namespace

/// With all scores changed by step * x; null for the scores as they are.
double LogitNeuron::loss(double step, const float *x) const {
  double total = 0;
  for (size_t row = 0; row < sums.size(); ++row) {
    double score = scores[row] + (x ? step * double(x[row]) : 0);
    total += softplus(score - rest[row]) - double(wanted[row]) * score;
  }
  return total;
}

void LogitNeuron::derive() {
  for (size_t row = 0; row < sums.size(); ++row) {
    double share = 1 / (1 + std::exp(rest[row] - scores[row]));
    slopes[row] = float(share - double(wanted[row]));
    curvatures[row] = float(share * (1 - share));
  }
}

/// Newton's method over scale and offset, with halved steps where it
/// overshoots.
void LogitNeuron::fitLine(int steps) {
  if (factor == 0)
    return;
  double current = loss(0, nullptr), rows = double(problem.rows);
  for (int step = 0; step < steps; ++step) {
    derive();
    double gs = 0, go = 0, ss = 0, so = 0, oo = 0;
    for (size_t row = 0; row < sums.size(); ++row) {
      double slope = factor * double(slopes[row]);
      double curvature = factor * factor * double(curvatures[row]);
      gs += slope * sums[row];
      go += slope;
      ss += curvature * sums[row] * sums[row];
      so += curvature * sums[row];
      oo += curvature;
    }
    // Where all rows are decided there is no curvature to divide by.
    ss += 1e-3 * rows;
    oo += 1e-3 * rows;
    double determinant = ss * oo - so * so;
    double byScale = -(oo * gs - so * go) / determinant;
    double byOffset = -(ss * go - so * gs) / determinant;
    double oldScale = scale, oldOffset = offset, reached = current;
    for (int halving = 0; halving < 10; ++halving) {
      setLine(oldScale + byScale, oldOffset + byOffset);
      reached = loss(0, nullptr);
      if (reached < current)
        break;
      byScale /= 2;
      byOffset /= 2;
    }
    if (!(reached < current)) {
      setLine(oldScale, oldOffset);
      return;
    }
    if (current - reached < 1e-6 * rows)
      return;
    current = reached;
  }
}

/// Sums of slopes * x and of curvatures * x * x, several side by side, which
/// compilers turn into vectors.
static std::pair<double, double> project(const float *x, ArrayRef<float> slopes,
                                         ArrayRef<float> curvatures) {
  constexpr size_t lanes = 8;
  float first[lanes] = {}, second[lanes] = {};
  size_t row = 0, rows = slopes.size();
  for (; row + lanes <= rows; row += lanes)
    for (size_t lane = 0; lane < lanes; ++lane) {
      float value = x[row + lane];
      first[lane] += slopes[row + lane] * value;
      second[lane] += curvatures[row + lane] * value * value;
    }
  double slope = 0, curvature = 0;
  for (size_t lane = 0; lane < lanes; ++lane) {
    slope += double(first[lane]);
    curvature += double(second[lane]);
  }
  for (; row < rows; ++row) {
    slope += double(slopes[row]) * double(x[row]);
    curvature += double(curvatures[row]) * double(x[row]) * double(x[row]);
  }
  return {slope, curvature};
}

/// One round over the codes. Two derivatives say which changes are worth
/// trying.
bool LogitNeuron::fitCodes() {
  // Less than the code itself says, in nats over all rows, is their noise.
  constexpr double worth = 1;
  bool changed = false;
  double current = loss(0, nullptr);
  derive();
  for (int64_t k = 0; k < problem.fanIn; ++k) {
    int8_t &code = codes[size_t(k)];
    auto [slope, curvature] = project(input(k), slopes, curvatures);
    double least = current - worth;
    int chosen = code;
    for (int other = -1; other <= 1; ++other) {
      if (other == code || (other == 0 && !problem.ternary))
        continue;
      double step = factor * scale * (other - code);
      if (step * slope + step * step * curvature / 2 >= 0)
        continue;
      double reached = loss(step, input(k));
      if (reached < least) {
        least = reached;
        chosen = other;
      }
    }
    if (chosen == code)
      continue;
    changed = true;
    current = least;
    for (size_t row = 0; row < sums.size(); ++row)
      sums[row] += (chosen - code) * double(input(k)[row]);
    code = int8_t(chosen);
    setLine(scale, offset);
    derive();
  }
  return changed;
}

/// Whether one round over all codes is affordable.
static bool isAffordable(const FitProblem &problem) {
  constexpr double mostSteps = 2e10;
  return !problem.keepCodes && double(problem.neurons) * double(problem.fanIn) *
                                       double(problem.rows) <=
                                   mostSteps;
}

static MutableArrayRef<int8_t> codesOf(const FitProblem &problem, Fit &fit,
                                       int64_t n) {
  return {fit.codes.data() + n * problem.fanIn, size_t(problem.fanIn)};
}

//===----------------------------------------------------------------------===//
// Scores
//===----------------------------------------------------------------------===//

/// Softmax of the wanted scores, [neurons, rows].
static std::vector<float> wantedShares(const FitProblem &problem,
                                       const ScoreTail &tail) {
  std::vector<float> shares(problem.wanted.size(), 0);
  std::vector<double> scores(size_t(problem.neurons), 0);
  for (int64_t row = 0; row < problem.rows; ++row) {
    double most = -INFINITY, total = 0;
    for (size_t n = 0; n < scores.size(); ++n) {
      scores[n] =
          tail.factors[n] *
              double(problem.wanted[n * size_t(problem.rows) + size_t(row)]) +
          tail.terms[n];
      most = std::max(most, scores[n]);
    }
    for (double &score : scores)
      total += score = std::exp(score - most);
    for (size_t n = 0; n < scores.size(); ++n)
      shares[n * size_t(problem.rows) + size_t(row)] = float(scores[n] / total);
  }
  return shares;
}

/// The cross entropy of all scores times `temperature`.
static double totalLoss(ArrayRef<LogitNeuron> neurons, ArrayRef<float> wanted,
                        int64_t rows, double temperature) {
  double total = 0;
  for (int64_t row = 0; row < rows; ++row) {
    double most = -INFINITY, sum = 0;
    for (const LogitNeuron &neuron : neurons)
      most = std::max(most, temperature * neuron.allScores()[size_t(row)]);
    for (auto [n, neuron] : llvm::enumerate(neurons)) {
      double score = temperature * neuron.allScores()[size_t(row)];
      sum += std::exp(score - most);
      total -= double(wanted[n * size_t(rows) + size_t(row)]) * (score - most);
    }
    total += std::log(sum);
  }
  return total;
}

/// Scores that err as much as binary ones do are too far apart for the
/// probabilities that a softmax makes of them; and neurons that are fitted one
/// by one cannot come closer together.
static void fitTemperature(MutableArrayRef<LogitNeuron> neurons,
                           ArrayRef<float> wanted, const ScoreTail &tail,
                           int64_t rows) {
  double best = 1, least = totalLoss(neurons, wanted, rows, 1);
  for (double temperature = 4; temperature > 1e-3; temperature /= 1.25)
    if (double reached = totalLoss(neurons, wanted, rows, temperature);
        reached < least) {
      least = reached;
      best = temperature;
    }
  for (auto [neuron, factor, term] :
       llvm::zip_equal(neurons, tail.factors, tail.terms))
    if (factor != 0)
      neuron.setLine(best * neuron.scale,
                     best * neuron.offset + (best - 1) * term / factor);
}

/// The logarithm of the sum of exp over the scores of all others.
static void collectRest(MutableArrayRef<LogitNeuron> neurons, size_t own) {
  MutableArrayRef<double> rest = neurons[own].allRest();
  for (size_t row = 0; row < rest.size(); ++row) {
    double most = -INFINITY, total = 0;
    for (size_t n = 0; n < neurons.size(); ++n)
      if (n != own)
        most = std::max(most, neurons[n].allScores()[row]);
    for (size_t n = 0; n < neurons.size(); ++n)
      if (n != own)
        total += std::exp(neurons[n].allScores()[row] - most);
    rest[row] = most + std::log(total);
  }
}

void bnn::fitScores(const FitProblem &problem, const ScoreTail &tail,
                    Fit &fit) {
  if (problem.neurons < 2)
    return;
  std::vector<float> wanted = wantedShares(problem, tail);
  std::vector<LogitNeuron> neurons;
  for (int64_t n = 0; n < problem.neurons; ++n) {
    neurons.emplace_back(
        problem, codesOf(problem, fit, n),
        ArrayRef(wanted).slice(size_t(n * problem.rows), size_t(problem.rows)),
        tail.factors[size_t(n)], tail.terms[size_t(n)]);
    neurons.back().setLine(fit.scales[size_t(n)], fit.offsets[size_t(n)]);
  }
  fitTemperature(neurons, wanted, tail, problem.rows);
  constexpr int mostRounds = 20, leastRounds = 4;
  bool affordable = isAffordable(problem);
  for (int round = 0; round < mostRounds; ++round) {
    bool changed = false;
    for (size_t n = 0; n < neurons.size(); ++n) {
      collectRest(neurons, n);
      neurons[n].fitLine(4);
      changed |= affordable && neurons[n].fitCodes();
    }
    if (!changed && round + 1 >= leastRounds)
      break;
  }
  for (auto [n, neuron] : llvm::enumerate(neurons)) {
    fit.scales[n] = neuron.scale;
    fit.offsets[n] = neuron.offset;
  }
}

//===----------------------------------------------------------------------===//
// Bits
//===----------------------------------------------------------------------===//

void bnn::fitBits(const FitProblem &problem, ArrayRef<float> bits, Fit &fit) {
  if (!isAffordable(problem))
    return;
  tbb::parallel_for(int64_t(0), problem.neurons, [&](int64_t n) {
    ArrayRef<float> wanted =
        bits.slice(size_t(n * problem.rows), size_t(problem.rows));
    if (llvm::all_equal(wanted))
      return;
    LogitNeuron neuron(problem, codesOf(problem, fit, n), wanted, 1, 0);
    // Undecided at first: Newton's method gives no row up.
    neuron.setLine(0, 0);
    neuron.fitLine(20);
    constexpr int mostRounds = 10;
    for (int round = 0; round < mostRounds; ++round) {
      if (!neuron.fitCodes())
        return;
      neuron.fitLine(4);
    }
  });
  fitLines(problem, fit);
}
