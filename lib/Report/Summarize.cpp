//===- Summarize.cpp - The numbers of a report ------------------*- C++ -*-===//

#include "Chip.h"
#include "bnn/Image/CellMap.h"
#include "bnn/Image/Cycles.h"
#include "bnn/Image/Image.h"
#include "bnn/Image/TileGrid.h"
#include "bnn/Report/Report.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>
#include <cmath>
#include <set>

namespace bnn::report {

using image::Op;
using image::Value;

const char *toString(Place place) {
  switch (place) {
  case Place::Arrays:
    return "arrays";
  case Place::Digital:
    return "digital";
  case Place::Host:
    return "host";
  }
  return "";
}

namespace {

class Summarizer {
public:
  Summarizer(const image::Image &image,
             const std::map<std::string, uint64_t> &ties)
      : image(image), ties(ties), widths(image) {}
  Summary run();

private:
  void add(const image::ArrayLayer &layer);
  void add(const Op &op);
  void addHostWeights(const Op &op, Row &row);
  void addInputs();
  void addTotals();
  /// The layer whose outputs the value holds, in their order.
  const image::ArrayLayer *makerOf(uint32_t id) const;
  /// All bits of a value on the chip.
  uint64_t bitsOf(uint32_t id) const;

  const Value &value(uint32_t id) const { return image.values(int(id)); }
  /// A node that became several layers counts with the first.
  uint64_t tiesOf(const std::string &node) {
    auto found = ties.find(node);
    return found == ties.end() || !tied.insert(node).second ? 0 : found->second;
  }

