//===- BitErrors.cpp - Errors at a rate, without devices behind them ------===//

#include "bnn/Device/BitErrors.h"
#include "bnn/Device/Random.h"
#include "bnn/Image/CellArray.h"
#include "bnn/Support/Error.h"
#include <cmath>
#include <fmt/format.h>

using namespace llvm;

namespace bnn::device {

const ErrorRates &BitErrorModel::ratesOf(StringRef layer) const {
  for (const auto &[name, own] : layers)
    if (name == layer)
      return own;
  return rates;
}

static Error checkRates(const ErrorRates &rates, const Twine &where,
                        bool ternary) {
  for (auto [name, rate] :
       {std::pair("of sign errors", rates.flip), std::pair("t2", rates.toZero),
        std::pair("t3", rates.fromZero)})
    if (!(rate >= 0 && rate <= 1))
      return makeError(where + "the rate " + name + " is " +
                       fmt::format("{}", rate) + ", no probability");
  if (rates.flip > 0.5)
    return makeError(where + "a bit error rate of " +
                     fmt::format("{}", rates.flip) +
                     " is above 1/2: a cell that is wrong more often than "
                     "right holds the other weight");
  if (rates.ofSigned() > 1)
    return makeError(where + "types 1 and 2 together have the rate " +
                     fmt::format("{}", rates.ofSigned()) + ", above 1");
  if (!ternary && (rates.toZero > 0 || rates.fromZero > 0))
    return makeError(where + "errors of types 2 and 3 need ternary sensing, "
                             "which the image's target does not have");
  return Error::success();
}

Error checkRates(const BitErrorModel &model, const image::Image &image) {
  bool ternary = image.target().ternary_sense();
  if (Error error = checkRates(model.rates, "", ternary))
    return error;
  if (model.thresholds) {
    if (none_of(image.steps(), [](const image::Step &step) {
          return step.has_array() && step.array().threshold_store() ==
                                         image::ArrayLayer::ARRAY_ROWS;
        }))
      return makeError("thresholds: the image has none in array rows");
    if (Error error = checkRates(ErrorRates{.flip = *model.thresholds},
                                 "thresholds: ", ternary))
      return error;
  }
  for (const auto &[name, rates] : model.layers) {
    bool known = false;
    for (const image::Step &step : image.steps())
      known |= step.has_array() && step.array().name() == name;
    if (!known)
      return makeError("the image has no layer '" + name +
                       "' on the arrays; bnn-image info --layers lists them");
    if (Error error = checkRates(rates, "layer '" + name + "': ", ternary))
      return error;
  }
  for (double rate : {model.stuckPlus, model.stuckMinus})
    if (!(rate >= 0 && rate <= 1))
      return makeError("the rate of stuck cells is " + fmt::format("{}", rate) +
                       ", no probability");
  if (model.stuckPlus + model.stuckMinus > 1)
    return makeError("the rates of stuck cells add up to " +
                     fmt::format("{}", model.stuckPlus + model.stuckMinus) +
                     ", above 1");
  return Error::success();
}

/// Calls `hit(cell of the tile, uniform number)` for cells of a tile that are
/// chosen with probability `rate`, independently, in ascending order. The
/// uniform number is independent of the choice.
template <typename Hit>
static void choose(const Stream &stream, uint64_t key, uint64_t cells,
                   double rate, Hit hit) {
  if (rate <= 0)
    return;
  double scale = rate < 1 ? 1 / std::log1p(-rate) : 0;
  uint64_t at = 0;
  for (uint64_t ordinal = 0;; ++ordinal) {
    auto [gapWord, further] = stream.pair(key, ordinal);
    double gap = std::floor(std::log(toUnit(gapWord)) * scale);
    if (!(gap < double(cells - at)))
      return;
    at += uint64_t(gap);
    hit(at, toUnit(further));
    if (++at == cells)
      return;
  }
}

namespace {

/// A cell of a tile, counted row by row, and the weight that it answers as.
struct Answer {
  uint64_t at;
  int weight;
};

} // namespace

/// Candidates come at the largest rate; each stored state keeps its share.
static std::vector<Answer> drawErrors(const ErrorRates &rates,
                                      const Stream &stream, uint64_t key,
                                      uint64_t cells,
                                      function_ref<int(uint64_t)> weightAt) {
  std::vector<Answer> answers;
  double largest = rates.largest();
  choose(stream, key, cells, largest, [&](uint64_t at, double u) {
    int weight = weightAt(at);
    u *= largest;
    if (weight == 0) {
      if (u < rates.fromZero)
        answers.push_back({at, 2 * u < rates.fromZero ? 1 : -1});
    } else if (u < rates.flip) {
      answers.push_back({at, -weight});
    } else if (u < rates.ofSigned()) {
      answers.push_back({at, 0});
    }
  });
  return answers;
}

static std::vector<Answer> drawStuck(const BitErrorModel &model,
                                     const Stream &stream, uint64_t key,
                                     uint64_t cells) {
  std::vector<Answer> answers;
  double rate = model.stuckPlus + model.stuckMinus;
  choose(stream, key, cells, rate, [&](uint64_t at, double u) {
    answers.push_back({at, u * rate < model.stuckPlus ? 1 : -1});
  });
  return answers;
}

Chip program(const BitErrorModel &model, const image::Image &image,
             const image::CellMap &map, uint64_t seed, uint64_t chip) {
  Stream errorStream(seed, chip, Draw::BitError);
  Stream stuckStream(seed, chip, Draw::StuckCell);
  image::CellArray cells(image);
  Chip result;
  for (const image::MappedTile &tile : map.tiles()) {
    uint64_t size = uint64_t(tile.rows) * tile.columns;
    uint64_t key = map.index(tile.subarray, tile.row, tile.column);
    auto rowOf = [&](uint64_t at) {
      return tile.row + uint32_t(at / tile.columns);
    };
    auto columnOf = [&](uint64_t at) {
      return tile.column + uint32_t(at % tile.columns);
    };
    auto weightAt = [&](uint64_t at) {
      return cells.weight(tile.subarray, rowOf(at), columnOf(at));
    };
    StringRef layer = image.steps(int(tile.step)).array().name();
    std::vector<Answer> answers = drawStuck(model, stuckStream, key, size);
    size_t numStuck = answers.size();
    llvm::append_range(answers,
                       drawErrors(model.ratesOf(layer, tile.thresholds),
                                  errorStream, key, size, weightAt));
    // A stuck cell answers as it is stuck, whatever else befell it: its entry
    // comes first among equals.
    std::inplace_merge(
        answers.begin(), answers.begin() + numStuck, answers.end(),
        [](const Answer &a, const Answer &b) { return a.at < b.at; });
    uint64_t last = size;
    for (const Answer &answer : answers) {
      if (answer.at != last && answer.weight != weightAt(answer.at)) {
        int8_t weight = int8_t(answer.weight);
        result.errors.push_back(
            {map.index(tile.subarray, rowOf(answer.at), columnOf(answer.at)),
             weight, weight});
      }
      last = answer.at;
    }
  }
  // Tiles ascend, but the rows of two of them may interleave.
  llvm::sort(result.errors, [](const FrozenError &a, const FrozenError &b) {
    return a.cell < b.cell;
  });
  return result;
}

} // namespace bnn::device
