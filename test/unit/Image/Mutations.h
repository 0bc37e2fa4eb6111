//===- Mutations.h - One thing of a valid image changed ---------*- C++ -*-===//

#ifndef BNN_TEST_UNIT_IMAGE_MUTATIONS_H
#define BNN_TEST_UNIT_IMAGE_MUTATIONS_H

#include "Samples.h"
#include "bnn/Image/Verifier.h"
#include "gtest/gtest.h"
#include <functional>

namespace bnn::image::mutations {

struct Case {
  const char *message; // must be part of the error
  std::function<void(Image &)> mutate;
};

inline std::string verdict(const Image &image) {
  return llvm::toString(verify(image));
}

inline void run(const Image &valid, std::initializer_list<Case> cases) {
  ASSERT_EQ(verdict(valid), "");
  for (const Case &test : cases) {
    Image image = valid;
    test.mutate(image);
    std::string found = verdict(image);
    EXPECT_EQ(found.compare(0, 7, "image: "), 0)
        << test.message << ": " << found;
    EXPECT_NE(found.find(test.message), std::string::npos)
        << "expected: " << test.message << "\nfound:    " << found;
  }
}

inline Target &target(Image &image) { return *image.mutable_target(); }
inline Value &value(Image &image, int id) { return *image.mutable_values(id); }
inline Op &op(Image &image, int step) {
  return *image.mutable_steps(step)->mutable_op();
}
/// Of `worked` (step 1), `convolution` (1 and 5), `ternary` (0).
inline ArrayLayer &layer(Image &image, int step) {
  return *image.mutable_steps(step)->mutable_array();
}
inline Convolution &conv(Image &image) {
  return *layer(image, 1).mutable_convolution();
}
inline Thresholds &table(Image &image) {
  return *layer(image, 1).mutable_thresholds();
}

} // namespace bnn::image::mutations

#endif // BNN_TEST_UNIT_IMAGE_MUTATIONS_H
