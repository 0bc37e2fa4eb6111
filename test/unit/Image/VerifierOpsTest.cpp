//===- VerifierOpsTest.cpp - Shapes and encodings of operators ------------===//
//
// One operator between inputs and outputs of given shapes. A valid row must
// pass, and must fail as soon as the declared result has another shape.
//
//===----------------------------------------------------------------------===//

#include "Samples.h"
#include "bnn/Image/Verifier.h"
#include "gtest/gtest.h"

using namespace llvm;
using namespace bnn::image;

namespace {

struct Operand {
  std::vector<int64_t> shape;
  Value::Encoding encoding = Value::REAL;
  int codeMin = 0, codeMax = 0;
};

/// An image of one operator; `fields` in protobuf's text format.
Image imageOf(const std::string &fields, const std::vector<Operand> &inputs,
              const std::vector<Operand> &outputs) {
  Image image = samples::worked();
  image.clear_values();
  image.clear_steps();
  image.clear_inputs();
  image.clear_outputs();
  image.clear_cells();
  image.set_num_subarrays(0);
  Op &op = *image.add_steps()->mutable_op();
  Image parsed = samples::fromText("steps { op { " + fields + " } }");
  op = parsed.steps(0).op();
  auto add = [&](const Operand &operand) {
    uint32_t id = uint32_t(image.values_size());
    Value &value = *image.add_values();
    value.set_name("v" + std::to_string(id));
    for (int64_t size : operand.shape)
      value.add_shape(size);
    value.set_encoding(operand.encoding);
    value.set_code_min(operand.codeMin);
    value.set_code_max(operand.codeMax);
    return id;
  };
  for (const Operand &operand : inputs) {
    uint32_t id = add(operand);
    op.add_inputs(id);
    if (operand.encoding != Value::INTEGER) {
      Port &port = *image.add_inputs();
      port.set_value(id);
      port.set_name("in" + std::to_string(id));
      port.set_element_type("float32");
      port.set_declared(operand.encoding == Value::CODE ? "s16" : "");
      port.set_scale(1);
      port.set_code_min(operand.codeMin);
      port.set_code_max(operand.codeMax);
      continue;
    }
    Constant &constant = *image.add_constants();
    constant.set_value(id);
    int64_t elements = 1;
    for (int64_t size : operand.shape)
      elements *= size;
    // The codes give the range of the integers.
    std::string data;
    for (int64_t i = 0; i < elements; ++i) {
      int64_t element = i ? operand.codeMax : operand.codeMin;
      for (int byte = 0; byte < 8; ++byte)
        data.push_back(char(uint64_t(element) >> (8 * byte)));
    }
    constant.set_i64(data);
  }
  for (const Operand &operand : outputs) {
    uint32_t id = add(operand);
    op.add_outputs(id);
    Port &port = *image.add_outputs();
    port.set_value(id);
    port.set_name("out" + std::to_string(id));
    port.set_element_type("float32");
  }
  return image;
}

std::string verdict(const std::string &fields,
                    const std::vector<Operand> &inputs,
                    const std::vector<Operand> &outputs) {
  return toString(verify(imageOf(fields, inputs, outputs)));
}

struct Valid {
  const char *fields;
  std::vector<Operand> inputs;
  std::vector<Operand> outputs;
};

constexpr const char *window3 =
    "kind: CONV strides: 2 strides: 1 dilations: 1 dilations: 2 pads_begin: 1 "
    "pads_begin: 0 pads_end: 0 pads_end: 3 groups: 2";
constexpr const char *pool2 =
    "kernel: 2 kernel: 2 strides: 2 strides: 2 dilations: 1 dilations: 1 "
    "pads_begin: 0 pads_begin: 1 pads_end: 0 pads_end: 1";
std::string pool(const std::string &kind) { return kind + " " + pool2; }

TEST(VerifierOps, ShapesOnTheHost) {
  const std::string maxPool = pool("kind: MAX_POOL"),
                    averagePool = pool("kind: AVERAGE_POOL");
  const Valid table[] = {
      {window3, {{{1, 4, 7, 9}}, {{6, 2, 3, 3}}}, {{{1, 6, 3, 8}}}},
      {"kind: CONV strides: 1 dilations: 1 pads_begin: 0 pads_end: 0 groups: 1 "
       "kernel: 5",
       {{{1, 2, 9}}, {{3, 2, 5}}},
       {{{1, 3, 5}}}},
      {"kind: MATMUL", {{{3}}, {{3}}}, {{{}}}},
      {"kind: MATMUL", {{{3}}, {{3, 5}}}, {{{5}}}},
      {"kind: MATMUL", {{{2, 3}}, {{3}}}, {{{2}}}},
      {"kind: MATMUL", {{{7, 1, 2, 3}}, {{4, 3, 5}}}, {{{7, 4, 2, 5}}}},
      {"kind: MATMUL transpose_rhs: true", {{{2, 3}}, {{5, 3}}}, {{{2, 5}}}},
      {"kind: LINEAR", {{{2, 4, 3}}, {{5, 3}}}, {{{2, 4, 5}}}},
      {"kind: TANH", {{{2, 3}}}, {{{2, 3}}}},
      {"kind: NEG", {{{}}}, {{{}}}},
      {"kind: ADD", {{{2, 1, 3}}, {{4, 1}}}, {{{2, 4, 3}}}},
      {"kind: PRELU", {{{1, 4, 3, 3}}, {{4, 1, 1}}}, {{{1, 4, 3, 3}}}},
      {"kind: SELECT", {{{3}}, {{2, 1}}, {{}}}, {{{2, 3}}}},
      {"kind: BATCH_NORM axis: 1",
       {{{1, 4, 3}}, {{4}}, {{4}}, {{4}}, {{4}}},
       {{{1, 4, 3}}}},
      {"kind: MULTI_THRESHOLD axis: 1", {{{1, 4, 3}}, {{4, 7}}}, {{{1, 4, 3}}}},
      {"kind: MULTI_THRESHOLD axis: 1", {{{1, 4, 3}}, {{1, 7}}}, {{{1, 4, 3}}}},
      {maxPool.c_str(), {{{1, 3, 4, 4}}}, {{{1, 3, 2, 3}}}},
      {averagePool.c_str(), {{{1, 3, 4, 4}}}, {{{1, 3, 2, 3}}}},
      {"kind: REDUCE_MEAN axes: 2 axes: 0", {{{2, 3, 4}}}, {{{3}}}},
      {"kind: REDUCE_L2 axes: 1 keep_dims: true", {{{2, 3, 4}}}, {{{2, 1, 4}}}},
      {"kind: SOFTMAX axis: 0", {{{4}}}, {{{4}}}},
      {"kind: ARG_MAX axis: 1", {{{1, 10}}}, {{{1}}}},
      {"kind: ARG_MIN axis: 1 keep_dims: true", {{{1, 10}}}, {{{1, 1}}}},
      {"kind: TOP_K axis: 1 k: 3", {{{1, 10}}}, {{{1, 3}}, {{1, 3}}}},
      {"kind: RESHAPE shape: 6", {{{2, 3}}}, {{{6}}}},
      {"kind: RESHAPE", {{{1, 1}}}, {{{}}}},
      {"kind: TRANSPOSE permutation: 2 permutation: 0 permutation: 1",
       {{{2, 3, 4}}},
       {{{4, 2, 3}}}},
      {"kind: CONCAT axis: 1", {{{2, 3}}, {{2, 4}}, {{2, 1}}}, {{{2, 8}}}},
      {"kind: SLICE starts: 1 starts: 4 ends: 3 ends: -1 steps: 1 steps: -2",
       {{{3, 5}}},
       {{{2, 3}}}},
      {"kind: PAD pads_begin: 1 pads_begin: 0 pads_end: -1 pads_end: 3",
       {{{2, 3}}},
       {{{2, 6}}}},
      {"kind: PAD pad_mode: REFLECT pads_begin: 2 pads_end: 1",
       {{{3}}},
       {{{6}}}},
      {"kind: GATHER axis: 1", {{{2, 5, 3}}, {{4, 1}}}, {{{2, 4, 1, 3}}}},
      {"kind: GATHER axis: 0", {{{5}}, {{}, Value::INTEGER, 2, 2}}, {{{}}}},
      {"kind: BROADCAST shape: 2 shape: 3", {{{3}}}, {{{2, 3}}}},
      {"kind: IDENTITY", {{{3}}}, {{{3}}}},
      {"kind: CAST_BOOL", {{{3}}}, {{{3}}}},
  };
  for (const Valid &row : table) {
    EXPECT_EQ(verdict(row.fields, row.inputs, row.outputs), "") << row.fields;
    std::vector<Operand> other = row.outputs;
    other.back().shape.push_back(2);
    EXPECT_NE(verdict(row.fields, row.inputs, other)
                  .find("but the operator "
                        "gives"),
              std::string::npos)
        << row.fields;
    std::vector<Operand> more = row.inputs;
    more.push_back({{1}});
    if (!StringRef(row.fields).contains("CONCAT")) {
      EXPECT_NE(verdict(row.fields, more, row.outputs).find("inputs, expected"),
                std::string::npos)
          << row.fields;
    }
    more = row.outputs;
    more.push_back({{1}});
    EXPECT_NE(verdict(row.fields, row.inputs, more).find("outputs, expected"),
              std::string::npos)
        << row.fields;
  }
}

struct Wrong {
  const char *message;
  std::string fields;
  std::vector<Operand> inputs;
};

TEST(VerifierOps, FieldsOnTheHost) {
  const std::string conv = "kind: CONV pads_begin: 0 pads_end: 0 ";
  const Wrong table[] = {
      {"it has no kind", "node: 'n'", {{{2}}}},
      {"are not [N, C, spatial..]", window3, {{{1, 4}}, {{4, 4}}}},
      {"strides has 1 entries, expected 2",
       conv + "strides: 1 dilations: 1 groups: 1",
       {{{1, 1, 3, 3}}, {{1, 1, 1, 1}}}},
      {"strides holds 0",
       conv + "strides: 0 dilations: 1 groups: 1",
       {{{1, 1, 3}}, {{1, 1, 1}}}},
      {"dilations holds -1",
       conv + "strides: 1 dilations: -1 groups: 1",
       {{{1, 1, 3}}, {{1, 1, 1}}}},
      {"pads_end holds 9223372036854775807",
       "kind: CONV pads_begin: 0 pads_end: 9223372036854775807 strides: 1 "
       "dilations: 1 groups: 1",
       {{{1, 1, 3}}, {{1, 1, 1}}}},
      {"0 groups do not divide",
       conv + "strides: 1 dilations: 1",
       {{{1, 1, 3}}, {{1, 1, 1}}}},
      {"2 groups do not divide",
       conv + "strides: 1 dilations: 1 groups: 2",
       {{{1, 4, 3}}, {{4, 4, 1}}}},
      {"a window of 7 does not fit into 3 elements",
       conv + "strides: 1 dilations: 3 groups: 1",
       {{{1, 1, 3}}, {{1, 1, 3}}}},
      {"kernel is not that of the weights",
       conv + "strides: 1 dilations: 1 groups: 1 kernel: 2",
       {{{1, 1, 3}}, {{1, 1, 3}}}},
      {"a scalar is no matrix", "kind: MATMUL", {{{}}, {{1}}}},
      {"inner sizes 3 and 4 differ", "kind: MATMUL", {{{3}}, {{4}}}},
      {"needs a right-hand side of two",
       "kind: MATMUL transpose_rhs: true",
       {{{3}}, {{3}}}},
      {"cannot be broadcast", "kind: MATMUL", {{{2, 1, 3}}, {{3, 3, 1}}}},
      {"are not [.., K] and [N, K]", "kind: LINEAR", {{{3}}, {{3, 4}}}},
      {"cannot be broadcast", "kind: MUL", {{{3}}, {{4}}}},
      {"axis 1 is outside", "kind: SOFTMAX axis: 1", {{{4}}}},
      {"axis -1 is outside", "kind: LOG_SOFTMAX axis: -1", {{{4}}}},
      {"axis 0 is outside", "kind: ARG_MAX", {{{}}}},
      {"expected one for each of the 4 channels",
       "kind: BATCH_NORM axis: 1",
       {{{1, 4}}, {{4}}, {{4}}, {{1}}, {{4}}}},
      {"expected one row", "kind: MULTI_THRESHOLD axis: 0", {{{4}}, {{2, 3}}}},
      {"is not [N, C, spatial..]", "kind: AVERAGE_POOL", {{{3, 3}}}},
      {"minimum_channels has 1 entries, expected none, or one for each of the "
       "3 channels",
       pool("kind: MAX_POOL minimum_channels: true"),
       {{{1, 3, 4, 4}}}},
      {"minimum_channels has 3 entries, expected none",
       pool("kind: AVERAGE_POOL minimum_channels: true minimum_channels: true "
            "minimum_channels: true"),
       {{{1, 3, 4, 4}}}},
      {"axes are empty", "kind: REDUCE_SUM", {{{4}}}},
      {"axis 0 is outside the shape [4] or occurs twice",
       "kind: REDUCE_MAX axes: 0 axes: 0",
       {{{4}}}},
      {"axis -1 is outside", "kind: REDUCE_MIN axes: -1", {{{4}}}},
      {"does not hold the elements", "kind: RESHAPE shape: 5", {{{4}}}},
      {"does not hold the elements",
       "kind: RESHAPE shape: 0 shape: 0",
       {{{4}}}},
      {"does not hold the elements",
       "kind: RESHAPE shape: 4611686018427387904 shape: 4",
       {{{4}}}},
      {"permutation holds axis 1 twice",
       "kind: TRANSPOSE permutation: 1 permutation: 1",
       {{{2, 2}}}},
      {"permutation holds 2, allowed are 0 to 1",
       "kind: TRANSPOSE permutation: 0 permutation: 2",
       {{{2, 2}}}},
      {"differ outside axis 0", "kind: CONCAT", {{{2, 2}}, {{2, 3}}}},
      {"differ outside axis 0", "kind: CONCAT", {{{2, 2}}, {{2}}}},
      {"selects nothing", "kind: SLICE starts: 1 ends: 1 steps: 1", {{{4}}}},
      {"selects nothing", "kind: SLICE starts: 0 ends: 5 steps: 1", {{{4}}}},
      {"selects nothing", "kind: SLICE starts: 4 ends: -1 steps: -1", {{{4}}}},
      {"by 0", "kind: SLICE starts: 0 ends: 2 steps: 0", {{{4}}}},
      {"the pads leave nothing",
       "kind: PAD pads_begin: -2 pads_end: -2",
       {{{4}}}},
      {"a reflection of 4 is longer",
       "kind: PAD pad_mode: REFLECT pads_begin: 4 pads_end: 0",
       {{{4}}}},
      {"axis 1 is outside", "kind: GATHER axis: 1", {{{4}}, {{1}}}},
      {"cannot be broadcast to [2]", "kind: BROADCAST shape: 2", {{{4, 2}}}},
      {"cannot be broadcast", "kind: BROADCAST shape: 5", {{{4}}}},
      {"has a size outside", "kind: BROADCAST shape: -1", {{{4}}}},
  };
  for (const Wrong &row : table) {
    std::string found = verdict(row.fields, row.inputs, {{{1}}});
    EXPECT_NE(found.find(row.message), std::string::npos)
        << "expected: " << row.message << "\nfound:    " << found;
  }
  EXPECT_NE(verdict("kind: TOP_K k: 5", {{{4}}}, {{{5}}, {{5}}})
                .find("k = 5 is not in 1 to 4"),
            std::string::npos);
  EXPECT_NE(
      verdict("kind: TOP_K k: 0", {{{4}}}, {{{1}}, {{1}}}).find("k = 0 is not"),
      std::string::npos);
}

Operand integers(std::vector<int64_t> shape, int low, int high) {
  return {std::move(shape), Value::INTEGER, low, high};
}
Operand codes(std::vector<int64_t> shape, int low, int high) {
  return {std::move(shape), Value::CODE, low, high};
}

const std::string digital = "place: DIGITAL ";

TEST(VerifierOps, DigitalIsValid) {
  const std::string maxPool = pool(digital + "kind: MAX_POOL"),
                    sumPool = pool(digital + "kind: SUM_POOL");
  auto accumulator = [](std::vector<int64_t> shape) {
    return integers(std::move(shape), 0, 0);
  };
  EXPECT_EQ(
      verdict(digital + "kind: ENCODE scale: 1", {{{3}}}, {codes({3}, 0, 1)}),
      "");
  EXPECT_EQ(verdict("kind: DECODE scale: 1", {codes({3}, 0, 1)}, {{{3}}}), "");
  EXPECT_EQ(verdict(digital + "kind: DECODE scale: 1", {integers({3}, -5, 5)},
                    {{{3}}}),
            "");
  EXPECT_EQ(verdict(maxPool, {codes({1, 1, 4, 4}, 0, 3)},
                    {codes({1, 1, 2, 3}, -1, 3)}),
            "");
  EXPECT_EQ(verdict(sumPool, {codes({1, 1, 4, 4}, 0, 3)},
                    {accumulator({1, 1, 2, 3})}),
            "");
  EXPECT_EQ(verdict(digital + "kind: TRANSPOSE permutation: 1 permutation: 0",
                    {integers({2, 3}, -5, 5)}, {accumulator({3, 2})}),
            "");
  EXPECT_EQ(verdict(digital + "kind: COMBINE factors: 3 factors: -1",
                    {codes({2, 3}, 0, 1), integers({3}, -9, 9)},
                    {accumulator({2, 3})}),
            "");
  EXPECT_EQ(verdict(digital + "kind: PAD alpha: -1 pads_begin: 1 pads_end: 0",
                    {codes({2}, 0, 1)}, {codes({3}, -1, 1)}),
            "");
  EXPECT_EQ(verdict(digital + "kind: GATHER",
                    {codes({4}, 0, 1), integers({2}, -4, 3)},
                    {codes({2}, 0, 1)}),
            "");
  EXPECT_EQ(verdict(digital + "kind: THRESHOLD thresholds { counts: 1 counts: "
                              "0 thresholds: 3 codes: 0 codes: 1 codes: 1 }",
                    {integers({2}, -9, 9)}, {codes({2}, 0, 1)}),
            "");
}

TEST(VerifierOps, DigitalIsRefused) {
  struct Row {
    const char *message;
    std::string fields;
    std::vector<Operand> inputs;
    std::vector<Operand> outputs;
  };
  const Row table[] = {
      {"the periphery of the chip has no such operator",
       digital + "kind: EXP",
       {codes({3}, 0, 1)},
       {codes({3}, 0, 1)}},
      {"is REAL, but a DIGITAL MAX has an integer or a code",
       digital + "kind: MAX",
       {{{3}}, {{3}}},
       {codes({3}, 0, 1)}},
      {"is CODE, but a HOST MAX has a real",
       "kind: MAX",
       {codes({3}, 0, 1), {{3}}},
       {{{3}}}},
      {"is CODE, but a HOST RELU has a real",
       "kind: RELU",
       {{{3}}},
       {codes({3}, 0, 1)}},
      {"must be DIGITAL", "kind: COMBINE factors: 1", {{{3}}}, {{{3}}}},
      {"must be DIGITAL", "kind: THRESHOLD", {{{3}}}, {{{3}}}},
      {"must be DIGITAL", "kind: SUM_POOL", {{{3}}}, {{{3}}}},
      {"is CODE, but a HOST ENCODE has a real",
       "kind: ENCODE scale: 1",
       {codes({3}, 0, 1)},
       {codes({3}, 0, 1)}},
      {"its result must be CODE",
       "kind: ENCODE scale: 1",
       {{{3}}},
       {integers({3}, 0, 0)}},
      {"scale is 0", "kind: ENCODE", {{{3}}}, {codes({3}, 0, 1)}},
      {"scale is 0", "kind: DECODE", {codes({3}, 0, 1)}, {{{3}}}},
      {"is REAL, but a HOST DECODE has an integer or a code",
       "kind: DECODE scale: 1",
       {{{3}}},
       {{{3}}}},
      {"its result must be CODE",
       digital + "kind: THRESHOLD",
       {integers({3}, 0, 0)},
       {integers({3}, 0, 0)}},
      {"its result must be INTEGER",
       digital + "kind: ADD",
       {codes({3}, 0, 1), codes({3}, 0, 1)},
       {codes({3}, 0, 2)}},
      {"results from 0 to 3 are possible, outside 0 to 1",
       digital + "kind: IDENTITY",
       {codes({3}, 0, 3)},
       {codes({3}, 0, 1)}},
      {"results from -5 to 5 are possible",
       digital + "kind: RESHAPE shape: 3",
       {integers({3}, -5, 5)},
       {codes({3}, 0, 1)}},
      {"1 factors for 2 inputs",
       digital + "kind: COMBINE factors: 1",
       {codes({3}, 0, 1), codes({3}, 0, 1)},
       {integers({3}, 0, 0)}},
      {"is beyond 53 bits",
       digital + "kind: COMBINE factors: 9223372036854775807",
       {codes({3}, 0, 1)},
       {integers({3}, 0, 0)}},
      {"can leave the 53 bits",
       digital + "kind: COMBINE factors: 9007199254740992",
       {codes({3}, 0, 2)},
       {integers({3}, 0, 0)}},
      {"integers cannot be padded with 0.5",
       digital + "kind: PAD alpha: 0.5 pads_begin: 1 pads_end: 0",
       {codes({2}, 0, 1)},
       {codes({3}, 0, 1)}},
      {"results from -1 to 1 are possible, outside 0 to 1",
       digital + "kind: PAD alpha: -1 pads_begin: 1 pads_end: 0",
       {codes({2}, 0, 1)},
       {codes({3}, 0, 1)}},
      {"indices from -5 to 3 are outside the axis of size 4",
       digital + "kind: GATHER",
       {codes({4}, 0, 1), integers({2}, -5, 3)},
       {codes({2}, 0, 1)}},
      {"window 0 of spatial dimension 0 lies in the padding alone",
       digital + "kind: MAX_POOL kernel: 1 strides: 1 dilations: 1 "
                 "pads_begin: 1 pads_end: 0",
       {codes({1, 1, 3}, 0, 1)},
       {codes({1, 1, 4}, 0, 1)}},
      {"window 1 of spatial dimension 0 lies in the padding alone",
       digital + "kind: MAX_POOL kernel: 1 strides: 2 dilations: 1 "
                 "pads_begin: 0 pads_end: 1",
       {codes({1, 1, 2}, 0, 1)},
       {codes({1, 1, 2}, 0, 1)}},
      {"thresholds.counts has 0 entries, expected 3",
       digital + "kind: THRESHOLD",
       {integers({3}, 0, 0)},
       {codes({3}, 0, 1)}},
      {"axis 0 is outside the shape []",
       digital + "kind: THRESHOLD",
       {integers({}, 0, 0)},
       {codes({}, 0, 1)}},
  };
  for (const Row &row : table) {
    std::string found = verdict(row.fields, row.inputs, row.outputs);
    EXPECT_NE(found.find(row.message), std::string::npos)
        << "expected: " << row.message << "\nfound:    " << found;
  }
}

/// Every kind has an entry: with one operand and one result of the same shape
/// no message speaks of an unknown kind, and none crashes.
TEST(VerifierOps, EveryKindIsChecked) {
  const auto &kinds = *Op::Kind_descriptor();
  for (int i = 0; i < kinds.value_count(); ++i)
    for (int place = 0; place < 2; ++place)
      for (int arity = 0; arity < 6; ++arity)
        for (const Operand &operand :
             {Operand{{2, 3, 4}}, Operand{{}}, codes({2, 3, 4}, 0, 1),
              integers({2}, 0, 9)}) {
          Image image =
              imageOf("", std::vector<Operand>(arity, operand), {operand});
          Op &op = *image.mutable_steps(0)->mutable_op();
          op.set_kind(Op::Kind(kinds.value(i)->number()));
          op.set_place(Op::Place(place));
          std::string found = toString(verify(image));
          EXPECT_TRUE(found.empty() || StringRef(found).starts_with("image: "))
              << found;
        }
}

} // namespace
