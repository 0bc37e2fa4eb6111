//===- RunTest.cpp - Inputs, batches and errors of a run ------------------===//

#include "RandomNetwork.h"
#include "bnn/Image/Verifier.h"
#include "bnn/Simulator/Simulator.h"
#include <gtest/gtest.h>

using namespace bnn;
using namespace bnn::sim;
using namespace bnn::sim::test;
using image::ArrayLayer;

namespace {

std::string message(llvm::Error error) {
  return error ? llvm::toString(std::move(error)) : std::string();
}

RandomNetwork smallNetwork(Codes codes, int samples) {
  RandomNetwork network(3, {32, 32, false, true}, samples);
  network.input({1, 40}, codes);
  network.dense(1, 1, 33, false, Outputs::Binary, {ArrayLayer::BIPOLAR});
  network.dense(1, 1, 10, false, Outputs::Accumulator, {});
  network.finish();
  return network;
}

RunResult runAll(const image::Image &image, const Tensor &input,
                 unsigned threads, Executor executor = Executor::Fused) {
  Simulator simulator = llvm::cantFail(Simulator::create(image, executor));
  RunOptions options;
  options.threads = threads;
  return llvm::cantFail(simulator.run(input, options));
}

std::string runError(const image::Image &image, const Tensor &input,
                     unsigned threads = 2) {
  Simulator simulator =
      llvm::cantFail(Simulator::create(image, Executor::Fused));
  RunOptions options;
  options.threads = threads;
  return message(simulator.run(input, options).takeError());
}

TEST(Run, DoesNotDependOnThreadsAndBatches) {
  RandomNetwork network = smallNetwork({ArrayLayer::BIPOLAR}, 300);
  RunResult one = runAll(network.image, network.samples, 1);
  RunResult four = runAll(network.image, network.samples, 4);
  EXPECT_EQ(one.outputs[0].data, four.outputs[0].data);
  // A sample alone gives what it gives among others.
  Tensor last({1, 40},
              {network.samples.data.end() - 40, network.samples.data.end()});
  RunResult alone = runAll(network.image, last, 2);
  EXPECT_EQ(alone.outputs[0].data,
            std::vector<double>(one.outputs[0].data.end() - 10,
                                one.outputs[0].data.end()));
  EXPECT_EQ(one.outputs[0].shape, (Shape{300, 10}));
}

TEST(Run, NoSampleIsNoError) {
  RandomNetwork network = smallNetwork({ArrayLayer::BIPOLAR}, 1);
  RunResult result = runAll(network.image, Tensor({0, 40}, {}), 2);
  EXPECT_EQ(result.outputs[0].shape, (Shape{0, 10}));
}

TEST(Run, CountsRowReadsAndCycles) {
  RandomNetwork network = smallNetwork({ArrayLayer::POSITIONAL, 3, false}, 2);
  RunResult result =
      runAll(network.image, network.samples, 2, Executor::Replay);
  // 33 neurons in two tiles a row, three planes; 10 neurons likewise, one.
  EXPECT_EQ(result.rowReads, 2u * (33 * 2 * 3 + 10 * 2));
  // The two tiles of a row lie in two subarrays.
  EXPECT_EQ(result.cycles, 2u * (33 * 3 + 10));
  network.image.mutable_target()->set_columns_per_sense_amplifier(4);
  EXPECT_EQ(runAll(network.image, network.samples, 2, Executor::Replay).cycles,
            2u * 4 * (33 * 3 + 10));
}

TEST(Run, RefusesInputsOutsideTheirDeclaration) {
  RandomNetwork network = smallNetwork({ArrayLayer::BIPOLAR}, 200);
  Tensor input = network.samples;
  input.data[7 * 40 + 3] = 0;
  input.data[150 * 40 + 1] = 5;
  // The first wrong sample is told, whatever ran first.
  for (unsigned threads : {1u, 2u, 5u})
    EXPECT_EQ(runError(network.image, input, threads),
              "input 'x', sample 7, index 3: 0 is not one of its values: "
              "declared bipolar -1..1");
  RandomNetwork digits = smallNetwork({ArrayLayer::POSITIONAL, 4, false}, 3);
  input = digits.samples;
  input.data[41] = 16;
  EXPECT_EQ(runError(digits.image, input),
            "input 'x', sample 1, index 1: 16 is outside its range: declared "
            "u4 0..15");
  input.data[41] = NAN;
  EXPECT_NE(runError(digits.image, input).find("nan"), std::string::npos);
  // x = scale * (q + offset) with a scale that float32 rounds.
  digits.image.mutable_inputs(0)->set_scale(1.0 / 15);
  digits.image.mutable_inputs(0)->set_offset(-1);
  ASSERT_EQ(message(image::verify(digits.image)), "");
  input = digits.samples;
  for (double &x : input.data)
    x = float((x - 1) / 15);
  EXPECT_EQ(runAll(digits.image, input, 1).outputs[0].data,
            std::vector<double>([&] {
              std::vector<double> all;
              for (auto &sample : digits.codes)
                all.insert(all.end(), sample.begin(), sample.end());
              return all;
            }()));
  input.data[2] += 0.3 / 15;
  EXPECT_NE(runError(digits.image, input).find("sample 0, index 2"),
            std::string::npos);
}

/// x -> host LINEAR -> SIGN -> ENCODE -> DECODE: the sign of a real sum.
image::Image signOfSum(std::vector<float> weights) {
  image::Image image = RandomNetwork(1, {}, 0).image;
  image.mutable_target()->set_subarrays(0);
  auto value = [&](const char *name, int64_t size, bool code) {
    image::Value &value = *image.add_values();
    value.set_name(name);
    value.add_shape(1);
    value.add_shape(size);
    if (!code)
      return;
    value.set_encoding(image::Value::CODE);
    value.set_code_min(-1);
    value.set_code_max(1);
  };
  int64_t size = int64_t(weights.size());
  value("x", size, false);
  value("w", size, false);
  value("sum", 1, false);
  value("sign", 1, false);
  value("code", 1, true);
  value("out", 1, false);
  image::Constant &constant = *image.add_constants();
  constant.set_value(1);
  constant.set_f32(weights.data(), weights.size() * sizeof(float));
  auto op = [&](image::Op::Kind kind, image::Op::Place place,
                std::vector<uint32_t> inputs, uint32_t output) {
    image::Op &op = *image.add_steps()->mutable_op();
    op.set_kind(kind);
    op.set_place(place);
    op.set_node(image::Op::Kind_Name(kind));
    op.set_reason(place == image::Op::HOST ? "real-valued" : "");
    for (uint32_t input : inputs)
      op.add_inputs(input);
    op.add_outputs(output);
    if (place == image::Op::DIGITAL)
      op.set_scale(1);
  };
  op(image::Op::LINEAR, image::Op::HOST, {0, 1}, 2);
  op(image::Op::SIGN, image::Op::HOST, {2}, 3);
  op(image::Op::ENCODE, image::Op::DIGITAL, {3}, 4);
  op(image::Op::DECODE, image::Op::DIGITAL, {4}, 5);
  image::Port &in = *image.add_inputs();
  in.set_name("x");
  in.set_element_type("float32");
  image::Port &out = *image.add_outputs();
  out.set_value(5);
  out.set_name("out");
  out.set_element_type("float32");
  return image;
}

TEST(BoundaryTies, AreSumsThatFloat32MayDecideOtherwise) {
  image::Image image = signOfSum({0.1f, 0.2f, -0.3f});
  EXPECT_EQ(message(image::verify(image)), "");
  // 0.1 + 0.2 - 0.3 is not 0 in float32, nor is its sign the same in every
  // order; 1 + 1 + 1 is clear.
  Tensor x({3, 3}, {1, 1, 1, 1, 1, -1, -5, -5, 1});
  Simulator simulator =
      llvm::cantFail(Simulator::create(image, Executor::Fused));
  RunResult result = llvm::cantFail(simulator.run(x, {}));
  EXPECT_EQ(result.boundaryTies, (std::vector<int64_t>{1, 0, 0}));
  EXPECT_EQ(result.outputs[0].data[1], 1);
  EXPECT_EQ(result.outputs[0].data[2], -1);
  // Integers do not round: exactly 0 is no tie.
  image = signOfSum({1, 2, -3});
  Simulator exact = llvm::cantFail(Simulator::create(image, Executor::Replay));
  result = llvm::cantFail(exact.run(x, {}));
  EXPECT_EQ(result.boundaryTies, (std::vector<int64_t>{0, 0, 0}));
  EXPECT_EQ(result.outputs[0].data, (std::vector<double>{0, 1, -1}));
}

TEST(Run, RefusesWhatDoesNotEncode) {
  image::Image image = signOfSum({1, 1, 1});
  image.mutable_steps(1)->mutable_op()->set_kind(image::Op::IDENTITY);
  ASSERT_EQ(message(image::verify(image)), "");
  EXPECT_EQ(runError(image, Tensor({2, 3}, {0, 0, 1, 1, 1, 1})),
            "'ENCODE': sample 1, index 0: the value encodes to 3.000000, "
            "outside the codes -1..1 of 'code'");
}

TEST(FitSamples, TakesWhatAgrees) {
  struct Case {
    Shape file, declared, fitted; // empty: refused
  };
  const Case cases[] = {
      {{5, 28, 28}, {1, 1, 28, 28}, {5, 1, 28, 28}},
      {{5, 28, 28, 1}, {1, 28, 28, 1}, {5, 28, 28, 1}},
      {{28, 28}, {1, 28, 28, 1}, {1, 28, 28, 1}},
      {{5, 28, 28}, {1, 784, 1}, {5, 784, 1}},
      {{5, 784}, {1, 1, 28, 28}, {5, 1, 28, 28}},
      {{3}, {1, 3}, {1, 3}},
      {{7, 1}, {1, 1}, {7, 1}},
      {{7}, {1, 1}, {7, 1}},
      {{5, 32, 32, 3}, {1, 3, 32, 32}, {}}, // another layout, not a reshape
      {{5, 27, 28}, {1, 1, 28, 28}, {}},
      {{5, 783}, {1, 784}, {}},
  };
  for (const Case &test : cases) {
    int64_t size = 1;
    for (int64_t dimension : test.file)
      size *= dimension;
    Tensor tensor(test.file, std::vector<double>(size));
    std::string error = message(fitSamples(tensor, test.declared, "x.npy"));
    if (test.fitted.empty())
      EXPECT_EQ(error, "x.npy: has shape " + shapeString(test.file) +
                           ", the network takes " + shapeString(test.declared) +
                           " for each sample");
    else
      EXPECT_EQ(error + shapeString(tensor.shape), shapeString(test.fitted));
  }
}

TEST(Run, RefusesWrongNumbersOfInputs) {
  RandomNetwork network = smallNetwork({ArrayLayer::BIPOLAR}, 1);
  Simulator simulator =
      llvm::cantFail(Simulator::create(network.image, Executor::Fused));
  EXPECT_EQ(message(simulator.run({}, {}).takeError()),
            "the network has 1 inputs, 0 were given");
  Tensor wrong({2, 39}, std::vector<double>(78));
  EXPECT_EQ(message(simulator.run(wrong, {}).takeError()),
            "input 'x' has shape [2, 39]");
}

} // namespace
