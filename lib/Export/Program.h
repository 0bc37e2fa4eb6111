//===- Program.h - What an export says, before its form ---------*- C++ -*-===//
//
// Records of a chip program. `visit` lists the fields of each in the order of
// docs/export-formats.md, once for all readers and writers.
//
//===----------------------------------------------------------------------===//

#ifndef BNN_LIB_EXPORT_PROGRAM_H
#define BNN_LIB_EXPORT_PROGRAM_H

#include "bnn/Image/image.pb.h"
#include "llvm/Support/Error.h"
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace bnn::exporter {

using Unsigned = std::vector<uint32_t>;
using Signed = std::vector<int32_t>;

/// A tensor of codes or integers on the chip.
struct ChipValue {
  std::string name;
  uint32_t elements = 0;
  uint32_t bytes = 1; ///< of an element, 1, 2 or 4
  uint32_t isSigned = 0;
  uint32_t offset = 0; ///< in the arena, bytes
  int32_t low = 0, high = 0;
};

/// Step functions as in image::Thresholds, with the place of each function's
/// first threshold; one entry more tells the end.
struct StepTable {
  Unsigned start;
  Signed thresholds, codes;
};

struct ArrayStep {
  std::string name;
  uint32_t input = 0, output = 0;
  uint32_t neurons = 0, fanIn = 0, groups = 0, weightPlanes = 0;
  uint32_t planeCoding = 0;
  int32_t planeOffset = 0;
  Signed planeWeights;
  uint32_t positions = 0;
  uint32_t channels = 0; ///< of a convolution; 0: dense
  Unsigned inputSize, outputSize, kernel, strides, dilations, padsBegin;
  int32_t padCode = 0;
  uint32_t tileRows = 0, tileColumns = 0, lanePadding = 0;
  Unsigned tiles; ///< subarray, row, column of each
  uint32_t accumulation = 0, accumulatorBits = 0;
  uint32_t classes = 0;
  Unsigned positionClass;
  uint32_t countUnit = 0, divisor = 0;
  Signed bias;
  StepTable table;
  uint32_t cycles = 0; ///< of row reads for one sample, steady state
  uint32_t orientation = 0;
  uint32_t thresholdBits = 0; ///< 0: thresholds are in registers
  uint32_t thresholdSlots = 0;
  int32_t thresholdBase = 0;
  Unsigned thresholdTiles; ///< as `tiles`
  Unsigned rowSlots;       ///< as in ArrayLayer
};

struct PoolStep {
  std::string name;
  uint32_t input = 0, output = 0;
  uint32_t sum = 0;      ///< 0: maximum, 1: sum
  uint32_t channels = 0; ///< and batches
  Unsigned inputSize, outputSize, kernel, strides, dilations, padsBegin;
  Unsigned minimum; ///< of each channel; empty: none
};

struct TransposeStep {
  std::string name;
  uint32_t input = 0, output = 0;
  Unsigned shape, permutation;
};

struct ThresholdStep {
  std::string name;
  uint32_t input = 0, output = 0;
  uint32_t channels = 0, inner = 0;
  StepTable table;
};

struct CombineStep {
  std::string name;
  Unsigned inputs;
  uint32_t output = 0;
  uint32_t channels = 0, inner = 0;
  Signed factors; ///< input after input, one for each channel
};

/// Runs of elements that lie together, copied one after another.
struct MoveStep {
  std::string name;
  uint32_t input = 0, output = 0;
  uint32_t runs = 0, length = 0;
  uint32_t inputStart = 0, inputPitch = 0; ///< of the runs' first elements
  uint32_t outputStart = 0, outputPitch = 0;
};

using ChipStep = std::variant<ArrayStep, PoolStep, TransposeStep, ThresholdStep,
                              CombineStep, MoveStep>;

/// Where the addresses of a subarray lie, as in image::SubarrayAddress.
struct AddressTable {
  uint32_t subarray = 0;
  Unsigned rows, skippedColumns, complementedRows;
};

/// A row with a cell to program, as it lies on the chip.
struct ChipRow {
  uint32_t subarray = 0, row = 0;
  std::string cells; ///< as in Image.cells, whole words, spare columns too
};

struct Program {
  uint32_t rows = 0, columns = 0, columnsPerSenseAmplifier = 0;
  uint32_t ternarySense = 0, columnMask = 0;
  uint32_t subarrays = 0;
  Signed weights; ///< of the cell codes 0 to 3; 2: never programmed
  uint32_t arenaBytes = 0;
  Unsigned inputs, outputs;
  std::vector<ChipValue> values;
  std::vector<ChipStep> steps;
  uint32_t physicalRows = 0, physicalColumns = 0; ///< with spare ones
  std::vector<AddressTable> addresses;            ///< by subarray
  std::vector<ChipRow> cells;
  std::string host; ///< what else the image holds; empty: left out
};

template <class V> void visit(V &v, ChipValue &x) {
  v("name", x.name);
  v("elements", x.elements);
  v("bytes", x.bytes);
  v("signed", x.isSigned);
  v("offset", x.offset);
  v("low", x.low);
  v("high", x.high);
}

template <class V> void visit(V &v, StepTable &x) {
  v("step_start", x.start);
  v("thresholds", x.thresholds);
  v("codes", x.codes);
}

template <class V> void visit(V &v, ArrayStep &x) {
  v("name", x.name);
  v("input", x.input);
  v("output", x.output);
  v("neurons", x.neurons);
  v("fan_in", x.fanIn);
  v("groups", x.groups);
  v("weight_planes", x.weightPlanes);
  v("plane_coding", x.planeCoding);
  v("plane_offset", x.planeOffset);
  v("plane_weights", x.planeWeights);
  v("positions", x.positions);
  v("channels", x.channels);
  v("input_size", x.inputSize);
  v("output_size", x.outputSize);
  v("kernel", x.kernel);
  v("strides", x.strides);
  v("dilations", x.dilations);
  v("pads_begin", x.padsBegin);
  v("pad_code", x.padCode);
  v("tile_rows", x.tileRows);
  v("tile_columns", x.tileColumns);
  v("lane_padding", x.lanePadding);
  v("tiles", x.tiles);
  v("accumulation", x.accumulation);
  v("accumulator_bits", x.accumulatorBits);
  v("border_classes", x.classes);
  v("position_class", x.positionClass);
  v("count_unit", x.countUnit);
  v("divisor", x.divisor);
  v("bias", x.bias);
  visit(v, x.table);
  v("cycles", x.cycles);
  v("orientation", x.orientation);
  v("threshold_bits", x.thresholdBits);
  v("threshold_slots", x.thresholdSlots);
  v("threshold_base", x.thresholdBase);
  v("threshold_tiles", x.thresholdTiles);
  v("row_slots", x.rowSlots);
}

template <class V> void visit(V &v, PoolStep &x) {
  v("name", x.name);
  v("input", x.input);
  v("output", x.output);
  v("sum", x.sum);
  v("channels", x.channels);
  v("input_size", x.inputSize);
  v("output_size", x.outputSize);
  v("kernel", x.kernel);
  v("strides", x.strides);
  v("dilations", x.dilations);
  v("pads_begin", x.padsBegin);
  v("minimum_channels", x.minimum);
}

template <class V> void visit(V &v, TransposeStep &x) {
  v("name", x.name);
  v("input", x.input);
  v("output", x.output);
  v("shape", x.shape);
  v("permutation", x.permutation);
}

template <class V> void visit(V &v, ThresholdStep &x) {
  v("name", x.name);
  v("input", x.input);
  v("output", x.output);
  v("channels", x.channels);
  v("inner", x.inner);
  visit(v, x.table);
}

template <class V> void visit(V &v, CombineStep &x) {
  v("name", x.name);
  v("inputs", x.inputs);
  v("output", x.output);
  v("channels", x.channels);
  v("inner", x.inner);
  v("factors", x.factors);
}

template <class V> void visit(V &v, MoveStep &x) {
  v("name", x.name);
  v("input", x.input);
  v("output", x.output);
  v("runs", x.runs);
  v("length", x.length);
  v("input_start", x.inputStart);
  v("input_pitch", x.inputPitch);
  v("output_start", x.outputStart);
  v("output_pitch", x.outputPitch);
}

template <class V> void visit(V &v, AddressTable &x) {
  v("subarray", x.subarray);
  v("rows", x.rows);
  v("skipped_columns", x.skippedColumns);
  v("complemented_rows", x.complementedRows);
}

/// What stands before values, steps, cells and host, which have forms of their
/// own.
template <class V> void visit(V &v, Program &x) {
  v("rows", x.rows);
  v("columns", x.columns);
  v("columns_per_sense_amplifier", x.columnsPerSenseAmplifier);
  v("ternary_sense", x.ternarySense);
  v("column_mask", x.columnMask);
  v("subarrays", x.subarrays);
  v("weights", x.weights);
  v("arena_bytes", x.arenaBytes);
  v("inputs", x.inputs);
  v("outputs", x.outputs);
}

/// What stands behind them; `addresses` have a form of their own, too.
template <class V> void visitPhysical(V &v, Program &x) {
  v("physical_rows", x.physicalRows);
  v("physical_columns", x.physicalColumns);
}

/// Names of the alternatives of ChipStep; a record's kind is the index + 1.
inline constexpr const char *stepKinds[] = {"array",     "pool",    "transpose",
                                            "threshold", "combine", "move"};

/// Words that hold the cells of a row: 16 cells each.
inline uint64_t rowWords(const Program &program) {
  return (uint64_t(program.physicalColumns) + 15) / 16;
}

/// The chip's part of a verified image, with the rest in `host`.
llvm::Expected<Program> makeProgram(const image::Image &image);

/// The image of a program that has a `host`. The image is not verified.
llvm::Expected<image::Image> makeImage(const Program &program);

/// What begins at a word, for readers of the hexadecimal form.
struct Label {
  uint64_t word;
  std::string text;
};

/// The words of docs/export-formats.md with their checksums.
llvm::Expected<Unsigned> toWords(Program program,
                                 std::vector<Label> *labels = nullptr);
llvm::Expected<Program> fromWords(const Unsigned &words);

std::string toJson(Program program, const Unsigned &words);
/// Fails also where the checksums in the text are not those of its fields.
llvm::Expected<Program> fromJson(llvm::StringRef text);

/// Forms of words: little-endian bytes, `$readmemh`, Intel HEX, C.
std::string toBytes(const Unsigned &words);
std::string toMemh(const Unsigned &words, const std::vector<Label> &labels);
std::string toIntelHex(llvm::StringRef bytes);
std::string toC(const Unsigned &words, const std::vector<Label> &labels);
llvm::Expected<Unsigned> fromBytes(llvm::StringRef bytes);
llvm::Expected<Unsigned> fromMemh(llvm::StringRef text);
llvm::Expected<std::string> fromIntelHex(llvm::StringRef text);

} // namespace bnn::exporter

#endif // BNN_LIB_EXPORT_PROGRAM_H
