//===- Pipeline.cpp - From bnn operators to ordered layers ----------------===//

#include "bnn/Conversion/BNNToRRAM/Passes.h"
#include "bnn/Dialect/RRAM/Transforms/Passes.h"
#include "mlir/Pass/PassManager.h"

void bnn::rram::buildRRAMPipeline(mlir::OpPassManager &manager,
                                  const RRAMPipelineOptions &options) {
  manager.addPass(createConvertBNNToRRAM());
  manager.addPass(createRRAMChooseSchedule({options.schedule}));
  manager.addPass(createRRAMTile());
  manager.addPass(createRRAMPlace());
  manager.addPass(createRRAMOrder({options.accumulation}));
}
