//===- YAML.cpp - Reading target files ------------------------------------===//

#include "CoefficientsYAML.h"
#include "DevicesYAML.h"
#include "QuantityYAML.h"
#include "bnn/Target/Target.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/SourceMgr.h"

using namespace bnn;
namespace yaml = llvm::yaml;

LLVM_YAML_IS_FLOW_SEQUENCE_VECTOR(bnn::Schedules)

namespace llvm::yaml {

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

template <> struct ScalarEnumerationTraits<ResetParallel> {
  static void enumeration(IO &io, ResetParallel &value) {
    io.enumCase(value, "bit", ResetParallel::Bit);
    io.enumCase(value, "row", ResetParallel::Row);
  }
};

template <> struct ScalarEnumerationTraits<ThresholdPlace> {
  static void enumeration(IO &io, ThresholdPlace &value) {
    io.enumCase(value, "register", ThresholdPlace::Register);
    io.enumCase(value, "array_rows", ThresholdPlace::ArrayRows);
  }
};

template <> struct ScalarEnumerationTraits<Schedules> {
  static void enumeration(IO &io, Schedules &value) {
    io.enumCase(value, "p2s", Schedules::P2S);
    io.enumCase(value, "s2p", Schedules::S2P);
  }
};

} // namespace llvm::yaml

namespace llvm::yaml {

template <> struct MappingTraits<TargetGeometry> {
  static void mapping(IO &io, TargetGeometry &geometry) {
    require(io, "rows", geometry.rows, "rows", 1, maxArraySize,
            /*integer=*/true);
    require(io, "columns", geometry.columns, "columns", 1, maxArraySize,
            /*integer=*/true);
    allow(io, "subarrays", geometry.subarrays, "subarrays", 1, 1e12,
          /*integer=*/true);
    allow(io, "spare_rows", geometry.spareRows, "rows", 0, maxArraySize,
          /*integer=*/true);
    allow(io, "spare_columns", geometry.spareColumns, "columns", 0,
          maxArraySize, /*integer=*/true);
    require(io, "columns_per_sense_amplifier",
            geometry.columnsPerSenseAmplifier, "columns", 1, maxArraySize,
            /*integer=*/true);
    allow(io, "accumulator_bits", geometry.accumulatorBits, "bit", 1, 64,
          /*integer=*/true);
    auto more = [](const std::optional<Quantity> &spare, const Quantity &all) {
      return spare && spare->value > all.value;
    };
    if (!io.error() && more(geometry.spareRows, geometry.rows))
      io.setError("spare_rows: more than the array's rows");
    if (!io.error() && more(geometry.spareColumns, geometry.columns))
      io.setError("spare_columns: more than the array's columns");
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
    io.mapOptional("thresholds", capabilities.thresholds);
    allow(io, "max_fanin_per_decision", capabilities.maxFaninPerDecision,
          "inputs", 1, 1e12, /*integer=*/true);
    allow(io, "threshold_range", capabilities.thresholdBits, "bit", 1, 64,
          /*integer=*/true);
    if (!io.error() && capabilities.schedules.empty())
      io.setError("schedules: at least one of p2s and s2p");
  }
};

template <> struct MappingTraits<Programming> {
  static void mapping(IO &io, Programming &programming) {
    io.mapOptional("forming_done", programming.formed);
    io.mapOptional("reset_parallel", programming.reset);
    allow(io, "max_pulses", programming.maxPulses, "pulses", 1, 1e6,
          /*integer=*/true);
    allow(io, "voltage_step", programming.voltageStep, "volt", 0);
    allow(io, "wait_before_verify", programming.wait, "second", 0);
    allow(io, "lrs_maximum", programming.lrsMaximum, "ohm", positive);
    allow(io, "hrs_minimum", programming.hrsMinimum, "ohm", positive);
    allow(io, "endurance", programming.endurance, "cycles", 1);
    if (!io.error() && programming.lrsMaximum && programming.hrsMinimum &&
        programming.hrsMinimum->value < programming.lrsMaximum->value)
      io.setError(
          "hrs_minimum: lies below lrs_maximum: a device could be both");
  }
};

template <> struct MappingTraits<Target> {
  static void mapping(IO &io, Target &target) {
    io.mapRequired("name", target.name);
    io.mapRequired("description", target.description);
    io.mapRequired("geometry", target.geometry);
    io.mapRequired("capabilities", target.capabilities);
    io.mapOptional("devices", target.devices);
    io.mapOptional("programming", target.programming);
    io.mapOptional("cost", target.coefficients);
    if (!io.error())
      if (const char *key = bnn::calibratedTwice(target))
        io.setError(Twine("calibrate: ") + key +
                    " has a coefficient of its own; remove one of the two");
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
