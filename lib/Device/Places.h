//===- Places.h - Places of cells that files name ---------------*- C++ -*-===//

#ifndef BNN_LIB_DEVICE_PLACES_H
#define BNN_LIB_DEVICE_PLACES_H

#include "bnn/Image/CellArray.h"
#include <fmt/format.h>
#include <string>

namespace bnn::device {

inline std::string placeName(uint64_t subarray, uint64_t row, uint64_t column) {
  return fmt::format("subarray {}, row {}, column {}", subarray, row, column);
}

inline bool isOfTheImage(const image::CellArray &cells, uint64_t subarray,
                         uint64_t row, uint64_t column) {
  return subarray < cells.subarrays() && row < cells.rows() &&
         column < cells.columns();
}

inline std::string notOfTheImage(const image::CellArray &cells,
                                 uint64_t subarray, uint64_t row,
                                 uint64_t column) {
  return fmt::format("{} is not among the {} subarrays of {}x{} of the image: "
                     "is the file of another geometry?",
                     placeName(subarray, row, column), cells.subarrays(),
                     cells.rows(), cells.columns());
}

} // namespace bnn::device

#endif // BNN_LIB_DEVICE_PLACES_H
