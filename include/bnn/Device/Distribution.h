//===- Distribution.h - Resistances of one state over devices ---*- C++ -*-===//

#ifndef BNN_DEVICE_DISTRIBUTION_H
#define BNN_DEVICE_DISTRIBUTION_H

#include "bnn/Device/Normal.h"
#include "bnn/Target/Target.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace bnn::device {

using bnn::TailModel;
llvm::StringRef toString(TailModel tail);

/// The law of the resistance of devices in one state, in ohm. All functions
/// give the same bits on every machine.
class Distribution {
public:
  /// ln R is normal with mean ln(median) and this sd.
  static llvm::Expected<Distribution> lognormal(double median, double lnSigma);
  /// R is normal. Refused where more than 1e-6 of it lies below zero.
  static llvm::Expected<Distribution> normal(double mean, double sd);
  /// R is normal, given that it lies between the two bounds.
  static llvm::Expected<Distribution>
  truncatedNormal(double mean, double sd, double minimum, double maximum);
  /// From a resistance for each measured device: order statistic i of N has
  /// the probability (i - 1/2) / N, and ln R is linear in the normal score
  /// between them. A tail model needs 40 devices or more.
  static llvm::Expected<Distribution> measured(std::vector<double> ohms,
                                               TailModel tail);
  /// From quantiles (probability, ohm), both ascending, of `devices` measured
  /// devices; no probability is closer to 0 or 1 than 1 / (2 devices).
  static llvm::Expected<Distribution>
  quantiles(llvm::ArrayRef<std::pair<double, double>> table, uint64_t devices,
            TailModel tail);

  /// From probabilities of cells of equal width in ln R, the first of them
  /// around `first`; nothing lies outside of them.
  static Distribution onGrid(double first, double width,
                             llvm::ArrayRef<double> masses);

  /// The same devices later: ln R changed by a normal number of mean `shift`
  /// and sd `widening` that is independent of it.
  Distribution aged(double shift, double widening) const;

  /// ln R of the device that has this share of devices below (above) it.
  double lnQuantile(TailProbability probability) const;
  double quantile(TailProbability probability) const {
    return expOf(lnQuantile(probability));
  }
  /// The same by the normal score of the probability.
  double lnAt(double score) const {
    return lnQuantile({normalBelow(score > 0 ? -score : score), score > 0});
  }
  /// ln R for a random word.
  double lnSample(uint64_t word) const { return lnQuantile(toTail(word)); }

  /// P(ln R < lnOhm), from the end that is more precise.
  TailProbability probability(double lnOhm) const;
  double cdf(double ohm) const { return lnCdf(lnOf(ohm)); }
  double survival(double ohm) const { return lnSurvival(lnOf(ohm)); }
  double lnCdf(double lnOhm) const { return probability(lnOhm).below(); }
  double lnSurvival(double lnOhm) const { return probability(lnOhm).above(); }

  double lnMean() const { return meanOfLn; }
  double lnSd() const { return sdOfLn; }
  double median() const { return expOf(lnQuantile({0.5, false})); }

  /// Devices that were measured; 0 of a law that is given by parameters.
  uint64_t devices() const { return count; }
  TailModel tail() const { return tailModel; }
  /// The smallest probability per device that the law supports: 3 / N without
  /// a tail model (the bound at 95 % after no event in N), else 0.
  double resolution() const {
    return count && tailModel == TailModel::None ? 3.0 / double(count) : 0;
  }

  /// "lognormal, median 6988 ohm, ln-sigma 0.6"
  std::string describe() const;

private:
  enum class Law : uint8_t { Lognormal, Normal, Truncated, Table };

  /// A point of a table: ln R is linear in the score between points.
  struct Knot {
    double score, ln;
  };
  /// P(more than y beyond the knot) = share (1 + shape y / scale)^(-1 / shape),
  /// exponential for shape 0.
  struct ParetoTail {
    double share = 0, shape = 0, scale = 0;
  };
  /// What continues a table beyond its first (last) knot.
  struct TableEnds {
    double slope[2] = {0, 0}; ///< d ln R / d score; 0: constant
    ParetoTail pareto[2];     ///< where share > 0
  };

  static ParetoTail fitPareto(double share, llvm::ArrayRef<Knot> excesses);
  static double slopeThroughZero(llvm::ArrayRef<Knot> excesses);
  void setMoments();
  static Distribution table(std::vector<Knot> knots, TableEnds ends,
                            uint64_t devices, TailModel tail);
  double tableLn(TailProbability probability) const;
  TailProbability tableProbability(double lnOhm) const;

  Law law = Law::Lognormal;
  double location = 0, spread = 0; ///< of ln R or of R
  double least = 0, most = 0;      ///< bounds of R
  double massBelow = 0, massAbove = 0;
  std::shared_ptr<const std::vector<Knot>> knots;
  TableEnds ends;
  uint64_t count = 0;
  TailModel tailModel = TailModel::None;
  double meanOfLn = 0, sdOfLn = 0;
  double agedShift = 0, agedWidening = 0; ///< for the description
};

} // namespace bnn::device

#endif // BNN_DEVICE_DISTRIBUTION_H
