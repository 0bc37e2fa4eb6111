//===- EncodeInputs.cpp - Declared sets of input values -------------------===//

#include "Utils.h"
#include "bnn/Dialect/BNN/Transforms/Passes.h"

#include "llvm/ADT/StringExtras.h"

namespace bnn {
#define GEN_PASS_DEF_BNNENCODEINPUTS
#include "bnn/Dialect/BNN/Transforms/Passes.h.inc"
} // namespace bnn

using namespace mlir;
using namespace bnn;

namespace {

struct Declaration {
  StringRef name, type;
  double scale = 1, offset = 0;
};

struct EncodeInputsPass : bnn::impl::BNNEncodeInputsBase<EncodeInputsPass> {
  using BNNEncodeInputsBase::BNNEncodeInputsBase;
  void runOnOperation() override;

private:
  LogicalResult encode(const Declaration &declaration);
};

} // namespace

/// A decimal number, or a fraction of two: 0.5, -3, 1/255.
static bool parseNumber(StringRef text, double &value) {
  auto [numerator, denominator] = text.split('/');
  double divisor = 1;
  if (numerator.getAsDouble(value) ||
      (text.contains('/') && denominator.getAsDouble(divisor)))
    return false;
  value /= divisor;
  return std::isfinite(value);
}

static Type parseCode(MLIRContext *context, StringRef text) {
  unsigned width;
  if (text == "bipolar")
    return BinaryType::get(context);
  if (text.size() < 2 || (text[0] != 'u' && text[0] != 's') ||
      text.drop_front().getAsInteger(10, width) || width < 1 || width > 16)
    return {};
  return IntType::get(context, width, text[0] == 's');
}

LogicalResult EncodeInputsPass::encode(const Declaration &declaration) {
  func::FuncOp function = getOperation();
  MLIRContext *context = &getContext();
  BlockArgument input;
  std::string known;
  for (BlockArgument argument : function.getArguments()) {
    known += (known.empty() ? "'" : ", '") + nameOf(argument) + "'";
    if (nameOf(argument) == declaration.name)
      input = argument;
  }
  if (!input)
    return function.emitError()
           << "input declaration names '" << declaration.name
           << "', the network has " << known;
  Type code = parseCode(context, declaration.type);
  if (!code)
    return function.emitError()
           << "input '" << declaration.name << "' is declared as '"
           << declaration.type << "'; expected u1 to u16, s1 to s16 or bipolar";
  if (!(declaration.scale > 0))
    return function.emitError()
           << "input '" << declaration.name << "' is declared with scale "
           << declaration.scale << ", not above 0";
  // An integer port is declared where the network makes it real.
  SmallVector<Value> reals;
  if (isa<FloatType>(elementType(input)))
    reals.push_back(input);
  else if (elementType(input).isInteger(64))
    for (Operation *user : input.getUsers())
      if (auto cast = dyn_cast<CastOp>(user);
          cast && isa<FloatType>(elementType(cast.getResult())))
        reals.push_back(cast.getResult());
  if (reals.empty())
    return function.emitError()
           << "input '" << declaration.name << "' holds " << elementType(input)
           << ", and no cast of it to real numbers; only what the network "
              "computes with as real numbers is declared";
  for (Operation *user : input.getUsers())
    if (isa<EncodeOp>(user))
      return function.emitError()
             << "input '" << declaration.name << "' is declared twice";
  OpBuilder builder = OpBuilder::atBlockBegin(&function.front());
  Location loc = NameLoc::get(builder.getStringAttr(declaration.name));
  auto type = tensorType(input).clone(code);
  auto encode = EncodeOp::create(builder, loc, type, input,
                                 builder.getF64FloatAttr(declaration.scale),
                                 builder.getF64FloatAttr(declaration.offset),
                                 builder.getStringAttr(declaration.type));
  SmallVector<Attribute> traces;
  auto addTrace = [&](StringRef name) {
    traces.push_back(TraceAttr::get(context, name, declaration.scale,
                                    declaration.scale * declaration.offset));
  };
  addTrace(declaration.name);
  for (Value real : reals) {
    Value decoded =
        DecodeOp::create(builder, loc, real.getType(), encode,
                         encode.getScaleAttr(), encode.getOffsetAttr());
    real.replaceAllUsesExcept(decoded, encode);
    Operation *cast = real.getDefiningOp();
    if (!cast)
      continue;
    if (auto named = cast->getAttrOfType<ArrayAttr>(tracesAttrName))
      for (auto trace : named.getAsRange<TraceAttr>())
        addTrace(trace.getTensor());
    cast->erase();
  }
  encode->setAttr(tracesAttrName, builder.getArrayAttr(traces));
  return success();
}

void EncodeInputsPass::runOnOperation() {
  // Pass options split at commas: what has no '=' is the offset before it.
  SmallVector<std::string> declarations;
  for (const std::string &text : inputs) {
    if (declarations.empty() || StringRef(text).contains('='))
      declarations.push_back(text);
    else
      declarations.back() += "," + text;
  }
  for (const std::string &text : declarations) {
    Declaration declaration;
    auto [name, rest] = StringRef(text).rsplit('=');
    auto [type, affine] = rest.split(':');
    auto [scale, offset] = affine.split(',');
    declaration.name = name;
    declaration.type = type;
    if (name.empty() || type.empty() ||
        (rest.contains(':') && !parseNumber(scale, declaration.scale)) ||
        (affine.contains(',') && !parseNumber(offset, declaration.offset))) {
      getOperation().emitError()
          << "cannot read input declaration '" << text
          << "'; expected NAME=TYPE[:SCALE[,OFFSET]], e.g. x=u8:1/255";
      return signalPassFailure();
    }
    if (failed(encode(declaration)))
      return signalPassFailure();
  }
}
