//===- NoiseParts.cpp - Parts of what a chip's devices do -----------------===//

#include "NoiseParts.h"
#include "bnn/Image/CellArray.h"
#include "llvm/ADT/STLExtras.h"
#include <algorithm>
#include <bit>

using namespace llvm;

namespace bnn::sim {

using device::AnswerOdds;

namespace {

/// The usual answers of a cell whose reads differ, and its odds around them.
struct Usual {
  int8_t one, zero;

  static int8_t of(const AnswerOdds &odds) {
    return int8_t(std::max_element(odds.begin(), odds.end()) - odds.begin() -
                  1);
  }
  explicit Usual(const device::UncertainCell &cell)
      : one(of(cell.one)), zero(of(cell.zero)) {}
  explicit Usual(const device::TelegraphCell &cell)
      : Usual(cell.states[size_t(cell.occupancyBl > 0.5F) |
                          size_t(cell.occupancyBlb > 0.5F) << 1]) {}

private:
  explicit Usual(const device::TelegraphCell::State &state)
      : one(of(state.one)), zero(of(state.zero)) {}
};

void exchange(AnswerOdds &odds, int8_t usual, int stored) {
  std::swap(odds[usual + 1], odds[stored + 1]);
}

int weightOf(const image::CellArray &cells, device::CellIndex cell) {
  uint64_t row = cell / cells.columns();
  return cells.weight(row / cells.rows(), uint32_t(row % cells.rows()),
                      uint32_t(cell % cells.columns()));
}

} // namespace

void restrictDevices(device::Chip &chip, const image::Image &image,
                     const NoisePart &part) {
  image::CellArray cells(image);
  auto storedIn = [&](device::CellIndex cell) { return weightOf(cells, cell); };
  if (!part.has(ErrorKind::Reads)) {
    auto freeze = [&](const auto &list) {
      for (const auto &cell : list) {
        Usual usual(cell);
        int stored = storedIn(cell.cell);
        if (usual.one != stored || usual.zero != stored)
          chip.errors.push_back({cell.cell, usual.one, usual.zero});
      }
    };
    freeze(chip.uncertain);
    freeze(chip.telegraph);
    llvm::sort(chip.errors,
               [](const auto &a, const auto &b) { return a.cell < b.cell; });
    chip.marginal.clear();
    chip.uncertain.clear();
    chip.telegraph.clear();
  }
  if (part.has(ErrorKind::Device))
    return;
  chip.errors.clear();
  for (device::UncertainCell &cell : chip.uncertain) {
    Usual usual(cell);
    exchange(cell.one, usual.one, storedIn(cell.cell));
    exchange(cell.zero, usual.zero, storedIn(cell.cell));
  }
  for (device::TelegraphCell &cell : chip.telegraph) {
    Usual usual(cell);
    for (device::TelegraphCell::State &state : cell.states) {
      exchange(state.one, usual.one, storedIn(cell.cell));
      exchange(state.zero, usual.zero, storedIn(cell.cell));
    }
  }
}

double wrongAnswers(const device::Chip &chip, const image::Image &image) {
  image::CellArray cells(image);
  auto storedIn = [&](device::CellIndex cell) { return weightOf(cells, cell); };
  double wrong = 0;
  const device::MarginalCell *marginal = chip.marginal.data();
  const device::MarginalCell *end = marginal + chip.marginal.size();
  auto addMarginal = [&](bool oneWrong, bool zeroWrong) {
    wrong += (oneWrong ? 1 - double(marginal->flipOne) : marginal->flipOne) +
             (zeroWrong ? 1 - double(marginal->flipZero) : marginal->flipZero);
    ++marginal;
  };
  for (const device::FrozenError &error : chip.errors) {
    while (marginal != end && marginal->cell < error.cell)
      addMarginal(false, false);
    int stored = storedIn(error.cell);
    bool one = error.toOne != stored, zero = error.toZero != stored;
    if (marginal != end && marginal->cell == error.cell)
      addMarginal(one, zero);
    else
      wrong += one + zero;
  }
  while (marginal != end)
    addMarginal(false, false);
  auto wrongOf = [](const auto &answers, int stored) {
    return 2 - double(answers.one[stored + 1]) -
           double(answers.zero[stored + 1]);
  };
  for (const device::UncertainCell &cell : chip.uncertain)
    wrong += wrongOf(cell, storedIn(cell.cell));
  for (const device::TelegraphCell &cell : chip.telegraph) {
    int stored = storedIn(cell.cell);
    for (auto [state, answers] : enumerate(cell.states))
      wrong += (state & 1 ? cell.occupancyBl : 1 - cell.occupancyBl) *
               (state & 2 ? cell.occupancyBlb : 1 - cell.occupancyBlb) *
               wrongOf(answers, stored);
  }
  return wrong;
}

void restrictLayers(device::Chip &chip, const image::CellMap &map,
                    const NoisePart &part) {
  if (!part.onlyLayer && !part.butLayer)
    return;
  auto elsewhere = [&](const auto &cell) {
    return !part.has(map.tileOf(cell.cell)->step);
  };
  erase_if(chip.errors, elsewhere);
  erase_if(chip.marginal, elsewhere);
  erase_if(chip.uncertain, elsewhere);
  erase_if(chip.telegraph, elsewhere);
}

std::map<std::pair<uint32_t, bool>, StoredCells>
storedCells(const image::Image &image, const image::CellMap &map) {
  image::CellArray cells(image);
  std::map<std::pair<uint32_t, bool>, StoredCells> result;
  std::vector<uint64_t> plus, minus;
  for (const image::MappedTile &tile : map.tiles()) {
    StoredCells &stored = result[{tile.step, tile.thresholds}];
    plus.resize((tile.columns + 63) / 64);
    minus.resize(plus.size());
    for (uint32_t row = tile.row; row < tile.row + tile.rows; ++row) {
      cells.rowPlanes(tile.subarray, row, tile.column, tile.columns,
                      plus.data(), minus.data());
      stored.all += tile.columns;
      stored.zeros += tile.columns;
      for (auto [p, m] : zip(plus, minus))
        stored.zeros -= uint64_t(std::popcount(p) + std::popcount(m));
    }
  }
  return result;
}

} // namespace bnn::sim
