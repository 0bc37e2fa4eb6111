//===- FloorPlan.cpp - Where the tiles lie, as a picture ------------------===//

#include "Html.h"
#include "bnn/Image/CellMap.h"
#include "bnn/Image/TileGrid.h"
#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <map>

namespace bnn::report {

const char *layerColour(uint64_t number) {
  // Okabe and Ito's, which colour-blind readers can tell apart.
  static constexpr const char *colours[] = {"#0072b2", "#e69f00", "#009e73",
                                            "#cc79a7", "#56b4e9", "#d55e00",
                                            "#b2a800", "#7f7f7f"};
  return colours[number % std::size(colours)];
}

namespace {

/// A tile in its subarray.
struct Tile {
  uint64_t layer = 0; ///< number among those on the arrays
  std::string name;
  bool thresholds = false;
  uint64_t row = 0, column = 0, rows = 0, columns = 0;
};

using Chip = std::map<uint64_t, std::vector<Tile>>; ///< by subarray

} // namespace

static std::map<uint32_t, Chip> chipsOf(const image::Image &image) {
  std::map<uint32_t, Chip> chips;
  uint64_t number = 0;
  for (const image::Step &step : image.steps()) {
    if (!step.has_array())
      continue;
    const image::ArrayLayer &layer = step.array();
    image::TileGrid grid(image.target(), layer);
    auto add = [&](const image::Placement &at, const image::TileBlock &block,
                   bool thresholds) {
      chips[at.chip()][at.subarray()].push_back(
          {number, layer.name(), thresholds, at.row(), at.column(),
           grid.rowsOf(block), grid.columnsOf(block)});
    };
    for (int i = 0; i < layer.placement_size(); ++i)
      add(layer.placement(i), grid.tile(uint64_t(i)), false);
    for (int i = 0; i < layer.threshold_placement_size(); ++i)
      add(layer.threshold_placement(i), grid.thresholdTile(uint64_t(i)), true);
    ++number;
  }
  return chips;
}

/// Up to this many subarrays of a chip show their tiles.
static constexpr uint64_t detailed = 1500;
/// Width of a drawn subarray, and of the gap beside it.
static constexpr double size = 20, gap = 4;

static std::string drawTiles(const Chip &chip, uint64_t first, uint64_t across,
                             double rows, double columns) {
  std::string text;
  for (const auto &[subarray, tiles] : chip) {
    uint64_t at = subarray - first;
    double x = double(at % across) * (size + gap);
    double y = double(at / across) * (size + gap);
    text += fmt::format("<rect x=\"{:g}\" y=\"{:g}\" width=\"{:g}\" "
                        "height=\"{:g}\" class=\"empty\"/>",
                        x, y, size, size);
    for (const Tile &tile : tiles)
      text += fmt::format(
          "<rect x=\"{:.4g}\" y=\"{:.4g}\" width=\"{:.3g}\" height=\"{:.3g}\" "
          "fill=\"{}\"{}><title>{}{}: subarray {}, rows {} to {}, columns {} "
          "to {}</title></rect>\n",
          x + size * double(tile.column) / columns,
          y + size * double(tile.row) / rows,
          size * double(tile.columns) / columns,
          size * double(tile.rows) / rows, layerColour(tile.layer),
          tile.thresholds ? " fill-opacity=\"0.5\"" : "", escape(tile.name),
          tile.thresholds ? ", thresholds" : "", subarray, tile.row,
          tile.row + tile.rows - 1, tile.column,
          tile.column + tile.columns - 1);
  }
  return text;
}

/// Runs of neighbouring subarrays of one layer.
static std::string drawRuns(const Chip &chip, uint64_t first, uint64_t across) {
  std::string text;
  for (auto it = chip.begin(); it != chip.end();) {
    uint64_t begin = it->first - first, end = begin;
    const Tile &tile = it->second.front();
    for (; it != chip.end() && it->first - first == end &&
           it->second.front().layer == tile.layer &&
           end / across == begin / across;
         ++it)
      ++end;
    text += fmt::format(
        "<rect x=\"{:g}\" y=\"{:g}\" width=\"{:g}\" height=\"{:g}\" "
        "fill=\"{}\"><title>{}: subarrays {} to {}</title></rect>\n",
        double(begin % across) * (size + gap),
        double(begin / across) * (size + gap),
        double(end - begin) * (size + gap) - gap, size, layerColour(tile.layer),
        escape(tile.name), begin + first, end + first - 1);
  }
  return text;
}

std::string floorPlan(const image::Image &image) {
  std::string text;
  for (const auto &[number, chip] : chipsOf(image)) {
    uint64_t first = chip.begin()->first;
    uint64_t count = chip.rbegin()->first - first + 1;
    auto across = uint64_t(std::ceil(std::sqrt(1.8 * double(count))));
    bool tiles = count <= detailed;
    double width = double(across) * (size + gap) - gap;
    double height = double((count + across - 1) / across) * (size + gap) - gap;
    // Small chips are not blown up to the page's width.
    text += fmt::format(
        "<figure><svg viewBox=\"0 0 {:g} {:g}\" style=\"max-width:{:g}px\" "
        "role=\"img\" aria-label=\"floor plan of chip {}\">\n{}</svg>\n"
        "<figcaption>Chip {}: subarrays {} to {}, in lines of {}{}</figcaption>"
        "</figure>\n",
        width, height, std::max(width, 120.0), number,
        tiles ? drawTiles(chip, first, across, double(image.target().rows()),
                          double(image.target().columns()))
              : drawRuns(chip, first, across),
        number, first, first + count - 1, across,
        tiles
            ? "; a square is a subarray, the coloured part its tiles"
            : "; a bar is a run of subarrays of one layer (by its first tile)");
  }
  return text;
}

} // namespace bnn::report
