//===- firmware-fuzzer.cpp - No program can lead the firmware astray ------===//
//
// Words of exported programs are changed, the checksums made right again, and
// what bnn_check accepts is programmed and run on arrays that answer anything,
// in memory of exactly the size that the runtime asks for. The seeds are the
// samples of the unit tests.
//
// An input is a list of changes, six bytes each: which seed or word (two
// bytes), and the new word: small numbers are more likely to be meant.
//
//===----------------------------------------------------------------------===//

#include "Samples.h"
#include "bnn/Export/Export.h"
#include <cstdlib>
#include <cstring>
#include <memory>

extern "C" {
#include "../../firmware/src/internal.h"
}

using namespace bnn;

namespace {

using Words = std::vector<uint32_t>;

/// An example, square as it is, with another orientation and with thresholds in
/// cells. What they hold is of no concern here.
image::Image variant(image::Image image,
                     image::ArrayLayer::Orientation orientation, bool cells) {
  for (image::Step &step : *image.mutable_steps()) {
    if (!step.has_array())
      continue;
    image::ArrayLayer &layer = *step.mutable_array();
    layer.set_orientation(orientation);
    if (!cells)
      continue;
    layer.set_threshold_store(image::ArrayLayer::ARRAY_ROWS);
    layer.set_threshold_bits(3);
    layer.set_threshold_slots(1);
    *layer.add_threshold_placement() = layer.placement(0);
  }
  return image;
}

/// The worked example, with two of its three results moved before all of them.
image::Image withMoves() {
  image::Image image = image::samples::worked();
  const image::ArrayLayer *layer = nullptr;
  for (const image::Step &step : image.steps())
    if (step.has_array())
      layer = &step.array();
  uint32_t from = layer->output();
  auto add = [&](image::Op::Kind kind, std::vector<uint32_t> inputs,
                 int64_t size) {
    image::Value &value = *image.add_values();
    value = image.values(int(from));
    value.set_name("moved" + std::to_string(image.values_size()));
    value.set_shape(value.shape_size() - 1, size);
    image::Op &op = *image.add_steps()->mutable_op();
    op.set_kind(kind);
    op.set_place(image::Op::DIGITAL);
    op.mutable_inputs()->Assign(inputs.begin(), inputs.end());
    op.add_outputs(uint32_t(image.values_size()) - 1);
    return &op;
  };
  image::Op *slice = add(image::Op::SLICE, {from}, 2);
  for (int d = 0; d < image.values(int(from)).shape_size(); ++d) {
    slice->add_starts(0);
    slice->add_steps(1);
  }
  uint32_t part = slice->outputs(0);
  image::Op *concat = add(image::Op::CONCAT, {part, from}, 5);
  concat->set_axis(image.values(int(from)).shape_size() - 1);
  image.add_outputs()->set_value(concat->outputs(0));
  return image;
}

const std::vector<Words> &seeds() {
  static const std::vector<Words> programs = [] {
    std::vector<Words> result;
    using image::ArrayLayer;
    image::Image worked = image::samples::worked();
    image::Image moved = image::samples::moved();
    for (const image::Image &image :
         {worked, image::samples::changed(), image::samples::ternary(),
          variant(worked, ArrayLayer::ROW_IS_NEURON, true),
          variant(worked, ArrayLayer::ROW_IS_INPUT, false),
          variant(worked, ArrayLayer::ROW_IS_INPUT, true), withMoves(), moved,
          variant(moved, ArrayLayer::ROW_IS_NEURON, true),
          variant(moved, ArrayLayer::ROW_IS_INPUT, false),
          variant(moved, ArrayLayer::ROW_IS_INPUT, true)}) {
      llvm::Expected<std::string> bytes =
          exporter::exportImage(image, exporter::Format::Bin);
      if (!bytes)
        abort();
      Words &words = result.emplace_back(bytes->size() / 4);
      memcpy(words.data(), bytes->data(), bytes->size());
    }
    return result;
  }();
  return programs;
}

/// Arrays that answer by a counter; after `left` calls they fail, so that large
/// numbers end.
struct Board {
  const uint32_t *program;
  uint32_t left, answer;
};

int use(void *context) {
  Board &board = *static_cast<Board *>(context);
  board.answer = board.answer * 1664525u + 1013904223u;
  return board.left-- == 0;
}

uint32_t touch(const uint32_t *words, uint32_t bits) {
  uint32_t sum = 0;
  for (uint32_t i = 0; i < (bits + 31) / 32; ++i)
    sum ^= words[i];
  return sum;
}

int programRow(void *context, uint32_t subarray, uint32_t row,
               const uint32_t *cells) {
  Board &board = *static_cast<Board *>(context);
  if (subarray >= board.program[BNN_SUBARRAYS] ||
      row >= board.program[BNN_PHYSICAL_ROWS])
    abort();
  board.answer ^= touch(cells, 2 * board.program[BNN_PHYSICAL_COLUMNS]);
  return use(context);
}

int verifyRow(void *context, uint32_t, uint32_t, const uint32_t *,
              uint32_t *wrong) {
  int failed = use(context);
  *wrong = static_cast<Board *>(context)->answer >> 24 == 0;
  return failed;
}

int rowFailed(void *context, uint32_t, uint32_t, uint32_t) {
  return use(context);
}

int readRow(void *context, uint32_t subarray, uint32_t row, uint32_t column,
            uint32_t columns, const uint32_t *bits, uint32_t *plus,
            uint32_t *minus) {
  Board &board = *static_cast<Board *>(context);
  if (subarray >= board.program[BNN_SUBARRAYS] ||
      row >= board.program[BNN_PHYSICAL_ROWS] ||
      uint64_t(column) + columns > board.program[BNN_PHYSICAL_COLUMNS])
    abort();
  board.answer ^= touch(bits, columns);
  int failed = use(context);
  *plus = board.answer % (columns + 1);
  *minus = columns - *plus;
  return failed;
}

int senseRow(void *context, uint32_t subarray, uint32_t row, uint32_t column,
             uint32_t columns, const uint32_t *bits, uint32_t *plus,
             uint32_t *minus) {
  uint32_t ones, zeros;
  int failed =
      readRow(context, subarray, row, column, columns, bits, &ones, &zeros);
  for (uint32_t i = 0; i < (columns + 31) / 32; ++i)
    minus[i] = ~(plus[i] = static_cast<Board *>(context)->answer + i);
  return failed;
}

int journalRead(void *, uint32_t, uint32_t *entry) {
  memset(entry, 0xff, BNN_JOURNAL_WORDS * 4);
  return 0;
}
int journalWrite(void *, uint32_t, const uint32_t *) { return 0; }

/// Whether a program is small enough to be worth running.
bool isSmall(const uint32_t *program) {
  if (bnn_arena_words(program) > 1 << 14 ||
      bnn_scratch_words(program) > 1 << 14)
    return false;
  for (uint32_t i = 0; i < program[BNN_STEPS + 1]; ++i) {
    const uint32_t *step = program + bnn_list(program, program + BNN_STEPS)[i];
    if (step[0] == BNN_POOL &&
        bnn_product(program, step + BNN_POOL_INPUT_SIZE + 4) > 1 << 10)
      return false;
  }
  return true;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < 6)
    return 0;
  Words words = seeds()[data[0] % seeds().size()];
  for (size_t at = 0; at + 6 <= size; at += 6) {
    uint16_t index;
    uint32_t value;
    memcpy(&index, data + at, 2);
    memcpy(&value, data + at + 2, 4);
    if (at)
      words[index % words.size()] = value >> value % 32;
  }
  words[BNN_CRC] =
      bnn_crc32(words.data() + BNN_CRC_FROM, words.size() - BNN_CRC_FROM);
  // On the heap, so that the first word behind it is poisoned.
  auto program = std::make_unique<uint32_t[]>(words.size());
  memcpy(program.get(), words.data(), words.size() * 4);
  if (bnn_check(program.get(), words.size()) != BNN_OK ||
      !isSmall(program.get()))
    return 0;

