//===- PresentInputs.cpp - How inputs are driven onto the arrays ----------===//

#include "Utils.h"
#include "bnn/Dialect/BNN/Transforms/Passes.h"

#include "llvm/ADT/StringExtras.h"

namespace bnn {
#define GEN_PASS_DEF_BNNPRESENTINPUTS
#include "bnn/Dialect/BNN/Transforms/Passes.h.inc"
} // namespace bnn

using namespace mlir;
using namespace bnn;

namespace {

/// [NAME=]KIND of an option.
struct Choice {
  enum class Kind : uint8_t { Auto, Host, BitPlane, Stochastic };
  StringRef text, name; ///< name empty: all inputs
  Kind kind = Kind::Auto;
  unsigned presentations = 0;
  bool wholeNetwork = false;
};

struct PresentInputsPass : bnn::impl::BNNPresentInputsBase<PresentInputsPass> {
  using BNNPresentInputsBase::BNNPresentInputsBase;
  void runOnOperation() override;

private:
  FailureOr<Choice> parse(StringRef text);
  LogicalResult apply(const Choice &choice, BlockArgument input);
  void keepOnHost(BlockArgument input, EncodeOp encode);
  LogicalResult present(const Choice &choice, BlockArgument input,
                        EncodeOp encode);
};

} // namespace

FailureOr<Choice> PresentInputsPass::parse(StringRef text) {
  Choice choice;
  choice.text = text;
  StringRef kind = text;
  // Names may hold '='; kinds do not.
  if (text.contains('='))
    std::tie(choice.name, kind) = text.rsplit('=');
  if (kind == "auto")
    return choice;
  if (kind == "host") {
    choice.kind = Choice::Kind::Host;
    return choice;
  }
  if (kind == "bitplane") {
    choice.kind = Choice::Kind::BitPlane;
    return choice;
  }
  auto fail = [&] {
    return getOperation().emitError()
           << "input encoding '" << text
           << "' is none of auto, host, bitplane, stochastic:T and "
              "stochastic:T,network, T from 1 to "
           << maxPresentations << ", with NAME= before it for one input";
  };
  if (!kind.consume_front("stochastic:"))
    return fail();
  choice.kind = Choice::Kind::Stochastic;
  choice.wholeNetwork = kind.consume_back(",network");
  if (kind.getAsInteger(10, choice.presentations) || choice.presentations < 1 ||
      choice.presentations > maxPresentations)
    return fail();
  return choice;
}

/// The layers of the input read it as it is.
void PresentInputsPass::keepOnHost(BlockArgument input, EncodeOp encode) {
  OpBuilder builder(encode);
  for (Operation *user : llvm::make_early_inc_range(encode->getUsers())) {
    auto decode = cast<DecodeOp>(user);
    Value real = input;
    if (!isa<FloatType>(elementType(input)))
      real = CastOp::create(builder, decode.getLoc(),
                            decode.getResult().getType(), input);
    for (Operation *reader : decode->getUsers())
      setReason(reader, "the encoding of its input was chosen as 'host'");
    decode.replaceAllUsesWith(real);
    decode.erase();
  }
  encode.erase();
  ++numHost;
}

