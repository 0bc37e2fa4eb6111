//===- TensorFileTest.cpp - Tensors from files ----------------------------===//

#include "bnn/Support/TensorFile.h"
#include "bnn/Support/File.h"
#include "bnn/Support/Npy.h"
#include "bnn/Support/Npz.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include <gtest/gtest.h>

using namespace bnn;

namespace {

std::string message(llvm::Error error) {
  return error ? llvm::toString(std::move(error)) : std::string();
}

std::string bytes(std::initializer_list<int> values) {
  std::string out;
  for (int value : values)
    out += char(value);
  return out;
}

/// A folder for the files of one test.
class Folder {
public:
  Folder() { llvm::sys::fs::createUniqueDirectory("bnn-support", path); }
  ~Folder() { llvm::sys::fs::remove_directories(path); }
  std::string operator/(llvm::StringRef name) const {
    llvm::SmallString<128> whole = path;
    llvm::sys::path::append(whole, name);
    return whole.str().str();
  }
  llvm::SmallString<128> path;
};

int filesIn(const Folder &folder) {
  int count = 0;
  std::error_code code;
  for (llvm::sys::fs::directory_iterator at(folder.path, code), end;
       at != end && !code; at.increment(code))
    ++count;
  return count;
}

// Fields of TensorProto: 1 dims, 2 data_type, 4 float_data, 5 int32_data,
// 7 int64_data, 9 raw_data, 13 external_data, 14 data_location.

TEST(TensorProto, ReadsRawAndTypedData) {
  // [2] of float32, raw.
  std::string raw =
      bytes({8, 2, 16, 1, 0x4a, 8, 0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0});
  Tensor tensor = llvm::cantFail(parseTensorProto(raw));
  EXPECT_EQ(tensor.shape, Shape{2});
  EXPECT_EQ(tensor.data, (std::vector<double>{1, -2}));
  // The same in float_data (packed).
  std::string typed =
      bytes({8, 2, 16, 1, 0x22, 8, 0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0});
  EXPECT_EQ(llvm::cantFail(parseTensorProto(typed)).data,
            (std::vector<double>{1, -2}));
  // uint8 and float16 lie in int32_data: 200; 0x3c00 = 1.0.
  EXPECT_EQ(
      llvm::cantFail(parseTensorProto(bytes({8, 1, 16, 2, 0x2a, 2, 0xc8, 1})))
          .data,
      std::vector<double>{200});
  EXPECT_EQ(llvm::cantFail(
                parseTensorProto(bytes({8, 1, 16, 10, 0x2a, 2, 0x80, 0x78})))
                .data,
            std::vector<double>{1});
  // A scalar int64.
  EXPECT_EQ(llvm::cantFail(parseTensorProto(bytes({16, 7, 0x3a, 1, 5}))).data,
            std::vector<double>{5});
}

TEST(TensorProto, RefusesWhatIsNoTensor) {
  auto error = [](const std::string &text) {
    return message(parseTensorProto(text).takeError());
  };
  EXPECT_NE(error(""), "");
  EXPECT_NE(error("not protobuf at all"), "");
  EXPECT_NE(error(bytes({8, 1})).find("data_type 0"), std::string::npos);
  EXPECT_NE(error(bytes({8, 1, 16, 8})).find("data_type 8"),
            std::string::npos); // strings
  EXPECT_NE(error(bytes({8, 2, 16, 1, 0x4a, 4, 0, 0, 0, 0}))
                .find("holds 1 elements instead of 2"),
            std::string::npos);
  EXPECT_NE(error(bytes({8, 1, 16, 1, 0x4a, 3, 0, 0, 0})), "");
  EXPECT_NE(error(bytes({8, 1, 16, 1, 112, 1})).find("another file"),
            std::string::npos);
  // dims = -1.
  EXPECT_NE(error(bytes({8, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                         0xff, 1, 16, 1}))
                .find("negative"),
            std::string::npos);
}

TEST(TensorFile, TellsKindsByContent) {
  Folder folder;
  Tensor tensor({2}, {1, 2});
  llvm::cantFail(writeNpy(folder / "a.npy", tensor));
  NpzWriter one, two;
  llvm::cantFail(one.add("x", tensor));
  llvm::cantFail(two.add("x", tensor));
  llvm::cantFail(two.add("y", Tensor({1}, {7})));
  llvm::cantFail(writeFile(folder / "one.npz", one.finish()));
  llvm::cantFail(writeFile(folder / "two.npz", two.finish()));
  llvm::cantFail(writeFile(folder / "t.pb", bytes({16, 7, 0x3a, 1, 5})));
  auto read = [&](const char *name) {
    return llvm::cantFail(readTensorFile(folder / name)).data;
  };
  EXPECT_EQ(read("a.npy"), tensor.data);
  EXPECT_EQ(read("one.npz"), tensor.data);
  EXPECT_EQ(read("two.npz:y"), std::vector<double>{7});
  EXPECT_EQ(read("t.pb"), std::vector<double>{5});
  auto error = [&](const char *name) {
    return message(readTensorFile(folder / name).takeError());
  };
  EXPECT_EQ(error("two.npz"),
            folder / "two.npz" +
                ": archive has 2 members; say which as FILE:MEMBER (x, y)");
  EXPECT_NE(error("two.npz:z").find("no member 'z'"), std::string::npos);
  EXPECT_NE(error("none.npy").find("none.npy: "), std::string::npos);
}

TEST(OutputFiles, AppearTogetherOrNotAtAll) {
  Folder folder;
  {
    OutputFiles files;
    llvm::cantFail(files.stage(folder / "a", "1"));
    EXPECT_NE(message(files.stage(folder / "no/such/b", "2")), "");
    EXPECT_NE(message(files.stage(folder.path, "2")), ""); // a folder
  }
  EXPECT_EQ(filesIn(folder), 0);
  OutputFiles files;
  llvm::cantFail(files.stage(folder / "a", "1"));
  llvm::cantFail(files.stage(folder / "b", "2"));
  llvm::cantFail(files.commit());
  EXPECT_EQ(filesIn(folder), 2);
  // A committed file replaces what was there.
  llvm::cantFail(writeFile(folder / "a", "3"));
  EXPECT_EQ(llvm::cantFail(openFile(folder / "a"))->getBuffer(), "3");
}

} // namespace
