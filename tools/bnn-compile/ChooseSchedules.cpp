//===- ChooseSchedules.cpp - Schedules by what the image costs ------------===//

#include "ChooseSchedules.h"
#include "bnn/Conversion/RRAMToImage.h"
#include "bnn/Dialect/RRAM/IR/RRAM.h"
#include "bnn/Report/Report.h"
#include "bnn/Support/Error.h"
#include "mlir/Pass/PassManager.h"

using namespace mlir;

namespace bnn {

using rram::Orientation;

namespace {

/// Less is better, the first entry first.
using Score = std::array<double, 3>;

class ScheduleSearch {
public:
  ScheduleSearch(ModuleOp module, const Target &target, Goal goal,
                 const rram::RRAMPipelineOptions &options)
      : module(module), target(target), goal(goal), options(options) {}

  llvm::Error run();

private:
  /// What the image with these schedules costs; none where there is no image.
  std::optional<report::Summary> compile(ArrayRef<Orientation> chosen);
  llvm::Error checkCoefficients(const report::Summary &summary) const;
  Score scoreOf(const report::Summary &summary) const;

  ModuleOp module;
  const Target &target;
  Goal goal;
  const rram::RRAMPipelineOptions &options;
};

} // namespace

static void setOrientations(ModuleOp module, ArrayRef<Orientation> chosen) {
  for (auto [layer, orientation] :
       llvm::zip_equal(module.getOps<rram::LayerOp>(), chosen))
    layer.setOrientation(orientation);
}

std::optional<report::Summary>
ScheduleSearch::compile(ArrayRef<Orientation> chosen) {
  // A candidate that does not fit is no error of the network.
  ScopedDiagnosticHandler silence(module.getContext(),
                                  [](Diagnostic &) { return success(); });
  OwningOpRef<ModuleOp> candidate(module.clone());
  setOrientations(*candidate, chosen);
  PassManager manager(module.getContext());
  rram::buildLayerPipeline(manager, options);
  if (failed(manager.run(*candidate)))
    return std::nullopt;
  FailureOr<image::Image> image = convertToImage(*candidate);
  if (failed(image))
    return std::nullopt;
  return report::summarize(*image, target, {}, {});
}

llvm::Error
ScheduleSearch::checkCoefficients(const report::Summary &summary) const {
  std::string names;
  for (const cost::Part *part : summary.cost.energy.missing())
    names += (names.empty() ? "" : ", ") + part->key;
  if (goal != Goal::Energy || names.empty())
    return llvm::Error::success();
  return makeError("--optimize-for energy: target '" + target.name +
                   "' does not say what these take: " + names +
                   "; give them under 'cost' and 'devices' of a target file "
                   "(docs/targets.md), or optimize for latency or area");
}

Score ScheduleSearch::scoreOf(const report::Summary &summary) const {
  double cycles = double(summary.latencyCycles);
  double subarrays = double(summary.subarrays);
  double bits = double(summary.bufferBits);
  switch (goal) {
  case Goal::Energy:
    return {summary.cost.energy.known(), cycles, subarrays};
  case Goal::Area:
    return {subarrays, bits, cycles};
  default:
    return {cycles, subarrays, bits};
  }
}

llvm::Error ScheduleSearch::run() {
  auto chip = module->getAttrOfType<rram::TargetAttr>(rram::targetAttrName);
  size_t layers = size_t(llvm::range_size(module.getOps<rram::LayerOp>()));
  std::vector<Orientation> chosen(layers, chip.getP2s()
                                              ? Orientation::RowIsNeuron
                                              : Orientation::RowIsInput);
  std::optional<report::Summary> summary = compile(chosen);
  if (!summary) // for its own diagnostics
    return llvm::Error::success();
  if (llvm::Error error = checkCoefficients(*summary))
    return error;
  if (!chip.getP2s() || !chip.getS2p())
    return llvm::Error::success();
  Score best = scoreOf(*summary);
  for (bool again = true; again;) {
    again = false;
    for (Orientation &orientation : chosen) {
      Orientation before = orientation;
      orientation = before == Orientation::RowIsNeuron
                        ? Orientation::RowIsInput
                        : Orientation::RowIsNeuron;
      summary = compile(chosen);
      if (summary && scoreOf(*summary) < best) {
        best = scoreOf(*summary);
        again = true;
      } else {
        orientation = before;
      }
    }
  }
  setOrientations(module, chosen);
  return llvm::Error::success();
}

llvm::Error chooseSchedules(ModuleOp module, const Target &target, Goal goal,
                            const rram::RRAMPipelineOptions &options) {
  return ScheduleSearch(module, target, goal, options).run();
}

} // namespace bnn
