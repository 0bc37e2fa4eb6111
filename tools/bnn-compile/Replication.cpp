//===- Replication.cpp - Copies of convolutions within a budget -----------===//

#include "Replication.h"
#include "ChooseSchedules.h"
#include "ReplicationCandidate.h"
#include "bnn/Dialect/BNN/Transforms/Passes.h"
#include "bnn/Support/Error.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"
#include <fmt/format.h>

using namespace mlir;

namespace bnn {

namespace {

class ReplicationSearch {
public:
  ReplicationSearch(ModuleOp module, const Target &target,
                    const Options &options,
                    const rram::RRAMPipelineOptions &pipeline)
      : module(module), target(target), options(options) {
    first.pipeline = pipeline;
  }

  llvm::Expected<Replication> run();

private:
  llvm::Error findOperators();
  llvm::Error chooseOrientations();
  llvm::Error checkBudget(uint64_t subarrays) const;
  std::optional<Candidate> fastest(const Replication &replication,
                                   uint64_t limit, uint64_t interval);
  std::string whyNoMore(llvm::StringRef name, size_t layer,
                        int64_t copies) const;
  std::string describe(const Candidate &before, const Candidate &now,
                       llvm::StringRef end) const;

  ModuleOp module;
  const Target &target;
  const Options &options;
  Replication first; // no copies
  SmallVector<Operation *> operators;
};

} // namespace

//===----------------------------------------------------------------------===//
// Candidates
//===----------------------------------------------------------------------===//

/// These copies, placed so that a stream is fastest with `limit` subarrays, or
/// so that it beats `interval` with the fewest where they are not enough: tiles
/// packed as closely as they can be, or only as far as no subarray is read
/// longer than the slowest layer takes, or so that tiles of a layer that are
/// read together share none either.
std::optional<Candidate>
ReplicationSearch::fastest(const Replication &replication, uint64_t limit,
                           uint64_t interval) {
  auto rank = [&](const Candidate &candidate) {
    bool faster = candidate.interval < interval;
    bool fits = candidate.subarrays <= limit;
    return std::make_tuple(!faster || !fits, !faster,
                           fits ? candidate.interval : candidate.subarrays);
  };
  std::optional<Candidate> best;
  for (int apart : {0, 1, 2}) {
    Replication placed = replication;
    placed.pipeline.interval = apart >= 1;
    placed.pipeline.latency |= apart == 2;
    std::optional<Candidate> candidate = compileCopies(module, placed);
    if (candidate && (!best || rank(*candidate) < rank(*best)))
      best = std::move(candidate);
  }
  return best;
}

//===----------------------------------------------------------------------===//
// What cannot be
//===----------------------------------------------------------------------===//

/// The next number of copies that makes the operator faster; 0: none does.
static int64_t nextOf(Operation *op, int64_t copies) {
  auto conv = dyn_cast<ConvOp>(op);
  return conv ? nextCopies(conv, copies) : 0;
}

llvm::Error ReplicationSearch::findOperators() {
  operators = arrayOperatorsOf(module);
  first.copies.assign(operators.size(), 1);
  if (llvm::any_of(operators, [](Operation *op) { return nextOf(op, 1) > 0; }))
    return llvm::Error::success();
  return makeError("--replicate " + llvm::Twine(options.replicate) +
                   ": no convolution of several output positions runs on the "
                   "arrays, and the weights of other layers are read once a "
                   "sample; leave --replicate out");
}

/// Those of the network without copies.
llvm::Error ReplicationSearch::chooseOrientations() {
  if (options.goal == Goal::None)
    return llvm::Error::success();
  OwningOpRef<ModuleOp> layers = [&] {
    ScopedDiagnosticHandler silence(module.getContext(),
                                    [](Diagnostic &) { return success(); });
    return lowerCopies(module, first);
  }();
  if (!layers)
    return llvm::Error::success();
  if (llvm::Error error =
          chooseSchedules(*layers, target, options.goal, first.pipeline))
    return error;
  for (auto layer : layers->getOps<rram::LayerOp>())
    if (std::optional<rram::Orientation> orientation = layer.getOrientation())
      first.orientations.push_back(*orientation);
  if (first.orientations.size() != operators.size())
    first.orientations.clear(); // one schedule only
  return llvm::Error::success();
}

llvm::Error ReplicationSearch::checkBudget(uint64_t subarrays) const {
  uint64_t available = target.subarrays() * options.chips;
  if (!available ||
      llvm::SaturatingAdd(subarrays, options.replicate) <= available)
    return llvm::Error::success();
  uint64_t left = available - std::min(available, subarrays);
  return makeError(
      "--replicate " + llvm::Twine(options.replicate) + ": of the " +
      llvm::Twine(available) + " subarrays of target '" + target.name +
      "' the network itself takes " + llvm::Twine(subarrays) + "; " +
      (left ? "at most " + llvm::Twine(left) + " are left for copies"
            : llvm::Twine("none is left for copies")) +
      (options.chips > 1 ? "" : ", unless --chips gives more"));
}

//===----------------------------------------------------------------------===//
// Search
//===----------------------------------------------------------------------===//

/// Why the slowest layer cannot have more copies.
std::string ReplicationSearch::whyNoMore(llvm::StringRef name, size_t layer,
                                         int64_t copies) const {
  std::string text = fmt::format("'{}' is the slowest, ", name.str());
  if (copies > 1)
    return text + "and its output cannot be cut into more parts";
  if (!isa<ConvOp>(operators[layer]))
    return text + "and no convolution";
  return text + "a convolution with one position, or with windows that see "
                "nothing but padding";
}

std::string ReplicationSearch::describe(const Candidate &before,
                                        const Candidate &now,
                                        llvm::StringRef end) const {
  std::string text = fmt::format(
      "replication: {} of {} more subarrays ({} -> {}); a sample each {} "
      "cycles -> {}{}\n",
      now.subarrays - before.subarrays, options.replicate, before.subarrays,
      now.subarrays, before.interval, now.interval,
      now.interval == before.interval
          ? std::string()
          : fmt::format(", {:.2f} times as many",
                        double(before.interval) / double(now.interval)));
  for (auto [i, layer] : llvm::enumerate(before.layers))
    if (int64_t copies = now.replication.copies[i]; copies > 1)
      text += fmt::format("  {}: {} copies, {} subarrays in place of {}; {} "
                          "cycles -> {}\n",
                          layer.name, copies, now.layers[i].subarrays,
                          layer.subarrays, layer.cycles, now.layers[i].cycles);
  if (now.replication.pipeline.interval)
    text += "  layers do not wait for each other in shared subarrays\n";
  return text + "  ends here: " + end.str() + '\n';
}

llvm::Expected<Replication> ReplicationSearch::run() {
  if (llvm::Error error = findOperators())
    return error;
  if (llvm::Error error = chooseOrientations())
    return error;
  std::optional<Candidate> before = compileCopies(module, first);
  if (!before) // for its own diagnostics
    return first;
  if (llvm::Error error = checkBudget(before->subarrays))
    return error;
  uint64_t limit = llvm::SaturatingAdd(before->subarrays, options.replicate);
  Candidate now = *before;
  // Layers that share a subarray may be what is slowest.
  if (std::optional<Candidate> apart = fastest(first, limit, now.interval);
      apart && apart->subarrays <= limit && apart->interval < now.interval)
    now = std::move(*apart);
  std::string end;
  while (end.empty()) {
    uint64_t slowest = 0;
    for (const LayerFigures &layer : now.layers)
      slowest = std::max(slowest, layer.cycles);
    Replication next = now.replication;
    std::string names;
    for (auto [i, layer] : llvm::enumerate(now.layers)) {
      if (layer.cycles < slowest)
        continue;
      next.copies[i] = nextOf(operators[i], now.replication.copies[i]);
      if (!next.copies[i]) {
        end = whyNoMore(before->layers[i].name, i, now.replication.copies[i]);
        break;
      }
      names += fmt::format("{}{} copies of '{}'", names.empty() ? "" : ", ",
                           next.copies[i], before->layers[i].name);
    }
    if (!end.empty())
      break;
    std::optional<Candidate> candidate = fastest(next, limit, now.interval);
    if (!candidate)
      end = names + " do not fit the target";
    else if (candidate->interval >= now.interval)
      end = names + " make a stream no faster";
    else if (candidate->subarrays > limit)
      end = fmt::format("{} would take {} more subarrays than without copies",
                        names, candidate->subarrays - before->subarrays);
    else
      now = std::move(*candidate);
  }
  now.replication.summary = describe(*before, now, end);
  return now.replication;
}

llvm::Expected<Replication>
planReplication(ModuleOp module, const Target &target, const Options &options,
                const rram::RRAMPipelineOptions &pipeline) {
  return ReplicationSearch(module, target, options, pipeline).run();
}

} // namespace bnn
