//===- ScoreFit.cpp - Binary weights of the layer of scores ---------------===//

#include "ScoreFit.h"

#include "llvm/ADT/STLExtras.h"
#include <algorithm>
#include <cmath>

using namespace bnn;

namespace {

class ScoreFitter {
public:
  ScoreFitter(const FitProblem &problem, const ScoreTail &tail, Fit &fit);
  void run();

private:
  size_t at(int64_t n, int64_t row) const {
    return size_t(n * problem.rows + row);
  }
  const float *input(int64_t k) const {
    return problem.inputs.data() + k * problem.rows;
  }
  void collectRest(int64_t n);
  double loss(int64_t n, double scale, double offset) const;
  double lossOfCode(int64_t n, int64_t k, double delta) const;
  double totalLoss(double temperature) const;
  void fitTemperature();
  void fitLine(int64_t n);
  bool fitCodes(int64_t n);
  void setScores(int64_t n);

  const FitProblem &problem;
  const ScoreTail &tail;
  Fit &fit;
  std::vector<double> wanted; // [neurons, rows] softmax of the wanted scores
  std::vector<double> sums;   // [neurons, rows] codes . inputs
  std::vector<double> scores; // [neurons, rows]
  std::vector<double> rest;   // [rows] log of the sum of exp of the others
};

} // namespace

static double softplus(double x) {
  return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x));
}

ScoreFitter::ScoreFitter(const FitProblem &problem, const ScoreTail &tail,
                         Fit &fit)
    : problem(problem), tail(tail), fit(fit),
      wanted(problem.wanted.begin(), problem.wanted.end()),
      sums(wanted.size(), 0), scores(wanted.size(), 0),
      rest(size_t(problem.rows), 0) {
  for (int64_t row = 0; row < problem.rows; ++row) {
    double most = -INFINITY, total = 0;
    for (int64_t n = 0; n < problem.neurons; ++n) {
      double &score = wanted[at(n, row)];
      score = tail.factors[size_t(n)] * score + tail.terms[size_t(n)];
      most = std::max(most, score);
    }
    for (int64_t n = 0; n < problem.neurons; ++n)
      total += wanted[at(n, row)] = std::exp(wanted[at(n, row)] - most);
    for (int64_t n = 0; n < problem.neurons; ++n)
      wanted[at(n, row)] /= total;
  }
  for (int64_t n = 0; n < problem.neurons; ++n) {
    for (int64_t k = 0; k < problem.fanIn; ++k)
      if (double code = fit.codes[size_t(n * problem.fanIn + k)]; code != 0)
        for (int64_t row = 0; row < problem.rows; ++row)
          sums[at(n, row)] += code * double(input(k)[row]);
    setScores(n);
  }
}

void ScoreFitter::setScores(int64_t n) {
  double scale = fit.scales[size_t(n)], offset = fit.offsets[size_t(n)];
  for (int64_t row = 0; row < problem.rows; ++row)
    scores[at(n, row)] =
        tail.factors[size_t(n)] * (scale * sums[at(n, row)] + offset) +
        tail.terms[size_t(n)];
}

/// All that the loss needs to know of the other neurons.
void ScoreFitter::collectRest(int64_t n) {
  for (int64_t row = 0; row < problem.rows; ++row) {
    double most = -INFINITY, total = 0;
    for (int64_t m = 0; m < problem.neurons; ++m)
      if (m != n)
        most = std::max(most, scores[at(m, row)]);
    for (int64_t m = 0; m < problem.neurons; ++m)
      if (m != n)
        total += std::exp(scores[at(m, row)] - most);
    rest[size_t(row)] = most + std::log(total);
  }
}

/// What depends on neuron n of the cross entropy, with another line.
double ScoreFitter::loss(int64_t n, double scale, double offset) const {
  double factor = tail.factors[size_t(n)], term = tail.terms[size_t(n)];
  double total = 0;
  for (int64_t row = 0; row < problem.rows; ++row) {
    double score = factor * (scale * sums[at(n, row)] + offset) + term;
    total += softplus(score - rest[size_t(row)]) - wanted[at(n, row)] * score;
  }
  return total;
}

/// The same with code k changed by `delta`.
double ScoreFitter::lossOfCode(int64_t n, int64_t k, double delta) const {
  double step = tail.factors[size_t(n)] * fit.scales[size_t(n)] * delta;
  const float *x = input(k);
  double total = 0;
  for (int64_t row = 0; row < problem.rows; ++row) {
    double score = scores[at(n, row)] + step * double(x[row]);
    total += softplus(score - rest[size_t(row)]) - wanted[at(n, row)] * score;
  }
  return total;
}

