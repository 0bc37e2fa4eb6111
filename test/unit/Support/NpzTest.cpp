//===- NpzTest.cpp - Archives of arrays -----------------------------------===//

#include "bnn/Support/Npz.h"
#include "bnn/Support/Npy.h"
#include "llvm/Support/Endian.h"
#include <gtest/gtest.h>
#include <zlib.h>

using namespace bnn;

namespace {

std::string message(llvm::Error error) {
  return error ? llvm::toString(std::move(error)) : std::string();
}

std::string archive() {
  NpzWriter writer;
  llvm::cantFail(writer.add("first", Tensor({3}, {1, 2, 3})));
  llvm::cantFail(
      writer.add("act/second", Tensor({2, 50}, std::vector<double>(100, -1),
                                      ElementType::Int8)));
  return writer.finish();
}

std::string le(uint64_t value, int bytes) {
  std::string out;
  for (int i = 0; i < bytes; ++i)
    out += char(value >> (8 * i));
  return out;
}

/// A stored member with sizes in zip64 fields, as numpy writes large ones.
std::string zip64Archive() {
  std::string npy = llvm::cantFail(formatNpy(Tensor({2}, {4, 5})));
  uint32_t crc = uint32_t(
      crc32(0, reinterpret_cast<const Bytef *>(npy.data()), npy.size()));
  std::string name = "x.npy", ones = le(~0ull, 4), size = le(npy.size(), 8);
  std::string local = le(0x04034b50, 4) + le(45, 2) + le(0, 8) + le(crc, 4) +
                      ones + ones + le(name.size(), 2) + le(20, 2) + name +
                      le(1, 2) + le(16, 2) + size + size;
  std::string out = local + npy;
  uint64_t start = out.size();
  out += le(0x02014b50, 4) + le(45, 2) + le(45, 2) + le(0, 8) + le(crc, 4) +
         ones + ones + le(name.size(), 2) + le(28, 2) + le(0, 2) + le(0, 2) +
         le(0, 2) + le(0, 4) + ones + name + le(1, 2) + le(24, 2) + size +
         size + le(0, 8);
  uint64_t length = out.size() - start, end64 = out.size();
  out += le(0x06064b50, 4) + le(44, 8) + le(45, 2) + le(45, 2) + le(0, 8) +
         le(1, 8) + le(1, 8) + le(length, 8) + le(start, 8);
  out += le(0x07064b50, 4) + le(0, 4) + le(end64, 8) + le(1, 4);
  out += le(0x06054b50, 4) + le(0, 4) + le(0xffff, 2) + le(0xffff, 2) + ones +
         ones + le(0, 2);
  return out;
}

TEST(Npz, ReadsWhatItWrites) {
  std::string bytes = archive();
  NpzReader reader = llvm::cantFail(NpzReader::parse(bytes));
  EXPECT_EQ(reader.names(), (std::vector<std::string>{"first", "act/second"}));
  EXPECT_EQ(llvm::cantFail(reader.read("first")).data,
            (std::vector<double>{1, 2, 3}));
  Tensor second = llvm::cantFail(reader.read("act/second.npy"));
  EXPECT_EQ(second.type, ElementType::Int8);
  EXPECT_EQ(second.data, std::vector<double>(100, -1));
  EXPECT_EQ(message(reader.read("third").takeError()),
            "npz archive has no member 'third'; it has first, act/second");
  // The bytes hold no time and no place.
  EXPECT_EQ(bytes, archive());
}

TEST(Npz, ReadsZip64AndStoredMembers) {
  std::string bytes = zip64Archive();
  NpzReader reader = llvm::cantFail(NpzReader::parse(bytes));
  EXPECT_EQ(llvm::cantFail(reader.read("x")).data, (std::vector<double>{4, 5}));
}

TEST(Npz, ReadsAnEmptyArchive) {
  std::string bytes = NpzWriter().finish();
  NpzReader reader = llvm::cantFail(NpzReader::parse(bytes));
  EXPECT_TRUE(reader.names().empty());
  EXPECT_EQ(message(reader.read("x").takeError()),
            "npz archive has no member 'x'; it has none");
}

/// Goes through all members; no input may do more than fail.
std::string readAll(const std::string &bytes) {
  llvm::Expected<NpzReader> reader = NpzReader::parse(bytes);
  if (!reader)
    return message(reader.takeError());
  for (const std::string &name : reader->names())
    if (llvm::Expected<Tensor> tensor = reader->read(name); !tensor)
      return message(tensor.takeError());
  return "";
}

TEST(Npz, RefusesTruncations) {
  for (const std::string &bytes : {archive(), zip64Archive()}) {
    ASSERT_EQ(readAll(bytes), "");
    for (size_t size = 0; size < bytes.size(); ++size)
      EXPECT_NE(readAll(bytes.substr(0, size)), "") << size;
  }
}

TEST(Npz, RefusesDamagedData) {
  std::string bytes = archive();
  size_t data = 30 + std::string("first.npy").size();
  for (size_t at = data; at < data + 20; ++at) {
    std::string damaged = bytes;
    damaged[at] ^= 1;
    EXPECT_NE(readAll(damaged), "") << at;
  }
}

TEST(Npz, RefusesLies) {
  std::string bytes = archive();
  size_t directory = bytes.find("PK\1\2");
  auto patched = [&](size_t offset, uint64_t value, int size) {
    std::string copy = bytes;
    copy.replace(directory + offset, size, le(value, size));
    return readAll(copy);
  };
  EXPECT_NE(patched(8, 0x801, 2).find("encrypted"), std::string::npos);
  EXPECT_NE(patched(10, 12, 2).find("method 12"), std::string::npos);
  EXPECT_NE(patched(16, 1, 4).find("checksum"), std::string::npos);
  // 4 GB out of a few bytes must fail before memory is taken.
  EXPECT_NE(patched(24, 0xfffffffe, 4).find("damaged"), std::string::npos);
  EXPECT_NE(patched(42, 0x7fffffff, 4).find("damaged"), std::string::npos);
  EXPECT_NE(patched(28, 0xffff, 2).find("damaged"), std::string::npos);
}

} // namespace
