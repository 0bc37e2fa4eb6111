//===- Program.cpp - Programming the devices of a chip --------------------===//

#include "bnn/Device/Program.h"
#include "Screen.h"
#include "ScreenCells.h"
#include "bnn/Device/Random.h"
#include "bnn/Image/CellArray.h"
#include "bnn/Support/Error.h"
#include "llvm/ADT/STLExtras.h"
#include <algorithm>
#include <cmath>

using namespace llvm;

namespace bnn::device {

struct Programmer::Impl {
  Impl(CellModel cellModel, const image::Image &image,
       const image::CellMap &map)
      : model(std::move(cellModel)), screen(model), map(map), cells(image),
        columnsPerAmplifier(
            std::max(1u, image.target().columns_per_sense_amplifier())) {
    for (const image::CellCode &code : image.target().cell_codes())
      if (code.code() < 3)
        weights[code.code()] = code.weight();
  }

  CellModel model;
  Screen screen;
  const image::CellMap &map;
  image::CellArray cells;
  uint32_t columnsPerAmplifier;
  int weights[3] = {0, 0, 0}; ///< by code: bit 0 BL in LRS, bit 1 BLb in LRS
};

namespace {

/// Everything that is drawn for a chip.
struct Streams {
  Streams(uint64_t seed, uint64_t chip, uint64_t event)
      : device(seed, chip, Draw::Resistance, event),
        telegraph(seed, chip, Draw::Telegraph, event),
        // Periphery is not programmed: the same after each event.
        array(seed, chip, Draw::ArrayOffset),
        latch(seed, chip, Draw::LatchOffset),
        zero(seed, chip, Draw::ZeroThreshold) {}
  Stream device, telegraph, array, latch, zero;
};

class TileProgrammer {
public:
  TileProgrammer(const CellModel &model, const Screen &screen,
                 const int *weights, const Streams &streams, Chip &chip)
      : model(model), screen(screen), weights(weights), streams(streams),
        chip(chip) {}

  void beginTile(const image::MappedTile &tile, uint32_t columnsPerAmplifier);
  void programRow(uint64_t subarrayRow, CellIndex firstCell,
                  const uint64_t *blPlane, const uint64_t *blbPlane);

private:
  Offsets offsetsOf(uint32_t i) const;
  void look(uint64_t subarrayRow, uint32_t i, CellIndex cell, unsigned code,
            uint64_t blWord, uint64_t blbWord);
  bool lookAtTelegraph(uint64_t subarrayRow, uint32_t i, CellIndex cell,
                       unsigned code, double lnBl, double lnBlb);
  int weightOf(Outcome outcome) const {
    return outcome == Outcome::Zero ? 0
           : outcome == Outcome::BL ? weights[1]
                                    : weights[2];
  }
  AnswerOdds answers(const Odds &odds) const {
    AnswerOdds result{};
    result[1] = float(odds.zero);
    result[weights[1] + 1] += float(odds.bl);
    result[weights[2] + 1] += float(odds.blb);
    return result;
  }

