//===- DocumentationTest.cpp - docs/onnx.md lists all operators -----------===//

#include "Node.h"
#include "bnn/Support/File.h"
#include <gtest/gtest.h>

using namespace bnn;
using namespace bnn::onnx_import;

TEST(Documentation, ListsEveryOperator) {
  auto file = openFile(std::string(BNN_SOURCE_DIR) + "/docs/onnx.md");
  ASSERT_TRUE(bool(file));
  llvm::StringRef text = (*file)->getBuffer();
  size_t count = 0;
  for (llvm::ArrayRef<Operator> family :
       {linearOperators(), elementwiseOperators(), activationOperators(),
        poolOperators(), reduceOperators(), shapeOperators(), moveOperators(),
        quantizeOperators(), qonnxOperators(), finnOperators()})
    for (const Operator &op : family) {
      ++count;
      EXPECT_TRUE(text.contains("`" + std::string(op.type) + "`")) << op.type;
    }
  EXPECT_GT(count, 100u);
}
