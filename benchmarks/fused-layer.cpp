//===- fused-layer.cpp - A binary layer against the machine's peak --------===//
//
// 64 samples through a binary layer 4096 -> 4096 on one thread: packed bits
// in, thresholds compared, packed bits out. Loading the image is not timed.
// `of_peak` relates it to the best peak loop of the same run.
//
//===----------------------------------------------------------------------===//

#include "FusedKernels.h"
#include "Layer.h"
#include "Peak.h"
#include "bnn/Image/CellArray.h"
#include <benchmark/benchmark.h>
#include <ctime>
#include <hwy/targets.h>
#include <random>

using namespace bnn;

namespace {

constexpr uint32_t width = 4096, subarraySize = 32;
constexpr int64_t samples = 64;

/// One dense layer with random weights and thresholds on 32x32 subarrays.
image::Image makeImage() {
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
  for (const char *name : {"x", "y"}) {
    image::Value &value = *image.add_values();
    value.set_name(name);
    value.add_shape(1);
    value.add_shape(width);
    value.set_encoding(image::Value::CODE);
    value.set_code_min(-1);
    value.set_code_max(1);
  }
  image::ArrayLayer &layer = *image.add_steps()->mutable_array();
  layer.set_name("fc");
  layer.set_output(1);
  layer.set_neurons(width);
  layer.set_fan_in(width);
  layer.set_groups(1);
  layer.set_weight_planes(1);
  layer.set_plane_coding(image::ArrayLayer::BIPOLAR);
  layer.add_plane_weights(2);
  layer.set_plane_offset(-1);
  layer.mutable_dense()->set_positions(1);
  uint32_t tiles = width / subarraySize;
  layer.set_tile_rows(tiles);
  layer.set_tile_columns(tiles);
  for (uint32_t i = 0; i < tiles * tiles; ++i)
    layer.add_placement()->set_subarray(i);
  layer.mutable_row_sense();
  layer.mutable_exact();
  layer.mutable_accumulation()->set_bits(13);
  layer.set_border_classes(1);
  layer.set_count_unit(2);
  layer.set_divisor(1);
  for (uint32_t n = 0; n < width; ++n) {
    layer.add_bias(-int64_t(width));
    layer.mutable_thresholds()->add_counts(1);
    layer.mutable_thresholds()->add_thresholds(width / 2 - 40 +
                                               int64_t(random() % 80));
    bool rises = random() % 2;
    layer.mutable_thresholds()->add_codes(rises ? -1 : 1);
    layer.mutable_thresholds()->add_codes(rises ? 1 : -1);
  }
  image::CellArrayBuilder cells = llvm::cantFail(
      image::CellArrayBuilder::create(target, uint64_t(tiles) * tiles));
  for (uint32_t t = 0; t < tiles * tiles; ++t)
    for (uint32_t r = 0; r < subarraySize; ++r)
      for (uint32_t c = 0, bits = uint32_t(random()); c < subarraySize; ++c)
        cells.setWeight(t, r, c, bits >> c & 1 ? 1 : -1);
  std::move(cells).finish(image);
  return image;
}

const image::Image &layerImage() {
  static const image::Image image = makeImage();
  return image;
}

sim::BatchValue makeInput(int64_t count) {
  std::mt19937 random(2);
  sim::BatchValue input;
  input.init(layerImage().values(0), count);
  sim::PackedCodes &packed = input.packed.emplace();
  packed.channels = width;
  packed.bits.resize(count * packed.words());
  for (uint32_t &word : packed.bits)
    word = uint32_t(random());
  return input;
}

// Best rates of this run, binary MAC/s; the peaks run first.
double peak512 = 0, peak256 = 0;

double threadSeconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return double(time.tv_sec) + 1e-9 * double(time.tv_nsec);
}

template <typename Work>
double measure(benchmark::State &state, double macs, Work work) {
  // Processor time of this thread: what others do on the machine is not ours.
  double start = threadSeconds();
  for (auto _ : state)
    work();
  double seconds = threadSeconds() - start;
  double rate = macs * double(state.iterations()) / seconds;
  state.counters["MAC/s"] = rate;
  // The library also makes short trial runs, whose rates say little.
  return seconds < 0.05 ? 0 : rate;
}

void runPeak(benchmark::State &state, const bench::PeakLoop &loop,
             double &best) {
  if (!loop.supported)
    return state.SkipWithError("this machine lacks the instructions");
  constexpr size_t words = 64; // 24 KiB at most
  std::vector<uint32_t> rows(loop.rows * words, 0x5a0ff0a5),
      weights(words * loop.vectors * loop.vectorBits / 32, 0x12345678);
  best = std::max(best, measure(state, loop.macs(words), [&] {
                    benchmark::DoNotOptimize(rows.data());
                    benchmark::ClobberMemory();
                    benchmark::DoNotOptimize(
                        loop.run(rows.data(), weights.data(), words));
                  }));
}

void runLayer(benchmark::State &state, const sim::LayerExecutor &layer,
              int64_t count, double peak) {
  sim::BatchValue input = makeInput(count);
  sim::BatchValue output;
  double rate = measure(state, double(count) * width * width, [&] {
    output.init(layerImage().values(1), count);
    sim::LayerRecord record;
    layer.run(input, output, record);
    benchmark::ClobberMemory();
  });
  if (peak > 0)
    state.counters["of_peak"] = rate / peak;
}

void runFused(benchmark::State &state, int64_t target, const double &peak) {
  if (!(hwy::SupportedTargets() & target))
    return state.SkipWithError("this machine lacks the instructions");
  hwy::SetSupportedTargetsForTest(target);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  std::unique_ptr<sim::LayerExecutor> layer = llvm::cantFail(
      sim::makeFusedLayer(layerImage(), layerImage().steps(0).array()));
  state.SetLabel(sim::mismatchTargetName());
  runLayer(state, *layer, samples, peak);
  hwy::SetSupportedTargetsForTest(0);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

void runReplay(benchmark::State &state) {
  std::unique_ptr<sim::LayerExecutor> layer = llvm::cantFail(
      sim::makeReplayLayer(layerImage(), layerImage().steps(0).array()));
  runLayer(state, *layer, 1, std::max(peak512, peak256));
}

} // namespace

int main(int argc, char **argv) {
  std::vector<bench::PeakLoop> wide = bench::peakLoopsAvx512(),
                               narrow = bench::peakLoopsAvx2();
  for (const bench::PeakLoop &loop : wide)
    benchmark::RegisterBenchmark(
        (std::string("peak/") + loop.name).c_str(),
        [&loop](benchmark::State &state) { runPeak(state, loop, peak512); });
  for (const bench::PeakLoop &loop : narrow)
    benchmark::RegisterBenchmark(
        (std::string("peak/") + loop.name).c_str(),
        [&loop](benchmark::State &state) { runPeak(state, loop, peak256); });
#if defined(__x86_64__)
  benchmark::RegisterBenchmark(
      "fused 64 x 4096->4096/AVX-512 VPOPCNTDQ",
      [](benchmark::State &state) { runFused(state, HWY_AVX3_DL, peak512); });
  benchmark::RegisterBenchmark(
      "fused 64 x 4096->4096/AVX2",
      [](benchmark::State &state) { runFused(state, HWY_AVX2, peak256); });
#else
  benchmark::RegisterBenchmark("fused 64 x 4096->4096",
                               [](benchmark::State &state) {
                                 runFused(state, hwy::SupportedTargets(), 0);
                               });
#endif
  benchmark::RegisterBenchmark("replay 1 x 4096->4096", runReplay);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv))
    return 1;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
