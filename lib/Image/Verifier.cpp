//===- Verifier.cpp - What every executor may rely on ---------------------===//
//
// The walk over the image: values, ports, constants and steps in order. The
// other Verify*.cpp check one kind of thing each.
//
//===----------------------------------------------------------------------===//

#include "bnn/Image/Verifier.h"
#include "VerifierImpl.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/Errc.h"
#include "llvm/Support/MathExtras.h"
#include <new>

using namespace llvm;

namespace bnn::image {

namespace verifier {

Error fail(const Twine &place, const Twine &message) {
  return createStringError(errc::invalid_argument,
                           "image: " + place + ": " + message);
}

std::string text(ArrayRef<int64_t> shape) {
  std::string result = "[";
  for (auto [i, size] : enumerate(shape))
    result += (i ? ", " : "") + std::to_string(size);
  return result + "]";
}

namespace {

Error checkValues(State &state) {
  StringSet<> names;
  int64_t total = 0;
  for (auto [id, value] : enumerate(state.image.values())) {
    if (value.name().empty())
      return fail("values[" + Twine(id) + "]", "it has no name");
    std::string place = "value '" + value.name() + "'";
    if (!names.insert(value.name()).second)
      return fail(place, "another value has the same name");
    if (value.shape_size() > maxRank)
      return fail(place, Twine(value.shape_size()) +
                             " dimensions are beyond the limit of " +
                             Twine(maxRank));
    int64_t elements = 1;
    for (int64_t size : value.shape()) {
      if (size < 1)
        return fail(place, "shape " + text(state.shape(uint32_t(id))) +
                               " has a size below 1");
      if (size > maxElements || elements > maxElements / size)
        return fail(place, "shape " + text(state.shape(uint32_t(id))) +
                               " is beyond the limit of 2^31 elements");
      elements *= size;
    }
    total += elements;
    if (total > maxTotalElements)
      return fail(place, "all values up to this one are beyond the limit of "
                         "2^34 elements together");
    if (value.encoding() == Value::CODE && value.code_min() > value.code_max())
      return fail(place, "code_min " + Twine(value.code_min()) +
                             " is above code_max " + Twine(value.code_max()));
    for (const Trace &trace : value.traces())
      if (trace.tensor().empty())
        return fail(place, "a trace names no tensor");
    state.elements.push_back(elements);
  }
  state.defined.resize(state.elements.size());
  state.ranges.resize(state.elements.size());
  state.holdsZero.resize(state.elements.size());
  return Error::success();
}

Error define(State &state, const Twine &place, uint32_t id) {
  if (id >= state.elements.size())
    return fail(place, "value " + Twine(id) + " does not exist: there are " +
                           Twine(state.elements.size()));
  if (state.defined[id])
    return fail(place, "value '" + state.value(id).name() +
                           "' is defined a second time");
  state.defined[id] = true;
  return Error::success();
}

Error checkUse(const State &state, const Twine &place, uint32_t id) {
  if (id >= state.elements.size())
    return fail(place, "value " + Twine(id) + " does not exist: there are " +
                           Twine(state.elements.size()));
  if (!state.defined[id])
    return fail(place, "value '" + state.value(id).name() +
                           "' is used before it is defined");
  return Error::success();
}

/// "u1" .. "u16", "s2" .. "s16", "bipolar" to the codes of that type.
bool declaredRange(StringRef declared, Range &range) {
  if (declared == "bipolar") {
    range = {-1, 1};
    return true;
  }
  unsigned bits = 0;
  bool isSigned = declared.consume_front("s");
  if (!isSigned && !declared.consume_front("u"))
    return false;
  if (declared.starts_with("0") || declared.getAsInteger(10, bits) ||
      bits < 1 || bits > 16)
    return false;
  int64_t codes = int64_t(1) << bits;
  range = isSigned ? Range{-codes / 2, codes / 2 - 1} : Range{0, codes - 1};
  return true;
}

Error checkPort(const Port &port, const Twine &place) {
  static const StringSet<> elementTypes = {
      "float16", "bfloat16", "float32", "float64", "int8",   "int16", "int32",
      "int64",   "uint8",    "uint16",  "uint32",  "uint64", "bool"};
  if (port.name().empty())
    return fail(place, "it has no name");
  if (!elementTypes.contains(port.element_type()))
    return fail(place, "'" + port.element_type() +
                           "' is no element type of version 2");
  if (port.declared().empty())
    return Error::success();
  Range range;
  if (!declaredRange(port.declared(), range))
    return fail(place, "'" + port.declared() +
                           "' declares nothing; expected u1 to u16, s1 to "
                           "s16 or bipolar");
  if (port.code_min() > port.code_max() || port.code_min() < range.low ||
      port.code_max() > range.high)
    return fail(place, "the codes " + Twine(port.code_min()) + " to " +
                           Twine(port.code_max()) + " are not those of " +
                           port.declared());
  if (port.scale() == 0)
    return fail(place, "the declared scale is 0");
  return Error::success();
}

Error checkInputs(State &state) {
  StringSet<> names;
  for (auto [i, port] : enumerate(state.image.inputs())) {
    std::string place = "input '" + port.name() + "'";
    if (port.name().empty())
      place = ("inputs[" + Twine(i) + "]").str();
    if (Error error = checkPort(port, place))
      return error;
    if (!names.insert(port.name()).second)
      return fail(place, "another input has the same name");
    if (Error error = define(state, place, port.value()))
      return error;
    const Value &value = state.value(port.value());
    if (value.encoding() == Value::INTEGER)
      return fail(place, "its value is an accumulator (INTEGER); inputs are "
                         "REAL, or CODE where they are declared");
    if (value.encoding() != Value::CODE)
      continue;
    if (port.declared().empty())
      return fail(place, "its value holds codes but the set of inputs is not "
                         "declared");
    if (port.code_min() < value.code_min() ||
        port.code_max() > value.code_max())
      return fail(place, "declared codes " + Twine(port.code_min()) + " to " +
                             Twine(port.code_max()) +
                             " are outside the value's " +
                             Twine(value.code_min()) + " to " +
                             Twine(value.code_max()));
    state.ranges[port.value()] = {value.code_min(), value.code_max()};
  }
  return Error::success();
}

Error checkOutputs(const State &state) {
  StringSet<> names;
  if (state.image.outputs().empty())
    return fail("outputs", "there is none: nothing would be computed");
  for (auto [i, port] : enumerate(state.image.outputs())) {
    std::string place = "output '" + port.name() + "'";
    if (port.name().empty())
      place = ("outputs[" + Twine(i) + "]").str();
    if (Error error = checkPort(port, place))
      return error;
    if (!names.insert(port.name()).second)
      return fail(place, "another output has the same name");
    if (Error error = checkUse(state, place, port.value()))
      return error;
  }
  return Error::success();
}

Error checkConstants(State &state) {
  for (auto [i, constant] : enumerate(state.image.constants())) {
    if (Error error =
            define(state, "constants[" + Twine(i) + "]", constant.value()))
      return error;
    if (Error error =
            checkConstant(state, constant, state.ranges[constant.value()]))
      return error;
  }
  return Error::success();
}

std::string placeOf(const Op &op) {
  return "op '" + op.node() + "' (" + Op::Kind_Name(op.kind()) + ")";
}

Error checkStep(State &state, const Step &step, size_t index,
                StringSet<> &layers) {
  if (step.has_op()) {
    std::string place = placeOf(step.op());
    for (uint32_t id : step.op().inputs())
      if (Error error = checkUse(state, place, id))
        return error;
    for (uint32_t id : step.op().outputs())
      if (Error error = define(state, place, id))
        return error;
    return checkOp(state, step.op());
  }
  if (step.has_array()) {
    const ArrayLayer &layer = step.array();
    if (layer.name().empty())
      return fail("steps[" + Twine(index) + "]", "the layer has no name");
    std::string place = "layer '" + layer.name() + "'";
    if (!layers.insert(layer.name()).second)
      return fail(place, "another layer has the same name");
    if (Error error = checkUse(state, place, layer.input()))
      return error;
    if (Error error = define(state, place, layer.output()))
      return error;
    return checkLayer(state, layer);
  }
  return fail("steps[" + Twine(index) + "]", "neither an operator nor a layer");
}

Error checkPresentation(const Image &image) {
  const Presentation &presentation = image.presentation();
  bool random = presentation.generator() == Presentation::STOCHASTIC;
  uint32_t repetitions = presentation.repetitions();
  if (repetitions < 1 || repetitions > maxPresentations)
    return fail("presentation.repetitions", Twine(repetitions) +
                                                ", outside 1 to " +
                                                Twine(maxPresentations));
  if (!random && repetitions != 1)
    return fail("presentation.repetitions",
                Twine(repetitions) +
                    ", but inputs that are the same each time are presented "
                    "once: 1");
  bool presents = any_of(image.steps(), [](const Step &step) {
    return step.has_op() && step.op().kind() == Op::PRESENT;
  });
  if (random != presents)
    return fail("presentation.generator",
                random ? "STOCHASTIC, but no step is a PRESENT"
                       : "DIRECT, but a step is a PRESENT");
  if (repetitions > 1)
    for (const Port &port : image.outputs())
      if (port.value() < uint32_t(image.values_size()) &&
          (image.values(int(port.value())).encoding() != Value::REAL ||
           !StringRef(port.element_type()).starts_with("float")))
        return fail("presentation.repetitions",
                    Twine(repetitions) + ": outputs are means, but output '" +
                        port.name() + "' is no real number");
  return Error::success();
}

Error checkUpToCells(const Image &image) {
  if (Error error = checkFields(image))
    return error;
  if (size_t size = image.provenance().model_sha256().size();
      size != 0 && size != 32)
    return fail("provenance.model_sha256",
                Twine(size) + " bytes; a SHA-256 has 32");
  if (Error error = checkTarget(image))
    return error;
  if (Error error = checkAddresses(image))
    return error;
  if (Error error = checkPresentation(image))
    return error;
  for (const Absent &absent : image.absent())
    if (absent.tensor().empty())
      return fail("absent", "an entry names no tensor");

  State state(image);
  if (Error error = checkValues(state))
    return error;
  if (Error error = checkInputs(state))
    return error;
  if (Error error = checkConstants(state))
    return error;
  StringSet<> layers;
  for (auto [i, step] : enumerate(image.steps()))
    if (Error error = checkStep(state, step, i, layers))
      return error;
  if (Error error = checkOutputs(state))
    return error;
  for (auto [id, isDefined] : enumerate(state.defined))
    if (!isDefined)
      return fail("value '" + state.value(uint32_t(id)).name() + "'",
                  "nothing defines it");
  return Error::success();
}

Error checkAll(const Image &image) {
  if (Error error = checkUpToCells(image))
    return error;
  if (Error error = checkCells(image))
    return error;
  return checkDivisors(image);
}

Error guarded(Error (*check)(const Image &), const Image &image) {
  try {
    return check(image);
  } catch (const std::bad_alloc &) {
    return createStringError(errc::not_enough_memory,
                             "image: not enough memory to verify it");
  }
}

} // namespace
} // namespace verifier

Error verify(const Image &image) {
  return verifier::guarded(verifier::checkAll, image);
}

Error verifyUpToCells(const Image &image) {
  return verifier::guarded(verifier::checkUpToCells, image);
}

} // namespace bnn::image
