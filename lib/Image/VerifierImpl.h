//===- VerifierImpl.h - Parts of the image verifier -------------*- C++ -*-===//

#ifndef BNN_LIB_IMAGE_VERIFIERIMPL_H
#define BNN_LIB_IMAGE_VERIFIERIMPL_H

#include "bnn/Image/Verifier.h"
#include "bnn/Image/image.pb.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/Error.h"
#include <string>
#include <vector>

namespace bnn::image::verifier {

/// Presentations of an input, and planes of a UNARY code, at most.
inline constexpr uint32_t maxPresentations = 64;

using Shape = llvm::SmallVector<int64_t, 6>;

/// Integers beyond this are not exact in double, which host operators use.
inline constexpr int64_t maxInteger = int64_t(1) << 53;
/// Counts and accumulators of a layer fit into 32 bits.
inline constexpr int64_t maxCount = (int64_t(1) << 31) - 1;
/// Kernels, strides, pads: beyond this no tensor fits.
inline constexpr int64_t maxExtent = int64_t(1) << 31;

/// Padding that a pool on the periphery may have on one side: far above any
/// kernel, and low enough to look at each window there.
inline constexpr int64_t maxDigitalPad = (int64_t(1) << 16) - 1;

/// The integers that a CODE or INTEGER value can hold.
struct Range {
  int64_t low = 0, high = 0;
};

/// What is known of the values while the steps are walked.
struct State {
  explicit State(const Image &image) : image(image) {}

  const Image &image;
  std::vector<int64_t> elements; // of each value
  std::vector<bool> defined;
  std::vector<Range> ranges; // of CODE and INTEGER values, once defined
  // Values that a table or a pad sets to 0: -1, 0, +1 rather than -1, +1.
  std::vector<bool> holdsZero;

  const Value &value(uint32_t id) const { return image.values(int(id)); }
  Shape shape(uint32_t id) const {
    return Shape(value(id).shape().begin(), value(id).shape().end());
  }
};

/// "image: <place>: <message>".
llvm::Error fail(const llvm::Twine &place, const llvm::Twine &message);

/// "[1, 3, 4]".
std::string text(llvm::ArrayRef<int64_t> shape);

/// Every message below `image`: enums known, text UTF-8, numbers not NaN, no
/// field that this release does not know.
llvm::Error checkFields(const Image &image);

llvm::Error checkTarget(const Image &image);
/// The tables of subarrays.
llvm::Error checkAddresses(const Image &image);
/// Also returns the range of an integer constant.
llvm::Error checkConstant(const State &state, const Constant &constant,
                          Range &range);
/// `functions` step functions that give codes within `codes`.
llvm::Error checkThresholds(const llvm::Twine &place,
                            const Thresholds &thresholds, uint64_t functions,
                            Range codes);
/// An operator whose inputs are defined; sets the ranges of its outputs.
llvm::Error checkOp(State &state, const Op &op);
/// The result shapes of `op` from its operands'. On success `shapes` has one
/// entry for each output.
llvm::Error inferShapes(const State &state, const Op &op,
                        const llvm::Twine &place,
                        llvm::SmallVectorImpl<Shape> &shapes);
/// The integers that a digital operator can produce.
llvm::Error inferRange(const State &state, const Op &op,
                       const llvm::Twine &place, Range &range);
/// A layer whose input is defined; sets the range of its output.
llvm::Error checkLayer(State &state, const ArrayLayer &layer);
/// The contents of all subarrays against the tiles of all layers.
llvm::Error checkCells(const Image &image);
/// Divisions by 2 leave no rest. The cells have been checked.
llvm::Error checkDivisors(const Image &image);

} // namespace bnn::image::verifier

#endif // BNN_LIB_IMAGE_VERIFIERIMPL_H
