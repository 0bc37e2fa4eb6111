//===- BinaryLayer.cpp - A binary layer to measure ------------------------===//

#include "BinaryLayer.h"
#include "bnn/Image/CellArray.h"
#include <ctime>
#include <random>

namespace bnn::bench {

static constexpr uint32_t subarraySize = 32;

image::Image makeBinaryLayer(uint32_t fanIn, uint32_t neurons) {
  std::mt19937_64 random(1);
  image::Image image;
  image::Target &target = *image.mutable_target();
  target.set_rows(subarraySize);
  target.set_columns(subarraySize);
  target.set_columns_per_sense_amplifier(1);
  target.set_column_mask(true);
  for (auto [code, weight] : {std::pair(1, 1), std::pair(2, -1)}) {
    image::CellCode &entry = *target.add_cell_codes();
    entry.set_code(uint32_t(code));
    entry.set_weight(weight);
  }
  for (auto [name, size] : {std::pair("x", fanIn), std::pair("y", neurons)}) {
    image::Value &value = *image.add_values();
    value.set_name(name);
    value.add_shape(1);
    value.add_shape(size);
    value.set_encoding(image::Value::CODE);
    value.set_code_min(-1);
    value.set_code_max(1);
  }
  image::ArrayLayer &layer = *image.add_steps()->mutable_array();
  layer.set_name("fc");
  layer.set_output(1);
  layer.set_neurons(neurons);
  layer.set_fan_in(fanIn);
  layer.set_groups(1);
  layer.set_weight_planes(1);
  layer.set_plane_coding(image::ArrayLayer::BIPOLAR);
  layer.add_plane_weights(2);
  layer.set_plane_offset(-1);
  layer.mutable_dense()->set_positions(1);
  uint32_t tiles = neurons / subarraySize * (fanIn / subarraySize);
  layer.set_tile_rows(neurons / subarraySize);
  layer.set_tile_columns(fanIn / subarraySize);
  for (uint32_t i = 0; i < tiles; ++i)
    layer.add_placement()->set_subarray(i);
  layer.mutable_row_sense();
  layer.mutable_exact();
  layer.mutable_accumulation()->set_bits(13);
  layer.set_border_classes(1);
  layer.set_count_unit(2);
  layer.set_divisor(1);
  for (uint32_t n = 0; n < neurons; ++n) {
    layer.add_bias(-int64_t(fanIn));
    layer.mutable_thresholds()->add_counts(1);
    layer.mutable_thresholds()->add_thresholds(fanIn / 2 - 40 +
                                               int64_t(random() % 80));
    bool rises = random() % 2;
    layer.mutable_thresholds()->add_codes(rises ? -1 : 1);
    layer.mutable_thresholds()->add_codes(rises ? 1 : -1);
  }
  image::CellArrayBuilder cells =
      llvm::cantFail(image::CellArrayBuilder::create(target, tiles));
  for (uint32_t t = 0; t < tiles; ++t)
    for (uint32_t r = 0; r < subarraySize; ++r)
      for (uint32_t c = 0, bits = uint32_t(random()); c < subarraySize; ++c)
        cells.setWeight(t, r, c, bits >> c & 1 ? 1 : -1);
  std::move(cells).finish(image);
  return image;
}

sim::BatchValue makeInput(const image::Image &layer, int64_t count) {
  std::mt19937 random(2);
  sim::BatchValue input;
  input.init(layer.values(0), count);
  sim::PackedCodes &packed = input.packed.emplace();
  packed.channels = layer.values(0).shape(1);
  packed.bits.resize(count * packed.words());
  for (uint32_t &word : packed.bits)
    word = uint32_t(random());
  return input;
}

device::CellModel makeCell(double readSigma) {
  device::CellParameters cell;
  cell.lrs = llvm::cantFail(device::Distribution::lognormal(7e3, 0.3));
  cell.hrs = llvm::cantFail(device::Distribution::lognormal(7e4, 0.5));
  cell.sense.arraySigma = 0.05;
  cell.sense.latchSigma = 0.05;
  cell.sense.readSigma = readSigma;
  return device::CellModel(cell);
}

double threadSeconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return double(time.tv_sec) + 1e-9 * double(time.tv_nsec);
}

} // namespace bnn::bench