/// The cross entropy of all scores times `temperature`.
double ScoreFitter::totalLoss(double temperature) const {
  double total = 0;
  for (int64_t row = 0; row < problem.rows; ++row) {
    double most = -INFINITY, sum = 0;
    for (int64_t n = 0; n < problem.neurons; ++n)
      most = std::max(most, temperature * scores[at(n, row)]);
    for (int64_t n = 0; n < problem.neurons; ++n) {
      double score = temperature * scores[at(n, row)];
      sum += std::exp(score - most);
      total -= wanted[at(n, row)] * (score - most);
    }
    total += std::log(sum);
  }
  return total;
}

/// Scores that err as much as binary ones do are too far apart for the
/// probabilities that a softmax makes of them; and neurons that are fitted one
/// by one cannot come closer together.
void ScoreFitter::fitTemperature() {
  double best = 1, least = totalLoss(1);
  for (double temperature = 4; temperature > 1e-3; temperature /= 1.25)
    if (double reached = totalLoss(temperature); reached < least) {
      least = reached;
      best = temperature;
    }
  for (int64_t n = 0; n < problem.neurons; ++n) {
    double factor = tail.factors[size_t(n)];
    if (factor == 0)
      continue;
    fit.scales[size_t(n)] *= best;
    fit.offsets[size_t(n)] = best * fit.offsets[size_t(n)] +
                             (best - 1) * tail.terms[size_t(n)] / factor;
    setScores(n);
  }
}

void ScoreFitter::fitLine(int64_t n) {
  double &scale = fit.scales[size_t(n)], &offset = fit.offsets[size_t(n)];
  double factor = tail.factors[size_t(n)];
  double current = loss(n, scale, offset);
  for (int step = 0; step < 4; ++step) {
    // Gradient and curvature over (scale, offset).
    double gs = 0, go = 0, ss = 0, so = 0, oo = 0;
    for (int64_t row = 0; row < problem.rows; ++row) {
      double share = 1 / (1 + std::exp(rest[size_t(row)] - scores[at(n, row)]));
      double slope = factor * (share - wanted[at(n, row)]);
      double curvature = factor * factor * share * (1 - share);
      double sum = sums[at(n, row)];
      gs += slope * sum;
      go += slope;
      ss += curvature * sum * sum;
      so += curvature * sum;
      oo += curvature;
    }
    // Where all samples are decided there is no curvature to divide by.
    ss += 1e-3 * double(problem.rows);
    oo += 1e-3 * double(problem.rows);
    double determinant = ss * oo - so * so;
    double byScale = -(oo * gs - so * go) / determinant;
    double byOffset = -(ss * go - so * gs) / determinant;
    double reached = current;
    for (int halving = 0; halving < 10; ++halving) {
      reached = loss(n, scale + byScale, offset + byOffset);
      if (reached < current)
        break;
      byScale /= 2;
      byOffset /= 2;
    }
    if (!(reached < current))
      return;
    scale += byScale;
    offset += byOffset;
    setScores(n);
    if (current - reached < 1e-6 * double(problem.rows))
      return;
    current = reached;
  }
}

bool ScoreFitter::fitCodes(int64_t n) {
  bool changed = false;
  double current = lossOfCode(n, 0, 0);
  for (int64_t k = 0; k < problem.fanIn; ++k) {
    int8_t &code = fit.codes[size_t(n * problem.fanIn + k)];
    int chosen = code;
    for (int other = -1; other <= 1; ++other) {
      if (other == code || (other == 0 && !problem.ternary))
        continue;
      double reached = lossOfCode(n, k, other - code);
      // What says less than the code itself does (in nats, over all rows) fits
      // the noise of these samples.
      if (reached < current - 1) {
        current = reached;
        chosen = other;
      }
    }
    if (chosen == code)
      continue;
    changed = true;
    for (int64_t row = 0; row < problem.rows; ++row)
      sums[at(n, row)] += (chosen - code) * double(input(k)[row]);
    code = int8_t(chosen);
    setScores(n);
  }
  return changed;
}

void ScoreFitter::run() {
  constexpr int mostRounds = 20;
  constexpr double mostSteps = 4e9;
  double steps = double(problem.neurons) * double(problem.fanIn) *
                 double(problem.rows) * (problem.ternary ? 2 : 1);
  fitTemperature();
  for (int round = 0; round < mostRounds; ++round) {
    bool changed = false;
    for (int64_t n = 0; n < problem.neurons; ++n) {
      collectRest(n);
      fitLine(n);
      if (!problem.keepCodes && steps * (round + 1) <= mostSteps)
        changed |= fitCodes(n);
    }
    if (!changed && round >= 3)
      return;
  }
}

void bnn::fitScores(const FitProblem &problem, const ScoreTail &tail,
                    Fit &fit) {
  if (problem.neurons >= 2)
    ScoreFitter(problem, tail, fit).run();
}
