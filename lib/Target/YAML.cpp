//===- YAML.cpp - Reading target files ------------------------------------===//

#include "bnn/Target/Target.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/YAMLTraits.h"
#include <cmath>

using namespace bnn;
namespace yaml = llvm::yaml;

namespace {
/// What a quantity under some key may be.
struct Rule {
  llvm::StringRef key;
  llvm::StringRef unit;
  double least;
  double most;
  bool integer;
};
} // namespace

static constexpr double huge = 1e300;

/// As people write it: 32, 0.6, 1e-12.
static std::string number(double value) {
  std::string text;
  llvm::raw_string_ostream(text) << llvm::format("%.10g", value);
  return text;
}

LLVM_YAML_IS_FLOW_SEQUENCE_VECTOR(bnn::Schedules)

namespace llvm::yaml {

template <> struct ScalarEnumerationTraits<Standing> {
  static void enumeration(IO &io, Standing &value) {
    io.enumCase(value, "measured", Standing::Measured);
    io.enumCase(value, "published", Standing::Published);
    io.enumCase(value, "recalled", Standing::Recalled);
    io.enumCase(value, "assumed", Standing::Assumed);
  }
};

template <> struct ScalarEnumerationTraits<Access> {
  static void enumeration(IO &io, Access &value) {
    io.enumCase(value, "row_sense", Access::RowSense);
    io.enumCase(value, "column_sum", Access::ColumnSum);
    io.enumCase(value, "column_neuron", Access::ColumnNeuron);
  }
};

template <> struct ScalarEnumerationTraits<Decision> {
  static void enumeration(IO &io, Decision &value) {
    io.enumCase(value, "exact", Decision::Exact);
    io.enumCase(value, "margin_table", Decision::MarginTable);
    io.enumCase(value, "closed_form", Decision::ClosedForm);
  }
};

template <> struct ScalarEnumerationTraits<Reduce> {
  static void enumeration(IO &io, Reduce &value) {
    io.enumCase(value, "exact_sum", Reduce::ExactSum);
    io.enumCase(value, "per_access_decision", Reduce::PerAccessDecision);
  }
};

template <> struct ScalarEnumerationTraits<RowAddress> {
  static void enumeration(IO &io, RowAddress &value) {
    io.enumCase(value, "shared", RowAddress::Shared);
    io.enumCase(value, "per_subarray", RowAddress::PerSubarray);
  }
};

template <> struct ScalarEnumerationTraits<bnn::Verify> {
  static void enumeration(IO &io, bnn::Verify &value) {
    io.enumCase(value, "none", bnn::Verify::None);
    io.enumCase(value, "pcsa_bit", bnn::Verify::PcsaBit);
    io.enumCase(value, "ternary", bnn::Verify::Ternary);
    io.enumCase(value, "single_ended", bnn::Verify::SingleEnded);
  }
};

template <> struct ScalarEnumerationTraits<Schedules> {
  static void enumeration(IO &io, Schedules &value) {
    io.enumCase(value, "p2s", Schedules::P2S);
    io.enumCase(value, "s2p", Schedules::S2P);
  }
};

template <> struct ScalarEnumerationTraits<ResistanceLaw::Law> {
  static void enumeration(IO &io, ResistanceLaw::Law &value) {
    io.enumCase(value, "normal", ResistanceLaw::Law::Normal);
    io.enumCase(value, "truncated_normal", ResistanceLaw::Law::TruncatedNormal);
    io.enumCase(value, "lognormal", ResistanceLaw::Law::Lognormal);
  }
};

/// A number with unit, standing and source, checked against its key's rule.
template <> struct MappingContextTraits<Quantity, const Rule> {
  static void mapping(IO &io, Quantity &quantity, const Rule &rule) {
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
                                 number(quantity.value))
                             .str());
    if (quantity.value < rule.least || quantity.value > rule.most)
      return io.setError(
          (rule.most < huge
               ? formatv("{0}: value must lie between {1} and {2}, got {3}",
                         rule.key, number(rule.least), number(rule.most),
                         number(quantity.value))
                     .str()
               : formatv("{0}: value must not be below {1}, got {2}", rule.key,
                         number(rule.least), number(quantity.value))
                     .str()));
    if (quantity.source.empty())
      return io.setError(
          formatv("{0}: source must say where the number is from", rule.key)
              .str());
  }
};

} // namespace llvm::yaml

