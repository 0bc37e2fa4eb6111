//===- NumberWriter.h - Exact numbers as program nodes ----------*- C++ -*-===//
//
// Constants of a program are doubles; an exact number may need several.
//
//===----------------------------------------------------------------------===//

#ifndef BNN_LIB_TAIL_NUMBERWRITER_H
#define BNN_LIB_TAIL_NUMBERWRITER_H

#include "Number.h"

namespace bnn::tail::detail {

class NumberWriter {
public:
  /// Appends to `program`.
  explicit NumberWriter(Program &program) : program(program) {}

  uint32_t node(Op op, llvm::ArrayRef<uint32_t> operands);

  /// The node of algebraic numbers, one for each channel; std::nullopt where
  /// they are outside of double's exponents.
  std::optional<uint32_t> write(llvm::ArrayRef<Number> numbers);

private:
  std::optional<uint32_t> rationals(llvm::ArrayRef<mpq_class> values);
  std::optional<uint32_t> dyadics(std::vector<mpq_class> rest);

  Program &program;
};

} // namespace bnn::tail::detail

#endif // BNN_LIB_TAIL_NUMBERWRITER_H
