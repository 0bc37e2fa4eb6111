//===- PresentTest.cpp - Images with inputs that are drawn ----------------===//

#include "Samples.h"
#include "bnn/Image/Image.h"
#include "bnn/Image/Verifier.h"
#include "gtest/gtest.h"

using namespace llvm;
using namespace bnn::image;

namespace {

/// One declared input of 16 codes, presented three times and decoded.
Image presented() {
  Image image = samples::worked();
  for (auto clear :
       {&Image::clear_values, &Image::clear_steps, &Image::clear_inputs,
        &Image::clear_outputs, &Image::clear_cells, &Image::clear_absent})
    (image.*clear)();
  image.set_num_subarrays(0);
  image.MergeFrom(samples::fromText(R"(
    presentation { repetitions: 1 generator: STOCHASTIC }
    values { name: "q" shape: [1, 3] encoding: CODE code_max: 15 }
    values { name: "c" shape: [1, 3] encoding: CODE code_max: 3 }
    values { name: "y" shape: [1, 3] encoding: REAL }
    inputs { value: 0 name: "x" element_type: "float32" declared: "u4" scale: 1 code_max: 15 }
    steps { op { kind: PRESENT place: DIGITAL node: "x" inputs: 0 outputs: 1 k: 3 } }
    steps { op { kind: DECODE place: DIGITAL node: "y" inputs: 1 outputs: 2 scale: 5 } }
    outputs { value: 2 name: "y" element_type: "float32" }
  )"));
  return image;
}

std::string errorOf(const std::function<void(Image &)> &change) {
  Image image = presented();
  change(image);
  Error error = verify(image);
  return error ? toString(std::move(error)) : "";
}

Op &present(Image &image) { return *image.mutable_steps(0)->mutable_op(); }

TEST(Present, IsVerified) {
  EXPECT_EQ(errorOf([](Image &) {}), "");
  struct {
    const char *message;
    std::function<void(Image &)> change;
  } rows[] = {
      {"presentation.generator: DIRECT, but a step is a PRESENT",
       [](Image &i) { i.mutable_presentation()->clear_generator(); }},
      {"presentation.repetitions: 65, outside 1 to 64",
       [](Image &i) { i.mutable_presentation()->set_repetitions(65); }},
      {"0 presentations, outside 1 to 64",
       [](Image &i) { present(i).set_k(0); }},
      {"65 presentations, outside 1 to 64",
       [](Image &i) { present(i).set_k(65); }},
      {"its result must be CODE 0 to 4", [](Image &i) { present(i).set_k(4); }},
      {"axis is 1, no number of an input",
       [](Image &i) { present(i).set_axis(1); }},
      {"it works on integers and must be DIGITAL",
       [](Image &i) { present(i).set_place(Op::HOST); }},
      {"its operand must be CODE with two codes and more",
       [](Image &i) {
         i.mutable_values(0)->set_code_max(0);
         i.mutable_inputs(0)->set_code_max(0);
       }},
      {"outputs are means, but output 'y' is no real number",
       [](Image &i) {
         i.mutable_presentation()->set_repetitions(2);
         i.mutable_outputs(0)->set_element_type("int64");
       }},
  };
  for (const auto &row : rows) {
    std::string found = errorOf(row.change);
    EXPECT_NE(found.find(row.message), std::string::npos)
        << "wanted: " << row.message << "\nfound: " << found;
  }
}

TEST(Present, RaisesTheVersion) {
  Image image = presented();
  auto versionIn = [](const Image &written) {
    Expected<std::string> bytes = serialize(written);
    return bytes ? cantFail(parseHeader(*bytes)).version : 0;
  };
  EXPECT_EQ(versionIn(image), 3u);
  EXPECT_EQ(versionIn(samples::worked()), 2u);
}

} // namespace
