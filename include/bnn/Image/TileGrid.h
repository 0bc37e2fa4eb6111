//===- TileGrid.h - How the matrix of a layer is cut ------------*- C++ -*-===//
//
// The one place that knows which neurons and lanes a tile holds, and what of
// them is a row. docs/image-format.md has the rules.
//
//===----------------------------------------------------------------------===//

#ifndef BNN_IMAGE_TILEGRID_H
#define BNN_IMAGE_TILEGRID_H

#include "bnn/Image/image.pb.h"
#include <cstdint>

namespace bnn::image {

/// What one tile holds: neurons and lanes of weights, or neurons and cells of
/// their threshold words.
struct TileBlock {
  uint64_t firstNeuron = 0, neurons = 0;
  uint64_t firstLane = 0, lanes = 0;
};

/// The tiles of a layer. Tile (t, k) of the weights is number t * columns() + k
/// of ArrayLayer.placement, piece p of the thresholds of the neurons that tile
/// row (ROW_IS_INPUT: tile column) i holds number i * pieces() + p of
/// ArrayLayer.threshold_placement.
class TileGrid {
public:
  /// The layer's sizes must not be zero and its groups divide the neurons; no
  /// groups stand for one.
  TileGrid(const Target &target, const ArrayLayer &layer);

  bool rowIsNeuron() const { return neuronRows; }
  uint64_t lanes() const { return numLanes; }
  uint64_t rows() const { return tileRows; }
  uint64_t columns() const { return tileColumns; }
  uint64_t size() const { return tileRows * tileColumns; }

  /// Tiles that hold the same neurons: a tile row, or with ROW_IS_INPUT a tile
  /// column.
  uint64_t bands() const { return neuronRows ? tileRows : tileColumns; }
  /// Neurons of band `i`; never of two groups with ROW_IS_INPUT.
  TileBlock band(uint64_t i) const;
  uint64_t bandOf(uint64_t neuron) const;
  /// The tile of band `i` that holds slice `s` of the lanes.
  uint64_t tileIn(uint64_t i, uint64_t s) const {
    return neuronRows ? i * tileColumns + s : s * tileColumns + i;
  }
  /// Tiles of a band.
  uint64_t slices() const { return neuronRows ? tileColumns : tileRows; }
  /// Lanes of a full slice.
  uint64_t sliceLanes() const { return neuronRows ? arrayColumns : arrayRows; }

  TileBlock tile(uint64_t index) const;

  /// Cells of a neuron's threshold word; 0 where thresholds are in registers.
  uint64_t wordCells() const { return wordLength; }
  /// Threshold tiles of a band.
  uint64_t pieces() const;
  uint64_t thresholdTiles() const { return bands() * pieces(); }
  TileBlock thresholdTile(uint64_t index) const;

  /// Rows and columns that a block takes.
  uint64_t rowsOf(const TileBlock &block) const {
    return neuronRows ? block.neurons : block.lanes;
  }
  uint64_t columnsOf(const TileBlock &block) const {
    return neuronRows ? block.lanes : block.neurons;
  }

private:
  bool neuronRows;
  uint64_t arrayRows, arrayColumns;
  uint64_t numNeurons, numLanes, wordLength;
  uint64_t groupNeurons, groupBands; // ROW_IS_INPUT: tile columns of a group
  uint64_t tileRows, tileColumns;
};

/// Where the cell of a tile lies that stands for neuron `neuron` and lane
/// `lane` of its block.
struct CellPlace {
  uint64_t row, column;
};
inline CellPlace cellPlace(const Placement &tile, bool rowIsNeuron,
                           uint64_t neuron, uint64_t lane) {
  return rowIsNeuron ? CellPlace{tile.row() + neuron, tile.column() + lane}
                     : CellPlace{tile.row() + lane, tile.column() + neuron};
}

} // namespace bnn::image

#endif // BNN_IMAGE_TILEGRID_H
