//===- fused-layer.cpp - A binary layer against the machine's peak --------===//
//
// 64 samples through a binary layer 4096 -> 4096 on one thread: packed bits
// in, thresholds compared, packed bits out. Loading the image is not timed.
// `of_peak` relates it to the best peak loop of the same run.
//
//===----------------------------------------------------------------------===//

#include "BinaryLayer.h"
#include "FusedKernels.h"
#include "Peak.h"
#include <benchmark/benchmark.h>
#include <hwy/targets.h>

using namespace bnn;

namespace {

constexpr uint32_t width = 4096;
constexpr int64_t samples = 64;

const image::Image &layerImage() {
  static const image::Image image = bench::makeBinaryLayer(width, width);
  return image;
}

// Best rates of this run, binary MAC/s; the peaks run first.
double peak512 = 0, peak256 = 0;

template <typename Work>
double measure(benchmark::State &state, double macs, Work work) {
  // Processor time of this thread: what others do on the machine is not ours.
  double start = bench::threadSeconds();
  for (auto _ : state)
    work();
  double seconds = bench::threadSeconds() - start;
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
  sim::BatchValue input = bench::makeInput(layerImage(), count);
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
