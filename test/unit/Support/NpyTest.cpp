//===- NpyTest.cpp - Reading and writing npy files ------------------------===//

#include "bnn/Support/Npy.h"
#include <cmath>
#include <gtest/gtest.h>
#include <limits>

using namespace bnn;

namespace {

std::string message(llvm::Error error) {
  return error ? llvm::toString(std::move(error)) : std::string();
}

std::string file(std::string dictionary, std::string elements,
                 char version = 1) {
  std::string out = "\x93NUMPY";
  out += version;
  out += '\0';
  dictionary += '\n';
  out += char(dictionary.size() & 255);
  out += char(dictionary.size() >> 8);
  if (version > 1)
    out += std::string(2, '\0');
  return out + dictionary + elements;
}

std::string header(const char *descr, const char *shape, bool fortran = false) {
  return std::string("{'descr': '") + descr +
         "', 'fortran_order': " + (fortran ? "True" : "False") +
         ", 'shape': " + shape + ", }";
}

std::string bytes(std::initializer_list<int> values) {
  std::string out;
  for (int value : values)
    out += char(value);
  return out;
}

Tensor parsed(const std::string &text) {
  llvm::Expected<Tensor> tensor = parseNpy(text);
  if (!tensor) {
    ADD_FAILURE() << message(tensor.takeError());
    return {};
  }
  return std::move(*tensor);
}

TEST(Npy, ReadsEveryNumericType) {
  struct Case {
    const char *descr;
    std::string bytes;
    double value;
  };
  const Case cases[] = {
      {"|b1", bytes({2}), 1},
      {"|i1", bytes({0xfe}), -2},
      {"|u1", bytes({0xfe}), 254},
      {"<i2", bytes({0xfe, 0xff}), -2},
      {">i2", bytes({0xff, 0xfe}), -2},
      {"<u2", bytes({1, 2}), 513},
      {"<i4", bytes({0, 0, 0, 0x80}), -2147483648.0},
      {">u4", bytes({0xff, 0xff, 0xff, 0xff}), 4294967295.0},
      {"<i8", bytes({0, 0, 0, 0, 0, 0, 0x10, 0}), 4503599627370496.0},
      {">u8", bytes({0, 0, 0, 0, 0, 0, 1, 0}), 256},
      {"<f2", bytes({0, 0xc0}), -2},
      {"<f2", bytes({1, 0}), 0x1p-24}, // the smallest denormal
      {">f4", bytes({0x3f, 0xc0, 0, 0}), 1.5},
      {"=f4", bytes({0, 0, 0xc0, 0x3f}), 1.5},
      {"<f8", bytes({0, 0, 0, 0, 0, 0, 0xf8, 0x3f}), 1.5},
  };
  for (const Case &test : cases) {
    Tensor tensor = parsed(file(header(test.descr, "(1,)"), test.bytes));
    EXPECT_EQ(tensor.data, std::vector<double>{test.value}) << test.descr;
  }
}

TEST(Npy, ReadsOrdersShapesAndVersions) {
  std::string elements = bytes({0, 1, 2, 3, 4, 5});
  Tensor c = parsed(file(header("|u1", "(2, 3)"), elements));
  EXPECT_EQ(c.data, (std::vector<double>{0, 1, 2, 3, 4, 5}));
  Tensor f = parsed(file(header("|u1", "(2, 3)", true), elements));
  EXPECT_EQ(f.data, (std::vector<double>{0, 2, 4, 1, 3, 5}));
  Tensor deep = parsed(file(header("|u1", "(1, 3, 2)", true), elements));
  EXPECT_EQ(deep.data, (std::vector<double>{0, 3, 1, 4, 2, 5}));
  EXPECT_EQ(parsed(file(header("|u1", "()"), "\7")).shape, Shape());
  EXPECT_EQ(parsed(file(header("|u1", "(0, 7)"), "")).shape, (Shape{0, 7}));
  EXPECT_EQ(parsed(file(header("|u1", "(6L,)"), elements, 2)).shape,
            (Shape{6}));
  // Keys in another order, double quotes.
  EXPECT_EQ(parsed(file("{\"shape\": (1,), 'fortran_order': False, "
                        "\"descr\": \"|u1\"}",
                        "\7", 3))
                .data,
            std::vector<double>{7});
}

TEST(Npy, RefusesMalformedFiles) {
  auto error = [](const std::string &text) {
    return message(parseNpy(text).takeError());
  };
  EXPECT_NE(error("").find("magic"), std::string::npos);
  EXPECT_NE(error("\x93NUMPY").find("truncated"), std::string::npos);
  EXPECT_NE(error(file(header("|u1", "(1,)"), "x", 9)).find("version 9"),
            std::string::npos);
  EXPECT_NE(error(file(header("|u1", "(3,)"), "xx"))
                .find("needs 3 elements, the file holds 2"),
            std::string::npos);
  // Sizes whose product overflows, negative and huge sizes.
  EXPECT_NE(error(file(header("|u1", "(4294967296, 4294967296)"), "x")), "");
  EXPECT_NE(error(file(header("|u1", "(-1,)"), "x")).find("expected a size"),
            std::string::npos);
  EXPECT_NE(error(file(header("|u1", "(99999999999999999999,)"), "x")), "");
  EXPECT_NE(error(file(header("<U4", "(1,)"), "x")).find("'<U4'"),
            std::string::npos);
  EXPECT_NE(error(file("{'descr': [('a', '<f4')], 'fortran_order': False, "
                       "'shape': (1,), }",
                       "x"))
                .find("records"),
            std::string::npos);
  EXPECT_NE(error(file("{'descr': '<f4', 'shape': (1,), }", "x")), "");
  EXPECT_NE(error(file("{'descr': '<f4'", "x")), "");
  EXPECT_NE(
      error(file(header("<i8", "(1,)"), bytes({1, 0, 0, 0, 0, 0, 0x20, 0})))
          .find("2^53"),
      std::string::npos);
  // Every truncation is an error.
  std::string whole = file(header("<f4", "(2,)"), std::string(8, 'x'));
  for (size_t size = 0; size < whole.size(); ++size)
    EXPECT_NE(error(whole.substr(0, size)), "") << size;
}

TEST(Npy, WritesWhatItReads) {
  for (ElementType type :
       {ElementType::Bool, ElementType::Int8, ElementType::Int16,
        ElementType::Int32, ElementType::Int64, ElementType::UInt8,
        ElementType::UInt16, ElementType::UInt32, ElementType::UInt64,
        ElementType::Float16, ElementType::Float32, ElementType::Float64})
    for (Shape shape : {Shape{2, 3}, Shape{6}, Shape{1, 6, 1}}) {
      Tensor tensor(shape, {0, 1, 1, 0, 1, 0}, type);
      std::string text = llvm::cantFail(formatNpy(tensor));
      // The elements begin at a multiple of 64, as NumPy writes them.
      EXPECT_EQ((text.size() - 6 * elementSize(type)) % 64, 0u);
      Tensor back = parsed(text);
      EXPECT_EQ(back.data, tensor.data);
      EXPECT_EQ(back.shape, tensor.shape);
      EXPECT_EQ(back.type, type);
    }
  EXPECT_EQ(npyHeader(ElementType::Float32, {1, 2}).substr(10, 59),
            "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }");
  EXPECT_EQ(npyHeader(ElementType::Int8, {3}).substr(10, 57),
            "{'descr': '|i1', 'fortran_order': False, 'shape': (3,), }");
}

TEST(Npy, RefusesToWriteWhatATypeCannotHold) {
  auto error = [](double value, ElementType type) {
    return message(formatNpy(Tensor({1}, {value}, type)).takeError());
  };
  EXPECT_EQ(error(127, ElementType::Int8), "");
  EXPECT_NE(error(128, ElementType::Int8), "");
  EXPECT_NE(error(-1, ElementType::UInt8), "");
  EXPECT_NE(error(0.5, ElementType::Int64), "");
  EXPECT_NE(error(0x1p63, ElementType::Int64), "");
  EXPECT_NE(error(NAN, ElementType::Int32), "");
  EXPECT_EQ(error(NAN, ElementType::Float32), "");
}

TEST(Tensor, RoundsToHalfAsHardwareDoes) {
  std::string out;
  llvm::cantFail(encodeElements(ElementType::Float16,
                                {1.0 + 0x1p-11, 65520.0, 1e-9}, out));
  EXPECT_EQ(out, bytes({0x00, 0x3c, 0x00, 0x7c, 0, 0}));
  out.clear();
  llvm::cantFail(encodeElements(ElementType::BFloat16, {1.0 + 0x1p-8}, out));
  EXPECT_EQ(out, bytes({0x80, 0x3f}));
}

TEST(Tensor, ChecksSizes) {
  EXPECT_EQ(llvm::cantFail(elementCount({2, 3})), 6);
  EXPECT_EQ(llvm::cantFail(elementCount({})), 1);
  EXPECT_EQ(llvm::cantFail(elementCount({0, INT64_MAX, INT64_MAX})), 0);
  EXPECT_NE(message(elementCount({-1}).takeError()), "");
  EXPECT_NE(message(elementCount({INT64_MAX, 2}).takeError()), "");
  EXPECT_NE(message(elementCount({3, 3}, 8).takeError()), "");
}

} // namespace
