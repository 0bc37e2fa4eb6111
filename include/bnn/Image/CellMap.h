//===- CellMap.h - What each cell of an image is for ------------*- C++ -*-===//

#ifndef BNN_IMAGE_CELLMAP_H
#define BNN_IMAGE_CELLMAP_H

#include "bnn/Image/image.pb.h"
#include "llvm/ADT/ArrayRef.h"
#include <cstdint>
#include <vector>

namespace bnn::image {

/// A tile of a layer where it lies: the cells of rows `row` .. and columns
/// `column` .. of a subarray that the layer's reads use.
struct MappedTile {
  uint32_t step = 0;       ///< of the layer in Image.steps
  int index = 0;           ///< in its placement or threshold_placement
  bool thresholds = false; ///< cells of thresholds, not of weights
  bool rowIsNeuron = true; ///< else a column is one
  uint64_t subarray = 0;
  uint32_t row = 0, column = 0;
  uint32_t rows = 0, columns = 0; ///< with padding columns that are counted
  uint64_t firstNeuron = 0;       ///< of the layer
  uint64_t firstLane = 0;         ///< of a neuron, or of the cells of its word
  uint64_t neurons = 0;           ///< in the tile
  uint64_t lanes = 0;             ///< of a neuron, without padding
};

/// A cell's part in its layer.
struct CellUse {
  uint32_t step = 0;
  uint64_t neuron = 0;
  /// Below weight_planes * fan_in an input, else a padding column that is
  /// counted. With `thresholds` the cell's number in the neuron's word of
  /// thresholds.
  uint64_t lane = 0;
  bool thresholds = false;
};

/// Subarrays that hold a tile.
struct OccupiedSubarrays {
  uint64_t contents = 0; ///< of all chips
  /// The same, but where one chip is programmed anew with several contents
  /// those of that chip that any of them uses.
  uint64_t physical = 0;
};
OccupiedSubarrays occupiedSubarrays(const Image &image);

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
  /// Cells that some read uses.
  uint64_t countedCells() const { return counted; }

private:
  uint64_t numRows, numColumns, counted = 0;
  std::vector<MappedTile> all;
  std::vector<uint32_t> first; ///< of each subarray in `all`, and the end
};

} // namespace bnn::image

#endif // BNN_IMAGE_CELLMAP_H
