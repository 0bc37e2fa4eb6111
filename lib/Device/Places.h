//===- Places.h - Places of cells that files name ---------------*- C++ -*-===//

#ifndef BNN_LIB_DEVICE_PLACES_H
#define BNN_LIB_DEVICE_PLACES_H

#include "bnn/Device/LabFiles.h"
#include <fmt/format.h>
#include <string>

namespace bnn::device {

inline std::string placeName(uint64_t subarray, uint64_t row, uint64_t column) {
  return fmt::format("subarray {}, row {}, column {}", subarray, row, column);
}

inline std::string notOfTheChip(const ChipSize &chip, uint64_t subarray,
                                uint64_t row, uint64_t column) {
  return fmt::format("{} is not among the {} subarrays of {}x{} of the image: "
                     "is the file of another geometry?",
                     placeName(subarray, row, column), chip.subarrays,
                     chip.rows, chip.columns);
}

} // namespace bnn::device

#endif // BNN_LIB_DEVICE_PLACES_H
