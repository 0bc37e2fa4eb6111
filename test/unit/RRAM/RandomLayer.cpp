//===- RandomLayer.cpp - Random layers as text and as plain integers ------===//

#include "RandomLayer.h"

#include <algorithm>
#include <functional>
#include <numeric>

using namespace bnn::test;

static int64_t product(const Ints &values) {
  return std::accumulate(values.begin(), values.end(), int64_t(1),
                         std::multiplies<>());
}

static std::string list(const Ints &values) {
  std::string text;
  for (int64_t value : values)
    text += (text.empty() ? "" : ", ") + std::to_string(value);
  return text;
}

static std::string shape(const Ints &sizes, const std::string &element) {
  std::string text = "tensor<";
  for (int64_t size : sizes)
    text += std::to_string(size) + "x";
  return text + element + ">";
}

int64_t RandomLayer::inputElements() const {
  return convolution ? channels * product(input) : positions * fanIn();
}

int64_t RandomLayer::outputPositions() const {
  return convolution ? product(output) : positions;
}

std::string RandomLayer::text() const {
  auto flag = [](bool value) { return value ? "true" : "false"; };
  std::string literal, counts, all, codes;
  for (int64_t n = 0; n < neurons; ++n) {
    literal += n ? ", \"" : "\"";
    for (int64_t weight : weights[n])
      literal += "-0+"[weight + 1];
    literal += "\"";
    counts += (n ? ", " : "") + std::to_string(thresholds[n].size());
    if (!thresholds[n].empty())
      all += (all.empty() ? "" : ", ") + list(thresholds[n]);
    codes += (n ? ", " : "") + list(levels[n]);
  }
  Ints in, out, w;
  if (convolution) {
    in = {1, channels};
    in.insert(in.end(), input.begin(), input.end());
    out = {1, neurons};
    out.insert(out.end(), output.begin(), output.end());
    w = {neurons, channels / groups};
    w.insert(w.end(), kernel.begin(), kernel.end());
  } else {
    in = {positions, fanIn()};
    out = {positions, neurons};
    w = {neurons, fanIn()};
  }
  std::string x = shape(in, codeType), a = shape(out, "i64");
  std::string y = shape(out, "!bnn.int<4, signed>");
  std::string wt = shape(w, ternary ? "!bnn.ternary" : "!bnn.binary");
  std::string linear =
      convolution
          ? "bnn.conv %x, %w strides [" + list(strides) + "] dilations [" +
                list(dilations) + "] pads [" + list(padsBegin) + "], [" +
                list(padsEnd) + "] {groups = " + std::to_string(groups) +
                " : i64, pad_value = " + std::to_string(padValue) + " : i64}"
          : std::string("bnn.linear %x, %w");
  return "module attributes {rram.target = #rram.target<name = \"t\", rows = " +
         std::to_string(rows) + ", columns = " + std::to_string(columns) +
         ", ternary_sense = " + flag(ternarySense) +
         ", column_mask = " + flag(columnMask) +
         ">} {\n"
         "func.func @main(%x: " +
         x + ") -> " + y + " {\n  %w = bnn.constant #bnn.lit<[" + literal +
         "]> : " + wt + "\n  %a = " + linear + " : " + x + ", " + wt + " -> " +
         a + "\n  %y = bnn.threshold %a, <counts = [" + counts + "]" +
         (all.empty() ? "" : ", thresholds = [" + all + "]") + ", codes = [" +
         codes + "]> axis 1 : " + a + " -> " + y + "\n  return %y : " + y +
         "\n}\n}\n";
}

int64_t RandomLayer::code(std::mt19937 &random) const {
  if (codeType == "!bnn.binary")
    return random() % 2 ? 1 : -1;
  return codeMin + int64_t(random() % uint64_t(codeMax - codeMin + 1));
}

int64_t RandomLayer::lane(const Ints &codes, int64_t n, int64_t p, int64_t lane,
                          int64_t padCode) const {
  if (!convolution)
    return codes[p * fanIn() + lane];
  int64_t taps = product(kernel);
  int64_t channel = n / (neurons / groups) * (channels / groups) + lane / taps;
  int64_t tap = lane % taps, at = 0, scale = 1;
  // Last dimension first: tap, position and address are row major.
  for (size_t i = input.size(); i-- > 0;) {
    int64_t x = p % output[i] * strides[i] + tap % kernel[i] * dilations[i] -
                padsBegin[i];
    if (x < 0 || x >= input[i])
      return padCode;
    p /= output[i];
    tap /= kernel[i];
    at += x * scale;
    scale *= input[i];
  }
  return codes[channel * scale + at];
}

