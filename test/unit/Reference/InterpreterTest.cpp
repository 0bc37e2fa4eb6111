//===- InterpreterTest.cpp - Modules against numbers by hand --------------===//

#include "bnn/Reference/Interpreter.h"
#include "bnn/InitAll.h"
#include "mlir/Parser/Parser.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace bnn;

namespace {

class InterpreterTest : public ::testing::Test {
protected:
  InterpreterTest()
      : handler(&context, [this](Diagnostic &diagnostic) {
          messages += diagnostic.str() + "\n";
          return success();
        }) {
    DialectRegistry registry;
    registerAllDialects(registry);
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
  }

  FailureOr<Interpreter> interpret(llvm::StringRef text) {
    module = parseSourceString<ModuleOp>(text, &context);
    if (!module)
      return failure();
    return Interpreter::create(*module);
  }

  /// Outputs and traces of one sample.
  std::vector<double> run(const Interpreter &interpreter,
                          std::vector<double> input) {
    Tensor tensor(interpreter.inputs()[0].shape, std::move(input));
    std::vector<Tensor> outputs;
    traces.clear();
    auto observe = [&](llvm::StringRef name, const Tensor &value) {
      traces.emplace_back(name.str(), value.data);
    };
    if (failed(interpreter.run(tensor, outputs, observe)))
      return {};
    return outputs[0].data;
  }

