//===- Node.h - One node while it is imported -------------------*- C++ -*-===//

#ifndef BNN_LIB_FRONTEND_ONNX_NODE_H
#define BNN_LIB_FRONTEND_ONNX_NODE_H

#include "Emitter.h"
#include "TensorDecoder.h"
#include "onnx/onnx_pb.h"
#include <set>

namespace bnn::onnx_import {

/// Inputs, attributes and outputs of a node. Reading an attribute of another
/// type than expected, and everything else that `error` reports, makes the
/// node fail; an attribute that no handler asked for too, because it could
/// change what the node computes.
class Node {
public:
  Node(const onnx::NodeProto &proto, Emitter &emitter, int64_t opset,
       const DecoderContext &decoder, llvm::SmallVector<Val> inputs)
      : e(emitter), opset(opset), decoder(decoder), proto(proto),
        inputs(std::move(inputs)), outputs(proto.output_size()) {}

  Emitter &e;
  /// Version of the node's domain (that of ONNX for custom domains).
  const int64_t opset;
  const DecoderContext &decoder;

  llvm::StringRef type() const { return proto.op_type(); }
  unsigned numInputs() const { return inputs.size(); }
  unsigned numOutputs() const { return outputs.size(); }
  bool has(unsigned i) const { return i < inputs.size() && inputs[i]; }
  Val in(unsigned i) const { return i < inputs.size() ? inputs[i] : nullptr; }
  llvm::ArrayRef<Val> ins() const { return inputs; }
  bool hasOutput(unsigned i) const {
    return i < outputs.size() && !proto.output(i).empty();
  }
  void out(unsigned i, Val value) { outputs[i] = std::move(value); }
  llvm::ArrayRef<Val> outs() const { return outputs; }
  /// Name of input `i` for messages.
  llvm::StringRef inputName(unsigned i) const { return proto.input(i); }

  //===--------------------------------------------------------------------===//
  // Attributes
  //===--------------------------------------------------------------------===//
  bool hasAttribute(llvm::StringRef name) const;
  int64_t integer(llvm::StringRef name, int64_t fallback);
  double real(llvm::StringRef name, double fallback);
  std::string string(llvm::StringRef name, llvm::StringRef fallback);
  /// Empty where absent: ask `hasAttribute`.
  llvm::SmallVector<int64_t> integers(llvm::StringRef name);
  llvm::SmallVector<double> reals(llvm::StringRef name);
  const onnx::AttributeProto *attribute(llvm::StringRef name);
  /// Attributes that do not change what inference computes.
  void ignore(std::initializer_list<llvm::StringRef> names);
  void ignoreAllAttributes() { ignoreRest = true; }
  /// The first attribute that nothing has read; null if there is none.
  const onnx::AttributeProto *unreadAttribute() const;

  //===--------------------------------------------------------------------===//
  // Errors and values that must be known
  //===--------------------------------------------------------------------===//
  mlir::InFlightDiagnostic error() {
    failedFlag = true;
    return e.error();
  }
  void fail(const llvm::Twine &message) { error() << message; }
  bool failed() const { return failedFlag; }
  /// Integers of a constant input. False (and an error) where it is not
  /// constant: shapes that depend on data are not supported.
  bool constantInts(unsigned i, llvm::SmallVectorImpl<int64_t> &values);
  /// One number out of a constant input.
  bool constantScalar(unsigned i, double &value);
  /// The axis as a dimension 0 .. rank-1; false and an error outside.
  bool normalizeAxis(int64_t &axis, int64_t rank);
  /// The same for a list, sorted; duplicates are errors.
  bool normalizeAxes(llvm::SmallVectorImpl<int64_t> &axes, int64_t rank);
  /// False and an error where a constant input has NaN or infinity. Inputs
  /// that are not constant pass.
  bool requireFinite(unsigned i, llvm::StringRef role);

private:
  const onnx::AttributeProto *find(llvm::StringRef name,
                                   onnx::AttributeProto::AttributeType type);

  const onnx::NodeProto &proto;
  llvm::SmallVector<Val> inputs, outputs;
  std::set<std::string> read;
  bool ignoreRest = false, failedFlag = false;
};

/// Imports one node: sets its outputs, or reports an error.
using Handler = void (*)(Node &);

struct Operator {
  const char *type;
  Handler handler;
  unsigned minInputs, maxInputs;
};

/// "Any number" for `Operator::maxInputs`.
inline constexpr unsigned variadic = ~0u;

llvm::ArrayRef<Operator> linearOperators();
llvm::ArrayRef<Operator> elementwiseOperators();
llvm::ArrayRef<Operator> activationOperators();
llvm::ArrayRef<Operator> poolOperators();
llvm::ArrayRef<Operator> reduceOperators();
llvm::ArrayRef<Operator> shapeOperators();
llvm::ArrayRef<Operator> moveOperators();
llvm::ArrayRef<Operator> quantizeOperators(); ///< QuantizeLinear ...
llvm::ArrayRef<Operator> qonnxOperators();    ///< Quant, BipolarQuant ...
llvm::ArrayRef<Operator> finnOperators();     ///< MultiThreshold, MVAU ...

/// The handler of an operator of a domain, or null. `warnDomain` is set where
/// the operator belongs to a custom domain but the node names none.
const Operator *findOperator(llvm::StringRef domain, llvm::StringRef type,
                             bool &warnDomain);
/// Why a known operator is refused and how to go on; empty for unknown ones.
llvm::StringRef refusalReason(llvm::StringRef type);
/// Whether QONNX, Brevitas or FINN use this domain.
bool isQuantizerDomain(llvm::StringRef domain);

} // namespace bnn::onnx_import

#endif // BNN_LIB_FRONTEND_ONNX_NODE_H
