//===- LoadSample.cpp - Samples of the network's inputs -------------------===//

#include "bnn/Host/LoadSample.h"
#include "bnn/Support/Error.h"
#include <cmath>

using namespace llvm;

namespace bnn::host {

namespace {

std::string number(double value) {
  char text[32];
  snprintf(text, sizeof text, "%.9g", value);
  return text;
}

std::string declaration(const image::Port &port) {
  std::string text = port.declared().empty() ? "integers" : port.declared();
  text += " " + std::to_string(port.code_min()) + ".." +
          std::to_string(port.code_max());
  if (port.scale() != 1 || port.offset() != 0) {
    text += " as x = " + number(port.scale()) + " * ";
    text += port.offset() == 0 ? "q" : "(q + " + number(port.offset()) + ")";
  }
  return text;
}

/// How far from an integer x / scale - offset may be. A scale that is no
/// power of two is rounded itself, and so is every x of the file.
double tolerance(const image::Port &port) {
  int exponent;
  bool powerOfTwo = std::abs(std::frexp(port.scale(), &exponent)) == 0.5;
  return powerOfTwo && port.offset() == std::floor(port.offset()) ? 0 : 1e-3;
}

} // namespace

Expected<Tensor> loadSample(const image::Port &port, const image::Value &value,
                            const Tensor &input, int64_t sample) {
  Tensor result;
  result.shape.assign(value.shape().begin(), value.shape().end());
  int64_t size = 1;
  for (int64_t dimension : result.shape)
    size *= dimension;
  auto first = input.data.begin() + sample * size;
  result.data.assign(first, first + size);
  bool encoded = value.encoding() != image::Value::REAL;
  bool declared = !port.declared().empty() || encoded;
  if (!declared) {
    for (auto [i, x] : enumerate(result.data))
      if (!std::isfinite(x))
        return makeError("input '" + port.name() + "', sample " +
                         Twine(sample) + ", index " + Twine(i) + ": " +
                         number(x) + " is not a finite number");
    return result;
  }

  double allowed = tolerance(port), scale = port.scale() ? port.scale() : 1;
  for (int64_t i = 0; i < size; ++i) {
    double x = result.data[i], exact = x / scale - port.offset();
    double q = std::round(exact);
    bool inside = q >= port.code_min() && q <= port.code_max();
    // A bipolar input has no 0 between its two codes.
    bool hole = port.declared() == "bipolar" && q == 0;
    if (!(std::abs(exact - q) <= allowed) || !inside || hole) {
      std::string why =
          inside ? "is not one of its values" : "is outside its range";
      return makeError("input '" + port.name() + "', sample " + Twine(sample) +
                       ", index " + Twine(i) + ": " + number(x) + " " + why +
                       ": declared " + declaration(port));
    }
    if (encoded)
      result.data[i] = q;
  }
  return result;
}

} // namespace bnn::host
