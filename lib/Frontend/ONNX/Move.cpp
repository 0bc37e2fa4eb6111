//===- Move.cpp - Operators that move values ------------------------------===//

#include "Node.h"

using namespace mlir;

namespace bnn::onnx_import {

static void importTranspose(Node &n) {
  Val x = n.in(0);
  SmallVector<int64_t> permutation = n.integers("perm");
  if (!n.hasAttribute("perm"))
    for (int64_t d = x->type.getRank(); d-- > 0;)
      permutation.push_back(d);
  n.out(0, n.e.transpose(x, permutation));
}

static void importConcat(Node &n) {
  if (!n.hasAttribute("axis"))
    return n.fail("attribute 'axis' is missing");
  int64_t axis = n.integer("axis", 0);
  for (unsigned i = 0; i < n.numInputs(); ++i)
    if (!n.has(i))
      return n.fail("input " + llvm::Twine(i) + " is missing");
  if (n.normalizeAxis(axis, n.in(0)->type.getRank()))
    n.out(0, n.e.concat(n.ins(), axis));
}

static void importSplit(Node &n) {
  Val x = n.in(0);
  int64_t axis = n.integer("axis", 0), parts = n.numOutputs();
  SmallVector<int64_t> sizes;
  if (!n.normalizeAxis(axis, x->type.getRank()))
    return;
  int64_t size = x->type.getDimSize(axis);
  if (n.opset >= 13 ? n.has(1) : n.hasAttribute("split")) {
    if (n.opset < 13)
      sizes = n.integers("split");
    else if (!n.constantInts(1, sizes))
      return;
  } else {
    if (n.opset >= 18 && n.integer("num_outputs", parts) != parts)
      return n.fail("num_outputs differs from the number of outputs");
    if (n.opset < 18 && size % parts)
      return n.fail("cannot split " + llvm::Twine(size) + " elements into " +
                    llvm::Twine(parts) + " equal parts");
    int64_t step = llvm::divideCeil(size, parts);
    for (int64_t i = 0; i < parts; ++i)
      sizes.push_back(std::clamp<int64_t>(size - i * step, 0, step));
  }
  int64_t sum = 0;
  for (int64_t part : sizes)
    if (part < 0 || llvm::AddOverflow(sum, part, sum))
      return n.fail("the parts' sizes are not valid");
  if (int64_t(sizes.size()) != parts || sum != size)
    return n.fail("parts of sizes " + shapeString(sizes) + " do not make " +
                  llvm::Twine(parts) + " outputs of " + llvm::Twine(size) +
                  " elements");
  SmallVector<int64_t> starts(x->type.getRank(), 0), steps(starts.size(), 1);
  SmallVector<int64_t> shape(x->type.getShape());
  for (int64_t i = 0; i < parts; ++i) {
    shape[axis] = sizes[i];
    if (n.hasOutput(i))
      n.out(i, n.e.slice(x, starts, shape, steps));
    starts[axis] += sizes[i];
  }
}

static void importSlice(Node &n) {
  Val x = n.in(0);
  int64_t rank = x->type.getRank();
  SmallVector<int64_t> starts, ends, axes, steps;
  if (n.opset < 10) {
    starts = n.integers("starts");
    ends = n.integers("ends");
    axes = n.integers("axes");
  } else {
    if (!n.has(1) || !n.has(2))
      return n.fail("inputs 'starts' and 'ends' are missing");
    if (!n.constantInts(1, starts) || !n.constantInts(2, ends) ||
        (n.has(3) && !n.constantInts(3, axes)) ||
        (n.has(4) && !n.constantInts(4, steps)))
      return;
  }
  if (axes.empty())
    for (size_t i = 0; i < starts.size(); ++i)
      axes.push_back(i);
  if (steps.empty())
    steps.assign(starts.size(), 1);
  if (ends.size() != starts.size() || axes.size() != starts.size() ||
      steps.size() != starts.size())
    return n.fail("starts, ends, axes and steps differ in length");
  SmallVector<int64_t> from(rank, 0), by(rank, 1), shape(x->type.getShape());
  SmallVector<bool> seen(rank, false);
  for (size_t i = 0; i < starts.size(); ++i) {
    if (!n.normalizeAxis(axes[i], rank))
      return;
    int64_t axis = axes[i], size = x->type.getDimSize(axis), step = steps[i];
    if (seen[axis])
      return n.fail("an axis is named twice");
    seen[axis] = true;
    if (step == 0 || step == INT64_MIN)
      return n.fail("steps must not be 0");
    bool forward = step > 0;
    // Beyond the ends means up to them; backwards, "before 0" is -1.
    auto clamp = [&](int64_t index) {
      if (index < 0)
        index = index < -size ? -1 : index + size;
      return forward ? std::clamp<int64_t>(index, 0, size)
                     : std::clamp<int64_t>(index, -1, size - 1);
    };
    int64_t start = clamp(starts[i]), end = clamp(ends[i]);
    int64_t distance = forward ? end - start : start - end;
    shape[axis] = distance <= 0 ? 0 : (distance - 1) / std::abs(step) + 1;
    from[axis] = shape[axis] ? start : 0;
    by[axis] = shape[axis] > 1 ? step : 1;
  }
  n.out(0, n.e.slice(x, from, shape, by));
}

static void importPad(Node &n) {
  Val x = n.in(0);
  int64_t rank = x->type.getRank();
  SmallVector<int64_t> pads, axes;
  double value = 0;
  if (n.opset < 11) {
    pads = n.integers("pads");
    value = n.real("value", 0);
  } else {
    if (!n.has(1))
      return n.fail("input 'pads' is missing");
    if (!n.constantInts(1, pads) || (n.has(2) && !n.constantScalar(2, value)))
      return;
    if (n.has(3) && !n.constantInts(3, axes))
      return;
  }
  std::string modeName = n.string("mode", "constant");
  PadMode mode = PadMode::Constant;
  if (modeName == "reflect")
    mode = PadMode::Reflect;
  else if (modeName == "edge")
    mode = PadMode::Edge;
  else if (modeName != "constant")
    return n.fail("pad mode '" + modeName + "' is not supported");
  if (axes.empty())
    for (int64_t d = 0; d < rank; ++d)
      axes.push_back(d);
  if (pads.size() != 2 * axes.size())
    return n.fail("pads have " + llvm::Twine(pads.size()) +
                  " entries, expected " + llvm::Twine(2 * axes.size()));
  SmallVector<int64_t> begin(rank, 0), end(rank, 0), start(rank, 0),
      shape(x->type.getShape()), steps(rank, 1);
  for (size_t i = 0; i < axes.size(); ++i) {
    int64_t low = pads[i], high = pads[i + axes.size()];
    if (!n.normalizeAxis(axes[i], rank))
      return;
    if (std::max(low, high) > (int64_t(1) << 31) ||
        std::min(low, high) < -(int64_t(1) << 31))
      return n.fail("pads are out of range");
    int64_t d = axes[i];
    // Negative pads cut off.
    start[d] = std::max<int64_t>(0, -low);
    shape[d] -= start[d] + std::max<int64_t>(0, -high);
    if (shape[d] < 0)
      return n.fail("negative pads cut off more than dimension " +
                    llvm::Twine(d) + " holds");
    begin[d] = std::max<int64_t>(0, low);
    end[d] = std::max<int64_t>(0, high);
  }
  n.out(0, n.e.pad(n.e.slice(x, start, shape, steps), begin, end, value, mode));
}

static void importGather(Node &n) {
  Val x = n.in(0), indices = n.in(1);
  int64_t axis = n.integer("axis", 0);
  if (!n.normalizeAxis(axis, x->type.getRank()))
    return;
  if (!indices->type.getElementType().isInteger(64))
    return n.fail("indices must be integers");
  int64_t size = x->type.getDimSize(axis);
  if (indices->constant)
    for (int64_t i = 0, e = indices->constant->size(); i < e; ++i)
      if (int64_t index = indices->constant->integer(i);
          index < -size || index >= size)
        return n.fail("index " + llvm::Twine(index) + " is outside the " +
                      llvm::Twine(size) + " elements of axis " +
                      llvm::Twine(axis));
  Val negative =
      n.e.binary(BinaryKind::Less, indices, n.e.scalar(0, n.e.i64()));
  Val wrapped = n.e.select(
      negative, n.e.add(indices, n.e.scalar(double(size), n.e.i64())), indices);
  n.out(0, n.e.gather(x, wrapped, axis));
}

static void importTile(Node &n) {
  Val x = n.in(0);
  SmallVector<int64_t> repeats;
  if (!n.constantInts(1, repeats))
    return;
  if (int64_t(repeats.size()) != x->type.getRank())
    return n.fail("repeats need one entry per dimension");
  // [a, b] -> [1, a, 1, b] -> [r, a, s, b] -> [r a, s b]
  Shape split, repeated, result;
  for (auto [size, repeat] : llvm::zip(x->type.getShape(), repeats)) {
    if (repeat < 1 || repeat > (int64_t(1) << 31) || size > (int64_t(1) << 31))
      return n.fail("repeats must be positive");
    split.append({1, size});
    repeated.append({repeat, size});
    result.push_back(repeat * size);
  }
  n.out(0, n.e.reshape(n.e.broadcast(n.e.reshape(x, split), repeated), result));
}

static void importDepthSpace(Node &n) {
  Val x = n.in(0);
  int64_t b = n.integer("blocksize", 0);
  if (x->type.getRank() != 4 || b < 1 || b > 4096)
    return n.fail("needs an input of rank 4 and a positive blocksize");
  ArrayRef<int64_t> s = x->type.getShape();
  if (n.type() == "SpaceToDepth") {
    if (s[2] % b || s[3] % b)
      return n.fail("blocksize must divide height and width");
    x = n.e.reshape(x, {s[0], s[1], s[2] / b, b, s[3] / b, b});
    x = n.e.transpose(x, {0, 3, 5, 1, 2, 4});
    return n.out(0, n.e.reshape(x, {s[0], s[1] * b * b, s[2] / b, s[3] / b}));
  }
  bool crd = n.string("mode", "DCR") == "CRD";
  if (s[1] % (b * b))
    return n.fail("blocksize squared must divide the channels");
  int64_t c = s[1] / (b * b);
  SmallVector<int64_t> split = {s[0], b, b, c, s[2], s[3]};
  SmallVector<int64_t> permutation = {0, 3, 4, 1, 5, 2};
  if (crd) {
    split = {s[0], c, b, b, s[2], s[3]};
    permutation = {0, 1, 4, 2, 5, 3};
  }
  x = n.e.transpose(n.e.reshape(x, split), permutation);
  n.out(0, n.e.reshape(x, {s[0], c, s[2] * b, s[3] * b}));
}

ArrayRef<Operator> moveOperators() {
  static const Operator table[] = {
      {"Transpose", importTranspose, 1, 1},
      {"Concat", importConcat, 1, variadic},
      {"Split", importSplit, 1, 2},
      {"Slice", importSlice, 1, 5},
      {"Pad", importPad, 1, 4},
      {"Gather", importGather, 2, 2},
      {"Tile", importTile, 2, 2},
      {"DepthToSpace", importDepthSpace, 1, 1},
      {"SpaceToDepth", importDepthSpace, 1, 1},
  };
  return table;
}

} // namespace bnn::onnx_import