static void require(yaml::IO &io, const char *key, Quantity &quantity,
                    llvm::StringRef unit, double least, double most) {
  const Rule rule{key, unit, least, most, /*integer=*/true};
  io.mapRequired(key, quantity, rule);
}

static void allow(yaml::IO &io, const char *key,
                  std::optional<Quantity> &quantity, llvm::StringRef unit,
                  double least, double most = huge, bool integer = false) {
  const Rule rule{key, unit, least, most, integer};
  io.mapOptionalWithContext(key, quantity, rule);
}

/// Smallest resistance, time or energy: anything above zero.
static constexpr double positive = 1e-300;

namespace llvm::yaml {

template <> struct MappingTraits<TargetGeometry> {
  static void mapping(IO &io, TargetGeometry &geometry) {
    require(io, "rows", geometry.rows, "rows", 1, maxArraySize);
    require(io, "columns", geometry.columns, "columns", 1, maxArraySize);
    allow(io, "subarrays", geometry.subarrays, "subarrays", 1, 1e12,
          /*integer=*/true);
    require(io, "columns_per_sense_amplifier",
            geometry.columnsPerSenseAmplifier, "columns", 1, maxArraySize);
    if (!io.error() &&
        geometry.columnsPerSenseAmplifier.value > geometry.columns.value)
      io.setError("columns_per_sense_amplifier: more than the array's columns");
  }
};

template <> struct MappingTraits<Capabilities> {
  static void mapping(IO &io, Capabilities &capabilities) {
    io.mapRequired("access", capabilities.access);
    io.mapRequired("decision", capabilities.decision);
    io.mapRequired("reduce", capabilities.reduce);
    io.mapRequired("schedules", capabilities.schedules);
    io.mapRequired("ternary_sense", capabilities.ternarySense);
    io.mapRequired("column_mask", capabilities.columnMask);
    io.mapRequired("row_address", capabilities.rowAddress);
    io.mapRequired("partial_complement", capabilities.partialComplement);
    io.mapRequired("verify", capabilities.verify);
    io.mapRequired("bl_is_plus", capabilities.blIsPlus);
    allow(io, "max_fanin_per_decision", capabilities.maxFaninPerDecision,
          "inputs", 1, 1e12, /*integer=*/true);
    allow(io, "threshold_range", capabilities.thresholdBits, "bit", 1, 64,
          /*integer=*/true);
    if (!io.error() && capabilities.schedules.empty())
      io.setError("schedules: at least one of p2s and s2p");
  }
};

template <> struct MappingTraits<ResistanceLaw> {
  static void mapping(IO &io, ResistanceLaw &distribution) {
    io.mapRequired("law", distribution.law);
    io.mapOptional("note", distribution.note);
    allow(io, "mean", distribution.mean, "ohm", positive);
    allow(io, "sd", distribution.sd, "ohm", 0);
    allow(io, "minimum", distribution.minimum, "ohm", positive);
    allow(io, "maximum", distribution.maximum, "ohm", positive);
    allow(io, "median", distribution.median, "ohm", positive);
    allow(io, "ln_sigma", distribution.lnSigma, "1", 0);
    if (!io.error())
      if (std::string wrong = check(distribution); !wrong.empty())
        io.setError(wrong);
  }

  /// Each law asks for its own parameters and for no others.
  static std::string check(const ResistanceLaw &d) {
    bool normal = d.law != ResistanceLaw::Law::Lognormal;
    bool truncated = d.law == ResistanceLaw::Law::TruncatedNormal;
    if (normal != (d.mean && d.sd) || normal == (d.median || d.lnSigma))
      return normal ? "law: a normal distribution has mean and sd, no median "
                      "and no ln_sigma"
                    : "law: a lognormal distribution has median and ln_sigma, "
                      "no mean and no sd";
    if (!normal && (!d.median || !d.lnSigma || d.mean || d.sd))
      return "law: a lognormal distribution has median and ln_sigma, no mean "
             "and no sd";
    if (truncated != (d.minimum && d.maximum) ||
        (!truncated && (d.minimum || d.maximum)))
      return "law: minimum and maximum belong to truncated_normal, which needs "
             "both";
    if (truncated && d.minimum->value >= d.maximum->value)
      return "minimum: must lie below maximum";
    return "";
  }
};

template <> struct MappingTraits<Devices> {
  static void mapping(IO &io, Devices &devices) {
    io.mapOptional("lrs", devices.lrs);
    io.mapOptional("hrs", devices.hrs);
    allow(io, "offset_array_sigma", devices.offsetArraySigma, "1", 0);
    allow(io, "offset_latch_sigma", devices.offsetLatchSigma, "1", 0);
    allow(io, "series_resistance", devices.seriesResistance, "ohm", 0);
    allow(io, "zero_threshold", devices.zeroThreshold, "ohm", positive);
    allow(io, "supply", devices.supply, "volt", positive);
    allow(io, "sense_energy", devices.senseEnergy, "joule", 0);
    allow(io, "set_energy", devices.setEnergy, "joule", 0);
    allow(io, "reset_energy", devices.resetEnergy, "joule", 0);
    allow(io, "cycle_time", devices.cycleTime, "second", positive);
    if (io.error() || !devices.lrs || !devices.hrs || !devices.lrs->median ||
        !devices.hrs->median)
      return;
    if (devices.hrs->median->value <= devices.lrs->median->value)
      io.setError("hrs: median must lie above that of lrs");
  }
};

template <> struct MappingTraits<Target> {
  static void mapping(IO &io, Target &target) {
    io.mapRequired("name", target.name);
    io.mapRequired("description", target.description);
    io.mapRequired("geometry", target.geometry);
    io.mapRequired("capabilities", target.capabilities);
    io.mapOptional("devices", target.devices);
    if (!io.error() && target.name.empty())
      io.setError("name: must not be empty");
  }
};

} // namespace llvm::yaml

