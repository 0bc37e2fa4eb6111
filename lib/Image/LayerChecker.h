//===- LayerChecker.h - Verifier of a layer on the arrays -------*- C++ -*-===//

#ifndef BNN_LIB_IMAGE_LAYERCHECKER_H
#define BNN_LIB_IMAGE_LAYERCHECKER_H

#include "VerifierImpl.h"

namespace bnn::image::verifier {

/// One layer under test.
class LayerChecker {
public:
  LayerChecker(State &state, const ArrayLayer &layer)
      : state(state), target(state.image.target()), layer(layer),
        place("layer '" + layer.name() + "'"),
        input(state.value(layer.input())), output(state.value(layer.output())) {
  }

  llvm::Error check();

private:
  llvm::Error fail(const llvm::Twine &message) const {
    return verifier::fail(place, message);
  }
  llvm::Error refused(const llvm::Twine &what,
                      const llvm::Twine &advice) const {
    return fail(what + " is not executed by version 2; " + advice);
  }

  llvm::Error checkArms() const;
  llvm::Error checkSizes() const;
  llvm::Error checkPlanes() const;
  llvm::Error checkDense();
  llvm::Error checkConvolution();
  llvm::Error checkPositions();
  llvm::Error checkTiles() const;
  llvm::Error checkPlacement(const llvm::Twine &list, uint64_t index,
                             const Placement &tile, uint64_t rows,
                             uint64_t columns) const;
  llvm::Error checkRowSlots() const;
  llvm::Error checkThresholdStore() const;
  llvm::Error checkStoredThresholds() const;
  llvm::Error checkNumbers();
  llvm::Error checkAccumulator(int64_t low, int64_t high) const;

  /// Fails unless the value has `expected` elements.
  llvm::Error checkElements(const llvm::Twine &name, uint32_t id,
                            uint64_t expected) const;

  State &state;
  const Target &target;
  const ArrayLayer &layer;
  std::string place;
  const Value &input;
  const Value &output;
  uint64_t positions = 0;
  uint64_t lanes() const {
    return uint64_t(layer.weight_planes()) * layer.fan_in();
  }
};

} // namespace bnn::image::verifier

#endif // BNN_LIB_IMAGE_LAYERCHECKER_H
