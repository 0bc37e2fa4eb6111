//===- Operators.cpp - Operators of an image as ONNX nodes ----------------===//

#include "GraphWriter.h"
#include "bnn/Support/Error.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include <numeric>

using namespace llvm;

namespace bnn::host_model {

using image::Op;
using Proto = onnx::TensorProto;

namespace {

/// One operator on its way into the graph.
class Writer {
public:
  Writer(const Op &op, GraphWriter &graph) : op(op), graph(graph) {}
  Error write();

private:
  std::string input(int i, Type type = Proto::FLOAT) {
    return graph.read(op.inputs(i), type);
  }
  ArrayRef<int64_t> inputShape(int i) const {
    return graph.shapeOf(op.inputs(i));
  }
  ArrayRef<int64_t> outputShape() const { return graph.shapeOf(op.outputs(0)); }
  std::string output(Type type = Proto::FLOAT, int i = 0) {
    return graph.define(op.outputs(i), type);
  }
  std::string stem() const { return graph.nameOf(op.outputs(0)) + "/part"; }
  std::string part(StringRef operation, const Names &inputs) {
    return graph.compute(operation, inputs, stem());
  }
  /// The result, by one node.
  onnx::NodeProto &node(StringRef operation, const Names &inputs,
                        Type type = Proto::FLOAT) {
    return graph.add(operation, inputs, {output(type)});
  }
  void alias(int i, Type type = Proto::FLOAT) {
    graph.alias(op.outputs(0), input(i, type), type);
  }
  void setWindow(onnx::NodeProto &to, ArrayRef<int64_t> kernel);

  bool writeSimple();
  void writeUnary();
  void writeBinary();
  void writeLinear();
  void writeBatchNorm();
  void writeMultiThreshold();
  Error writePool();
  void writeReduction();
  void writeMove();

