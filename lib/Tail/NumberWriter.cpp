//===- NumberWriter.cpp ---------------------------------------------------===//
//
// Writes p + q sqrt(r) as nodes: rationals as sums of doubles, divided where
// the denominator is no power of two.
//
//===----------------------------------------------------------------------===//

#include "NumberWriter.h"
#include "llvm/ADT/STLExtras.h"
#include <cmath>

using namespace bnn::tail;
using namespace bnn::tail::detail;

uint32_t NumberWriter::node(Op op, llvm::ArrayRef<uint32_t> operands) {
  Node &node = program.nodes.emplace_back();
  node.op = op;
  node.operands.assign(operands.begin(), operands.end());
  return program.nodes.size() - 1;
}

std::optional<uint32_t> NumberWriter::write(llvm::ArrayRef<Number> numbers) {
  auto part = [&](mpq_class Number::*member) {
    std::vector<mpq_class> values;
    for (const Number &n : numbers)
      values.push_back(n.*member);
    return values;
  };
  std::optional<uint32_t> p = rationals(part(&Number::p));
  if (!p || llvm::all_of(numbers, [](auto &n) { return sgn(n.q) == 0; }))
    return p;
  std::optional<uint32_t> q = rationals(part(&Number::q));
  std::optional<uint32_t> r = rationals(part(&Number::r));
  if (!q || !r)
    return std::nullopt;
  uint32_t root = node(Op::Sqrt, {*r});
  return node(Op::Add, {*p, node(Op::Mul, {*q, root})});
}

std::optional<uint32_t>
NumberWriter::rationals(llvm::ArrayRef<mpq_class> values) {
  auto isDyadic = [](const mpq_class &v) {
    return mpz_scan1(v.get_den_mpz_t(), 0) + 1 ==
           mpz_sizeinbase(v.get_den_mpz_t(), 2);
  };
  if (llvm::all_of(values, isDyadic))
    return dyadics({values.begin(), values.end()});
  std::vector<mpq_class> numerators, denominators;
  for (const mpq_class &v : values) {
    numerators.push_back(v.get_num());
    denominators.push_back(v.get_den());
  }
  std::optional<uint32_t> n = dyadics(std::move(numerators));
  std::optional<uint32_t> d = dyadics(std::move(denominators));
  if (!n || !d)
    return std::nullopt;
  return node(Op::Div, {*n, *d});
}

/// A sum of doubles, most significant first.
std::optional<uint32_t> NumberWriter::dyadics(std::vector<mpq_class> rest) {
  constexpr int maxParts = 32;
  std::optional<uint32_t> sum;
  for (int i = 0; i < maxParts; ++i) {
    std::vector<double> head;
    for (mpq_class &value : rest) {
      head.push_back(value.get_d()); // truncates
      if (!std::isfinite(head.back()))
        return std::nullopt;
      value -= head.back();
    }
    uint32_t part = node(Op::Constant, {});
    program.nodes[part].values = std::move(head);
    sum = sum ? node(Op::Add, {*sum, part}) : part;
    if (llvm::all_of(rest, [](auto &v) { return sgn(v) == 0; }))
      return sum;
  }
  return std::nullopt;
}
