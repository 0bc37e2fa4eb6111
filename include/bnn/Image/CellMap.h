//===- CellMap.h - What each cell of an image is for ------------*- C++ -*-===//

#ifndef BNN_IMAGE_CELLMAP_H
#define BNN_IMAGE_CELLMAP_H

#include "bnn/Image/image.pb.h"
#include "llvm/ADT/ArrayRef.h"
#include <cstdint>
#include <vector>

namespace bnn::image {

/// A tile of a layer where it lies: the cells of rows `row` .. and columns
/// `column` .. of a subarray that the layer's reads count.
struct MappedTile {
  uint32_t step = 0; ///< of the layer in Image.steps
  uint64_t subarray = 0;
  uint32_t row = 0, column = 0;
  uint32_t rows = 0;        ///< one for each neuron
  uint32_t lanes = 0;       ///< columns that carry an input
  uint32_t columns = 0;     ///< with the padding columns that are counted too
  uint64_t firstNeuron = 0; ///< of the layer, in the tile's first row
  uint64_t firstLane = 0;   ///< of a neuron, in the tile's first column
};

/// A cell's part in its layer.
struct CellUse {
  uint32_t step = 0;
  uint64_t neuron = 0;
  /// Below weight_planes * fan_in an input, else a padding column that is
  /// counted.
  uint64_t lane = 0;
};

/// From cells back to layers. The image must be verified and outlive the map.
class CellMap {
public:
  explicit CellMap(const Image &image);

  /// All tiles, by subarray, row and column.
  llvm::ArrayRef<MappedTile> tiles() const { return all; }

  /// A cell's number: (subarray * rows + row) * columns + column.
  uint64_t index(uint64_t subarray, uint32_t row, uint32_t column) const {
    return (subarray * numRows + row) * numColumns + column;
  }

  /// The tile that a cell belongs to; null where nothing counts it.
  const MappedTile *tileOf(uint64_t cell) const;

  CellUse use(const MappedTile &tile, uint64_t cell) const;

  uint64_t rows() const { return numRows; }
  uint64_t columns() const { return numColumns; }
  /// Cells that some read counts.
  uint64_t countedCells() const { return counted; }

private:
  uint64_t numRows, numColumns, counted = 0;
  std::vector<MappedTile> all;
  std::vector<uint32_t> first; ///< of each subarray in `all`, and the end
};

} // namespace bnn::image

#endif // BNN_IMAGE_CELLMAP_H
