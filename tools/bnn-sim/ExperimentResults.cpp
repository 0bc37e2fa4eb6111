//===- ExperimentResults.cpp - Figures of the chips that ran --------------===//

#include "ExperimentRun.h"

using namespace llvm;

namespace bnn::sim {

namespace {

/// Noise-free less `result`, of each chip.
std::vector<int64_t> lossesOf(int64_t noiseFree,
                              const mc::PointResult &result) {
  std::vector<int64_t> losses;
  losses.reserve(result.correct.size());
  for (int64_t correct : result.correct)
    losses.push_back(noiseFree - correct);
  return losses;
}

} // namespace

mc::Mean ExperimentRun::meanLoss(ArrayRef<int64_t> losses) const {
  mc::Mean mean = mc::meanOf(losses, experiment.images);
  double noiseFree = double(experiment.noiseFree) / double(experiment.images);
  mean.keepWithin(noiseFree - 1, noiseFree);
  return mean;
}

void ExperimentRun::evaluate(Point &point, const mc::PointResult &result) {
  int64_t images = experiment.images, chips = int64_t(result.correct.size());
  point.result = result;
  point.accuracy = mc::summarize(result.correct, result.perImage, images);
  point.loss = meanLoss(lossesOf(experiment.noiseFree, result));
  std::vector<int64_t> perImage;
  perImage.reserve(result.perImage.size());
  for (auto [i, right] : enumerate(result.perImage))
    perImage.push_back(int64_t(nominalRight[i / 64] >> (i % 64) & 1) * chips -
                       right);
  point.lossTestSet = mc::testSetError(perImage, chips);
  if (options.yield)
    point.yield = mc::yieldAbove(result.correct, images, *options.yield);
  const Point &first = experiment.points.front();
  if (&point != &first)
    point.difference =
        mc::pairedDifference(result.correct, first.result.correct, images);
  point.wrongAnswers = double(result.counts[0]) / answerUnits;
  point.dropped = double(result.counts[1]) / droppedUnits / double(chips);
  point.answers =
      2 * double(chips) * double(simulator.cellMap().countedCells());
}

Attribution ExperimentRun::attribute(const Point &point, const PartSet &set,
                                     ArrayRef<mc::PointResult> results) const {
  int64_t images = experiment.images, noiseFree = experiment.noiseFree;
  Attribution out;
  out.sort = set.sort;
  std::vector<int64_t> left = lossesOf(noiseFree, point.result);
  for (auto [name, alone, without] : zip(set.names, set.alone, set.without)) {
    std::vector<int64_t> one = lossesOf(noiseFree, results[alone]);
    out.rows.push_back(
        {name, meanLoss(one), meanLoss(lossesOf(noiseFree, results[without]))});
    // Points may have stopped at different chips: those that all have.
    left.resize(std::min(left.size(), one.size()));
    for (size_t chip = 0; chip < left.size(); ++chip)
      left[chip] -= one[chip];
  }
  out.interaction = mc::meanOf(left, images);
  return out;
}

} // namespace bnn::sim