  const CellModel &model;
  const Screen &screen;
  const int *weights;
  const Streams &streams;
  Chip &chip;
  uint64_t subarray = 0;
  uint32_t firstColumn = 0, amplifierColumns = 1;
  ScreenTask task;
  std::vector<uint32_t> startBl, startBlb; ///< of columns
  std::vector<uint64_t> arrayWords, latchWords, zeroWords;
  ScreenedCells screened;
};

} // namespace

namespace {

/// Bounds of a normal number by the first bits of its word, which spare nearly
/// all columns the number itself.
class NormalBounds {
public:
  NormalBounds() {
    for (unsigned i = 1; i < bins; ++i)
      quantiles[i] = toNormal(uint64_t(i) << 56);
  }
  std::pair<double, double> of(uint64_t word) const {
    auto bin = unsigned(word >> 56);
    if (bin == 0 || bin == bins - 1)
      return {toNormal(word), toNormal(word)};
    return {quantiles[bin] - 1e-9, quantiles[bin + 1] + 1e-9};
  }

private:
  static constexpr unsigned bins = 256;
  double quantiles[bins] = {};
};

} // namespace

void TileProgrammer::beginTile(const image::MappedTile &tile,
                               uint32_t columnsPerAmplifier) {
  static const NormalBounds bounds;
  const Sense &sense = model.sense();
  subarray = tile.subarray;
  firstColumn = tile.column;
  amplifierColumns = columnsPerAmplifier;
  startBl.resize(tile.columns + 16);
  startBlb.resize(tile.columns + 16);
  uint32_t firstAmplifier = firstColumn / amplifierColumns;
  auto drawAll = [&](const Stream &stream, double sigma, uint32_t from,
                     uint32_t count, std::vector<uint64_t> &words) {
    if (sigma > 0)
      firstWords(stream, subarray, from, words, count);
  };
  drawAll(streams.array, sense.arraySigma, firstColumn, tile.columns,
          arrayWords);
  drawAll(streams.latch, sense.latchSigma, firstAmplifier,
          (firstColumn + tile.columns - 1) / amplifierColumns - firstAmplifier +
              1,
          latchWords);
  drawAll(streams.zero, sense.zeroColumnSigma, firstColumn, tile.columns,
          zeroWords);
  double low = HUGE_VAL, high = -HUGE_VAL;
  for (uint32_t i = 0; i < tile.columns; ++i) {
    auto spread = [&](const std::vector<uint64_t> &words, double sigma,
                      uint32_t index) {
      if (sigma <= 0)
        return std::pair(0.0, 0.0);
      auto [least, most] = bounds.of(words[index]);
      return std::pair(sigma * least, sigma * most);
    };
    auto array = spread(arrayWords, sense.arraySigma, i);
    auto latch = spread(latchWords, sense.latchSigma,
                        (firstColumn + i) / amplifierColumns - firstAmplifier);
    auto zero = spread(zeroWords, sense.zeroColumnSigma, i);
    // Against an LRS device at BL, and at BLb.
    double either = std::max(-latch.first, latch.second);
    startBl[i] = screen.start(array.second + either);
    startBlb[i] = screen.start(-array.first + either);
    low = std::min(low, zero.first);
    high = std::max(high, zero.second);
  }
  task.count = tile.columns;
  task.firstColumn = tile.column;
  std::array<uint32_t, 2> key = streams.device.philoxKey();
  std::copy(key.begin(), key.end(), task.key);
  task.table = screen.thresholds().data();
  task.startBl = startBl.data();
  task.startBlb = startBlb.data();
  task.ternary = sense.ternary;
  if (sense.ternary) {
    task.lrsAbove = uint32_t(screen.lrsAbove(low) >> 48);
    task.hrsBelow = uint32_t(screen.hrsBelow(high) >> 48);
  }
}

Offsets TileProgrammer::offsetsOf(uint32_t i) const {
  const Sense &sense = model.sense();
  uint64_t number = firstColumn + i;
  auto draw = [&](const Stream &stream, double sigma, uint64_t index) {
    return sigma > 0 ? sigma * toNormal(stream.pair(subarray, index)[0]) : 0.0;
  };
  Offsets offsets;
  offsets.array = draw(streams.array, sense.arraySigma, number);
  offsets.latch =
      draw(streams.latch, sense.latchSigma, number / amplifierColumns);
  offsets.zero = draw(streams.zero, sense.zeroColumnSigma, number);
  return offsets;
}

void TileProgrammer::programRow(uint64_t subarrayRow, CellIndex firstCell,
                                const uint64_t *blPlane,
                                const uint64_t *blbPlane) {
  task.row = subarrayRow;
  task.bl = blPlane;
  task.blb = blbPlane;
  screenCells(task, screened);
  for (size_t k = 0; k < screened.size; ++k) {
    uint32_t i = screened.columns[k];
    bool bl = blPlane[i / 64] >> (i % 64) & 1;
    bool blb = blbPlane[i / 64] >> (i % 64) & 1;
    auto [blWord, blbWord] = deviceWords(streams.device, subarrayRow,
                                         firstColumn + i, screened.bits[k]);
    look(subarrayRow, i, firstCell + i, unsigned(bl) | unsigned(blb) << 1,
         blWord, blbWord);
  }
}

void TileProgrammer::look(uint64_t subarrayRow, uint32_t i, CellIndex cell,
                          unsigned code, uint64_t blWord, uint64_t blbWord) {
  const CellParameters &parameters = model.parameters();
  double lnBl = (code & 1 ? parameters.lrs : parameters.hrs).lnSample(blWord);
  double lnBlb = (code & 2 ? parameters.lrs : parameters.hrs).lnSample(blbWord);
  if ((parameters.lrsTelegraph.any() || parameters.hrsTelegraph.any()) &&
      lookAtTelegraph(subarrayRow, i, cell, code, lnBl, lnBlb))
    return;
  Offsets offsets = offsetsOf(i);
  auto toOne = int8_t(weightOf(model.outcome(lnBl, lnBlb, offsets, true)));
  auto toZero = int8_t(weightOf(model.outcome(lnBl, lnBlb, offsets, false)));
  auto addError = [&] {
    if (toOne != weights[code] || toZero != weights[code])
      chip.errors.push_back({cell, toOne, toZero});
  };
  if (model.sense().ternary) {
    AnswerOdds one = answers(model.odds(lnBl, lnBlb, offsets, true));
    AnswerOdds zero = answers(model.odds(lnBl, lnBlb, offsets, false));
    bool wavers = false;
    for (int answer = -1; answer <= 1; ++answer)
      wavers |= (answer != toOne && one[answer + 1] > leastProbability) ||
                (answer != toZero && zero[answer + 1] > leastProbability);
    if (wavers)
      chip.uncertain.push_back({cell, one, zero});
    else
      addError();
    return;
  }
  addError();
  if (double sigma = model.sense().readSigma; sigma > 0) {
    double branchBl = model.branch(lnBl), branchBlb = model.branch(lnBlb);
    auto flip = [&](bool input) {
      double margin = model.margin(branchBl, branchBlb, offsets, input);
      return float(normalBelow(-std::fabs(margin) / sigma));
    };
    float one = flip(true), zero = flip(false);
    if (std::max(one, zero) > leastProbability)
      chip.marginal.push_back({cell, one, zero});
  }
}

/// Adds the cell if its answers depend on the state of a device.
bool TileProgrammer::lookAtTelegraph(uint64_t subarrayRow, uint32_t i,
                                     CellIndex cell, unsigned code, double lnBl,
                                     double lnBlb) {
  auto words = streams.telegraph.pair(subarrayRow, firstColumn + i);
  double amplitudes[2] = {0, 0};
  float occupancy[2] = {0, 0};
  for (unsigned device : {0u, 1u}) {
    const Telegraph &law = code >> device & 1 ? model.parameters().lrsTelegraph
                                              : model.parameters().hrsTelegraph;
    double chosen = (double(words[device] >> 32) + 0.5) * 0x1p-32;
    if (!law.any() || chosen > law.share)
      continue;
    double share = (double(uint32_t(words[device])) + 0.5) * 0x1p-32;
    amplitudes[device] = share * law.amplitude;
    occupancy[device] = float(law.occupancy);
  }
  if (amplitudes[0] == 0 && amplitudes[1] == 0)
    return false;
  TelegraphCell result{cell, occupancy[0], occupancy[1], {}};
  bool differ = false;
  Offsets offsets = offsetsOf(i);
  for (unsigned state = 0; state < 4; ++state) {
    double bl = lnBl + (state & 1 ? amplitudes[0] : 0);
    double blb = lnBlb + (state & 2 ? amplitudes[1] : 0);
    TelegraphCell::State &answer = result.states[state];
    answer.one = answers(model.odds(bl, blb, offsets, true));
    answer.zero = answers(model.odds(bl, blb, offsets, false));
    for (unsigned k = 0; k < 3; ++k)
      differ |= std::fabs(answer.one[k] - result.states[0].one[k]) >
                    leastProbability ||
                std::fabs(answer.zero[k] - result.states[0].zero[k]) >
                    leastProbability;
  }
  if (differ)
    chip.telegraph.push_back(result);
  return differ;
}

Programmer::Programmer(std::unique_ptr<Impl> impl) : impl(std::move(impl)) {}
Programmer::Programmer(Programmer &&) noexcept = default;
Programmer::~Programmer() = default;

Expected<Programmer> Programmer::create(const CellModel &model,
                                        const image::Image &image,
                                        const image::CellMap &map) {
  CellParameters parameters = model.parameters();
  bool ternary = image.target().ternary_sense();
  if (ternary && !parameters.sense.ternary)
    return makeError("the image senses three levels, but the target's devices "
                     "have no zero_threshold: measure the resistance above "
                     "which a branch does not discharge in the sense time");
  parameters.sense.ternary = ternary;
  return Programmer(
      std::make_unique<Impl>(CellModel(std::move(parameters)), image, map));
}

Chip Programmer::program(uint64_t seed, uint64_t chip, uint64_t event) const {
  Chip result;
  Streams streams(seed, chip, event);
  TileProgrammer programmer(impl->model, impl->screen, impl->weights, streams,
                            result);
  std::vector<uint64_t> bl, blb;
  for (const image::MappedTile &tile : impl->map.tiles()) {
    programmer.beginTile(tile, impl->columnsPerAmplifier);
    bl.resize((tile.columns + 63) / 64);
    blb.resize(bl.size());
    for (uint32_t row = tile.row; row < tile.row + tile.rows; ++row) {
      impl->cells.rowDevices(tile.subarray, row, tile.column, tile.columns,
                             bl.data(), blb.data());
      programmer.programRow(tile.subarray * impl->map.rows() + row,
                            impl->map.index(tile.subarray, row, tile.column),
                            bl.data(), blb.data());
    }
  }
  // Tiles ascend, but the rows of two of them may interleave.
  auto sort = [](auto &list) {
    llvm::sort(list,
               [](const auto &a, const auto &b) { return a.cell < b.cell; });
  };
  sort(result.errors);
  sort(result.marginal);
  sort(result.uncertain);
  sort(result.telegraph);
  const CellParameters &parameters = impl->model.parameters();
  result.telegraphDwellReads = parameters.telegraphDwellReads;
  if (parameters.sense.readSigma > 0 ||
      (parameters.sense.ternary && parameters.sense.zeroReadSigma > 0))
    result.droppedProbability =
        double(impl->map.countedCells() - result.marginal.size() -
               result.uncertain.size() - result.telegraph.size()) *
        leastProbability;
  return result;
}

std::pair<double, double> Programmer::resistances(uint64_t seed, uint64_t chip,
                                                  CellIndex cell,
                                                  uint64_t event) const {
  uint64_t columns = impl->map.columns(), row = cell / columns;
  unsigned code =
      impl->cells.code(row / impl->map.rows(), uint32_t(row % impl->map.rows()),
                       uint32_t(cell % columns));
  Stream device = Streams(seed, chip, event).device;
  auto column = uint32_t(cell % columns);
  auto [bl, blb] =
      deviceWords(device, row, column, firstBits(device, row, column));
  const CellParameters &parameters = impl->model.parameters();
  return {(code & 1 ? parameters.lrs : parameters.hrs).lnSample(bl),
          (code & 2 ? parameters.lrs : parameters.hrs).lnSample(blb)};
}

} // namespace bnn::device
