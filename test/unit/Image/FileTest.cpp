//===- FileTest.cpp - Reading and writing image files ---------------------===//

#include "Samples.h"
#include "bnn/Image/Image.h"
#include "bnn/Image/Verifier.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "gtest/gtest.h"
#include <google/protobuf/util/message_differencer.h>

using namespace llvm;
using namespace bnn::image;
using google::protobuf::util::MessageDifferencer;

namespace {

std::string messageOf(Error error) { return toString(std::move(error)); }

template <typename T> std::string failureOf(Expected<T> result) {
  return result ? "no error" : toString(result.takeError());
}

TEST(Samples, AreValid) {
  EXPECT_EQ(messageOf(verify(samples::worked())), "");
  EXPECT_EQ(messageOf(verify(samples::changed())), "");
  EXPECT_EQ(messageOf(verify(samples::convolution())), "");
  EXPECT_EQ(messageOf(verify(samples::ternary())), "");
}

TEST(File, RoundTrip) {
  for (const Image &image :
       {samples::worked(), samples::convolution(), samples::ternary()}) {
    Expected<std::string> file = serialize(image);
    ASSERT_TRUE(bool(file)) << messageOf(file.takeError());
    Expected<Image> back = parse(*file);
    ASSERT_TRUE(bool(back)) << messageOf(back.takeError());
    EXPECT_TRUE(MessageDifferencer::Equals(image, *back));
    EXPECT_EQ(cantFail(serialize(*back)), *file);
  }
}

TEST(File, TruncationAtEveryLength) {
  std::string file = cantFail(serialize(samples::worked()));
  for (size_t length = 0; length < file.size(); ++length)
    EXPECT_NE(failureOf(decode(StringRef(file).take_front(length))), "no error")
        << length;
  EXPECT_NE(failureOf(decode(file + '\0')), "no error");
}

TEST(File, EveryBitFlip) {
  std::string file = cantFail(serialize(samples::worked()));
  for (size_t bit = 0; bit < 8 * file.size(); ++bit) {
    file[bit / 8] ^= char(1 << (bit % 8));
    EXPECT_NE(failureOf(decode(file)), "no error") << "bit " << bit;
    file[bit / 8] ^= char(1 << (bit % 8));
  }
  EXPECT_EQ(failureOf(decode(file)), "no error");
}

TEST(File, NamesWhatIsWrong) {
  std::string file = cantFail(serialize(samples::worked()));
  auto with = [&](size_t at, char byte) {
    std::string copy = file;
    copy[at] = byte;
    return failureOf(decode(copy));
  };
  EXPECT_NE(failureOf(decode("")).find("empty"), std::string::npos);
  EXPECT_NE(with(0, 'P').find("not a programming image"), std::string::npos);
  EXPECT_NE(with(8, 4).find("format version 4, newer than version 3"),
            std::string::npos);
  EXPECT_NE(with(8, 3).find("damaged: it says format version 3, the payload is "
                            "of version 2"),
            std::string::npos);
  EXPECT_NE(with(60, 1).find("reserved bytes"), std::string::npos);
  EXPECT_NE(with(70, 1).find("SHA-256"), std::string::npos);
  EXPECT_NE(failureOf(decode(StringRef(file).drop_back())).find("truncated"),
            std::string::npos);
}

/// A field that this release does not know, in the message itself.
TEST(File, UnknownFieldIsRefused) {
  Image image = samples::worked();
  image.GetReflection()->MutableUnknownFields(&image)->AddVarint(1000, 1);
  std::string file = cantFail(serialize(image));
  EXPECT_NE(failureOf(parse(file)).find("field 1000 is unknown"),
            std::string::npos);
}

TEST(File, WriteLeavesNothingBehind) {
  SmallString<128> folder;
  ASSERT_FALSE(sys::fs::createUniqueDirectory("bnn-image", folder));
  SmallString<128> path = folder;
  sys::path::append(path, "net.rimg");
  auto entries = [&] {
    int count = 0;
    std::error_code code;
    for (sys::fs::directory_iterator i(folder, code), e; i != e && !code;
         i.increment(code))
      ++count;
    return count;
  };

  Image broken = samples::worked();
  broken.clear_outputs();
  EXPECT_NE(messageOf(write(broken, path)).find("outputs"), std::string::npos);
  EXPECT_EQ(entries(), 0);

  EXPECT_EQ(messageOf(write(samples::worked(), path)), "");
  EXPECT_EQ(entries(), 1);
  EXPECT_EQ(messageOf(write(samples::changed(), path)), "");
  EXPECT_EQ(entries(), 1);
  Expected<Image> back = read(path);
  ASSERT_TRUE(bool(back)) << messageOf(back.takeError());
  EXPECT_EQ(back->provenance().model(), "retrained.onnx");

  SmallString<128> missing = folder;
  sys::path::append(missing, "missing", "net.rimg");
  EXPECT_NE(messageOf(write(samples::worked(), missing)).find("missing"),
            std::string::npos);
  EXPECT_NE(failureOf(read(missing)).find("missing"), std::string::npos);
  ASSERT_FALSE(sys::fs::remove_directories(folder));
}

/// Every field of the message is somewhere in the bytes, so equal messages
/// made in another order of calls must still give equal files.
TEST(File, Deterministic) {
  Image image = samples::convolution(), copy;
  copy.mutable_absent()->CopyFrom(image.absent());
  copy.mutable_steps()->CopyFrom(image.steps());
  Image rest = image;
  rest.clear_absent();
  rest.clear_steps();
  copy.MergeFrom(rest);
  EXPECT_EQ(cantFail(serialize(copy)), cantFail(serialize(image)));
}

} // namespace
