//===- Replicate.cpp - Several copies of a convolution's weights ----------===//
//
// Slab i of n holds the output positions i * size / n .. (i + 1) * size / n - 1
// along one axis. Its windows begin at first * stride - pad and end with the
// last tap of the last one; what of that lies outside the input is its padding.
// Where there are more copies than positions along the axis, each slab is cut
// in the same way along another one.
//
//===----------------------------------------------------------------------===//

#include "Utils.h"
#include "bnn/Dialect/BNN/IR/ArrayOperator.h"
#include "bnn/Dialect/BNN/Transforms/Passes.h"

#include "llvm/Support/MathExtras.h"
#include <algorithm>

namespace bnn {
#define GEN_PASS_DEF_BNNREPLICATE
#include "bnn/Dialect/BNN/Transforms/Passes.h.inc"
} // namespace bnn

using namespace mlir;
using namespace bnn;

namespace {

struct ReplicatePass : bnn::impl::BNNReplicateBase<ReplicatePass> {
  using BNNReplicateBase::BNNReplicateBase;
  void runOnOperation() override;

private:
  FailureOr<int64_t> copiesOf(ConvOp conv);
};

/// A convolution and the threshold that decides in its layer, if any.
struct Slab {
  ConvOp conv;
  ThresholdOp threshold;
};

/// A convolution, cut along a spatial axis.
class Cut {
public:
  Cut(ConvOp conv, size_t axis);

  /// Output positions along the axis.
  int64_t size() const { return output.getDimSize(dim()); }
  /// Whether each position sees something of the input, along the axis.
  bool isPossible() const;
  size_t along() const { return axis; }
  /// Replaces the convolution, and the threshold behind it, by `copies` slabs.
  SmallVector<Slab> into(int64_t copies, ThresholdOp threshold);

private:
  /// First and behind-last position along the axis.
  struct Range {
    int64_t begin, end;
  };

  int64_t dim() const { return int64_t(axis) + 2; }
  /// What the windows of some output positions reach, padding included.
  Range reachOf(Range positions) const;
  Slab makeSlab(OpBuilder &builder, Range positions, ThresholdOp threshold);

  ConvOp conv;
  RankedTensorType input, output;
  size_t axis;
  int64_t stride, pad, span; // along it; span: from first to last tap, and one
};

} // namespace

static RankedTensorType resize(RankedTensorType type, int64_t dim,
                               int64_t size) {
  SmallVector<int64_t> shape(type.getShape());
  shape[size_t(dim)] = size;
  return type.clone(shape);
}

Cut::Cut(ConvOp conv, size_t axis)
    : conv(conv), input(tensorType(conv.getInput())),
      output(tensorType(conv.getResult())), axis(axis) {
  int64_t taps = tensorType(conv.getWeights()).getDimSize(dim());
  stride = conv.getStrides()[axis];
  pad = conv.getPadsBegin()[axis];
  span = (taps - 1) * conv.getDilations()[axis] + 1;
}

Cut::Range Cut::reachOf(Range positions) const {
  return {positions.begin * stride - pad,
          (positions.end - 1) * stride - pad + span};
}

bool Cut::isPossible() const {
  return reachOf({0, 1}).end > 0 &&
         reachOf({size() - 1, size()}).begin < input.getDimSize(dim());
}

Slab Cut::makeSlab(OpBuilder &builder, Range positions, ThresholdOp threshold) {
  Range reach = reachOf(positions);
  int64_t inputs = input.getDimSize(dim());
  Range real{std::max<int64_t>(reach.begin, 0), std::min(reach.end, inputs)};
  auto replaced = [&](ArrayRef<int64_t> values, int64_t value) {
    SmallVector<int64_t> result(values);
    result[axis] = value;
    return builder.getDenseI64ArrayAttr(result);
  };
  Value part = conv.getInput();
  if (real.begin > 0 || real.end < inputs) {
    SmallVector<int64_t> starts(size_t(input.getRank()), 0);
    SmallVector<int64_t> steps(size_t(input.getRank()), 1);
    starts[size_t(dim())] = real.begin;
    part = SliceOp::create(builder, conv.getLoc(),
                           resize(input, dim(), real.end - real.begin), part,
                           builder.getDenseI64ArrayAttr(starts),
                           builder.getDenseI64ArrayAttr(steps));
  }
  auto slab = cast<ConvOp>(builder.clone(*conv));
  slab->removeAttr(tracesAttrName);
  slab->removeAttr(copiesAttrName);
  slab.getInputMutable().assign(part);
  slab.setPadsBeginAttr(
      replaced(conv.getPadsBegin(), real.begin - reach.begin));
  slab.setPadsEndAttr(replaced(conv.getPadsEnd(), reach.end - real.end));
  int64_t size = positions.end - positions.begin;
  slab.getResult().setType(resize(output, dim(), size));
  if (!threshold)
    return {slab, nullptr};
  auto decided = cast<ThresholdOp>(builder.clone(*threshold));
  decided->removeAttr(tracesAttrName);
  decided.getInputMutable().assign(slab.getResult());
  decided.getResult().setType(
      resize(tensorType(threshold.getResult()), dim(), size));
  return {slab, decided};
}

