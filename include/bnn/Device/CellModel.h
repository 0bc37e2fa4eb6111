//===- CellModel.h - A 2T2R cell and its sense amplifier --------*- C++ -*-===//
//
// Two devices discharge the branches of a precharge sense amplifier; the branch
// of the lower resistance falls first. With R_s in series in both branches the
// amplifier decides by the sign of
//
//   m = ln((R_BL + R_s) / (R_BLb + R_s)) + o_array,
//
// BL wins where m + o_latch + noise < 0. For input 0 the XNOR swaps the
// branches ahead of the latch: there BL wins where -m + o_latch + noise > 0, so
// the latch's offset acts the other way. Ternary sensing answers 0 where both
// resistances are above R_th. docs/device-models.md has the formulas and their
// sources.
//
//===----------------------------------------------------------------------===//

#ifndef BNN_DEVICE_CELLMODEL_H
#define BNN_DEVICE_CELLMODEL_H

#include "bnn/Device/Distribution.h"
#include "bnn/Target/Target.h"
#include <array>
#include <cstdint>
#include <optional>
#include <string>

namespace bnn::device {

/// Sensing at one operating point. Sigmas are standard deviations of the
/// natural logarithm of a ratio of resistances.
struct Sense {
  double seriesOhm = 0;  ///< R_s
  double arraySigma = 0; ///< of o_array, over columns
  double latchSigma = 0; ///< of o_latch, over sense amplifiers
  double readSigma = 0;  ///< of the noise, anew at each read
  /// The branches are not swapped, the latch's output is: its offset acts the
  /// same way on both inputs.
  bool xnorAfterLatch = false;
  bool ternary = false;
  double zeroOhm = 0;         ///< R_th of ternary sensing
  double zeroReadSigma = 0;   ///< of ln R_th, anew at each read
  double zeroColumnSigma = 0; ///< of ln R_th, over columns
};

/// Two-state noise of the devices in one state: ln R is higher by an amplitude
/// during a share of the time.
struct Telegraph {
  double share = 0;     ///< of the devices that have it
  double amplitude = 0; ///< largest; uniform from 0 over these devices
  double occupancy = 0; ///< share of the time in the higher state
  bool any() const { return share > 0 && amplitude > 0 && occupancy > 0; }
};

struct CellParameters {
  Distribution lrs, hrs;
  Sense sense;
  Telegraph lrsTelegraph, hrsTelegraph;
  /// Mean number of reads between changes; 0: a new state for each image.
  double telegraphDwellReads = 0;
  std::string condition;                      ///< name, may be empty
  std::string programming;                    ///< its pulses, for people
  std::optional<double> setJoule, resetJoule; ///< of a pulse
  Standing standing = Standing::Assumed;      ///< the worst of all inputs
};

/// Frozen offsets at a cell: of its column and of its sense amplifier.
struct Offsets {
  double array = 0, latch = 0;
  double zero = 0; ///< added to ln R_th
};

/// Who wins a read.
enum class Outcome : uint8_t { BL, BLb, Zero };

/// Probabilities of a read's outcomes.
struct Odds {
  double bl = 0, blb = 0, zero = 0;
};

/// Mean error probabilities of a read, each given the stored state.
struct CellRates {
  double flip = 0;     ///< +1 as -1 and -1 as +1, type 1
  double toZero = 0;   ///< +1 or -1 as 0, type 2
  double fromZero = 0; ///< 0 as +1 or -1, type 3
  /// The error rate of a cell that holds +1 or -1.
  double ofSigned() const { return flip + toZero; }
};

class CellModel {
public:
  explicit CellModel(CellParameters parameters);

  const CellParameters &parameters() const { return cell; }
  const Sense &sense() const { return cell.sense; }

  /// ln(R + R_s) of a device with this ln R.
  double branch(double lnOhm) const {
    return cell.sense.seriesOhm > 0 ? lnOf(expOf(lnOhm) + cell.sense.seriesOhm)
                                    : lnOhm;
  }

  /// What the latch compares with 0 for input bit `input`; BL wins below.
  double margin(double branchBl, double branchBlb, const Offsets &offsets,
                bool input) const {
    bool swapped = !input && !cell.sense.xnorAfterLatch;
    return branchBl - branchBlb + offsets.array +
           (swapped ? -offsets.latch : offsets.latch);
  }

  /// How far the lower resistance is above R_th, in ln; 0 wins above.
  double zeroMargin(double lnBl, double lnBlb, const Offsets &offsets) const {
    return (lnBl < lnBlb ? lnBl : lnBlb) - lnZero - offsets.zero;
  }

  /// The outcome without noise, and the odds with it.
  Outcome outcome(double lnBl, double lnBlb, const Offsets &offsets,
                  bool input) const;
  Odds odds(double lnBl, double lnBlb, const Offsets &offsets,
            bool input) const;

  /// Mean error rates over devices, offsets, time and (`withNoise`) reads, by
  /// quadrature; without noise those of the frozen answers. The same for both
  /// inputs, as offsets are symmetric. Relative error below 1e-6 for laws that
  /// are smooth in their normal score.
  CellRates rates(bool withNoise) const;

  /// No rate below this is supported by the devices that were measured.
  double resolution() const;
  /// "6.20e-06", or "< 2.93e-03 (1024 devices measured)".
  std::string formatRate(double rate) const;

private:
  CellParameters cell;
  double lnZero = 0;
};

} // namespace bnn::device

#endif // BNN_DEVICE_CELLMODEL_H