  const Op &op;
  GraphWriter &graph;
};

} // namespace

/// Operators that ONNX has with the same meaning and no attributes.
static StringRef nameOf(Op::Kind kind) {
  switch (kind) {
  case Op::NEG:
    return "Neg";
  case Op::ABS:
    return "Abs";
  case Op::SQRT:
    return "Sqrt";
  case Op::EXP:
    return "Exp";
  case Op::LOG:
    return "Log";
  case Op::RECIPROCAL:
    return "Reciprocal";
  case Op::SIGN:
    return "Sign";
  case Op::FLOOR:
    return "Floor";
  case Op::CEIL:
    return "Ceil";
  case Op::ROUND_HALF_EVEN:
    return "Round";
  case Op::RELU:
    return "Relu";
  case Op::SIGMOID:
    return "Sigmoid";
  case Op::TANH:
    return "Tanh";
  case Op::ERF:
    return "Erf";
  case Op::SOFTPLUS:
    return "Softplus";
  case Op::SOFTSIGN:
    return "Softsign";
  case Op::ADD:
    return "Add";
  case Op::SUB:
    return "Sub";
  case Op::MUL:
    return "Mul";
  case Op::DIV:
    return "Div";
  case Op::POW:
    return "Pow";
  case Op::MIN:
    return "Min";
  case Op::MAX:
    return "Max";
  case Op::GREATER:
    return "Greater";
  case Op::GREATER_EQUAL:
    return "GreaterOrEqual";
  case Op::LESS:
    return "Less";
  case Op::LESS_EQUAL:
    return "LessOrEqual";
  case Op::EQUAL:
    return "Equal";
  case Op::AND:
    return "And";
  case Op::OR:
    return "Or";
  case Op::XOR:
    return "Xor";
  default:
    return "";
  }
}

static bool isComparison(Op::Kind kind) {
  return kind >= Op::GREATER && kind <= Op::NOT_EQUAL;
}
static bool isLogical(Op::Kind kind) {
  return kind == Op::NOT || (kind >= Op::AND && kind <= Op::XOR);
}

bool Writer::writeSimple() {
  StringRef name = nameOf(op.kind());
  if (name.empty())
    return false;
  Type read = isLogical(op.kind()) ? Proto::BOOL : Proto::FLOAT;
  Names inputs;
  for (int i = 0; i < op.inputs_size(); ++i)
    inputs.push_back(input(i, read));
  bool truth = isComparison(op.kind()) || isLogical(op.kind());
  node(name, inputs, truth ? Proto::BOOL : Proto::FLOAT);
  return true;
}

//===----------------------------------------------------------------------===//
// Elementwise
//===----------------------------------------------------------------------===//

void Writer::writeUnary() {
  auto withAttributes = [&](StringRef name, const char *second) {
    onnx::NodeProto &to = node(name, {input(0)});
    setFloat(to, "alpha", op.alpha());
    if (second)
      setFloat(to, second, op.beta());
  };
  switch (op.kind()) {
  case Op::LEAKY_RELU:
    return withAttributes("LeakyRelu", nullptr);
  case Op::ELU:
    return withAttributes("Elu", nullptr);
  case Op::SELU:
    return withAttributes("Selu", "gamma");
  case Op::HARD_SIGMOID:
    return withAttributes("HardSigmoid", "beta");
  case Op::NOT:
    node("Not", {input(0, Proto::BOOL)}, Proto::BOOL);
    return;
  case Op::CAST_BOOL:
    return alias(0, Proto::BOOL);
  case Op::CAST_REAL:
    return alias(0);
  case Op::CAST_INTEGER: // Cast goes toward zero, too
    if (graph.typeOf(op.inputs(0)) == Proto::INT64)
      return alias(0, Proto::INT64);
    setInteger(node("Cast", {input(0)}, Proto::INT64), "to", Proto::INT64);
    return;
  default:
    break;
  }
  // Roundings that ONNX has no operator for work on the magnitude.
  std::string x = input(0), magnitude = part("Abs", {x}), rounded;
  if (op.kind() == Op::ROUND_AWAY) {
    rounded = part("Ceil", {magnitude});
  } else {
    rounded = part("Floor", {magnitude});
    if (op.kind() != Op::TRUNC) {
      std::string rest = part("Sub", {magnitude, rounded});
      StringRef above =
          op.kind() == Op::ROUND_HALF_AWAY ? "GreaterOrEqual" : "Greater";
      std::string up = graph.cast(
          part(above, {rest, graph.scalar(0.5, stem())}), Proto::FLOAT, stem());
      rounded = part("Add", {rounded, up});
    }
  }
  node("Mul", {part("Sign", {x}), rounded});
}

void Writer::writeBinary() {
  if (op.kind() == Op::NOT_EQUAL) {
    node("Not", {part("Equal", {input(0), input(1)})}, Proto::BOOL);
    return;
  }
  // PRELU: slopes that broadcast the input have no form as PRelu.
  if (outputShape() == inputShape(0)) {
    node("PRelu", {input(0), input(1)});
    return;
  }
  std::string x = input(0), zero = graph.scalar(0, stem());
  node("Where", {part("Less", {x, zero}), part("Mul", {x, input(1)}), x});
}

void Writer::writeBatchNorm() {
  int64_t axis = op.axis(), rank = int64_t(inputShape(0).size());
  if (axis == 1) {
    Names inputs;
    for (int i = 0; i < 5; ++i)
      inputs.push_back(input(i));
    setFloat(node("BatchNormalization", inputs), "epsilon", op.alpha());
    return;
  }
  // Parameters as tensors that broadcast along the axis.
  std::vector<int64_t> shape(size_t(rank - axis), 1);
  shape[0] = inputShape(0)[size_t(axis)];
  std::string sizes = graph.integers(shape, stem());
  auto along = [&](int i) { return part("Reshape", {input(i), sizes}); };
  std::string epsilon = graph.scalar(op.alpha(), stem());
  std::string sigma = part("Sqrt", {part("Add", {along(4), epsilon})});
  std::string centred = part("Sub", {input(0), along(3)});
  std::string unit = part("Div", {centred, sigma});
  node("Add", {part("Mul", {unit, along(1)}), along(2)});
}

/// The count of thresholds that are not above x, along a new last axis.
void Writer::writeMultiThreshold() {
  int64_t rank = int64_t(inputShape(0).size());
  std::vector<int64_t> shape(size_t(rank - op.axis()), 1);
  shape[0] = inputShape(1)[0];
  shape.push_back(inputShape(1)[1]);
  std::string last = graph.integers({rank}, stem());
  std::string thresholds =
      part("Reshape", {input(1), graph.integers(shape, stem())});
  std::string x = part("Unsqueeze", {input(0), last});
  std::string reached =
      graph.cast(part("GreaterOrEqual", {x, thresholds}), Proto::FLOAT, stem());
  setInteger(node("ReduceSum", {reached, last}), "keepdims", 0);
}

//===----------------------------------------------------------------------===//
// Linear operators and pools
//===----------------------------------------------------------------------===//

void Writer::setWindow(onnx::NodeProto &to, ArrayRef<int64_t> kernel) {
  std::vector<int64_t> pads(op.pads_begin().begin(), op.pads_begin().end());
  pads.insert(pads.end(), op.pads_end().begin(), op.pads_end().end());
  setIntegers(to, "kernel_shape", kernel);
  setIntegers(to, "strides", op.strides());
  setIntegers(to, "pads", pads);
  if (any_of(op.dilations(), [](int64_t d) { return d != 1; }))
    setIntegers(to, "dilations", op.dilations());
}

void Writer::writeLinear() {
  std::string x = input(0), y = input(1);
  if (op.kind() == Op::CONV) {
    onnx::NodeProto &to = node("Conv", {x, y});
    setWindow(to, inputShape(1).drop_front(2));
    setInteger(to, "group", std::max<int64_t>(1, op.groups()));
    return;
  }
  bool transposed = op.kind() == Op::LINEAR || op.transpose_rhs();
  if (!transposed) {
    node("MatMul", {x, y});
    return;
  }
  size_t rank = inputShape(1).size();
  if (inputShape(0).size() == 2 && rank == 2) {
    setInteger(node("Gemm", {x, y}), "transB", 1);
    return;
  }
  std::vector<int64_t> permutation(rank);
  std::iota(permutation.begin(), permutation.end(), 0);
  std::swap(permutation[rank - 1], permutation[rank - 2]);
  std::string turned = graph.unique(stem());
  setIntegers(graph.add("Transpose", {y}, {turned}), "perm", permutation);
  node("MatMul", {x, turned});
}

Error Writer::writePool() {
  bool isMax = op.kind() == Op::MAX_POOL;
  if (is_contained(op.minimum_channels(), true))
    return makeError("takes the minimum of some channels, which ONNX's pools "
                     "cannot");
  if (!isMax && any_of(op.dilations(), [](int64_t d) { return d != 1; }))
    return makeError("is an average pool with dilations, which opset 13 has "
                     "not");
  onnx::NodeProto &to = node(isMax ? "MaxPool" : "AveragePool", {input(0)});
  setWindow(to, {op.kernel().data(), size_t(op.kernel_size())});
  if (!isMax)
    setInteger(to, "count_include_pad", op.count_include_pad());
  return Error::success();
}

//===----------------------------------------------------------------------===//
// Reductions and moves
//===----------------------------------------------------------------------===//

void Writer::writeReduction() {
  std::string x = input(0);
  auto reduce = [&](StringRef name) {
    onnx::NodeProto &to = node(name, {x});
    setIntegers(to, "axes", op.axes());
    setInteger(to, "keepdims", op.keep_dims());
  };
  auto index = [&](StringRef name) {
    onnx::NodeProto &to = node(name, {x}, Proto::INT64);
    setInteger(to, "axis", op.axis());
    setInteger(to, "keepdims", op.keep_dims());
    setInteger(to, "select_last_index", op.select_last());
  };
  switch (op.kind()) {
  case Op::REDUCE_SUM: {
    std::vector<int64_t> axes(op.axes().begin(), op.axes().end());
    setInteger(node("ReduceSum", {x, graph.integers(axes, stem())}), "keepdims",
               op.keep_dims());
    return;
  }
  case Op::REDUCE_MEAN:
    return reduce("ReduceMean");
  case Op::REDUCE_MAX:
    return reduce("ReduceMax");
  case Op::REDUCE_MIN:
    return reduce("ReduceMin");
  case Op::REDUCE_PROD:
    return reduce("ReduceProd");
  case Op::REDUCE_L2:
    return reduce("ReduceL2");
  case Op::ARG_MAX:
    return index("ArgMax");
  case Op::ARG_MIN:
    return index("ArgMin");
  case Op::TOP_K: {
    std::string values = output(), indices = output(Proto::INT64, 1);
    onnx::NodeProto &to = graph.add(
        "TopK", {x, graph.integers({op.k()}, stem())}, {values, indices});
    setInteger(to, "axis", op.axis());
    setInteger(to, "largest", op.largest());
    return;
  }
  default: // SOFTMAX, LOG_SOFTMAX
    setInteger(node(op.kind() == Op::SOFTMAX ? "Softmax" : "LogSoftmax", {x}),
               "axis", op.axis());
  }
}

void Writer::writeMove() {
  // What is moved keeps its type; several inputs meet as numbers.
  Type type =
      op.inputs_size() == 1 ? graph.typeOf(op.inputs(0)) : Type(Proto::FLOAT);
  if (graph.constantOf(op.inputs(0)) || op.kind() == Op::PAD)
    type = Proto::FLOAT;
  std::string x = input(0, type);
  auto list = [&](const auto &values) {
    return graph.integers(std::vector<int64_t>(values.begin(), values.end()),
                          stem());
  };
  switch (op.kind()) {
  case Op::RESHAPE:
    node("Reshape", {x, list(op.shape())}, type);
    return;
  case Op::BROADCAST:
    node("Expand", {x, list(op.shape())}, type);
    return;
  case Op::TRANSPOSE:
    setIntegers(node("Transpose", {x}, type), "perm", op.permutation());
    return;
  case Op::CONCAT: {
    Names inputs;
    for (int i = 0; i < op.inputs_size(); ++i)
      inputs.push_back(input(i, type));
    setInteger(node("Concat", inputs, type), "axis", op.axis());
    return;
  }
  case Op::SLICE: {
    std::vector<int64_t> ends(op.ends().begin(), op.ends().end()),
        axes(ends.size());
    std::iota(axes.begin(), axes.end(), 0);
    // Before the first element; -1 would be the last one.
    for (auto [end, step] : zip_equal(ends, op.steps()))
      if (step < 0 && end < 0)
        end = INT64_MIN;
    node("Slice",
         {x, list(op.starts()), list(ends), list(axes), list(op.steps())},
         type);
    return;
  }
  case Op::PAD: {
    std::vector<int64_t> pads(op.pads_begin().begin(), op.pads_begin().end());
    pads.insert(pads.end(), op.pads_end().begin(), op.pads_end().end());
    onnx::NodeProto &to =
        node("Pad", {x, list(pads), graph.scalar(op.alpha(), stem())}, type);
    onnx::AttributeProto &mode = *to.add_attribute();
    mode.set_name("mode");
    mode.set_type(onnx::AttributeProto::STRING);
    mode.set_s(op.pad_mode() == Op::REFLECT ? "reflect"
               : op.pad_mode() == Op::EDGE  ? "edge"
                                            : "constant");
    return;
  }
  case Op::GATHER:
    setInteger(node("Gather", {x, input(1, Proto::INT64)}, type), "axis",
               op.axis());
    return;
  default: // IDENTITY
    return alias(0, type);
  }
}

//===----------------------------------------------------------------------===//
// All
//===----------------------------------------------------------------------===//

void writeEncode(const std::string &real, double scale, double offset,
                 uint32_t value, GraphWriter &graph) {
  std::string stem = graph.nameOf(value) + "/part", q = real;
  if (scale != 1)
    q = graph.compute("Div", {q, graph.scalar(scale, stem)}, stem);
  if (offset != 0)
    q = graph.compute("Sub", {q, graph.scalar(offset, stem)}, stem);
  q = graph.compute("Round", {q}, stem);
  Type type = boundaryType(graph.value(value));
  setInteger(graph.add("Cast", {q}, {graph.define(value, type)}), "to", type);
}

Error Writer::write() {
  if (writeSimple())
    return Error::success();
  switch (op.kind()) {
  case Op::CONV:
  case Op::MATMUL:
  case Op::LINEAR:
    writeLinear();
    return Error::success();
  case Op::SELECT:
    node("Where", {input(0, Proto::BOOL), input(1), input(2)});
    return Error::success();
  case Op::PRELU:
  case Op::NOT_EQUAL:
    writeBinary();
    return Error::success();
  case Op::BATCH_NORM:
    writeBatchNorm();
    return Error::success();
  case Op::MULTI_THRESHOLD:
    writeMultiThreshold();
    return Error::success();
  case Op::MAX_POOL:
  case Op::AVERAGE_POOL:
    return writePool();
  case Op::ENCODE:
    writeEncode(input(0), op.scale(), op.offset(), op.outputs(0), graph);
    return Error::success();
  case Op::DECODE: {
    std::string x = input(0);
    if (op.offset() == 0 && op.scale() == 1) {
      graph.alias(op.outputs(0), x, Proto::FLOAT);
    } else if (op.offset() == 0) {
      node("Mul", {x, graph.scalar(op.scale(), stem())});
    } else {
      std::string scaled =
          op.scale() == 1 ? x
                          : part("Mul", {x, graph.scalar(op.scale(), stem())});
      node("Add", {scaled, graph.scalar(op.offset(), stem())});
    }
    return Error::success();
  }
  default:
    break;
  }
  if (op.kind() >= Op::NEG && op.kind() < Op::ADD) {
    writeUnary();
    return Error::success();
  }
  if (op.kind() >= Op::CAST_REAL && op.kind() <= Op::CAST_BOOL) {
    writeUnary();
    return Error::success();
  }
  if (op.kind() >= Op::REDUCE_SUM && op.kind() <= Op::TOP_K) {
    writeReduction();
    return Error::success();
  }
  if (op.kind() >= Op::RESHAPE && op.kind() <= Op::IDENTITY) {
    writeMove();
    return Error::success();
  }
  return makeError(StringRef(Op::Kind_Name(op.kind())).lower() +
                   " has no form in a model of the host");
}

Error writeOperator(const Op &op, GraphWriter &graph) {
  return Writer(op, graph).write();
}

} // namespace bnn::host_model
