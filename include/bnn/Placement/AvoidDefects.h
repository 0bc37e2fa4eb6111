//===- AvoidDefects.h - Move cells away from defects ------------*- C++ -*-===//
//
// A defect does harm where it is against the weight that is wanted: a device
// stuck in the other state makes a coin toss, an open or short one decides. On
// a chip with known defects an image is moved so that the weights want what the
// defects say, within what the target can do. docs/defects.md has the freedoms
// and the order in which they are used.
//
//===----------------------------------------------------------------------===//

#ifndef BNN_PLACEMENT_AVOIDDEFECTS_H
#define BNN_PLACEMENT_AVOIDDEFECTS_H

#include "bnn/Device/LabFiles.h"
#include "bnn/Image/image.pb.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"
#include <string>
#include <vector>

namespace bnn::placement {

/// What defects do to the cells of a layer.
struct Harm {
  uint64_t cells = 0;        ///< that reads count
  uint64_t defects = 0;      ///< cells with a defect among them
  uint64_t contradicted = 0; ///< whose weight is not what the defect says
  /// Sum of `device::expectedError` over them: expected wrong weights.
  double wrong = 0;

  Harm &operator+=(const Harm &other);
};

struct LayerHarm {
  std::string layer;
  Harm weights, thresholds;
};

/// By layer, in the order of the steps. The image must be verified, and the
/// cells be of its chip (`device::chipSize`).
std::vector<LayerHarm> harmOf(const image::Image &image,
                              llvm::ArrayRef<device::BrokenCell> broken);

struct AvoidOptions {
  bool moveSubarrays = true; ///< what a subarray holds may go to another
  bool moveRows = true;      ///< and rows, by slots or tables
  bool useComplement = true; ///< and counts be complemented
  bool useSpares = true;     ///< and spare rows and columns be used
  /// What a wrong weight of a neuron counts, [step][neuron]; empty: 1. A bit b
  /// of a threshold counts 2^b of it, the change of the count.
  std::vector<std::vector<float>> importance;
};

/// Moves the cells of `image`, in place, so that the expected sum of wrong
/// weights is as low as the method finds, and never above what it was. The
/// network stays the same, bit by bit. Fails on an image that has been moved
/// already, and on one chip that is programmed anew during each inference.
llvm::Error avoidDefects(image::Image &image,
                         llvm::ArrayRef<device::BrokenCell> broken,
                         const AvoidOptions &options = {});

} // namespace bnn::placement

#endif // BNN_PLACEMENT_AVOIDDEFECTS_H