int64_t RandomLayer::accumulate(const Ints &codes, int64_t n, int64_t p) const {
  int64_t sum = 0;
  for (int64_t j = 0; j < fanIn(); ++j)
    sum += weights[n][j] * lane(codes, n, p, j, padValue);
  return sum;
}

int64_t RandomLayer::decide(int64_t n, int64_t accumulator) const {
  size_t passed = 0;
  while (passed < thresholds[n].size() && accumulator >= thresholds[n][passed])
    ++passed;
  return levels[n][passed];
}

RandomLayer bnn::test::makeLayer(std::mt19937 &random) {
  auto pick = [&](int64_t least, int64_t most) {
    return least + int64_t(random() % uint64_t(most - least + 1));
  };
  RandomLayer layer;
  struct {
    const char *name;
    int64_t min, max;
  } types[] = {{"!bnn.binary", -1, 1},          {"!bnn.ternary", -1, 1},
               {"!bnn.int<1, unsigned>", 0, 1}, {"!bnn.int<1, signed>", -1, 0},
               {"!bnn.int<3, unsigned>", 0, 7}, {"!bnn.int<4, signed>", -8, 7},
               {"!bnn.int<2, unsigned>", 0, 3}, {"!bnn.unary<1>", 0, 1},
               {"!bnn.unary<5>", 0, 5}};
  const auto &type = types[pick(0, 8)];
  layer.codeType = type.name;
  layer.codeMin = type.min;
  layer.codeMax = type.max;
  layer.ternary = pick(0, 1);
  layer.convolution = pick(0, 2);
  layer.groups = layer.convolution ? pick(1, 3) : 1;
  layer.channels = layer.groups * pick(1, 3);
  layer.neurons = layer.groups * pick(1, 4);
  layer.positions = pick(1, 3);
  layer.padValue = pick(0, 2) ? 0 : pick(-3, 3);
  int64_t fanIn = layer.channels / layer.groups;
  if (layer.convolution) {
    for (int64_t rank = pick(1, 2); rank > 0; --rank) {
      int64_t in = pick(1, 5), kernel = pick(1, 4), dilation = pick(1, 2);
      int64_t begin = pick(0, 3), end = pick(0, 3), stride = pick(1, 2);
      int64_t span = (kernel - 1) * dilation + 1;
      end += std::max<int64_t>(0, span - in - begin - end);
      layer.input.push_back(in);
      layer.kernel.push_back(kernel);
      layer.dilations.push_back(dilation);
      layer.strides.push_back(stride);
      layer.padsBegin.push_back(begin);
      layer.padsEnd.push_back(end);
      layer.output.push_back((in + begin + end - span) / stride + 1);
      fanIn *= kernel;
    }
  } else {
    fanIn = pick(1, 3) == 1 ? pick(60, 140) : pick(1, 40);
  }
  for (int64_t n = 0; n < layer.neurons; ++n) {
    Ints row, thresholds, levels{pick(-8, 7)};
    for (int64_t j = 0; j < fanIn; ++j)
      row.push_back(layer.ternary ? pick(-1, 1) : pick(0, 1) * 2 - 1);
    int64_t far = fanIn * 8;
    for (int64_t count = pick(0, 3); count > 0; --count)
      thresholds.push_back(pick(0, 3) ? pick(-6, 6) : pick(-far, far));
    std::sort(thresholds.begin(), thresholds.end());
    thresholds.erase(std::unique(thresholds.begin(), thresholds.end()),
                     thresholds.end());
    for (size_t i = 0; i < thresholds.size(); ++i)
      levels.push_back(pick(-8, 7));
    layer.weights.push_back(row);
    layer.thresholds.push_back(thresholds);
    layer.levels.push_back(levels);
  }
  layer.rows = pick(1, 5);
  layer.columns = pick(0, 2) ? pick(1, 9) : pick(10, 70);
  layer.ternarySense = pick(0, 1);
  layer.columnMask = pick(0, 1);
  layer.tree = pick(0, 1);
  return layer;
}