LogicalResult PresentInputsPass::present(const Choice &choice,
                                         BlockArgument input, EncodeOp encode) {
  Type code = elementType(encode.getResult());
  auto integer = dyn_cast<IntType>(code);
  if (!integer || integer.getWidth() == 1)
    return encode.emitError()
           << "input '" << nameOf(input) << "' is one bit already, a bit that "
           << "is presented at random is the same each time; leave its "
              "encoding at 'auto'";
  MLIRContext *context = &getContext();
  OpBuilder builder(context);
  builder.setInsertionPointAfter(encode);
  unsigned planes = choice.wholeNetwork ? 1 : choice.presentations;
  auto type = tensorType(encode.getResult())
                  .clone(UnaryCountType::get(context, planes));
  auto present =
      PresentOp::create(builder, encode.getLoc(), type, encode.getResult(),
                        builder.getI64IntegerAttr(input.getArgNumber()));
  // q = min + count (max - min) / planes is the best guess, and exact in the
  // mean.
  CodeRange range = codeRange(code);
  double step = double(range.max - range.min) / planes;
  double scale = encode.getScale().convertToDouble() * step;
  double offset =
      (double(range.min) + encode.getOffset().convertToDouble()) / step;
  for (Operation *user : llvm::make_early_inc_range(encode->getUsers()))
    if (auto decode = dyn_cast<DecodeOp>(user)) {
      decode.getInputMutable().assign(present);
      decode.setScaleAttr(builder.getF64FloatAttr(scale));
      decode.setOffsetAttr(builder.getF64FloatAttr(offset));
    }
  present->setAttr(tracesAttrName, builder.getArrayAttr(TraceAttr::get(
                                       context, nameOf(input) + "/presented",
                                       scale, scale * offset)));
  ++numStochastic;
  if (!choice.wholeNetwork)
    return success();
  getOperation()->setAttr(presentationsAttrName,
                          builder.getI64IntegerAttr(choice.presentations));
  return success();
}

LogicalResult PresentInputsPass::apply(const Choice &choice,
                                       BlockArgument input) {
  if (choice.kind == Choice::Kind::Auto)
    return success();
  EncodeOp encode;
  for (Operation *user : input.getUsers())
    if (auto found = dyn_cast<EncodeOp>(user); found && found.getDeclared())
      encode = found;
  if (choice.kind == Choice::Kind::Host) {
    if (encode)
      keepOnHost(input, encode);
    return success();
  }
  if (!encode)
    return getOperation().emitError()
           << "input '" << nameOf(input) << "' cannot be encoded as '"
           << choice.text
           << "': which integers it holds is not declared; declare it with "
              "--input NAME=TYPE, or leave its encoding at 'auto'";
  encode->setAttr(onArraysAttrName,
                  StringAttr::get(&getContext(), choice.text));
  if (choice.kind == Choice::Kind::BitPlane) {
    ++numBitPlane;
    return success();
  }
  return present(choice, input, encode);
}

void PresentInputsPass::runOnOperation() {
  func::FuncOp function = getOperation();
  // Pass options split at commas.
  SmallVector<std::string> texts;
  for (const std::string &text : encodings)
    if (text == "network" && !texts.empty())
      texts.back() += ",network";
    else
      texts.push_back(text);
  SmallVector<Choice> choices;
  for (const std::string &text : texts) {
    FailureOr<Choice> choice = parse(text);
    if (failed(choice))
      return signalPassFailure();
    for (const Choice &other : choices)
      if (other.name == choice->name) {
        function.emitError() << "input encodings '" << other.text << "' and '"
                             << text << "' are of the same inputs; give one";
        return signalPassFailure();
      }
    choices.push_back(*choice);
  }
  std::string known;
  for (BlockArgument input : function.getArguments())
    known += (known.empty() ? "'" : ", '") + nameOf(input) + "'";
  std::optional<unsigned> whole;
  for (const Choice &choice : choices) {
    bool named = choice.name.empty();
    for (BlockArgument input : function.getArguments())
      named |= nameOf(input) == choice.name;
    if (!named) {
      function.emitError() << "input encoding '" << choice.text
                           << "' names no input; the network has " << known;
      return signalPassFailure();
    }
    if (choice.kind != Choice::Kind::Stochastic)
      continue;
    // The network runs as often as all inputs together say.
    unsigned runs = choice.wholeNetwork ? choice.presentations : 1;
    if (whole && *whole != runs) {
      function.emitError()
          << "input encoding '" << choice.text
          << "': the whole network runs once for all inputs, or as often as "
             "all of them say";
      return signalPassFailure();
    }
    whole = runs;
  }
  for (BlockArgument input : function.getArguments()) {
    const Choice *of = nullptr; // the last one that names it, or names none
    for (const Choice &choice : choices)
      if (choice.name == nameOf(input) ||
          (choice.name.empty() && (!of || of->name.empty())))
        of = &choice;
    if (of && failed(apply(*of, input)))
      return signalPassFailure();
  }
}
