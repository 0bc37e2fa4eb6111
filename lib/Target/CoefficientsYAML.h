//===- CoefficientsYAML.h - Energies, times and areas of targets -*- C++ -*-==//

#ifndef BNN_LIB_TARGET_COEFFICIENTSYAML_H
#define BNN_LIB_TARGET_COEFFICIENTSYAML_H

#include "QuantityYAML.h"

namespace bnn {

/// The share of a measured total that has a coefficient as well; null: none.
inline const char *calibratedTwice(const Target &target) {
  const Coefficients &each = target.coefficients;
  if (!each.calibration)
    return nullptr;
  const Calibration &total = *each.calibration;
  if (total.row.weight && each.rowEnergy)
    return "row";
  if (total.sense.weight && target.devices.senseEnergy)
    return "sense";
  if (total.popcount.weight && each.popcountEnergy)
    return "popcount";
  if (total.adder.weight && each.adderEnergy)
    return "adder";
  if (total.compare.weight && each.compareEnergy)
    return "compare";
  if (total.buffer.weight && each.bufferEnergy)
    return "buffer";
  return nullptr;
}

} // namespace bnn

namespace llvm::yaml {

template <> struct MappingTraits<bnn::CalibrationShare> {
  static void mapping(IO &io, bnn::CalibrationShare &share) {
    bnn::allow(io, "weight", share.weight, "1", 0);
    io.mapRequired("count", share.count);
    if (!io.error() && !share.weight)
      io.setError("a share of a measured total has a weight");
  }
};

template <> struct MappingTraits<bnn::Calibration> {
  static void mapping(IO &io, bnn::Calibration &total) {
    bnn::require(io, "energy", total.energy, "joule", bnn::positive);
    io.mapRequired("note", total.note);
    io.mapOptional("row", total.row);
    io.mapOptional("sense", total.sense);
    io.mapOptional("popcount", total.popcount);
    io.mapOptional("adder", total.adder);
    io.mapOptional("compare", total.compare);
    io.mapOptional("buffer", total.buffer);
    if (!io.error() && !total.unit())
      io.setError("calibrate: the shares count nothing, so the total cannot be "
                  "split: give a weight and a count above 0 to at least one of "
                  "row, sense, popcount, adder, compare, buffer");
  }
};

template <> struct MappingTraits<bnn::Coefficients> {
  static void mapping(IO &io, bnn::Coefficients &each) {
    using bnn::allow;
    allow(io, "row_energy", each.rowEnergy, "joule", 0);
    allow(io, "popcount_energy", each.popcountEnergy, "joule", 0);
    allow(io, "adder_energy", each.adderEnergy, "joule", 0);
    allow(io, "compare_energy", each.compareEnergy, "joule", 0);
    allow(io, "buffer_energy", each.bufferEnergy, "joule", 0);
    allow(io, "set_time", each.setTime, "second", bnn::positive);
    allow(io, "reset_time", each.resetTime, "second", bnn::positive);
    for (auto [key, area] : {std::pair("cell_area", &each.cellArea),
                             std::pair("amplifier_area", &each.amplifierArea),
                             std::pair("popcount_area", &each.popcountArea),
                             std::pair("adder_area", &each.adderArea),
                             std::pair("compare_area", &each.compareArea),
                             std::pair("buffer_area", &each.bufferArea)})
      allow(io, key, *area, "square_micrometre", 0);
    io.mapOptional("calibrate", each.calibration);
  }
};

} // namespace llvm::yaml

#endif // BNN_LIB_TARGET_COEFFICIENTSYAML_H
