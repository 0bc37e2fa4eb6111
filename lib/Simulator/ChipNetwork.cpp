//===- ChipNetwork.cpp - The layers of a programmed chip ------------------===//

#include "ChipNetwork.h"
#include "bnn/Support/Error.h"

using namespace llvm;

namespace bnn::sim {

ChipNetwork::ChipNetwork(std::unique_ptr<Impl> impl) : impl(std::move(impl)) {}
ChipNetwork::~ChipNetwork() = default;

ChipNetwork::Impl::Impl(const Network &network, const image::CellMap &map)
    : network(network), map(map), cells(*network.image),
      layers(network.image->steps_size()), noise(network.image->steps_size()) {}

Expected<std::unique_ptr<ChipNetwork::Impl>>
ChipNetwork::Impl::make(const Network &network, const image::CellMap &map) {
  auto chip = std::make_unique<Impl>(network, map);
  const image::Image &image = *network.image;
  for (int step = 0; step < image.steps_size(); ++step) {
    if (!image.steps(step).has_array())
      continue;
    const image::ArrayLayer &layer = image.steps(step).array();
    Expected<std::unique_ptr<LayerExecutor>> made =
        network.executor == Executor::Replay
            ? makeReplayLayer(image, layer)
            : makeFusedLayer(image, layer, /*programmable=*/true);
    if (!made)
      return made.takeError();
    chip->layers[step] = std::move(*made);
    chip->noise[step].layer = uint32_t(step);
  }
  return chip;
}

void ChipNetwork::Impl::distribute(const device::Chip &chip) {
  for (LayerNoise &layer : noise) {
    layer.wrong.clear();
    layer.marginal.clear();
    layer.unsteady.clear();
    layer.dwellReads = chip.telegraphDwellReads;
    layer.wrongThresholds.clear();
    layer.marginalThresholds.clear();
    layer.unsteadyThresholds.clear();
  }
  auto stored = [&](uint64_t cell) {
    return int8_t(cells.weight(cell / map.columns() / map.rows(),
                               uint32_t(cell / map.columns() % map.rows()),
                               uint32_t(cell % map.columns())));
  };
  for (const device::FrozenError &error : chip.errors)
    if (const image::MappedTile *tile = map.tileOf(error.cell)) {
      image::CellUse use = map.use(*tile, error.cell);
      if (use.thresholds) {
        noise[use.step].wrongThresholds.push_back(
            {uint32_t(use.neuron), uint32_t(use.lane), error.toOne > 0});
        continue;
      }
      noise[use.step].wrong.push_back({uint32_t(use.neuron), uint32_t(use.lane),
                                       stored(error.cell), error.toOne,
                                       error.toZero});
    }
  // Both lists ascend: what a marginal cell answers otherwise is beside it.
  auto error = chip.errors.begin();
  for (const device::MarginalCell &cell : chip.marginal) {
    const image::MappedTile *tile = map.tileOf(cell.cell);
    if (!tile)
      continue;
    while (error != chip.errors.end() && error->cell < cell.cell)
      ++error;
    bool frozen = error != chip.errors.end() && error->cell == cell.cell;
    image::CellUse use = map.use(*tile, cell.cell);
    int8_t weight = stored(cell.cell);
    if (use.thresholds) {
      noise[use.step].marginalThresholds.push_back(
          {uint32_t(use.neuron), uint32_t(use.lane),
           (frozen ? error->toOne : weight) > 0, cell.flipOne});
      continue;
    }
    noise[use.step].marginal.push_back(
        {uint32_t(use.neuron), uint32_t(use.lane), cell.flipOne, cell.flipZero,
         frozen ? error->toOne : weight, frozen ? error->toZero : weight});
  }
  auto addUnsteady = [&](uint64_t cell) -> UnsteadyLane * {
    const image::MappedTile *tile = map.tileOf(cell);
    if (!tile)
      return nullptr;
    image::CellUse use = map.use(*tile, cell);
    std::vector<UnsteadyLane> &list = use.thresholds
                                          ? noise[use.step].unsteadyThresholds
                                          : noise[use.step].unsteady;
    list.push_back({uint32_t(use.neuron), uint32_t(use.lane), stored(cell)});
    return &list.back();
  };
  for (const device::UncertainCell &cell : chip.uncertain)
    if (UnsteadyLane *lane = addUnsteady(cell.cell))
      lane->states[0] = {cell.one, cell.zero};
  for (const device::TelegraphCell &cell : chip.telegraph)
    if (UnsteadyLane *lane = addUnsteady(cell.cell)) {
      lane->occupancyBl = cell.occupancyBl;
      lane->occupancyBlb = cell.occupancyBlb;
      lane->states = cell.states;
    }
}

Error ChipNetwork::program(const device::Chip &chip, const ReadNoise &reads) {
  impl->reads = reads;
  impl->distribute(chip);
  const image::Image &image = *impl->network.image;
  for (int step = 0; step < image.steps_size(); ++step) {
    if (!impl->layers[step])
      continue;
    LayerNoise &noise = impl->noise[step];
    noise.reads = &impl->reads;
    const std::string &name = image.steps(step).array().name();
    bool quiet = is_contained(reads.quiet, uint32_t(step));
    const device::BitErrorModel &errors = impl->reads.errors;
    noise.rates = quiet ? device::ErrorRates() : errors.ratesOf(name);
    noise.thresholdRate =
        quiet ? 0 : errors.ratesOf(name, /*ofThresholds=*/true).ofSigned();
    if (Error error = impl->layers[step]->program(noise))
      return error;
  }
  return Error::success();
}

} // namespace bnn::sim
