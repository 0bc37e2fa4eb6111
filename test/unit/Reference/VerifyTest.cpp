//===- VerifyTest.cpp - Images that are wrong are found -------------------===//

#include "bnn/Reference/Verify.h"
#include "bnn/Conversion/RRAMToImage.h"
#include "bnn/Image/Verifier.h"
#include "bnn/InitAll.h"
#include "bnn/Target/Target.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "gtest/gtest.h"
#include <set>

using namespace mlir;
using namespace bnn;

namespace {

/// Two dense layers; `x` is declared u3 times 1/7, so that sums of the first
/// layer are rounded in double, and 0 is among them.
constexpr llvm::StringLiteral network = R"mlir(
  func.func @main(%x: tensor<1x4xf32> {bnn.name = "x"}) -> (tensor<1x2xf32> {bnn.name = "y"}) {
    %w1 = bnn.constant dense<[[1.0, 1.0, -1.0], [-1.0, 1.0, 1.0], [1.0, -1.0, 1.0], [-1.0, -1.0, -1.0]]> : tensor<4x3xf32>
    %zero = bnn.constant dense<0.0> : tensor<f32>
    %one = bnn.constant dense<1.0> : tensor<f32>
    %minus = bnn.constant dense<-1.0> : tensor<f32>
    %a = bnn.matmul %x, %w1 : tensor<1x4xf32>, tensor<4x3xf32> -> tensor<1x3xf32>
    %c = bnn.binary greater_equal %a, %zero : tensor<1x3xf32>, tensor<f32> -> tensor<1x3xi1>
    %s = bnn.select %c, %one, %minus {bnn.traces = [#bnn.trace<"s", 1.0, 0.0>]}
      : tensor<1x3xi1>, tensor<f32>, tensor<f32> -> tensor<1x3xf32>
    %w2 = bnn.constant dense<[[1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]]> : tensor<3x2xf32>
    %y = bnn.matmul %s, %w2 {bnn.traces = [#bnn.trace<"y", 1.0, 0.0>]}
      : tensor<1x3xf32>, tensor<3x2xf32> -> tensor<1x2xf32>
    return %y : tensor<1x2xf32>
  })mlir";

class VerifyTest : public ::testing::TestWithParam<const char *> {
protected:
  void SetUp() override {
    DialectRegistry registry;
    registerAllDialects(registry);
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
    reference = parseSourceString<ModuleOp>(network, &context);
    ASSERT_TRUE(reference);

    OwningOpRef<ModuleOp> module(reference->clone());
    llvm::Expected<Target> target =
        findTarget(BNN_SOURCE_DIR "/targets/hfox130-kilobit.yaml");
    ASSERT_TRUE(bool(target)) << llvm::toString(target.takeError());
    (*module)->setAttr("rram.target", rram::targetAttr(*target, &context));
    PassManager manager(&context);
    BNNPipelineOptions options;
    options.inputs = {std::string("x=") + GetParam()};
    buildBNNPipeline(manager, options);
    rram::buildRRAMPipeline(manager);
    ASSERT_TRUE(succeeded(manager.run(*module)));
    FailureOr<image::Image> converted = convertToImage(*module);
    ASSERT_TRUE(succeeded(converted));
    image = std::move(*converted);
  }

  VerifyResult verify() {
    FailureOr<Interpreter> interpreter = Interpreter::create(*reference);
    VerifyOptions options;
    options.samples = 200;
    llvm::Expected<VerifyResult> result = verifyImage(
        image, *interpreter, randomInputs(image, options.samples, 3), options);
    if (result)
      return *result;
    ADD_FAILURE() << llvm::toString(result.takeError());
    return {};
  }

  image::ArrayLayer &layer(int index) {
    for (image::Step &step : *image.mutable_steps())
      if (step.has_array() && index-- == 0)
        return *step.mutable_array();
    ADD_FAILURE() << "no such layer on the arrays";
    return *image.mutable_steps(0)->mutable_array();
  }

  MLIRContext context;
  OwningOpRef<ModuleOp> reference;
  image::Image image;
};

TEST_P(VerifyTest, AgreesWithTheNetwork) {
  VerifyResult result = verify();
  EXPECT_EQ(result.difference, "");
  EXPECT_EQ(result.samples, 200);
  EXPECT_EQ(result.tensors, 3); // s, y and the output
  EXPECT_LT(result.excluded, 200);
}

TEST_P(VerifyTest, FindsAWrongThreshold) {
  image::Thresholds &table = *layer(0).mutable_thresholds();
  ASSERT_EQ(table.thresholds_size(), 3);
  // At sums of exactly 0 times 1/7 the interpreter cannot tell.
  bool rounded = llvm::StringRef(GetParam()).contains('/');
  table.set_thresholds(1, table.thresholds(1) + (rounded ? 4 : 1));
  ASSERT_FALSE(bool(image::verify(image)));
  VerifyResult result = verify();
  EXPECT_NE(result.difference.find("executor replay: tensor 's', sample"),
            std::string::npos)
      << result.difference;
  EXPECT_NE(result.difference.find("position [0, 1]: 1 in the network, -1 in "
                                   "the image (1 of 3 elements differ)"),
            std::string::npos)
      << result.difference;
}

TEST_P(VerifyTest, FindsAWrongCell) {
  // The two bits of a cell that holds +1 or -1, turned around. Cell 0 of the
  // second layer's first row.
  const image::Placement &tile = layer(1).placement(0);
  size_t row = tile.subarray() * 32 + tile.row();
  (*image.mutable_cells())[row * 8 + tile.column() / 4] ^=
      char(3 << tile.column() % 4 * 2);
  ASSERT_FALSE(bool(image::verify(image)));
  VerifyResult result = verify();
  EXPECT_NE(result.difference.find("tensor 'y', sample 0, position [0, 0]"),
            std::string::npos)
      << result.difference;
}

TEST_P(VerifyTest, FindsAWrongBias) {
  layer(1).set_bias(1, layer(1).bias(1) + layer(1).count_unit() * 2);
  VerifyResult result = verify();
  EXPECT_NE(result.difference.find("tensor 'y', sample 0, position [0, 1]"),
            std::string::npos)
      << result.difference;
}

INSTANTIATE_TEST_SUITE_P(Declarations, VerifyTest,
                         ::testing::Values("u3", "u3:1/7", "s4:0.25,1"));

TEST(RandomInputs, KeepToTheDeclaration) {
  image::Image image;
  image::Value &value = *image.add_values();
  value.add_shape(1);
  value.add_shape(50);
  image::Port &port = *image.add_inputs();
  port.set_declared("s2");
  port.set_scale(0.5);
  port.set_offset(1);
  port.set_code_min(-2);
  port.set_code_max(1);
  std::vector<Tensor> inputs = randomInputs(image, 10, 1);
  ASSERT_EQ(inputs.size(), 1u);
  EXPECT_EQ(inputs[0].shape, (Shape{10, 50}));
  std::set<double> seen(inputs[0].data.begin(), inputs[0].data.end());
  EXPECT_EQ(seen, (std::set<double>{-0.5, 0, 0.5, 1}));
  EXPECT_EQ(randomInputs(image, 10, 1)[0].data, inputs[0].data);
  EXPECT_NE(randomInputs(image, 10, 2)[0].data, inputs[0].data);

  port.set_declared("bipolar");
  port.set_code_min(-1);
  inputs = randomInputs(image, 10, 1);
  seen = std::set<double>(inputs[0].data.begin(), inputs[0].data.end());
  EXPECT_EQ(seen, (std::set<double>{0, 1})); // 0.5 (-1 + 1), 0.5 (1 + 1)
}

} // namespace