  const image::Image &image;
  const std::map<std::string, uint64_t> &ties;
  image::ValueWidths widths;
  std::set<std::string> tied;
  Summary summary;
};

uint64_t elements(const Value &value) {
  uint64_t count = 1;
  for (int64_t size : value.shape())
    count *= uint64_t(size);
  return count;
}

template <typename Sizes> std::string join(const Sizes &sizes) {
  std::string text;
  for (auto size : sizes)
    text += (text.empty() ? "" : "x") + std::to_string(size);
  return text;
}

/// What carries on values and computes nothing.
bool isMove(const Op &op) {
  return op.kind() == Op::ENCODE || op.kind() == Op::DECODE ||
         (op.kind() >= Op::RESHAPE && op.kind() <= Op::IDENTITY);
}

/// Rows that are sensed for one position.
uint64_t rowsRead(const image::Target &target, const image::ArrayLayer &layer) {
  image::TileGrid grid(target, layer);
  uint64_t planes = uint64_t(layer.plane_weights_size());
  if (grid.rowIsNeuron())
    return layer.neurons() * (planes * grid.slices() + grid.pieces());
  uint64_t word = grid.wordCells() / std::max(layer.border_classes(), 1u);
  return grid.bands() * (planes * grid.lanes() + word);
}

} // namespace

//===----------------------------------------------------------------------===//
// Layers
//===----------------------------------------------------------------------===//

void Summarizer::add(const image::ArrayLayer &layer) {
  Row row;
  row.name = layer.name();
  row.nodes.assign(layer.nodes().begin(), layer.nodes().end());
  row.place = Place::Arrays;
  row.positions = image::positionsOf(layer);
  if (layer.has_convolution()) {
    row.operation = "conv " + join(layer.convolution().kernel());
    if (layer.groups() > 1)
      row.operation += " groups " + std::to_string(layer.groups());
  } else {
    row.operation = "dense";
  }
  row.fanIn = layer.fan_in();
  row.neurons = layer.neurons();
  row.inputBits = uint32_t(layer.plane_weights_size());
  row.weightPlanes = layer.weight_planes();
  row.borderClasses = layer.border_classes();
  row.thresholds = uint64_t(layer.thresholds().thresholds_size());
  for (const std::string &node :
       std::set<std::string>(layer.nodes().begin(), layer.nodes().end()))
    row.ties += tiesOf(node);
  std::set<std::pair<uint32_t, uint64_t>> subarrays;
  for (const auto *tiles : {&layer.placement(), &layer.threshold_placement()})
    for (const image::Placement &tile : *tiles)
      subarrays.emplace(tile.chip(), tile.subarray());
  row.subarrays = subarrays.size();
  uint64_t weights = row.neurons * row.fanIn * row.weightPlanes;
  uint64_t cells =
      row.subarrays * image.target().rows() * image.target().columns();
  row.utilization = cells ? double(weights) / double(cells) : 0;
  row.rowReads = row.positions * rowsRead(image.target(), layer) *
                 image::repetitionsOf(image);
  addCycles(image, layer, row);
  row.bufferBits =
      bufferBitsOf(layer, makerOf(layer.input()), bitsOf(layer.input()));
  summary.weights += weights;
  summary.rowReads += row.rowReads;
  summary.layers.push_back(std::move(row));
}

uint64_t Summarizer::bitsOf(uint32_t id) const {
  return elements(value(id)) * widths.bits(id);
}

const image::ArrayLayer *Summarizer::makerOf(uint32_t id) const {
  for (const image::Step &step : llvm::reverse(image.steps())) {
    if (step.has_array() && step.array().output() == id)
      return &step.array();
    if (step.has_op() && step.op().outputs_size() &&
        step.op().outputs(0) == id) {
      if (step.op().kind() != Op::RESHAPE && step.op().kind() != Op::IDENTITY)
        return nullptr;
      id = step.op().inputs(0);
    }
  }
  return nullptr;
}

/// Fan-in and neurons of a linear operator with constant weights.
void Summarizer::addHostWeights(const Op &op, Row &row) {
  const Value &weights = value(op.inputs(1));
  int rank = weights.shape_size();
  if (op.kind() == Op::CONV) {
    row.operation = "conv " + join(llvm::drop_begin(weights.shape(), 2));
    row.neurons = uint64_t(weights.shape(0));
    row.fanIn = elements(weights) / row.neurons;
  } else if (rank >= 2) {
    bool rowsAreNeurons = op.kind() == Op::LINEAR || op.transpose_rhs();
    row.operation = op.kind() == Op::LINEAR ? "dense" : "matmul";
    row.neurons = uint64_t(weights.shape(rowsAreNeurons ? rank - 2 : rank - 1));
    row.fanIn = uint64_t(weights.shape(rowsAreNeurons ? rank - 1 : rank - 2));
  }
  if (row.neurons)
    row.positions = elements(value(op.outputs(0))) / row.neurons;
  for (const image::Constant &constant : image.constants())
    if (constant.value() == op.inputs(1))
      summary.hostWeights += elements(weights);
}

void Summarizer::add(const Op &op) {
  if (isMove(op)) {
    ++summary.moves;
    return;
  }
  Row row;
  row.name = op.node();
  row.nodes = {op.node()};
  row.operation = llvm::StringRef(Op::Kind_Name(op.kind())).lower();
  row.place = op.place() == Op::DIGITAL ? Place::Digital : Place::Host;
  row.reason = op.reason();
  if (op.kind() == Op::CONV || op.kind() == Op::MATMUL ||
      op.kind() == Op::LINEAR)
    addHostWeights(op, row);
  if (op.kind() == Op::MAX_POOL || op.kind() == Op::SUM_POOL) {
    const Value &input = value(op.inputs(0));
    std::vector<int64_t> sizes(input.shape().begin() + 2, input.shape().end());
    std::vector<int64_t> kernel(op.kernel().begin(), op.kernel().end());
    std::vector<int64_t> dilations(op.dilations().begin(),
                                   op.dilations().end());
    // Decisions of the groups of a layer, all of them.
    const image::ArrayLayer *layer = makerOf(op.inputs(0));
    if (op.kind() == Op::SUM_POOL && layer && layer->groups() > 1 &&
        layer->has_thresholds() && sizes.front() == int64_t(layer->groups()) &&
        kernel.front() == sizes.front())
      row.operation = "votes of " + std::to_string(layer->groups());
    if (row.place == Place::Digital)
      row.bufferBits = lineBits(sizes, kernel, dilations, bitsOf(op.inputs(0)));
  }
  if (op.kind() == Op::THRESHOLD) {
    row.thresholds = uint64_t(op.thresholds().thresholds_size());
    row.ties = tiesOf(op.node());
  }
  // One ONNX node may be several operators: a quantizer, a bias.
  if (Row *last = summary.layers.empty() ? nullptr : &summary.layers.back();
      last && last->place == row.place && last->name == row.name &&
      last->reason == row.reason && !last->neurons && !row.neurons) {
    last->operation += ", " + row.operation;
    last->thresholds += row.thresholds;
    last->ties += row.ties;
    last->bufferBits += row.bufferBits;
    return;
  }
  summary.layers.push_back(std::move(row));
}

//===----------------------------------------------------------------------===//
// Inputs and totals
//===----------------------------------------------------------------------===//

void Summarizer::addInputs() {
  for (const image::Port &port : image.inputs()) {
    if (port.declared().empty())
      continue;
    DeclaredInput input{port.name(), port.declared(), port.scale(),
                        port.offset()};
    for (int64_t q = port.code_min(); q <= port.code_max(); ++q) {
      double x = port.scale() * (double(q) + port.offset());
      input.float32Difference =
          std::max(input.float32Difference, std::fabs(x - double(float(x))));
    }
    summary.inputs.push_back(std::move(input));
  }
}

void Summarizer::addTotals() {
  for (const Row &row : summary.layers) {
    summary.ties += row.ties;
    summary.steadyCycles += row.steadyCycles;
    summary.latencyCycles +=
        row.fillCycles + row.steadyCycles + row.drainCycles;
    summary.bufferBits += row.bufferBits;
  }
  summary.intervalCycles = image::intervalOf(image);
}

Summary Summarizer::run() {
  summary.model = image.provenance().model();
  summary.network = image.provenance().network();
  summary.target = image.target().name();
  summary.rows = image.target().rows();
  summary.columns = image.target().columns();
  image::OccupiedSubarrays occupied = image::occupiedSubarrays(image);
  summary.subarrays = occupied.physical;
  addInputs();
  for (const image::Step &step : image.steps()) {
    if (step.has_array())
      add(step.array());
    else
      add(step.op());
  }
  addTotals();
  addPlacement(image, summary);
  summary.crossings = image::listCrossings(image);
  for (const image::Crossing &crossing : summary.crossings)
    (crossing.toChip ? summary.inputBits : summary.outputBits) += crossing.bits;
  double cells = double(occupied.contents) * summary.rows * summary.columns;
  summary.utilization = cells > 0 ? double(summary.weights) / cells : 0;
  return std::move(summary);
}

Summary summarize(const image::Image &image, const Target &target,
                  const std::map<std::string, uint64_t> &ties,
                  const MemoryFacts &facts) {
  Summary summary = Summarizer(image, ties).run();
  summary.memory = countMemory(image, facts);
  summary.cost = cost::estimate(image, target, summary.bufferBits);
  return summary;
}

} // namespace bnn::report
