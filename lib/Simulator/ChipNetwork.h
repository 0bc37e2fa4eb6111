//===- ChipNetwork.h - The layers of a programmed chip ----------*- C++ -*-===//

#ifndef BNN_LIB_SIMULATOR_CHIPNETWORK_H
#define BNN_LIB_SIMULATOR_CHIPNETWORK_H

#include "Network.h"
#include "bnn/Image/CellArray.h"

namespace bnn::sim {

struct ChipNetwork::Impl {
  static llvm::Expected<std::unique_ptr<Impl>> make(const Network &network,
                                                    const image::CellMap &map);
  Impl(const Network &network, const image::CellMap &map);

  /// Sorts the cells of a chip by the layers that read them.
  void distribute(const device::Chip &chip);

  const Network &network;
  const image::CellMap &map;
  image::CellArray cells;
  std::vector<std::unique_ptr<LayerExecutor>> layers; ///< by step; else null
  std::vector<LayerNoise> noise;                      ///< by step
  ReadNoise reads;
};

} // namespace bnn::sim

#endif // BNN_LIB_SIMULATOR_CHIPNETWORK_H
