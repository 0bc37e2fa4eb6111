//===- QuantityYAML.h - Numbers of target files -----------------*- C++ -*-===//

#ifndef BNN_LIB_TARGET_QUANTITYYAML_H
#define BNN_LIB_TARGET_QUANTITYYAML_H

#include "bnn/Target/Target.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/YAMLTraits.h"
#include <cmath>

namespace bnn {

/// What a quantity under some key may be.
struct Rule {
  llvm::StringRef key;
  llvm::StringRef unit;
  double least;
  double most;
  bool integer;
};

inline constexpr double huge = 1e300;

/// As people write it: 32, 0.6, 1e-12.
inline std::string number(double value) {
  std::string text;
  llvm::raw_string_ostream(text) << llvm::format("%.10g", value);
  return text;
}

} // namespace bnn

namespace llvm::yaml {

template <> struct ScalarEnumerationTraits<bnn::Standing> {
  static void enumeration(IO &io, bnn::Standing &value) {
    io.enumCase(value, "measured", bnn::Standing::Measured);
    io.enumCase(value, "published", bnn::Standing::Published);
    io.enumCase(value, "recalled", bnn::Standing::Recalled);
    io.enumCase(value, "assumed", bnn::Standing::Assumed);
  }
};

/// A number with unit, standing and source, checked against its key's rule.
template <> struct MappingContextTraits<bnn::Quantity, const bnn::Rule> {
  static void mapping(IO &io, bnn::Quantity &quantity, const bnn::Rule &rule) {
    io.mapRequired("value", quantity.value);
    io.mapRequired("unit", quantity.unit);
    io.mapRequired("standing", quantity.standing);
    io.mapRequired("source", quantity.source);
    if (io.error())
      return;
    if (quantity.unit != rule.unit)
      return io.setError(formatv("{0}: unit must be '{1}', got '{2}'", rule.key,
                                 rule.unit, quantity.unit)
                             .str());
    if (!std::isfinite(quantity.value) ||
        (rule.integer && quantity.value != std::floor(quantity.value)))
      return io.setError(formatv("{0}: value must be {1}, got {2}", rule.key,
                                 rule.integer ? "an integer" : "finite",
                                 bnn::number(quantity.value))
                             .str());
    if (quantity.value < rule.least || quantity.value > rule.most)
      return io.setError(
          (rule.most < bnn::huge
               ? formatv("{0}: value must lie between {1} and {2}, got {3}",
                         rule.key, bnn::number(rule.least),
                         bnn::number(rule.most), bnn::number(quantity.value))
                     .str()
               : formatv("{0}: value must not be below {1}, got {2}", rule.key,
                         bnn::number(rule.least), bnn::number(quantity.value))
                     .str()));
    if (quantity.source.empty())
      return io.setError(
          formatv("{0}: source must say where the number is from", rule.key)
              .str());
  }
};

} // namespace llvm::yaml

namespace bnn {

inline void require(llvm::yaml::IO &io, const char *key, Quantity &quantity,
                    llvm::StringRef unit, double least, double most = huge,
                    bool integer = false) {
  const Rule rule{key, unit, least, most, integer};
  io.mapRequired(key, quantity, rule);
}

inline void allow(llvm::yaml::IO &io, const char *key,
                  std::optional<Quantity> &quantity, llvm::StringRef unit,
                  double least, double most = huge, bool integer = false) {
  const Rule rule{key, unit, least, most, integer};
  io.mapOptionalWithContext(key, quantity, rule);
}

/// Smallest resistance, time or energy: anything above zero.
inline constexpr double positive = 1e-300;

} // namespace bnn

#endif // BNN_LIB_TARGET_QUANTITYYAML_H