  Board board = {program.get(), 4096, 1};
  const bnn_hardware hardware = {.context = &board,
                                 .program_row = programRow,
                                 .verify_row = verifyRow,
                                 .row_failed = rowFailed,
                                 .read_row = readRow,
                                 .sense_row = senseRow,
                                 .journal_read = journalRead,
                                 .journal_write = journalWrite};
  bnn_program_rows(program.get(), &hardware, nullptr);
  bnn_memory memory;
  memory.arena_words = bnn_arena_words(program.get());
  memory.scratch_words = bnn_scratch_words(program.get());
  auto arena = std::make_unique<uint32_t[]>(memory.arena_words);
  auto scratch = std::make_unique<uint32_t[]>(memory.scratch_words);
  memory.arena = arena.get();
  memory.scratch = scratch.get();
  for (size_t i = 0; i < bnn_inputs(program.get()); ++i) {
    std::vector<int32_t> zeros(bnn_input_elements(program.get(), i));
    bnn_set_input(program.get(), i, zeros.data(), &memory);
  }
  bnn_run(program.get(), &hardware, &memory);
  for (size_t i = 0; i < bnn_outputs(program.get()); ++i) {
    std::vector<int32_t> elements(bnn_output_elements(program.get(), i));
    bnn_get_output(program.get(), i, elements.data(), &memory);
  }
  return 0;
}