SmallVector<Slab> Cut::into(int64_t copies, ThresholdOp threshold) {
  Operation *last = threshold ? threshold.getOperation() : conv;
  OpBuilder builder(conv); // so that layers keep their order
  SmallVector<Slab> slabs;
  SmallVector<Value> results;
  for (int64_t i = 0; i < copies; ++i) {
    Range positions{i * size() / copies, (i + 1) * size() / copies};
    slabs.push_back(makeSlab(builder, positions, threshold));
    results.push_back(threshold ? slabs.back().threshold.getResult()
                                : slabs.back().conv.getResult());
  }
  auto whole =
      ConcatOp::create(builder, last->getLoc(), last->getResult(0).getType(),
                       results, builder.getI64IntegerAttr(dim()));
  // Sums that a threshold reads stay inside its layer; the others are here.
  moveTraces(last, whole);
  last->getResult(0).replaceAllUsesWith(whole);
  if (threshold)
    threshold.erase();
  conv.erase();
  return slabs;
}

/// Along the longest axes that allow it: into lines, and those into parts.
static SmallVector<Cut> chooseCuts(ConvOp conv) {
  SmallVector<Cut> cuts;
  for (size_t axis = 0; axis < conv.getStrides().size(); ++axis)
    if (Cut cut(conv, axis); cut.isPossible())
      cuts.push_back(cut);
  llvm::stable_sort(
      cuts, [](const Cut &a, const Cut &b) { return a.size() > b.size(); });
  cuts.truncate(std::min<size_t>(cuts.size(), 2));
  return cuts;
}

namespace {
/// Output positions along the axes of the cuts.
struct Grid {
  explicit Grid(ConvOp conv) {
    if (!matchArrayOperator(conv))
      return;
    SmallVector<Cut> cuts = chooseCuts(conv);
    lines = cuts.empty() ? 1 : cuts[0].size();
    parts = cuts.size() < 2 ? 1 : cuts[1].size();
  }
  int64_t lines = 1, parts = 1;
};
} // namespace

int64_t bnn::nextCopies(ConvOp conv, int64_t copies) {
  Grid grid(conv);
  bool whole = copies < grid.lines;
  int64_t size = whole ? grid.lines : grid.parts;
  int64_t longest =
      llvm::divideCeil(size, whole ? copies : copies / grid.lines);
  return longest == 1 ? 0
                      : int64_t(llvm::divideCeil(size, longest - 1)) *
                            (whole ? 1 : grid.lines);
}

/// Replaces the convolution by `copies` of it, as `Grid` allows.
static void replicate(ConvOp conv, int64_t copies) {
  SmallVector<Cut> cuts = chooseCuts(conv);
  int64_t lines = std::min(copies, cuts[0].size());
  size_t across = cuts.size() > 1 ? cuts[1].along() : 0;
  SmallVector<Slab> slabs =
      cuts[0].into(lines, matchArrayOperator(conv)->threshold);
  if (copies > lines) {
    SmallVector<Slab> parts;
    for (Slab &slab : slabs)
      llvm::append_range(
          parts, Cut(slab.conv, across).into(copies / lines, slab.threshold));
    slabs = std::move(parts);
  }
  for (auto [i, slab] : llvm::enumerate(slabs))
    slab.conv->setAttr(
        copyAttrName,
        Builder(slab.conv.getContext()).getI64IntegerAttr(int64_t(i) + 1));
}

/// What the convolution asks for itself, checked, or what all others get.
FailureOr<int64_t> ReplicatePass::copiesOf(ConvOp conv) {
  Grid grid(conv);
  Attribute wanted = conv->getAttr(copiesAttrName);
  if (!wanted) {
    // As many as can be.
    int64_t parts = std::min<int64_t>(copies / grid.lines, grid.parts);
    return parts ? parts * grid.lines : copies;
  }
  auto number = dyn_cast<IntegerAttr>(wanted);
  if (!number || number.getInt() < 1)
    return conv.emitError() << "'" << copiesAttrName << "' is " << wanted
                            << "; it must be a number of copies, 1 at least";
  int64_t parts = number.getInt() / grid.lines;
  if (number.getInt() <= grid.lines ||
      (number.getInt() % grid.lines == 0 && parts <= grid.parts))
    return number.getInt();
  InFlightDiagnostic error = conv.emitError();
  error << "cannot have " << number.getInt() << " copies of its weights: ";
  if (!matchArrayOperator(conv))
    return error << "it does not run on the arrays";
  if (chooseCuts(conv).empty())
    return error << "along each axis some of its windows see nothing but "
                    "padding, so that no slice of its input is left for them";
  error << "its output can be cut into up to " << grid.lines
        << (grid.lines == 1 ? " line" : " lines");
  if (grid.parts > 1)
    error << ", or each of them into up to " << grid.parts << " parts";
  return error;
}

void ReplicatePass::runOnOperation() {
  if (copies < 1) {
    getOperation().emitError()
        << "bnn-replicate: copies = " << copies.getValue()
        << "; a convolution needs its weights once at least";
    return signalPassFailure();
  }
  SmallVector<ConvOp> convs;
  getOperation().walk([&](ConvOp conv) { convs.push_back(conv); });
  for (ConvOp conv : convs) {
    FailureOr<int64_t> number = copiesOf(conv);
    if (failed(number))
      return signalPassFailure();
    conv->removeAttr(copiesAttrName);
    if (*number == 1)
      continue;
    replicate(conv, *number);
    ++numReplicated;
    numCopies += *number;
  }
}
