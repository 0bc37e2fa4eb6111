//===- Memory.cpp - Memory of a network's parameters ------------*- C++ -*-===//

#include "bnn/Report/Memory.h"
#include "llvm/ADT/DenseMap.h"

namespace bnn::report {

using image::Op;

namespace {

class Counter {
public:
  Counter(const image::Image &image, const MemoryFacts &facts);
  Memory run();

private:
  void add(const image::ArrayLayer &layer);
  void add(const Op &op);
  void addConstant(uint32_t value, const Op &op, MemoryRow &row);
  template <typename Nodes> Parameters claim(const Nodes &nodes);
  void keep(MemoryRow row);

  uint64_t elements(uint32_t value) const {
    uint64_t count = 1;
    for (int64_t size : image.values(int(value)).shape())
      count *= uint64_t(size);
    return count;
  }
  uint64_t accumulatorBits(uint32_t value) const {
    auto found = bitsOfSums.find(value);
    return found == bitsOfSums.end() ? 32 : found->second;
  }

  const image::Image &image;
  const MemoryFacts &facts;
  llvm::DenseMap<uint32_t, const image::Constant *> constants; // not yet seen
  llvm::DenseMap<uint32_t, uint64_t> bitsOfSums;
  std::set<std::string> claimed;
  Memory memory;
};

} // namespace

Counter::Counter(const image::Image &image, const MemoryFacts &facts)
    : image(image), facts(facts) {
  for (const image::Constant &constant : image.constants())
    constants[constant.value()] = &constant;
}

/// The parameters that `nodes` had as read. A node that became several layers
/// or operators counts with the first.
template <typename Nodes> Parameters Counter::claim(const Nodes &nodes) {
  Parameters read;
  for (const std::string &node : nodes)
    if (auto found = facts.byNode.find(node);
        found != facts.byNode.end() && claimed.insert(node).second)
      read += found->second;
  return read;
}

/// Operators of one ONNX node are one row, as in the table of layers.
void Counter::keep(MemoryRow row) {
  memory.bits32 += row.bits32;
  memory.bits8 += row.bits8;
  if (!memory.layers.empty() && memory.layers.back().name == row.name) {
    MemoryRow &last = memory.layers.back();
    last.read += row.read;
    last.bits32 += row.bits32;
    last.bits8 += row.bits8;
  } else if (row.read.total() || row.bits32) {
    memory.layers.push_back(std::move(row));
  }
}

void Counter::add(const image::ArrayLayer &layer) {
  MemoryRow row;
  row.name = layer.name();
  row.read = claim(layer.nodes());
  bool ternary = layer.weight_planes() == 2;
  for (const std::string &node : layer.nodes())
    ternary |= facts.ternaryNodes.count(node) != 0;
  uint64_t sumBits = layer.accumulation().bits();
  row.bits32 = uint64_t(layer.neurons()) * layer.fan_in() * (ternary ? 2 : 1);
  if (layer.has_thresholds())
    row.bits32 += uint64_t(layer.thresholds().thresholds_size()) *
                  (sumBits ? sumBits : 32);
  row.bits8 = row.bits32;
  if (sumBits)
    bitsOfSums[layer.output()] = sumBits;
  keep(std::move(row));
}

void Counter::addConstant(uint32_t value, const Op &op, MemoryRow &row) {
  auto found = constants.find(value);
  uint64_t count = elements(value);
  if (found == constants.end() || count <= 1)
    return;
  // The factors of a batch normalization and its statistics make two numbers.
  if (op.kind() == Op::BATCH_NORM && value != op.inputs(1) &&
      value != op.inputs(2))
    return;
  const image::Constant &constant = *found->second;
  constants.erase(found);
  uint64_t packed = constant.has_binary() ? 1 : constant.has_ternary() ? 2 : 0;
  row.bits32 += count * (packed ? packed : 32);
  row.bits8 += count * (packed ? packed : 8);
}

void Counter::add(const Op &op) {
  MemoryRow row;
  row.name = op.node();
  // What moves the inputs of a layer's copies bears the layer's name.
  bool moves = op.kind() >= Op::RESHAPE && op.kind() < Op::ENCODE;
  if (op.place() == Op::HOST || !moves)
    row.read = claim(std::vector<std::string>{op.node()});
  if (op.kind() == Op::THRESHOLD)
    row.bits32 = row.bits8 = uint64_t(op.thresholds().thresholds_size()) *
                             accumulatorBits(op.inputs(0));
  // What is picked by an index, or padded, is no parameter.
  if (op.place() == Op::HOST && op.kind() < Op::RESHAPE)
    for (uint32_t input : op.inputs())
      addConstant(input, op, row);
  // Moves of sums keep their width.
  if (op.inputs_size() && moves)
    if (auto found = bitsOfSums.find(op.inputs(0)); found != bitsOfSums.end())
      bitsOfSums[op.outputs(0)] = uint64_t(found->second);
  keep(std::move(row));
}

Memory Counter::run() {
  for (const image::Step &step : image.steps()) {
    if (step.has_array())
      add(step.array());
    else
      add(step.op());
  }
  MemoryRow folded{"(folded into thresholds)", {}, 0, 0};
  for (const auto &[node, parameters] : facts.byNode)
    if (!claimed.count(node))
      folded.read += parameters;
  if (folded.read.total())
    memory.layers.push_back(std::move(folded));
  memory.baseline = facts.baseline;
  memory.parameters = facts.baselineParameters;
  if (facts.baseline.empty())
    for (const auto &[node, parameters] : facts.byNode)
      memory.parameters += parameters;
  return std::move(memory);
}

Memory countMemory(const image::Image &image, const MemoryFacts &facts) {
  return Counter(image, facts).run();
}

} // namespace bnn::report
