//===- Pulses.h - Devices that change from image to image -------*- C++ -*-===//

#ifndef BNN_PROGRAMMING_PULSES_H
#define BNN_PROGRAMMING_PULSES_H

#include "bnn/Image/image.pb.h"
#include "bnn/Target/Target.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/Support/Error.h"
#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace bnn::programming {

/// A bit for each column of a row, 64 a word, column 0 lowest.
using Plane = std::vector<uint64_t>;
uint64_t count(const Plane &plane);

/// The two devices of a cell, as indices.
enum Device : uint8_t { BL, BLb };

/// A row of a subarray and the pulses that bring it to its image.
struct RowPulses {
  uint64_t subarray = 0;
  uint32_t row = 0;
  Plane used, fresh;        ///< cells programmed; those of unknown state before
  Plane plus, minus;        ///< wanted weights +1 and -1
  std::array<Plane, 2> lrs; ///< devices to be in LRS, of used cells
  std::array<Plane, 2> reset, set; ///< RESET comes first

  uint64_t resets() const { return count(reset[BL]) + count(reset[BLb]); }
  uint64_t sets() const { return count(set[BL]) + count(set[BLb]); }
  /// Used cells of which a device gets a pulse.
  Plane touched() const;
};

/// An empty row for subarrays with `columns` columns.
RowPulses emptyRow(uint32_t columns);

/// Calls `visit` for every row of `after` with a device to pulse, by subarray,
/// then row. A device whose state in `before` is the wanted one gets none; the
/// states are unknown where `before` is null, does not reach, or does not use
/// the cell, and then each device of the cell gets one pulse. Cells that
/// `after` does not use get none.
///
/// Where a chip resets whole rows, a row with a device to reset is reset whole
/// and every LRS device of it is set again.
///
/// Both images must be verified and have subarrays of one size.
void forEachRow(const image::Image *before, const image::Image &after,
                ResetParallel reset,
                llvm::function_ref<void(const RowPulses &)> visit);

/// Fails where the subarrays of two images differ in size.
llvm::Error checkComparable(const image::Image &before,
                            const image::Image &after);

/// Pulses of a whole image.
struct PulseCount {
  uint64_t rows = 0, resets = 0, sets = 0;
  /// Most pulses that one device gets.
  uint64_t most = 0;

  void add(const RowPulses &row);
};

/// The devices to pulse as CSV (subarray,row,col,device,pulse), row by row,
/// RESET before SET.
std::string deviceList(const image::Image &before, const image::Image &after,
                       PulseCount &total);

/// What an update that gives each device at most `most` pulses, two of which
/// make a cycle, means for the target's devices; one line.
std::string enduranceLine(const Target &target, uint64_t most);

} // namespace bnn::programming

#endif // BNN_PROGRAMMING_PULSES_H
