//===- NoiseSpec.h - The noise that a run asks for --------------*- C++ -*-===//

#ifndef BNN_TOOLS_BNN_SIM_NOISESPEC_H
#define BNN_TOOLS_BNN_SIM_NOISESPEC_H

#include "bnn/Device/BitErrors.h"
#include "bnn/Device/LabFiles.h"
#include "bnn/Device/MakeModel.h"
#include "bnn/Device/MeasuredChip.h"
#include "bnn/Device/Program.h"
#include "bnn/Simulator/Noise.h"
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace bnn::sim {

/// Kinds of errors that an attribution tells apart.
enum class ErrorKind : uint8_t {
  Sign,
  ToZero,
  FromZero,
  Stuck,
  Defect,
  Device, ///< of resistances and offsets, frozen
  Reads,  ///< of devices, anew at each read
  Decision
};
llvm::StringRef toString(ErrorKind kind);

/// The part of the noise that acts; all of it by default.
struct NoisePart {
  std::optional<uint32_t> onlyLayer, butLayer; ///< step of the image
  std::optional<ErrorKind> onlyKind, butKind;

  bool has(ErrorKind kind) const {
    return (!onlyKind || *onlyKind == kind) && (!butKind || *butKind != kind);
  }
  bool has(uint32_t layer) const {
    return (!onlyLayer || *onlyLayer == layer) &&
           (!butLayer || *butLayer != layer);
  }
};

/// A chip without the noise of its reads: a cell whose reads differ gives its
/// usual answer.
inline NoisePart usualAnswers() {
  NoisePart part;
  part.butKind = ErrorKind::Reads;
  return part;
}

/// A chip that was programmed, and what its reads draw.
struct ProgrammedChip {
  device::Chip chip;
  ReadNoise reads;
  /// It does what the image says.
  bool isIdeal() const {
    return chip.errors.empty() && chip.marginal.empty() &&
           chip.uncertain.empty() && chip.telegraph.empty() && !reads.any();
  }
};

/// What it takes to program a chip with one pulse for each device.
struct Pulses {
  double sets = 0, resets = 0, joule = 0;
};

/// A noise model and its parameters.
class NoiseSpec {
public:
  /// Parses none, ber[:P][,read|program][,PARAMETER=VALUE...] or
  /// device[:CONDITION][,PARAMETER=VALUE...]; see --help.
  static llvm::Expected<NoiseSpec> parse(llvm::StringRef text);

  /// Devices of a target are drawn, which `setTarget` must name.
  bool needsTarget() const { return kind == Kind::Devices; }
  void setTarget(Target described) {
    target = std::make_shared<Target>(std::move(described));
  }

  /// Of devices: cycles, operating point, time and what is allowed. The
  /// condition and the parameters stay.
  void setOperation(const device::ModelOptions &operation);

  bool isNone() const {
    return kind == Kind::None && !defects && !measured && marginError.empty();
  }

  /// What was measured, on top of the model: defects, wrong decisions, or the
  /// cells of a chip, which leave nothing to draw at programming. `file` is
  /// its name, for people.
  void addDefects(device::DefectMap map, llvm::StringRef file);
  void addMargins(std::vector<double> table, llvm::StringRef file);
  void setChip(device::MeasuredChip chip, llvm::StringRef file);
  /// Laws of resistances that were measured replace those of the target; with
  /// `timed` --time chose among them and does not age them.
  void setLaws(std::vector<Condition> conditions, llvm::StringRef file,
               bool timed);
  const device::ModelOptions &operation() const { return devices; }
  const device::MeasuredChip *measuredChip() const { return measured.get(); }

  /// Sets a parameter by name: ber (or t1), t2, t3, stuck_plus, stuck_minus,
  /// layer:NAME[:t2|:t3], or one of `device::modelParameters`. Fails on another
  /// name, listing them; some only in `prepare`.
  llvm::Error set(llvm::StringRef parameter, double value);

  /// Makes ready for `program`. Refuses parameters that make no sense or do not
  /// fit the image, a rate that was never set, and a target without statistics.
  llvm::Error prepare(const image::Image &image, const image::CellMap &map);

  /// "bit errors at 0.001, frozen at programming"; equal for equal models.
  std::string describe() const;
  /// The numbers of the cells' model, equal for equal models once prepared.
  std::string modelNumbers() const;
  /// ", HRS of 1024 devices, tail none": of laws that are tables of measured
  /// devices, once they are prepared.
  std::string describeTables() const;

  /// The kinds of errors that occur.
  std::vector<ErrorKind> kinds() const;

  /// How far the numbers can be trusted.
  llvm::StringRef standing() const;

  /// The model of the cells; null for bit errors.
  const device::CellModel *cellModel() const { return model.get(); }
  /// ln R of a cell's devices, BL and BLb; only with a model.
  std::pair<double, double> resistances(uint64_t seed, uint64_t chip,
                                        uint64_t cell) const {
    return programmer->resistances(seed, chip, cell);
  }

  /// The expected share of wrong answers of programmed chips, where it is one
  /// number.
  std::optional<double> expectedBer() const;

  /// Programming a chip once, where the energies of both pulses are known.
  std::optional<Pulses> pulses() const;

  ProgrammedChip program(const image::Image &image, const image::CellMap &map,
                         uint64_t seed, uint64_t chip,
                         const NoisePart &part) const;

private:
  using ErrorRates = device::ErrorRates;
  std::string describeModel() const;
  void setLayers();
  /// Of devices: some cells answer anew at each read.
  bool readsDiffer() const;
  std::vector<device::FrozenError> drawErrors(const image::Image &image,
                                              const image::CellMap &map,
                                              uint64_t seed, uint64_t chip,
                                              const NoisePart &part) const;
  device::BitErrorModel readErrors(const NoisePart &part) const;

  enum class Kind : uint8_t { None, BitErrors, Devices };
  Kind kind = Kind::None;
  bool perRead = false;
  bool hasRate = false; ///< some rate was given; else --sweep must
  bool hasFlip = false; ///< that of sign errors was given
  struct LayerRate {
    std::string layer;
    double ErrorRates::*type;
    double value;
  };
  std::vector<LayerRate> layerRates;
  device::BitErrorModel errors;
  double meanRate = 0; ///< of wrong answers, over all cells; once prepared
  std::shared_ptr<const Target> target;
  device::ModelOptions devices;
  std::shared_ptr<const device::CellModel> model;
  std::shared_ptr<const device::Programmer> programmer;
  double cells = 0; ///< that a read counts
  double zeros = 0; ///< share of them that store a 0
  std::shared_ptr<const device::DefectMap> defects;
  std::shared_ptr<const device::MeasuredChip> measured;
  std::vector<double> marginError;
  std::optional<double> lawSeconds; ///< chosen among the measurements
  std::string defectFile, marginFile, chipFile, lawFile;
};

} // namespace bnn::sim

#endif // BNN_TOOLS_BNN_SIM_NOISESPEC_H
