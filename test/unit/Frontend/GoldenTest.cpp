//===- GoldenTest.cpp - Imported networks against golden outputs ----------===//
//
// The networks kept beside the project, imported and interpreted in real
// arithmetic: quantized activations must be those of an independent ONNX
// runtime, scores agree to float rounding. Skipped where the files are absent.
//
//===----------------------------------------------------------------------===//

#include "bnn/Frontend/ONNX/Import.h"
#include "bnn/Reference/Interpreter.h"
#include "bnn/Support/File.h"
#include "bnn/Support/Npz.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include <cmath>
#include <gtest/gtest.h>
#include <map>

using namespace bnn;

namespace {

std::string materialFolder() {
  if (const char *path = std::getenv("BNN_MATERIAL"))
    return path;
  return std::string(BNN_SOURCE_DIR) + "/../shared/material";
}

/// Row `sample` of a stack of samples.
Tensor row(const Tensor &stack, int64_t sample) {
  Tensor result = stack;
  int64_t size = stack.size() / stack.shape[0];
  result.shape[0] = 1;
  result.data.assign(stack.data.begin() + sample * size,
                     stack.data.begin() + (sample + 1) * size);
  return result;
}

/// Largest difference, relative to the larger of 1 and the values.
double gap(const Tensor &a, const Tensor &b) {
  if (a.size() != b.size())
    return INFINITY;
  double largest = 0;
  for (int64_t i = 0; i < a.size(); ++i)
    largest = std::max(largest, std::abs(a.data[i] - b.data[i]) /
                                    std::max(1.0, std::abs(b.data[i])));
  return largest;
}

void checkNetwork(const std::string &modelPath, const std::string &goldenPath) {
  SCOPED_TRACE(modelPath);
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  auto module = importONNX(modelPath, context);
  ASSERT_TRUE(bool(module));
  auto interpreter = Interpreter::create(*module);
  ASSERT_TRUE(mlir::succeeded(interpreter));
  auto file = openFile(goldenPath);
  ASSERT_TRUE(bool(file));
  auto golden = NpzReader::parse((*file)->getBuffer());
  ASSERT_TRUE(bool(golden));
  auto inputs = golden->read("inputs");
  auto outputs = golden->read("outputs");
  ASSERT_TRUE(inputs && outputs);
  std::map<std::string, Tensor> activations;
  for (const std::string &name : golden->names())
    if (llvm::StringRef(name).starts_with("act/")) {
      auto tensor = golden->read(name);
      ASSERT_TRUE(bool(tensor));
      activations[name.substr(4)] = std::move(*tensor);
    }
  for (int64_t sample = 0; sample < 4; ++sample) {
    size_t seen = 0;
    std::vector<Tensor> results;
    Tensor input = row(*inputs, sample);
    input.shape = interpreter->inputs()[0].shape;
    auto observe = [&](llvm::StringRef name, const Tensor &value) {
      auto it = activations.find(name.str());
      if (it == activations.end())
        return;
      ++seen;
      EXPECT_LE(gap(value, row(it->second, sample)), 1e-6)
          << name.str() << ", sample " << sample;
    };
    ASSERT_TRUE(mlir::succeeded(interpreter->run({input}, results, observe)));
    EXPECT_EQ(seen, activations.size());
    EXPECT_LE(gap(results.back(), row(*outputs, sample)), 1e-4)
        << "sample " << sample;
  }
}

TEST(Golden, ImportedNetworksAgree) {
  std::string folder = materialFolder();
  if (!llvm::sys::fs::is_directory(folder + "/golden"))
    GTEST_SKIP() << "no golden outputs in " << folder;
  std::error_code ec;
  size_t checked = 0;
  for (llvm::sys::fs::directory_iterator it(folder + "/golden", ec), end;
       it != end && !ec; it.increment(ec)) {
    llvm::StringRef name = llvm::sys::path::stem(it->path());
    std::string model = folder + "/models/" + name.str() + ".onnx";
    if (!llvm::StringRef(it->path()).ends_with(".npz") ||
        !llvm::sys::fs::exists(model))
      continue;
    checkNetwork(model, it->path());
    ++checked;
  }
  EXPECT_GE(checked, 20u);
}

} // namespace
