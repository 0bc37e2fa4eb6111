//===- FromImage.cpp - The chip's part of an image ------------------------===//

#include "Moves.h"
#include "bnn/Image/AddressMap.h"
#include "bnn/Image/CellArray.h"
#include "bnn/Image/Cycles.h"
#include "bnn/Image/TileGrid.h"
#include "bnn/Support/Error.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/STLExtras.h"
#include <optional>

using namespace llvm;

namespace bnn::exporter {

using image::ArrayLayer;
using image::Op;
using image::Value;

namespace {

template <class To, class From> To listOf(const From &list) {
  return To(list.begin(), list.end());
}

int64_t elementsOf(const Value &value) {
  int64_t elements = 1;
  for (int64_t size : value.shape())
    elements *= size;
  return elements;
}

int64_t product(const Value &value, int from) {
  int64_t size = 1;
  for (int i = from; i < value.shape_size(); ++i)
    size *= value.shape(i);
  return size;
}

struct Range {
  int64_t low = 0, high = 0;
  void add(Range other) {
    low += other.low;
    high += other.high;
  }
  Range times(int64_t factor) const {
    return factor < 0 ? Range{high * factor, low * factor}
                      : Range{low * factor, high * factor};
  }
};

/// One image on its way into records.
class Converter {
public:
  explicit Converter(const image::Image &image) : image(image) {}
  Expected<Program> run();

private:
  Error convert(const image::Step &step);
  Error convertArray(const ArrayLayer &layer);
  Error convertPool(const Op &op);
  Error convertThreshold(const Op &op);
  Error convertCombine(const Op &op);
  Error convertMove(const Op &op);
  Error convertTable(const image::Thresholds &from, StepTable &to,
                     const Twine &where);
  Error findOutputs();
  void placeValues();
  void collectAddresses();
  Error collectRows();
  void keepRest();

  /// The chip's number of an image's value; a new one for its first use.
  Expected<uint32_t> read(uint32_t id);
  uint32_t define(uint32_t id, Range range);
  Error checkRange(Range range, const Twine &where) {
    if (range.low >= INT32_MIN && range.high <= INT32_MAX)
      return Error::success();
    return makeError(where + ": integers from " + Twine(range.low) + " to " +
                     Twine(range.high) +
                     " are possible, beyond the 32 bits of a program");
  }
  static bool isOnChip(const image::Step &step) {
    return step.has_array() ||
           (step.op().place() == Op::DIGITAL &&
            step.op().kind() != Op::ENCODE && step.op().kind() != Op::DECODE);
  }