  MLIRContext context;
  std::string messages;
  ScopedDiagnosticHandler handler;
  OwningOpRef<ModuleOp> module;
  std::vector<std::pair<std::string, std::vector<double>>> traces;
};

using Numbers = std::vector<double>;

TEST_F(InterpreterTest, RealNetwork) {
  FailureOr<Interpreter> interpreter = interpret(R"mlir(
    func.func @main(%x: tensor<1x3xf32> {bnn.name = "x"})
        -> (tensor<1x2xf32> {bnn.name = "y"}) {
      %w = bnn.constant dense<[[1.0, -1.0], [0.5, 1.0], [-1.0, 1.0]]> : tensor<3x2xf32>
      %b = bnn.constant dense<[0.5, -1.0]> : tensor<2xf32>
      %a = bnn.matmul %x, %w {bnn.traces = [#bnn.trace<"a", 1.0, 0.0>]}
        : tensor<1x3xf32>, tensor<3x2xf32> -> tensor<1x2xf32>
      %c = bnn.binary add %a, %b : tensor<1x2xf32>, tensor<2xf32> -> tensor<1x2xf32>
      %s = bnn.unary sign %c {bnn.traces = [#bnn.trace<"s", 1.0, 0.0>]} : tensor<1x2xf32>
      return %s : tensor<1x2xf32>
    })mlir");
  ASSERT_TRUE(succeeded(interpreter)) << messages;
  EXPECT_EQ(interpreter->inputs()[0].name, "x");
  EXPECT_EQ(interpreter->outputs()[0].name, "y");
  // a = (1 + 1 - 4, -1 + 2 + 4), + b = (-1.5, 4)
  EXPECT_EQ(run(*interpreter, {1, 2, 4}), (Numbers{-1, 1}));
  ASSERT_EQ(traces.size(), 2u);
  EXPECT_EQ(traces[0], std::make_pair(std::string("a"), Numbers{-2, 5}));
  EXPECT_EQ(traces[1].first, "s");
  // a + b = (0, 0): ONNX's Sign keeps it.
  EXPECT_EQ(run(*interpreter, {0, -1, 2}).size(), 2u);
  EXPECT_EQ(run(*interpreter, {0.5, -1, 0.5}), (Numbers{0, -1}));
}

TEST_F(InterpreterTest, PackedWeightsAndThresholds) {
  FailureOr<Interpreter> interpreter = interpret(R"mlir(
    func.func @main(%x: tensor<1x3xf32>) -> tensor<1x2xf32> {
      %q = bnn.encode %x scale 0.5 offset 1.0 : tensor<1x3xf32> -> tensor<1x3x!bnn.int<2, unsigned>>
      %w = bnn.constant #bnn.lit<["+0-", "-++"]> : tensor<2x3x!bnn.ternary>
      %a = bnn.linear %q, %w : tensor<1x3x!bnn.int<2, unsigned>>, tensor<2x3x!bnn.ternary> -> tensor<1x2xi64>
      %t = bnn.threshold %a, #bnn.steps<counts = [1, 2], thresholds = [1, 0, 3], codes = [1, -1, -1, 0, 1]> axis 1
        {bnn.traces = [#bnn.trace<"t", 2.0, 1.0>]}
        : tensor<1x2xi64> -> tensor<1x2x!bnn.ternary>
      %y = bnn.decode %t {scale = 0.5, offset = 2.0} : tensor<1x2x!bnn.ternary> -> tensor<1x2xf32>
      return %y : tensor<1x2xf32>
    })mlir");
  ASSERT_TRUE(succeeded(interpreter)) << messages;
  // q = x / 0.5 - 1 = (3, 1, 0); a = (3, -2); falling: -1; below 0: -1.
  EXPECT_EQ(run(*interpreter, {2, 1, 0.5}), (Numbers{0.5, 0.5}));
  EXPECT_EQ(traces[0].second, (Numbers{-1, -1}));
  // q = (0, 0, 3); a = (-3, 3): 1 and 1.
  EXPECT_EQ(run(*interpreter, {0.5, 0.5, 2}), (Numbers{1.5, 1.5}));
  EXPECT_EQ(traces[0].second, (Numbers{3, 3}));
}

TEST_F(InterpreterTest, PadsWithAnotherValue) {
  FailureOr<Interpreter> interpreter = interpret(R"mlir(
    func.func @main(%x: tensor<1x1x2xf32>) -> tensor<1x1x4xf32> {
      %q = bnn.encode %x scale 1.0 offset 0.0 : tensor<1x1x2xf32> -> tensor<1x1x2x!bnn.int<3, unsigned>>
      %w = bnn.constant #bnn.lit<["+-"]> : tensor<1x1x2x!bnn.binary>
      %a = bnn.conv %q, %w strides [1] dilations [1] pads [1], [2] {pad_value = 5}
        : tensor<1x1x2x!bnn.int<3, unsigned>>, tensor<1x1x2x!bnn.binary> -> tensor<1x1x4xi64>
      %y = bnn.decode %a : tensor<1x1x4xi64> -> tensor<1x1x4xf32>
      return %y : tensor<1x1x4xf32>
    })mlir");
  ASSERT_TRUE(succeeded(interpreter)) << messages;
  // 5 3 7 5 5: differences of neighbours.
  EXPECT_EQ(run(*interpreter, {3, 7}), (Numbers{2, -4, 2, 0}));
}

TEST_F(InterpreterTest, Errors) {
  EXPECT_TRUE(failed(interpret("module {}")));
  EXPECT_NE(messages.find("has no function @main"), std::string::npos);
  messages.clear();
  EXPECT_TRUE(failed(interpret(R"mlir(
    func.func @main(%x: tensor<1xf32>) -> tensor<1xf32> {
      %c = arith.constant 1 : i32
      return %x : tensor<1xf32>
    })mlir")));
  EXPECT_NE(messages.find("has no form as one operator"), std::string::npos);
  messages.clear();
  FailureOr<Interpreter> interpreter = interpret(R"mlir(
    func.func @main(%x: tensor<1x2xf32> {bnn.name = "x"}) -> tensor<1x2xf32> {
      return %x : tensor<1x2xf32>
    })mlir");
  ASSERT_TRUE(succeeded(interpreter)) << messages;
  std::vector<Tensor> outputs;
  auto ignore = [](llvm::StringRef, const Tensor &) {};
  EXPECT_TRUE(
      failed(interpreter->run(Tensor({1, 3}, {1, 2, 3}), outputs, ignore)));
  EXPECT_NE(messages.find("input 'x' has shape [1, 3] instead of [1, 2]"),
            std::string::npos);
}

} // namespace
