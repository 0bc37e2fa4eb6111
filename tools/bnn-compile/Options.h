//===- Options.h - The command line of bnn-compile --------------*- C++ -*-===//

#ifndef BNN_TOOLS_BNN_COMPILE_OPTIONS_H
#define BNN_TOOLS_BNN_COMPILE_OPTIONS_H

#include "bnn/Dialect/BNN/Transforms/Passes.h"
#include "bnn/Frontend/ONNX/Import.h"
#include "llvm/Support/Error.h"
#include <optional>
#include <string>
#include <vector>

namespace bnn {

/// The last stage that runs, and what is written.
enum class Stage { Import, BNN, RRAM, Image };

enum class ScheduleChoice { Auto, P2S, S2P };

/// What schedules and placement are to spare.
enum class Goal { None, Latency, Energy, Area };

/// NAME=TYPE[:SCALE[,OFFSET]] of --input, checked.
struct InputDeclaration {
  std::string name;
  std::string text; // as given
};

struct Options {
  std::string model;
  std::string output; // empty: nothing is written but reports
  Stage stage = Stage::Image;
  bool emitResources = false;

  ImportOptions import;
  std::vector<InputDeclaration> inputs;
  std::vector<std::string> encodings; ///< [NAME=]KIND of inputs
  bool float32Ties = false;

  BNNBinarizeOptions binarize;
  unsigned voteGroup = 0;          // inputs that decide together; 0: exact sums
  std::string calibration, labels; // empty: none
  /// Whether layers are binarized after training.
  bool binarizes() const {
    return binarize.mode != "none" || !binarize.nodes.empty();
  }

  std::string target;
  std::string array; // empty: as the target says
  ScheduleChoice schedule = ScheduleChoice::Auto;
  Goal goal = Goal::None;
  /// Subarrays that copies of convolutions' weights may take; 0: no copies.
  uint64_t replicate = 0;
  bool tree = false;      ///< partial counts are added as a tree
  uint64_t chips = 1;     ///< that may be used
  bool reprogram = false; ///< one chip, programmed anew during an inference

  bool verify = false;
  std::string verifyInputs; // empty: random
  unsigned verifySamples = 16;
  uint64_t seed = 1;

  std::string emitHost; // empty: no models of the host's part
  std::string report;
  std::string baseline; // of the memory table; empty: the model itself
  bool quiet = false;
  bool verifyEach = true;

  /// Those that change the image, in a canonical spelling, sorted.
  std::vector<std::string> provenance;
};

/// Parses the command line; --help and --version end the program. Syntax errors
/// of single options and options that do not go together are errors.
llvm::Expected<Options> parseCommandLine(int argc, char **argv);

} // namespace bnn

#endif // BNN_TOOLS_BNN_COMPILE_OPTIONS_H
