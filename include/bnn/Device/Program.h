//===- Program.h - Programming the devices of a chip ------------*- C++ -*-===//

#ifndef BNN_DEVICE_PROGRAM_H
#define BNN_DEVICE_PROGRAM_H

#include "bnn/Device/CellModel.h"
#include "bnn/Device/Chip.h"
#include "bnn/Image/CellMap.h"
#include "llvm/Support/Error.h"
#include <memory>
#include <utility>

namespace bnn::device {

/// Programs an image's cells into devices. Every device has its own random
/// word, keyed by (seed, chip, programming event, subarray, row, column,
/// device): a chip is the same whatever else is drawn. Cells that can neither
/// err nor waver are recognised by comparing words, without a logarithm.
class Programmer {
public:
  /// `image` must be verified; it and `map` must outlive this. Fails where the
  /// image senses three levels and the model has no R_th.
  static llvm::Expected<Programmer> create(const CellModel &model,
                                           const image::Image &image,
                                           const image::CellMap &map);
  Programmer(Programmer &&) noexcept;
  ~Programmer();

  /// Chip `chip` after programming event `event`. Cells that no read counts are
  /// not in it. Several threads may call it at once.
  Chip program(uint64_t seed, uint64_t chip, uint64_t event = 0) const;

  /// ln R of the BL and the BLb device of a cell of that chip, without
  /// telegraph noise.
  std::pair<double, double> resistances(uint64_t seed, uint64_t chip,
                                        CellIndex cell,
                                        uint64_t event = 0) const;

private:
  struct Impl;
  explicit Programmer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl;
};

} // namespace bnn::device

#endif // BNN_DEVICE_PROGRAM_H
