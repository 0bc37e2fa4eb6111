//===- Verify.h - The image against the network as read ---------*- C++ -*-===//

#ifndef BNN_REFERENCE_VERIFY_H
#define BNN_REFERENCE_VERIFY_H

#include "bnn/Image/image.pb.h"
#include "bnn/Reference/Interpreter.h"

namespace bnn {

struct VerifyOptions {
  unsigned samples = 16; ///< of random inputs
  uint64_t seed = 1;
  /// Outputs and traced tensors of real numbers agree within
  /// tolerance * (1 + largest magnitude in the tensor).
  double tolerance = 1e-5;
  /// The image decides ties as float32 does: a sample may equal the network in
  /// exact or in float32 arithmetic.
  bool float32Ties = false;
};

struct VerifyResult {
  int64_t samples = 0;
  /// Samples with a boundary tie (DESIGN: a real sum so close to its decision
  /// that float32 rounding could turn it) or an exact tie that the
  /// interpreter's double cannot decide: no equality is claimed for them.
  int64_t excluded = 0;
  int64_t tensors = 0; ///< compared per sample, outputs included
  /// Empty: all agree. Else one line that names executor, tensor, sample,
  /// position and both values.
  std::string difference;
};

/// Random inputs for `image`, [samples, ..] each, the same for equal seeds:
/// uniform integers of the declared type mapped to scale * (q + offset), or
/// standard normal float32 numbers.
std::vector<Tensor> randomInputs(const image::Image &image, unsigned samples,
                                 uint64_t seed);

/// Runs `image` (verified) with both executors and `reference`, the network
/// before any pass, on `inputs` ([N, ..] each, in the image's order). Compares
/// every tensor that a value of the image traces, in the order of the network,
/// then the outputs: codes and integers must be equal, real numbers agree
/// within the tolerance. Stops at the first difference.
llvm::Expected<VerifyResult> verifyImage(const image::Image &image,
                                         const Interpreter &reference,
                                         llvm::ArrayRef<Tensor> inputs,
                                         const VerifyOptions &options);

} // namespace bnn

#endif // BNN_REFERENCE_VERIFY_H
