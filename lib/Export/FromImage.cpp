//===- FromImage.cpp - The chip's part of an image ------------------------===//

#include "Converter.h"
#include "bnn/Image/AddressMap.h"
#include "bnn/Image/CellArray.h"
#include "llvm/ADT/STLExtras.h"
#include <optional>

using namespace llvm;

namespace bnn::exporter {

uint32_t Converter::define(uint32_t id, Range range) {
  const Value &from = image.values(int(id));
  ChipValue value;
  value.name = from.name();
  value.elements = uint32_t(product(from, 0));
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
