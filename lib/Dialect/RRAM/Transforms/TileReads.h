//===- TileReads.h - How long tiles keep their subarrays busy ---*- C++ -*-===//

#ifndef BNN_LIB_DIALECT_RRAM_TRANSFORMS_TILEREADS_H
#define BNN_LIB_DIALECT_RRAM_TRANSFORMS_TILEREADS_H

#include "bnn/Dialect/RRAM/IR/RRAM.h"

namespace bnn::rram {

/// Row reads of a sample in one tile of `op`, of its weights or of thresholds:
/// what the tile adds to the time in which its subarray is busy.
int64_t readsOfTile(LayerOp layer, TilesOp op, TilesOp::Block block,
                    bool thresholds);

/// Row reads that `layer` makes one after another for a sample even where none
/// of its tiles share a subarray; what merging counters takes counts as reads
/// of `mux` columns per sense amplifier.
int64_t longestReads(LayerOp layer, TilesOp op, int64_t mux);

} // namespace bnn::rram

#endif // BNN_LIB_DIALECT_RRAM_TRANSFORMS_TILEREADS_H