//===----------------------------------------------------------------------===//
// Errors
//===----------------------------------------------------------------------===//

/// The key that a position in a line belongs to: the last one that begins at or
/// before it, else the line's first.
static llvm::StringRef keyAt(llvm::StringRef line, size_t column) {
  llvm::StringRef key;
  size_t at = 0;
  while (at < line.size()) {
    size_t begin = at;
    while (at < line.size() && (llvm::isAlnum(line[at]) || line[at] == '_'))
      ++at;
    if (at > begin && at < line.size() && line[at] == ':' &&
        (begin <= column || key.empty()))
      key = line.slice(begin, at);
    at = std::max(at, begin + 1);
  }
  return key;
}

static void collectDiagnostic(const llvm::SMDiagnostic &diagnostic,
                              void *context) {
  auto &messages = *static_cast<std::vector<std::string> *>(context);
  int column = std::max(diagnostic.getColumnNo(), 0);
  llvm::StringRef reason = diagnostic.getMessage();
  llvm::StringRef key = keyAt(diagnostic.getLineContents(), column);
  // Reasons of ours begin with the key; those of the YAML reader may name it.
  llvm::StringRef first =
      reason.take_while([](char c) { return llvm::isAlnum(c) || c == '_'; });
  bool named = key.empty() ||
               reason.drop_front(first.size()).starts_with(":") ||
               reason.starts_with("missing required key") ||
               reason.starts_with("unknown key");
  messages.push_back(
      llvm::formatv("{0}:{1}:{2}: {3}{4}{5}", diagnostic.getFilename(),
                    diagnostic.getLineNo(), column + 1, named ? "" : key,
                    named ? "" : ": ", reason));
}

llvm::Expected<Target> bnn::parseTarget(llvm::StringRef text,
                                        llvm::StringRef name) {
  std::vector<std::string> messages;
  Target target;
  yaml::Input input(llvm::MemoryBufferRef(text, name), nullptr,
                    collectDiagnostic, &messages);
  input >> target;
  if (input.error() || !messages.empty()) {
    if (messages.empty())
      messages.push_back(
          llvm::formatv("{0}:1:1: not a YAML mapping", name).str());
    return llvm::createStringError(llvm::join(messages, "\n"));
  }
  if (target.name.empty())
    return llvm::createStringError(
        llvm::formatv("{0}:1:1: name: the file is empty", name));
  return target;
}
