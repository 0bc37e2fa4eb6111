//===- ReplicationCandidate.cpp - What some copies would take -------------===//

#include "ReplicationCandidate.h"
#include "bnn/Conversion/BNNToRRAM/Passes.h"
#include "bnn/Conversion/RRAMToImage.h"
#include "bnn/Dialect/BNN/IR/ArrayOperator.h"
#include "bnn/Dialect/BNN/Transforms/Passes.h"
#include "bnn/Image/CellArray.h"
#include "bnn/Image/CellMap.h"
#include "bnn/Image/Cycles.h"
#include "bnn/Image/Image.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/ADT/StringMap.h"
#include <set>

using namespace mlir;

namespace bnn {

SmallVector<Operation *> arrayOperatorsOf(ModuleOp module) {
  SmallVector<Operation *> operators;
  module.walk([&](Operation *op) {
    if (matchArrayOperator(op))
      operators.push_back(op);
  });
  return operators;
}

void requestCopies(ModuleOp module, const Replication &replication) {
  for (auto [op, copies] :
       llvm::zip_equal(arrayOperatorsOf(module), replication.copies))
    if (copies > 1)
      op->setAttr(copiesAttrName,
                  Builder(op->getContext()).getI64IntegerAttr(copies));
}

void orientCopies(ModuleOp module, const Replication &replication) {
  if (replication.orientations.empty())
    return;
  auto layers = module.getOps<rram::LayerOp>();
  auto layer = layers.begin();
  for (auto [copies, orientation] :
       llvm::zip_equal(replication.copies, replication.orientations))
    for (int64_t i = 0; i < copies; ++i)
      (*layer++).setOrientation(orientation);
}

OwningOpRef<ModuleOp> lowerCopies(ModuleOp module,
                                  const Replication &replication) {
  OwningOpRef<ModuleOp> lowered(module.clone());
  requestCopies(*lowered, replication);
  PassManager toLayers(module.getContext());
  toLayers.nest<func::FuncOp>().addPass(createBNNReplicate());
  toLayers.addPass(createConvertBNNToRRAM());
  if (failed(toLayers.run(*lowered)))
    return {};
  orientCopies(*lowered, replication);
  return lowered;
}

std::optional<Candidate> compileCopies(ModuleOp module,
                                       const Replication &replication) {
  // A candidate that does not fit is no error of the network.
  ScopedDiagnosticHandler silence(module.getContext(),
                                  [](Diagnostic &) { return success(); });
  OwningOpRef<ModuleOp> lowered = lowerCopies(module, replication);
  if (!lowered)
    return std::nullopt;
  PassManager toTiles(module.getContext());
  rram::buildLayerPipeline(toTiles, replication.pipeline);
  if (failed(toTiles.run(*lowered)))
    return std::nullopt;
  FailureOr<image::Image> image = convertToImage(*lowered);
  if (failed(image))
    return std::nullopt;

  Candidate candidate;
  candidate.replication = replication;
  candidate.interval = image::intervalOf(*image);
  candidate.subarrays = image::occupiedSubarrays(*image).physical;
  llvm::StringMap<const image::ArrayLayer *> byName;
  for (const image::Step &step : image->steps())
    if (step.has_array())
      byName[step.array().name()] = &step.array();
  auto layers = lowered->getOps<rram::LayerOp>();
  auto layer = layers.begin();
  for (int64_t copies : replication.copies) {
    LayerFigures figures;
    figures.name = (*layer).getSymName().str();
    std::set<uint64_t> subarrays;
    for (int64_t i = 0; i < copies; ++i) {
      const image::ArrayLayer &part = *byName.at((*layer++).getSymName());
      figures.cycles = std::max(figures.cycles,
                                image::cyclesOf(image->target(), part).steady *
                                    image::repetitionsOf(*image));
      for (const auto *tiles : {&part.placement(), &part.threshold_placement()})
        for (const image::Placement &tile : *tiles)
          subarrays.insert(image::subarrayIndex(image->target(), tile));
    }
    figures.subarrays = subarrays.size();
    candidate.layers.push_back(std::move(figures));
  }
  return candidate;
}

} // namespace bnn
