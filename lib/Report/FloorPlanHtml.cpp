//===- FloorPlanHtml.cpp - The floor plan as a picture --------------------===//

#include "Html.h"
#include "llvm/ADT/ArrayRef.h"
#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace bnn::report {

const char *layerColour(uint64_t number) {
  // Okabe and Ito's, which colour-blind readers can tell apart.
  static constexpr const char *colours[] = {"#0072b2", "#e69f00", "#009e73",
                                            "#cc79a7", "#56b4e9", "#d55e00",
                                            "#b2a800", "#7f7f7f"};
  return colours[number % std::size(colours)];
}

/// Up to this many subarrays of a chip show their tiles.
static constexpr uint64_t detailed = 1500;
/// Width of a drawn subarray, and of the gap beside it.
static constexpr double size = 20, gap = 4;

namespace {

/// The subarrays of one chip, in lines.
struct Chip {
  const FloorPlan &plan;
  llvm::ArrayRef<PlannedRun> runs;
  uint64_t first, count, across;

  Chip(const FloorPlan &plan, llvm::ArrayRef<PlannedRun> runs)
      : plan(plan), runs(runs), first(runs.front().subarray),
        count(runs.back().subarray + runs.back().count - first),
        across(uint64_t(std::ceil(std::sqrt(1.8 * double(count))))) {}

  double x(uint64_t subarray) const {
    return double((subarray - first) % across) * (size + gap);
  }
  double y(uint64_t subarray) const {
    uint64_t line = (subarray - first) / across;
    return double(line) * (size + gap);
  }
  /// "98.1 % used"
  std::string used(const PlannedRun &run) const {
    return fmt::format("{:.1f} % used", 100 * double(run.cells()) /
                                            double(plan.rows * plan.columns));
  }
};

} // namespace

/// "tile row 3, column 0", "thresholds of tile row 3, piece 1".
static std::string nameOf(const PlannedLayer &layer, const PlannedTile &tile,
                          uint64_t number) {
  if (!tile.thresholds)
    return fmt::format("tile row {}, column {}", number / layer.tileColumns,
                       number % layer.tileColumns);
  return fmt::format("thresholds of tile {} {}, piece {}",
                     layer.rowIsNeuron ? "row" : "column",
                     number / layer.pieces, number % layer.pieces);
}

static std::string drawTiles(const Chip &chip) {
  const FloorPlan &plan = chip.plan;
  double high = size / double(plan.rows), wide = size / double(plan.columns);
  std::string text;
  for (const PlannedRun &run : chip.runs)
    for (uint64_t i = 0; i < run.count; ++i) {
      uint64_t subarray = run.subarray + i;
      double x = chip.x(subarray), y = chip.y(subarray);
      text += fmt::format("<rect x=\"{0:g}\" y=\"{1:g}\" width=\"{2:g}\" "
                          "height=\"{2:g}\" class=\"empty\"><title>subarray "
                          "{3}: {4}</title></rect>",
                          x, y, size, subarray, chip.used(run));
      for (const PlannedTile &tile : run.tiles) {
        const PlannedLayer &layer = plan.layers[tile.layer];
        text += fmt::format(
            "<rect x=\"{:.7g}\" y=\"{:.7g}\" width=\"{:.5g}\" "
            "height=\"{:.5g}\" fill=\"{}\"{}><title>{}: {}; subarray {}, rows "
            "{} to {}, columns {} to {}</title></rect>\n",
            x + wide * double(tile.column), y + high * double(tile.row),
            wide * double(tile.columns), high * double(tile.rows),
            layerColour(tile.layer),
            tile.thresholds ? " fill-opacity=\"0.5\"" : "", escape(layer.name),
            nameOf(layer, tile, tile.numberIn(i)), subarray, tile.row,
            tile.row + tile.rows - 1, tile.column,
            tile.column + tile.columns - 1);
        if (tile.padding)
          text += fmt::format(
              "<rect x=\"{:.7g}\" y=\"{:.7g}\" width=\"{:.5g}\" "
              "height=\"{:.5g}\" class=\"padding\"><title>{}: padding; "
              "subarray {}, rows {} to {}, columns {} to {}</title></rect>\n",
              x + wide * double(tile.column + tile.columns),
              y + high * double(tile.row), wide * double(tile.padding),
              high * double(tile.rows), escape(layer.name), subarray, tile.row,
              tile.row + tile.rows - 1, tile.column + tile.columns,
              tile.column + tile.columns + tile.padding - 1);
      }
    }
  return text;
}

/// Neighbouring subarrays of one line whose first tiles are of one layer.
static std::string drawBars(const Chip &chip) {
  std::string text;
  uint64_t begin = chip.first, end = begin;
  uint32_t layer = 0;
  auto flush = [&] {
    if (begin < end)
      text += fmt::format(
          "<rect x=\"{:g}\" y=\"{:g}\" width=\"{:g}\" height=\"{:g}\" "
          "fill=\"{}\"><title>{}: subarrays {} to {}</title></rect>\n",
          chip.x(begin), chip.y(begin),
          double(end - begin) * (size + gap) - gap, size, layerColour(layer),
          escape(chip.plan.layers[layer].name), begin, end - 1);
    begin = end;
  };
  for (const PlannedRun &run : chip.runs) {
    uint32_t next = run.tiles.front().layer;
    if (run.subarray != end || next != layer) {
      flush();
      begin = end = run.subarray;
      layer = next;
    }
    for (uint64_t last = run.subarray + run.count; end < last;) {
      // To the end of the run or of the line.
      uint64_t line = (end - chip.first) / chip.across;
      end = std::min(last, chip.first + (line + 1) * chip.across);
      if ((end - chip.first) % chip.across == 0)
        flush();
    }
  }
  flush();
  return text;
}

std::string floorPlan(const FloorPlan &plan) {
  std::string text;
  llvm::ArrayRef<PlannedRun> runs = plan.runs;
  while (!runs.empty()) {
    uint32_t number = runs.front().chip;
    Chip chip(plan, runs.take_while([&](const PlannedRun &run) {
      return run.chip == number;
    }));
    runs = runs.drop_front(chip.runs.size());
    bool tiles = chip.count <= detailed;
    double width = double(chip.across) * (size + gap) - gap;
    double height = chip.y(chip.first + chip.count - 1) + size;
    // Small chips are not blown up to the page's width.
    text += fmt::format(
        "<figure><svg viewBox=\"0 0 {:g} {:g}\" style=\"max-width:{:g}px\" "
        "role=\"img\" aria-label=\"floor plan of chip {}\">\n{}</svg>\n"
        "<figcaption>Chip {}: subarrays {} to {}, in lines of {}{}</figcaption>"
        "</figure>\n",
        width, height, std::max(width, 120.0), number,
        tiles ? drawTiles(chip) : drawBars(chip), number, chip.first,
        chip.first + chip.count - 1, chip.across,
        tiles
            ? "; a square is a subarray, the coloured part its tiles, "
              "pale thresholds, grey what a row counts as padding"
            : "; a bar is a run of subarrays of one layer (by its first tile)");
  }
  return text;
}

} // namespace bnn::report
