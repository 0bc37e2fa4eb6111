//===- DevicesYAML.h - Devices and sensing in target files ------*- C++ -*-===//

#ifndef BNN_LIB_TARGET_DEVICESYAML_H
#define BNN_LIB_TARGET_DEVICESYAML_H

#include "QuantityYAML.h"

namespace bnn {

// What is wrong with a part of the file that can be read, or "".
std::string check(const QuantileTable &table);
std::string check(const ResistanceLaw &law);
std::string check(const Condition &condition);
std::string check(const Devices &devices);

} // namespace bnn

LLVM_YAML_IS_SEQUENCE_VECTOR(bnn::Condition)
LLVM_YAML_IS_SEQUENCE_VECTOR(bnn::SensePoint)
LLVM_YAML_IS_SEQUENCE_VECTOR(bnn::RetentionPoint)
LLVM_YAML_IS_SEQUENCE_VECTOR(std::vector<double>)

namespace llvm::yaml {

template <> struct ScalarEnumerationTraits<bnn::ResistanceLaw::Law> {
  using Law = bnn::ResistanceLaw::Law;
  static void enumeration(IO &io, Law &value) {
    io.enumCase(value, "normal", Law::Normal);
    io.enumCase(value, "truncated_normal", Law::TruncatedNormal);
    io.enumCase(value, "lognormal", Law::Lognormal);
    io.enumCase(value, "table", Law::Table);
    io.enumCase(value, "weak_reset", Law::WeakReset);
  }
};

template <> struct ScalarEnumerationTraits<bnn::TailModel> {
  static void enumeration(IO &io, bnn::TailModel &value) {
    io.enumCase(value, "none", bnn::TailModel::None);
    io.enumCase(value, "lognormal", bnn::TailModel::Lognormal);
    io.enumCase(value, "gpd", bnn::TailModel::Gpd);
  }
};

/// Where the output of the latch, or the branches ahead of it, are swapped.
struct XnorPlace {
  bool after = false;
};
template <> struct ScalarEnumerationTraits<XnorPlace> {
  static void enumeration(IO &io, XnorPlace &value) {
    io.enumCase(value.after, "before_latch", false);
    io.enumCase(value.after, "after_latch", true);
  }
};

template <typename T> void refuseIfWrong(IO &io, const T &part) {
  if (!io.error())
    if (std::string wrong = bnn::check(part); !wrong.empty())
      io.setError(wrong);
}

template <> struct MappingTraits<bnn::QuantileTable> {
  static void mapping(IO &io, bnn::QuantileTable &table) {
    io.mapRequired("unit", table.unit);
    io.mapRequired("devices", table.devices);
    io.mapRequired("tail", table.tail);
    io.mapRequired("standing", table.standing);
    io.mapRequired("source", table.source);
    io.mapRequired("quantiles", table.quantiles);
    refuseIfWrong(io, table);
  }
};

template <> struct MappingTraits<bnn::WeakResetLaw> {
  static void mapping(IO &io, bnn::WeakResetLaw &law) {
    constexpr const char *slope = "1/pulse";
    bnn::require(io, "pulses", law.pulses, "pulses", 1, 1e9, true);
    bnn::require(io, "slope_minimum", law.slopeMinimum, slope, 0);
    bnn::require(io, "slope_scale", law.slopeScale, slope, 0);
    bnn::require(io, "slope_maximum", law.slopeMaximum, slope, 0);
    bnn::require(io, "knee_median", law.kneeMedian, "pulses", bnn::positive);
    bnn::require(io, "knee_ln_sigma", law.kneeLnSigma, "1", 0);
    bnn::require(io, "knee_minimum", law.kneeMinimum, "pulses", bnn::positive);
    bnn::require(io, "knee_maximum", law.kneeMaximum, "pulses", bnn::positive);
    bnn::require(io, "late_slope_scale", law.lateSlopeScale, slope, 0);
    bnn::require(io, "late_slope_maximum", law.lateSlopeMaximum, slope, 0);
    bnn::require(io, "step_mean", law.stepMean, "1", -bnn::huge);
    bnn::require(io, "step_sd", law.stepSd, "1", 0);
    bnn::require(io, "step_limit", law.stepLimit, "1", 0);
    bnn::require(io, "telegraph_rise", law.telegraphRise, slope, 0, 1);
    bnn::require(io, "telegraph_fall", law.telegraphFall, slope, 0, 1);
    bnn::require(io, "telegraph_amplitude", law.telegraphAmplitude, "1", 0);
    bnn::require(io, "noise_sigma", law.noiseSigma, "1", 0);
  }
};

template <> struct MappingTraits<bnn::ResistanceLaw> {
  static void mapping(IO &io, bnn::ResistanceLaw &law) {
    io.mapRequired("law", law.law);
    io.mapOptional("note", law.note);
    bnn::allow(io, "mean", law.mean, "ohm", bnn::positive);
    bnn::allow(io, "sd", law.sd, "ohm", 0);
    bnn::allow(io, "minimum", law.minimum, "ohm", bnn::positive);
    bnn::allow(io, "maximum", law.maximum, "ohm", bnn::positive);
    bnn::allow(io, "median", law.median, "ohm", bnn::positive);
    bnn::allow(io, "ln_sigma", law.lnSigma, "1", 0);
    io.mapOptional("table", law.table);
    io.mapOptional("weak_reset", law.weakReset);
    refuseIfWrong(io, law);
  }
};

template <> struct MappingTraits<bnn::Condition> {
  static void mapping(IO &io, bnn::Condition &condition) {
    io.mapRequired("name", condition.name);
    bnn::allow(io, "cycle_min", condition.cycleMin, "cycles", 0, 1e18, true);
    bnn::allow(io, "cycle_max", condition.cycleMax, "cycles", 0, 1e18, true);
    io.mapOptional("lrs", condition.lrs);
    io.mapOptional("hrs", condition.hrs);
    bnn::allow(io, "set_energy", condition.setEnergy, "joule", 0);
    bnn::allow(io, "reset_energy", condition.resetEnergy, "joule", 0);
    io.mapOptional("collapsed", condition.collapsed);
    io.mapOptional("note", condition.note);
    refuseIfWrong(io, condition);
  }
};

/// The keys of a point of the table, which stand in `devices` itself where the
/// numbers hold at one supply.
inline void mapSense(IO &io, bnn::SensePoint &point) {
  bnn::allow(io, "supply", point.supply, "volt", bnn::positive);
  bnn::allow(io, "temperature", point.temperature, "celsius", -273.15);
  bnn::allow(io, "series_resistance", point.seriesResistance, "ohm", 0);
  bnn::allow(io, "offset_array_sigma", point.offsetArraySigma, "1", 0);
  bnn::allow(io, "offset_latch_sigma", point.offsetLatchSigma, "1", 0);
  bnn::allow(io, "read_sigma", point.readSigma, "1", 0);
  bnn::allow(io, "zero_threshold", point.zeroThreshold, "ohm", bnn::positive);
  bnn::allow(io, "zero_column_sigma", point.zeroColumnSigma, "1", 0);
  bnn::allow(io, "zero_read_sigma", point.zeroReadSigma, "1", 0);
}

template <> struct MappingTraits<bnn::SensePoint> {
  static void mapping(IO &io, bnn::SensePoint &point) { mapSense(io, point); }
};

template <> struct MappingTraits<bnn::TelegraphNoise> {
  static void mapping(IO &io, bnn::TelegraphNoise &noise) {
    bnn::allow(io, "share", noise.share, "1", 0, 1);
    bnn::allow(io, "amplitude", noise.amplitude, "1", 0);
    bnn::allow(io, "occupancy", noise.occupancy, "1", 0, 1);
    if (!io.error() && !(noise.share && noise.amplitude && noise.occupancy))
      io.setError("telegraph noise has share, amplitude and occupancy");
  }
};

template <> struct MappingTraits<bnn::RetentionPoint> {
  static void mapping(IO &io, bnn::RetentionPoint &point) {
    bnn::allow(io, "temperature", point.temperature, "celsius", -273.15);
    bnn::require(io, "time", point.time, "second", bnn::positive);
    bnn::allow(io, "lrs_shift", point.lrsShift, "1", -bnn::huge);
    bnn::allow(io, "lrs_widening", point.lrsWidening, "1", 0);
    bnn::allow(io, "hrs_shift", point.hrsShift, "1", -bnn::huge);
    bnn::allow(io, "hrs_widening", point.hrsWidening, "1", 0);
    if (!io.error() && !(point.lrsShift && point.lrsWidening &&
                         point.hrsShift && point.hrsWidening))
      io.setError("a point of retention has lrs_shift, lrs_widening, "
                  "hrs_shift and hrs_widening");
  }
};

/// `telegraph` of the devices.
struct TelegraphPart {
  bnn::Devices &devices;
};
template <> struct MappingTraits<TelegraphPart> {
  static void mapping(IO &io, TelegraphPart &part) {
    io.mapOptional("lrs", part.devices.lrsTelegraph);
    io.mapOptional("hrs", part.devices.hrsTelegraph);
    bnn::allow(io, "dwell", part.devices.telegraphDwell, "reads",
               bnn::positive);
  }
};

template <> struct MappingTraits<bnn::Devices> {
  static void mapping(IO &io, bnn::Devices &devices) {
    io.mapOptional("lrs", devices.lrs);
    io.mapOptional("hrs", devices.hrs);
    io.mapOptional("collapsed", devices.collapsed);
    io.mapOptional("conditions", devices.conditions);
    mapSense(io, devices.nominal);
    io.mapOptional("sense", devices.sense);
    XnorPlace xnor;
    io.mapOptional("xnor", xnor);
    devices.xnorAfterLatch = xnor.after;
    TelegraphPart telegraph{devices};
    io.mapOptional("telegraph", telegraph);
    io.mapOptional("retention", devices.retention);
    bnn::allow(io, "sense_energy", devices.senseEnergy, "joule", 0);
    bnn::allow(io, "set_energy", devices.setEnergy, "joule", 0);
    bnn::allow(io, "reset_energy", devices.resetEnergy, "joule", 0);
    bnn::allow(io, "cycle_time", devices.cycleTime, "second", bnn::positive);
    refuseIfWrong(io, devices);
  }
};

} // namespace llvm::yaml

#endif // BNN_LIB_TARGET_DEVICESYAML_H
