//===- Harm.cpp - What defects do to an image -----------------------------===//

#include "Harm.h"
#include "bnn/Image/CellArray.h"
#include "bnn/Placement/AvoidDefects.h"

using namespace llvm;

namespace bnn::placement {

Harm &Harm::operator+=(const Harm &other) {
  cells += other.cells;
  defects += other.defects;
  contradicted += other.contradicted;
  wrong += other.wrong;
  return *this;
}

void forEachDefect(const image::Image &image,
                   ArrayRef<device::BrokenCell> broken,
                   function_ref<void(const image::MappedTile &,
                                     const image::MovedCell &, double)>
                       visit) {
  image::CellMap map(image);
  image::AddressMap addresses(image, map);
  image::CellArray cells(image);
  for (const device::BrokenCell &cell : broken) {
    if (cell.subarray >= image.num_subarrays())
      continue;
    std::optional<image::MovedCell> at =
        addresses.addressOf(cell.subarray, cell.row, cell.column);
    if (!at)
      continue;
    const image::MappedTile *tile =
        map.tileOf(map.index(at->subarray, at->row, at->column));
    if (!tile)
      continue;
    unsigned code = cells.code(at->subarray, at->row, at->column);
    if (at->complemented)
      code = image::complementOf(code);
    visit(*tile, *at, device::expectedError(cell, code, image.target()));
  }
}

std::vector<LayerHarm> harmOf(const image::Image &image,
                              ArrayRef<device::BrokenCell> broken) {
  std::vector<LayerHarm> steps(size_t(image.steps_size()));
  for (int i = 0; i < image.steps_size(); ++i)
    steps[size_t(i)].layer = image.steps(i).array().name();
  auto of = [&](const image::MappedTile &tile) -> Harm & {
    LayerHarm &layer = steps[tile.step];
    return tile.thresholds ? layer.thresholds : layer.weights;
  };
  image::CellMap map(image);
  for (const image::MappedTile &tile : map.tiles())
    of(tile).cells += uint64_t(tile.rows) * tile.columns;
  forEachDefect(image, broken,
                [&](const image::MappedTile &tile, const image::MovedCell &,
                    double wrong) {
                  Harm &harm = of(tile);
                  ++harm.defects;
                  harm.contradicted += wrong > 0;
                  harm.wrong += wrong;
                });
  std::vector<LayerHarm> layers;
  for (LayerHarm &step : steps)
    if (step.weights.cells)
      layers.push_back(std::move(step));
  return layers;
}

} // namespace bnn::placement