  const image::Image &image;
  Program program;
  DenseMap<uint32_t, uint32_t> chipValue; // by the image's number
  DenseSet<uint32_t> fromChip;            // what depends on the chip
  std::vector<size_t> firstUse, lastUse;  // of chip values, by step
};

} // namespace

uint32_t Converter::define(uint32_t id, Range range) {
  const Value &from = image.values(int(id));
  ChipValue value;
  value.name = from.name();
  value.elements = uint32_t(elementsOf(from));
  value.low = int32_t(range.low);
  value.high = int32_t(range.high);
  value.isSigned = range.low < 0;
  auto fits = [&](int bits) {
    return value.isSigned ? range.low >= -(int64_t(1) << (bits - 1)) &&
                                range.high < int64_t(1) << (bits - 1)
                          : range.high < int64_t(1) << bits;
  };
  value.bytes = fits(8) ? 1 : fits(16) ? 2 : 4;
  uint32_t number = uint32_t(program.values.size());
  program.values.push_back(std::move(value));
  chipValue[id] = number;
  firstUse.push_back(program.steps.size());
  lastUse.push_back(program.steps.size());
  return number;
}

Expected<uint32_t> Converter::read(uint32_t id) {
  auto found = chipValue.find(id);
  if (found == chipValue.end()) {
    const Value &value = image.values(int(id));
    if (fromChip.contains(id))
      return makeError("value '" + value.name() +
                       "': the host computes it from results of the chip and "
                       "the chip goes on with it; a program runs from end to "
                       "end without the host");
    for (const image::Constant &constant : image.constants())
      if (constant.value() == id)
        return makeError("value '" + value.name() +
                         "': a program has no constants outside its records");
    Range range{value.code_min(), value.code_max()};
    if (value.encoding() == Value::INTEGER)
      range = {INT32_MIN, INT32_MAX};
    uint32_t number = define(id, range);
    firstUse[number] = 0;
    program.inputs.push_back(number);
    found = chipValue.find(id);
  }
  lastUse[found->second] = program.steps.size();
  return found->second;
}

Error Converter::convertTable(const image::Thresholds &from, StepTable &to,
                              const Twine &where) {
  to.start.push_back(0);
  for (uint32_t count : from.counts())
    to.start.push_back(to.start.back() + count);
  for (int64_t threshold : from.thresholds()) {
    if (Error error = checkRange({threshold, threshold}, where))
      return error;
    to.thresholds.push_back(int32_t(threshold));
  }
  to.codes = listOf<Signed>(from.codes());
  return Error::success();
}

/// Subarray, row and column of each tile.
static Unsigned
tilesOf(const image::Target &target,
        const google::protobuf::RepeatedPtrField<image::Placement> &placement) {
  Unsigned tiles;
  for (const image::Placement &tile : placement) {
    tiles.push_back(uint32_t(image::subarrayIndex(target, tile)));
    tiles.push_back(tile.row());
    tiles.push_back(tile.column());
  }
  return tiles;
}

Error Converter::convertArray(const ArrayLayer &layer) {
  auto where = "layer '" + layer.name() + "'";
  auto refuse = [&](const Twine &what) {
    return makeError(where + ": " + what +
                     " has no place in a program of this "
                     "version");
  };
  if (layer.has_column_sum() || layer.has_column_neuron() ||
      layer.has_margin_table() || layer.has_closed_form())
    return refuse("another access than row_sense with an exact decision");
  ArrayStep step;
  step.name = layer.name();
  Expected<uint32_t> input = read(layer.input());
  if (!input)
    return input.takeError();
  step.input = *input;
  step.neurons = layer.neurons();
  step.fanIn = layer.fan_in();
  step.groups = layer.groups();
  step.weightPlanes = layer.weight_planes();
  step.planeCoding = layer.plane_coding();
  step.planeOffset = layer.plane_offset();
  step.planeWeights = listOf<Signed>(layer.plane_weights());
  if (layer.has_convolution()) {
    const image::Convolution &conv = layer.convolution();
    step.channels = conv.channels();
    step.inputSize = listOf<Unsigned>(conv.input());
    step.outputSize = listOf<Unsigned>(conv.output());
    step.kernel = listOf<Unsigned>(conv.kernel());
    step.strides = listOf<Unsigned>(conv.strides());
    step.dilations = listOf<Unsigned>(conv.dilations());
    step.padsBegin = listOf<Unsigned>(conv.pads_begin());
    step.padCode = conv.pad_code();
  }
  step.positions = uint32_t(image::positionsOf(layer));
  step.tileRows = layer.tile_rows();
  step.tileColumns = layer.tile_columns();
  step.lanePadding = layer.lane_padding();
  step.tiles = tilesOf(image.target(), layer.placement());
  step.accumulation = layer.accumulation().kind();
  step.accumulatorBits = layer.accumulation().bits();
  step.classes = layer.border_classes();
  step.positionClass = listOf<Unsigned>(layer.position_class());
  step.countUnit = layer.count_unit();
  step.divisor = layer.divisor();
  Range biases;
  for (int64_t bias : layer.bias()) {
    if (Error error = checkRange({bias, bias}, where + ", bias"))
      return error;
    step.bias.push_back(int32_t(bias));
    biases.low = std::min(biases.low, bias);
    biases.high = std::max(biases.high, bias);
  }
  if (layer.has_thresholds())
    if (Error error = convertTable(layer.thresholds(), step.table,
                                   where + ", thresholds"))
      return error;
  step.orientation = layer.orientation();
  if (layer.threshold_store() == ArrayLayer::ARRAY_ROWS) {
    step.thresholdBits = layer.threshold_bits();
    step.thresholdSlots = layer.threshold_slots();
    if (Error error =
            checkRange({layer.threshold_base(), layer.threshold_base()},
                       where + ", threshold_base"))
      return error;
    step.thresholdBase = int32_t(layer.threshold_base());
    step.thresholdTiles = tilesOf(image.target(), layer.threshold_placement());
  }
  step.rowSlots = listOf<Unsigned>(layer.row_slots());
  uint64_t cycles = image::cyclesOf(image.target(), layer).steady;
  if (cycles > UINT32_MAX)
    return makeError(where + ": " + Twine(cycles) +
                     " cycles a sample are beyond 32 bits");
  step.cycles = uint32_t(cycles);

  // What the sums can be: every cell of a neuron a one, or none.
  image::TileGrid grid(image.target(), layer);
  int64_t columns = grid.rowIsNeuron() ? int64_t(layer.tile_columns()) *
                                             image.target().columns()
                                       : int64_t(grid.lanes());
  Range sum;
  for (int64_t weight : layer.plane_weights())
    sum.add(Range{image.target().ternary_sense() ? -columns : 0, columns}.times(
        weight));
  sum.add(biases);
  Range range{sum.low / layer.divisor(), sum.high / layer.divisor()};
  if (layer.has_thresholds()) {
    const Value &output = image.values(int(layer.output()));
    range = {output.code_min(), output.code_max()};
  } else if (Error error = checkRange(range, where)) {
    return error;
  }
  step.output = define(layer.output(), range);
  program.steps.push_back(std::move(step));
  return Error::success();
}

Error Converter::convertPool(const Op &op) {
  PoolStep step;
  step.name = op.node();
  Expected<uint32_t> input = read(op.inputs(0));
  if (!input)
    return input.takeError();
  step.input = *input;
  const Value &from = image.values(int(op.inputs(0)));
  const Value &to = image.values(int(op.outputs(0)));
  step.sum = op.kind() == Op::SUM_POOL;
  step.channels = uint32_t(from.shape(0) * from.shape(1));
  step.inputSize = Unsigned(from.shape().begin() + 2, from.shape().end());
  step.outputSize = Unsigned(to.shape().begin() + 2, to.shape().end());
  step.kernel = listOf<Unsigned>(op.kernel());
  step.strides = listOf<Unsigned>(op.strides());
  step.dilations = listOf<Unsigned>(op.dilations());
  step.padsBegin = listOf<Unsigned>(op.pads_begin());
  for (uint32_t c = 0; op.minimum_channels_size() && c < step.channels; ++c)
    step.minimum.push_back(
        op.minimum_channels(int(c % uint32_t(op.minimum_channels_size()))));
  Range range{program.values[*input].low, program.values[*input].high};
  if (step.sum) {
    int64_t taps = 1;
    for (int64_t size : op.kernel())
      taps *= size;
    range = {std::min<int64_t>(0, range.low * taps),
             std::max<int64_t>(0, range.high * taps)};
  }
  if (Error error = checkRange(range, "'" + op.node() + "'"))
    return error;
  step.output = define(op.outputs(0), range);
  program.steps.push_back(std::move(step));
  return Error::success();
}

Error Converter::convertThreshold(const Op &op) {
  ThresholdStep step;
  step.name = op.node();
  Expected<uint32_t> input = read(op.inputs(0));
  if (!input)
    return input.takeError();
  step.input = *input;
  const Value &from = image.values(int(op.inputs(0)));
  const Value &to = image.values(int(op.outputs(0)));
  step.channels = uint32_t(from.shape(int(op.axis())));
  step.inner = uint32_t(product(from, int(op.axis()) + 1));
  if (Error error = convertTable(op.thresholds(), step.table,
                                 "'" + op.node() + "', thresholds"))
    return error;
  step.output = define(op.outputs(0), {to.code_min(), to.code_max()});
  program.steps.push_back(std::move(step));
  return Error::success();
}

/// ADD, SUB, NEG and COMBINE: sums of factor * operand.
Error Converter::convertCombine(const Op &op) {
  CombineStep step;
  step.name = op.node();
  const Value &to = image.values(int(op.outputs(0)));
  bool perChannel = op.factors_size() > op.inputs_size();
  step.channels = perChannel ? uint32_t(to.shape(int(op.axis()))) : 1;
  step.inner = uint32_t(product(to, perChannel ? int(op.axis()) + 1 : 0));
  step.factors.assign(op.inputs_size(), 1);
  if (op.kind() == Op::NEG || op.kind() == Op::SUB)
    step.factors.back() = -1;
  if (op.kind() == Op::COMBINE) {
    step.factors.clear();
    for (int64_t factor : op.factors()) {
      if (Error error =
              checkRange({factor, factor}, "'" + op.node() + "', factors"))
        return error;
      step.factors.push_back(int32_t(factor));
    }
  }
  Range range;
  for (auto [i, id] : enumerate(op.inputs())) {
    Expected<uint32_t> input = read(id);
    if (!input)
      return input.takeError();
    if (elementsOf(image.values(int(id))) != elementsOf(to))
      return makeError("'" + op.node() +
                       "': operands of different sizes have no place in a "
                       "program of this version");
    step.inputs.push_back(*input);
    Range operand{program.values[*input].low, program.values[*input].high};
    Range term;
    for (uint32_t c = 0; c < step.channels; ++c) {
      Range next = operand.times(step.factors[i * step.channels + c]);
      term = {std::min(term.low, next.low), std::max(term.high, next.high)};
    }
    range.add(term);
    if (Error error = checkRange(range, "'" + op.node() + "'"))
      return error;
  }
  step.output = define(op.outputs(0), range);
  program.steps.push_back(std::move(step));
  return Error::success();
}

/// SLICE and CONCAT: parts of values.
Error Converter::convertMove(const Op &op) {
  Expected<std::vector<MoveStep>> steps = movesOf(image, op);
  if (!steps)
    return steps.takeError();
  Range range{INT32_MAX, INT32_MIN};
  for (auto [step, id] : zip_equal(*steps, op.inputs())) {
    Expected<uint32_t> input = read(id);
    if (!input)
      return input.takeError();
    step.input = *input;
    range.low = std::min<int64_t>(range.low, program.values[*input].low);
    range.high = std::max<int64_t>(range.high, program.values[*input].high);
  }
  uint32_t output = define(op.outputs(0), range);
  for (MoveStep &step : *steps) {
    step.output = output;
    lastUse[step.input] = lastUse[output] = program.steps.size();
    program.steps.push_back(std::move(step));
  }
  return Error::success();
}

Error Converter::convert(const image::Step &step) {
  if (step.has_array())
    return convertArray(step.array());
  const Op &op = step.op();
  switch (op.kind()) {
  case Op::RESHAPE:
  case Op::IDENTITY: {
    // The same elements in the same order: the same value.
    Expected<uint32_t> input = read(op.inputs(0));
    if (!input)
      return input.takeError();
    chipValue[op.outputs(0)] = *input;
    return Error::success();
  }
  case Op::MAX_POOL:
  case Op::SUM_POOL:
    return convertPool(op);
  case Op::THRESHOLD:
    return convertThreshold(op);
  case Op::NEG:
  case Op::ADD:
  case Op::SUB:
  case Op::COMBINE:
    return convertCombine(op);
  case Op::SLICE:
  case Op::CONCAT:
    return convertMove(op);
  case Op::TRANSPOSE: {
    TransposeStep record;
    record.name = op.node();
    Expected<uint32_t> input = read(op.inputs(0));
    if (!input)
      return input.takeError();
    record.input = *input;
    record.shape = listOf<Unsigned>(image.values(int(op.inputs(0))).shape());
    record.permutation = listOf<Unsigned>(op.permutation());
    record.output = define(op.outputs(0), {program.values[*input].low,
                                           program.values[*input].high});
    program.steps.push_back(std::move(record));
    return Error::success();
  }
  default:
    return makeError("'" + op.node() + "': the digital operator " +
                     Op::Kind_Name(op.kind()) +
                     " has no record in a program of this version");
  }
}

/// What the host or the world reads of the chip.
Error Converter::findOutputs() {
  std::vector<uint32_t> read;
  for (const image::Step &step : image.steps())
    if (!isOnChip(step))
      llvm::append_range(read, step.op().inputs());
  for (const image::Port &port : image.outputs())
    read.push_back(port.value());
  for (uint32_t id : read) {
    auto found = chipValue.find(id);
    if (found == chipValue.end() || !fromChip.contains(id) ||
        is_contained(program.outputs, found->second))
      continue;
    program.outputs.push_back(found->second);
    lastUse[found->second] = program.steps.size();
  }
  return program.outputs.empty()
             ? makeError("nothing reads what the chip computes")
             : Error::success();
}

/// First fit, in the order of the values: two values share bytes only where
/// the one is dead before the other is written.
void Converter::placeValues() {
  uint64_t end = 0;
  for (size_t i = 0; i < program.values.size(); ++i) {
    auto sizeOf = [&](size_t v) {
      const ChipValue &value = program.values[v];
      return (uint64_t(value.elements) * value.bytes + 3) / 4 * 4;
    };
    std::vector<std::pair<uint64_t, uint64_t>> taken;
    for (size_t j = 0; j < i; ++j)
      if (lastUse[j] >= firstUse[i] && lastUse[i] >= firstUse[j])
        taken.push_back(
            {program.values[j].offset, program.values[j].offset + sizeOf(j)});
    llvm::sort(taken);
    uint64_t at = 0;
    for (auto [from, to] : taken) {
      if (at + sizeOf(i) <= from)
        break;
      at = std::max(at, to);
    }
    program.values[i].offset = uint32_t(at);
    end = std::max(end, at + sizeOf(i));
  }
  program.arenaBytes = uint32_t(end);
}

void Converter::collectAddresses() {
  const image::Target &target = image.target();
  program.physicalRows = target.rows() + target.spare_rows();
  program.physicalColumns = target.columns() + target.spare_columns();
  for (const image::SubarrayAddress &table : image.addresses())
    program.addresses.push_back({uint32_t(table.subarray()),
                                 listOf<Unsigned>(table.rows()),
                                 listOf<Unsigned>(table.skipped_columns()),
                                 listOf<Unsigned>(table.complemented_rows())});
}

Error Converter::collectRows() {
  image::Image onChip;
  StringRef cells = image.cells();
  bool slots = llvm::any_of(image.steps(), [](const image::Step &step) {
    return step.array().row_slots_size() > 0;
  });
  if (slots || image.addresses_size() || program.physicalRows != program.rows ||
      program.physicalColumns != program.columns) {
    Expected<image::Image> moved = image::cellsOnChip(image);
    if (!moved)
      return moved.takeError();
    onChip = std::move(*moved);
    cells = onChip.cells();
  }
  uint64_t bytes = image::cellRowBytes(program.physicalColumns);
  for (uint64_t s = 0; s < image.num_subarrays(); ++s)
    for (uint32_t r = 0; r < program.physicalRows; ++r) {
      StringRef row =
          cells.substr((s * program.physicalRows + r) * bytes, bytes);
      if (row.find_first_not_of(char(0xff)) == StringRef::npos)
        continue;
      std::string padded = row.str();
      padded.resize(rowWords(program) * 4, char(0xff));
      program.cells.push_back({uint32_t(s), r, std::move(padded)});
    }
  return Error::success();
}

void Converter::keepRest() {
  image::Image rest = image;
  rest.clear_cells();
  rest.clear_num_subarrays();
  rest.clear_addresses();
  for (image::Step &step : *rest.mutable_steps()) {
    if (step.has_array()) {
      step.mutable_array()->clear_placement();
      step.mutable_array()->clear_threshold_placement();
      step.mutable_array()->clear_row_slots();
      step.mutable_array()->clear_bias();
      step.mutable_array()->clear_position_class();
      step.mutable_array()->clear_thresholds();
    } else if (step.op().kind() == Op::THRESHOLD) {
      step.mutable_op()->clear_thresholds();
    }
  }
  program.host = rest.SerializeAsString();
}

Expected<Program> Converter::run() {
  const image::Target &target = image.target();
  program.rows = target.rows();
  program.columns = target.columns();
  program.columnsPerSenseAmplifier =
      std::max(target.columns_per_sense_amplifier(), 1u);
  program.ternarySense = target.ternary_sense();
  program.columnMask = target.column_mask();
  if (image.num_subarrays() > UINT32_MAX)
    return makeError("more than 2^32 subarrays have no place in a program");
  program.subarrays = uint32_t(image.num_subarrays());
  program.weights.assign(4, 2);
  for (const image::CellCode &code : target.cell_codes())
    program.weights[code.code()] = code.weight();
  if (image.presentation().generator() != image::Presentation::DIRECT)
    return makeError("inputs presented at random have no place in a program of "
                     "this version, which has no generator of random bits; "
                     "compile with --input-encoding bitplane");
  bool arrays = false;
  for (const image::Step &step : image.steps()) {
    arrays |= step.has_array();
    bool onChip = isOnChip(step);
    if (onChip)
      if (Error error = convert(step))
        return error;
    bool depends = onChip;
    for (uint32_t id : step.op().inputs())
      depends |= fromChip.contains(id);
    if (!depends)
      continue;
    if (step.has_array())
      fromChip.insert(step.array().output());
    for (uint32_t id : step.op().outputs())
      fromChip.insert(id);
  }
  if (!arrays)
    return makeError("no layer lies on the arrays: there is nothing to hand "
                     "over to a chip");
  if (Error error = findOutputs())
    return error;
  placeValues();
  collectAddresses();
  if (Error error = collectRows())
    return std::move(error);
  keepRest();
  return std::move(program);
}

Expected<Program> makeProgram(const image::Image &image) {
  return Converter(image).run();
}

} // namespace bnn::exporter
