//===- MeasuredChip.h - A chip as a laboratory measured it ------*- C++ -*-===//
//
// Nothing of such a chip is drawn at programming. It comes from what its cells
// answered (reads.csv), or from the resistances of its devices (devices.csv):
// then the lower one wins, without offsets. What the cells of the latter were
// seen to answer can be compared with that.
//
//===----------------------------------------------------------------------===//

#ifndef BNN_DEVICE_MEASUREDCHIP_H
#define BNN_DEVICE_MEASUREDCHIP_H

#include "bnn/Device/LabFiles.h"
#include <array>

namespace bnn::device {

/// A cell that was measured.
struct MeasuredCell {
  /// How often it answered as the weight -1, 0, +1.
  struct Reads {
    uint64_t reads = 0;
    std::array<uint64_t, 3> as{};
    /// The weight of most answers; of as many `preferred`, if it is among them.
    int8_t usual(int8_t preferred) const;
    uint64_t notAs(int8_t weight) const {
      return reads - as[size_t(weight + 1)];
    }
  };
  CellIndex cell = 0;
  int8_t stored = 0;                             ///< by the image
  std::optional<std::pair<double, double>> ohms; ///< of BL and BLb
  int8_t simulated = 0;                          ///< weight by `ohms`
  std::optional<Reads> reads[2];                 ///< by the input bit
};

struct MeasuredChip {
  std::string name;               ///< of the chip; may be empty
  std::vector<MeasuredCell> list; ///< that the image counts, ascending
  Chip chip;
  uint64_t counted = 0;  ///< cells of the image
  uint64_t wrongOne = 0; ///< whose usual answer to input 1 is wrong
  uint64_t wrongZero = 0;
  uint64_t wavering = 0; ///< that answered in several ways
  /// Reads that were measured, and those that differ from the image's bits.
  uint64_t reads = 0, wrongReads = 0;
  /// Cells that were read and have no resistances.
  uint64_t unmatched = 0;

  /// Simulated by resistances, against measured.
  struct Agreement {
    uint64_t answers = 0, same = 0;    ///< usual answers of a cell to a bit
    uint64_t reads = 0, differing = 0; ///< single reads
    uint64_t wrong = 0, foreseen = 0;  ///< measured to err, and simulated so
  };
  Agreement agreement() const;

  /// "subarray,row,col,x,r_bl_ohm,...": a line for each cell and input bit.
  std::string cellTable(const image::Image &image,
                        const image::CellMap &map) const;
};

/// The chip that `reads` describe: a cell answers as most of its reads did, and
/// where reads differ it does so with the shares that were measured. An input
/// that was not measured answers as the other one. Fails on a place that the
/// image does not have, on several chips, supplies, temperatures or
/// sense times, on answers that the image
/// cannot sense, and on cells there twice.
llvm::Expected<MeasuredChip> chipOfReads(LabFile<ReadRow> reads,
                                         const image::Image &image,
                                         const image::CellMap &map,
                                         const ReadChoice &choice);

/// The chip that has these resistances. `zeroOhm` is R_th, which ternary
/// sensing needs. Fails as `chipOfReads`, on a cell of which one device is
/// missing, and on a device that was programmed to another state than the
/// image's.
llvm::Expected<MeasuredChip> chipOfDevices(LabFile<DeviceRow> devices,
                                           const image::Image &image,
                                           const image::CellMap &map,
                                           const DeviceChoice &choice,
                                           std::optional<double> zeroOhm);

/// Adds what the cells of `chip` were seen to answer; the chip stays as it is.
/// Fails as `chipOfReads`, and on reads of another chip.
llvm::Error addReads(MeasuredChip &chip, LabFile<ReadRow> reads,
                     const image::Image &image, const image::CellMap &map,
                     const ReadChoice &choice);

} // namespace bnn::device

#endif // BNN_DEVICE_MEASUREDCHIP_H
