/* check.c - refuses what is not an intact program. */
#include "internal.h"

/* Of each nibble: small enough for flash, four times faster than bits. */
static uint32_t crc_words(uint32_t crc, const uint32_t *words, size_t count) {
  static const uint32_t table[16] = {
      0x00000000u, 0x1db71064u, 0x3b6e20c8u, 0x26d930acu,
      0x76dc4190u, 0x6b6b51f4u, 0x4db26158u, 0x5005713cu,
      0xedb88320u, 0xf00f9344u, 0xd6d6a3e8u, 0xcb61b38cu,
      0x9b64c2b0u, 0x86d3d2d4u, 0xa00ae278u, 0xbdbdf21cu};
  size_t i;
  for (i = 0; i < count; ++i) {
    int nibble;
    crc ^= words[i];
    for (nibble = 0; nibble < 8; ++nibble)
      crc = crc >> 4 ^ table[crc & 15u];
  }
  return crc;
}

uint32_t bnn_crc32(const uint32_t *words, size_t count) {
  return ~crc_words(0xffffffffu, words, count);
}

uint32_t bnn_row_crc(const uint32_t *row, uint32_t words) {
  uint32_t crc = crc_words(0xffffffffu, row, BNN_ROW_CRC);
  return ~crc_words(crc, row + BNN_ROW_CELLS, words);
}

/* 64-bit sums and products: no number of a program can make them wrap. */
static int list_ok(const uint32_t *program, const uint32_t *at) {
  return (uint64_t)at[0] + at[1] <= program[BNN_WORDS];
}

/* At least 1, and positive as a signed number, too. */
static int natural(uint32_t number) { return number - 1u < 0x7fffffffu; }

static int value_ok(const uint32_t *program, uint32_t number) {
  return number < program[BNN_VALUES + 1];
}

static uint64_t elements_of(const uint32_t *program, uint32_t number) {
  return bnn_value(program, number)[BNN_VALUE_ELEMENTS];
}

static uint64_t product_of(const uint32_t *program, const uint32_t *list) {
  uint64_t product = 1;
  uint32_t i;
  for (i = 0; i < list[1]; ++i) {
    product *= bnn_list(program, list)[i];
    if (product > 0xffffffffu)
      return 0; /* fits nothing */
  }
  return product;
}

static int values_ok(const uint32_t *program) {
  uint32_t i;
  if ((uint64_t)program[BNN_VALUES] +
          (uint64_t)program[BNN_VALUES + 1] * BNN_VALUE_WORDS >
      program[BNN_WORDS])
    return 0;
  for (i = 0; i < program[BNN_VALUES + 1]; ++i) {
    const uint32_t *value = bnn_value(program, i);
    uint32_t bytes = value[BNN_VALUE_BYTES];
    if ((bytes != 1 && bytes != 2 && bytes != 4) ||
        value[BNN_VALUE_OFFSET] % 4 || !value[BNN_VALUE_ELEMENTS] ||
        value[BNN_VALUE_OFFSET] + (uint64_t)value[BNN_VALUE_ELEMENTS] * bytes >
            program[BNN_ARENA_BYTES])
      return 0;
  }
  return 1;
}

static int value_list_ok(const uint32_t *program, const uint32_t *list) {
  uint32_t i;
  if (!list_ok(program, list))
    return 0;
  for (i = 0; i < list[1]; ++i)
    if (!value_ok(program, bnn_list(program, list)[i]))
      return 0;
  return 1;
}

static int table_ok(const uint32_t *program, const uint32_t *lists,
                    uint64_t functions) {
  const uint32_t *start;
  uint64_t i;
  if (!list_ok(program, lists) || !list_ok(program, lists + 2) ||
      !list_ok(program, lists + 4) || lists[1] != functions + 1 ||
      lists[5] != lists[3] + functions)
    return 0;
  start = bnn_list(program, lists);
  if (start[0] != 0 || start[functions] != lists[3])
    return 0;
  for (i = 0; i < functions; ++i)
    if (start[i] > start[i + 1])
      return 0;
  return 1;
}

static int windows_ok(const uint32_t *program, const uint32_t *lists) {
  uint32_t i, d;
  for (i = 0; i < 6; ++i)
    if (!list_ok(program, lists + 2 * i) || lists[2 * i + 1] != lists[1])
      return 0;
  if (lists[1] > BNN_MAX_RANK)
    return 0;
  for (d = 0; d < lists[1]; ++d) {
    /* The last tap of the last position stays within 31 bits. */
    uint64_t output = bnn_list(program, lists + 2)[d],
             kernel = bnn_list(program, lists + 4)[d],
             stride = bnn_list(program, lists + 6)[d],
             dilation = bnn_list(program, lists + 8)[d],
             pad = bnn_list(program, lists + 10)[d];
    if (!output || !kernel || output > 0x7fffffffu || kernel > 0x7fffffffu ||
        pad > 0x7fffffffu || output * stride > 0x3fffffffu ||
        kernel * dilation > 0x3fffffffu)
      return 0;
  }
  return product_of(program, lists) && product_of(program, lists + 2) &&
         product_of(program, lists + 4);
}

static int ascends(const uint32_t *program, const uint32_t *list,
                   uint32_t limit) {
  const uint32_t *entries = bnn_list(program, list);
  uint32_t i;
  for (i = 0; i < list[1]; ++i)
    if (entries[i] >= limit || (i && entries[i] <= entries[i - 1]))
      return 0;
  return 1;
}

/* Entries of a list that may be empty, all below `limit`. */
static int entries_ok(const uint32_t *program, const uint32_t *list,
                      uint64_t entries, uint64_t limit) {
  uint32_t i;
  if (!list_ok(program, list) || (list[1] && list[1] != entries))
    return 0;
  for (i = 0; i < list[1]; ++i)
    if (bnn_list(program, list)[i] >= limit)
      return 0;
  return 1;
}

static int addresses_ok(const uint32_t *program) {
  uint32_t rows = program[BNN_ROWS], columns = program[BNN_COLUMNS], i;
  uint32_t all_rows = program[BNN_PHYSICAL_ROWS],
           all_columns = program[BNN_PHYSICAL_COLUMNS];
  if (!rows || !columns || all_rows < rows || all_columns < columns ||
      all_rows > 1u << 21 || all_columns > 1u << 21 ||
      program[BNN_ADDRESSES] +
              (uint64_t)program[BNN_ADDRESSES + 1] * BNN_TABLE_WORDS >
          program[BNN_WORDS])
    return 0;
  for (i = 0; i < program[BNN_ADDRESSES + 1]; ++i) {
    const uint32_t *table = bnn_table(program, i);
    if (table[BNN_TABLE_SUBARRAY] >= program[BNN_SUBARRAYS] ||
        (i && table[BNN_TABLE_SUBARRAY] <=
                  bnn_table(program, i - 1u)[BNN_TABLE_SUBARRAY]) ||
        !entries_ok(program, table + BNN_TABLE_ROWS, rows, all_rows) ||
        !list_ok(program, table + BNN_TABLE_SKIPPED) ||
        table[BNN_TABLE_SKIPPED + 1] > all_columns - columns ||
        !ascends(program, table + BNN_TABLE_SKIPPED, all_columns) ||
        !list_ok(program, table + BNN_TABLE_COMPLEMENTED) ||
        !ascends(program, table + BNN_TABLE_COMPLEMENTED, rows))
      return 0;
  }
  return 1;
}

static int tile_ok(const uint32_t *program, const uint32_t *tile,
                   uint64_t height, uint64_t width) {
  return tile[0] < program[BNN_SUBARRAYS] &&
         tile[1] + height <= program[BNN_ROWS] &&
         tile[2] + width <= program[BNN_COLUMNS];
}

static uint64_t least(uint64_t a, uint64_t b) { return a < b ? a : b; }

/* Tiles of weights, and those of the threshold words of `cells` cells a neuron.
 * A band is a tile row, or a tile column where rows are inputs. */
static int tiles_ok(const uint32_t *program, const uint32_t *step) {
  const uint32_t *tile = bnn_list(program, step + BNN_ARRAY_TILES);
  const uint32_t *word = bnn_list(program, step + BNN_ARRAY_THRESHOLD_TILES);
  int by_neuron = step[BNN_ARRAY_ORIENTATION] == BNN_ROW_IS_NEURON;
  uint64_t rows = program[BNN_ROWS], columns = program[BNN_COLUMNS];
  uint64_t slice = by_neuron ? columns : rows,
           side = by_neuron ? rows : columns;
  uint64_t lanes =
      (uint64_t)step[BNN_ARRAY_WEIGHT_PLANES] * step[BNN_ARRAY_FAN_IN];
  uint64_t cells = (uint64_t)step[BNN_ARRAY_THRESHOLD_BITS] *
                   step[BNN_ARRAY_THRESHOLD_SLOTS];
  uint64_t groups = by_neuron ? 1u : step[BNN_ARRAY_GROUPS];
  uint64_t in_group = step[BNN_ARRAY_NEURONS] / groups;
  uint64_t bands = (in_group + side - 1) / side, slices, pieces, band, k;
  if (cells > 0xffffffffu || (cells *= step[BNN_ARRAY_CLASSES]) > 0xffffffffu ||
      !lanes)
    return 0;
  slices = (lanes + slice - 1) / slice;
  pieces = (cells + slice - 1) / slice;
  if (step[BNN_ARRAY_TILE_ROWS] != (by_neuron ? bands : slices) ||
      step[BNN_ARRAY_TILE_COLUMNS] != (by_neuron ? slices : groups * bands) ||
      step[BNN_ARRAY_TILES + 1] != groups * bands * slices * 3 ||
      step[BNN_ARRAY_THRESHOLD_TILES + 1] != groups * bands * pieces * 3)
    return 0;
  if (!entries_ok(program, step + BNN_ARRAY_ROW_SLOTS,
                  by_neuron ? step[BNN_ARRAY_NEURONS] : lanes,
                  by_neuron ? step[BNN_ARRAY_NEURONS] : lanes))
    return 0;
  /* Scratch for the driven bits stays within 31 bits. */
  if (step[BNN_ARRAY_PLANE_WEIGHTS + 1] * slices * (slice + 31) > 0x7fffffffu)
    return 0;
  for (band = 0; band < groups * bands; ++band) {
    uint64_t neurons = least(side, in_group - band % bands * side);
    for (k = 0; k < slices; ++k) {
      uint64_t width = least(slice, lanes - k * slice);
      const uint32_t *at = tile + 3 * (by_neuron ? band * slices + k
                                                 : k * groups * bands + band);
      if (!tile_ok(program, at, by_neuron ? neurons : width,
                   by_neuron ? width : neurons))
        return 0;
    }
    for (k = 0; k < pieces; ++k) {
      uint64_t width = least(slice, cells - k * slice);
      if (!tile_ok(program, word + 3 * (band * pieces + k),
                   by_neuron ? neurons : width, by_neuron ? width : neurons))
        return 0;
    }
  }
  return 1;
}

static int array_ok(const uint32_t *program, const uint32_t *step) {
  uint64_t neurons = step[BNN_ARRAY_NEURONS], groups = step[BNN_ARRAY_GROUPS],
           fan_in = step[BNN_ARRAY_FAN_IN],
           positions = step[BNN_ARRAY_POSITIONS],
           functions = neurons * step[BNN_ARRAY_CLASSES];
  const uint32_t *sizes = step + BNN_ARRAY_INPUT_SIZE;
  uint32_t i;
  if (!value_ok(program, step[BNN_ARRAY_INPUT]) ||
      !value_ok(program, step[BNN_ARRAY_OUTPUT]) || !groups || !neurons ||
      neurons % groups || !natural(step[BNN_ARRAY_DIVISOR]) ||
      !natural(step[BNN_ARRAY_COUNT_UNIT]) ||
      step[BNN_ARRAY_PLANE_CODING] > 2 || step[BNN_ARRAY_LANE_PADDING] > 1 ||
      step[BNN_ARRAY_ORIENTATION] > BNN_ROW_IS_INPUT ||
      step[BNN_ARRAY_THRESHOLD_BITS] > 32 ||
      (step[BNN_ARRAY_THRESHOLD_BITS] && !step[BNN_ARRAY_STEPS + 1]) ||
      !list_ok(program, step + BNN_ARRAY_THRESHOLD_TILES) ||
      !list_ok(program, step + BNN_ARRAY_PLANE_WEIGHTS) ||
      !list_ok(program, step + BNN_ARRAY_TILES) ||
      !list_ok(program, step + BNN_ARRAY_POSITION_CLASS) ||
      !list_ok(program, step + BNN_ARRAY_BIAS) || !windows_ok(program, sizes) ||
      step[BNN_ARRAY_PLANE_WEIGHTS + 1] > 32)
    return 0;
  if (step[BNN_ARRAY_CHANNELS]) {
    uint64_t taps = product_of(program, sizes + 4);
    if (product_of(program, sizes + 2) != positions || fan_in % taps ||
        fan_in / taps * groups != step[BNN_ARRAY_CHANNELS] ||
        step[BNN_ARRAY_CHANNELS] * product_of(program, sizes) !=
            elements_of(program, step[BNN_ARRAY_INPUT]))
      return 0;
  } else if (positions * groups > 0xffffffffu ||
             positions * groups * fan_in !=
                 elements_of(program, step[BNN_ARRAY_INPUT])) {
    return 0;
  }
  if (positions * neurons != elements_of(program, step[BNN_ARRAY_OUTPUT]) ||
      (step[BNN_ARRAY_BIAS + 1] && step[BNN_ARRAY_BIAS + 1] != functions) ||
      (step[BNN_ARRAY_POSITION_CLASS + 1] &&
       step[BNN_ARRAY_POSITION_CLASS + 1] != positions) ||
      (step[BNN_ARRAY_STEPS + 1] &&
       !table_ok(program, step + BNN_ARRAY_STEPS, functions)) ||
      !step[BNN_ARRAY_CLASSES])
    return 0;
  for (i = 0; i < step[BNN_ARRAY_POSITION_CLASS + 1]; ++i)
    if (bnn_list(program, step + BNN_ARRAY_POSITION_CLASS)[i] >=
        step[BNN_ARRAY_CLASSES])
      return 0;
  /* A function has as many thresholds as its word has slots, or fewer. */
  if (step[BNN_ARRAY_THRESHOLD_BITS]) {
    const uint32_t *start = bnn_list(program, step + BNN_ARRAY_STEPS);
    for (i = 0; i < functions; ++i)
      if (start[i + 1] - start[i] > step[BNN_ARRAY_THRESHOLD_SLOTS])
        return 0;
  }
  return tiles_ok(program, step);
}

static int pool_ok(const uint32_t *program, const uint32_t *step) {
  const uint32_t *sizes = step + BNN_POOL_INPUT_SIZE;
  uint64_t channels = step[BNN_POOL_CHANNELS];
  return value_ok(program, step[BNN_POOL_INPUT]) &&
         value_ok(program, step[BNN_POOL_OUTPUT]) &&
         windows_ok(program, sizes) &&
         channels * product_of(program, sizes) ==
             elements_of(program, step[BNN_POOL_INPUT]) &&
         channels * product_of(program, sizes + 2) ==
             elements_of(program, step[BNN_POOL_OUTPUT]) &&
         list_ok(program, step + BNN_POOL_MINIMUM) &&
         (!step[BNN_POOL_MINIMUM + 1] ||
          step[BNN_POOL_MINIMUM + 1] == channels);
}

static int transpose_ok(const uint32_t *program, const uint32_t *step) {
  const uint32_t *shape = step + BNN_TRANSPOSE_SHAPE,
                 *permutation = step + BNN_TRANSPOSE_PERMUTATION;
  uint32_t seen = 0, i;
  if (!value_ok(program, step[BNN_TRANSPOSE_INPUT]) ||
      !value_ok(program, step[BNN_TRANSPOSE_OUTPUT]) ||
      !list_ok(program, shape) || !list_ok(program, permutation) ||
      shape[1] > BNN_MAX_RANK || permutation[1] != shape[1] ||
      product_of(program, shape) !=
          elements_of(program, step[BNN_TRANSPOSE_INPUT]) ||
      elements_of(program, step[BNN_TRANSPOSE_OUTPUT]) !=
          elements_of(program, step[BNN_TRANSPOSE_INPUT]))
    return 0;
  for (i = 0; i < shape[1]; ++i) {
    uint32_t from = bnn_list(program, permutation)[i];
    if (from >= shape[1] || seen >> from & 1u)
      return 0;
    seen |= 1u << from;
  }
  return 1;
}

static int threshold_ok(const uint32_t *program, const uint32_t *step) {
  return value_ok(program, step[BNN_THRESHOLD_INPUT]) &&
         value_ok(program, step[BNN_THRESHOLD_OUTPUT]) &&
         elements_of(program, step[BNN_THRESHOLD_INPUT]) ==
             elements_of(program, step[BNN_THRESHOLD_OUTPUT]) &&
         step[BNN_THRESHOLD_CHANNELS] && step[BNN_THRESHOLD_INNER] &&
         table_ok(program, step + BNN_THRESHOLD_STEPS,
                  step[BNN_THRESHOLD_CHANNELS]);
}

static int combine_ok(const uint32_t *program, const uint32_t *step) {
  const uint32_t *inputs = step + BNN_COMBINE_INPUTS;
  uint32_t i;
  if (!value_list_ok(program, inputs) ||
      !value_ok(program, step[BNN_COMBINE_OUTPUT]) ||
      !list_ok(program, step + BNN_COMBINE_FACTORS) ||
      !step[BNN_COMBINE_CHANNELS] || !step[BNN_COMBINE_INNER] ||
      (uint64_t)inputs[1] * step[BNN_COMBINE_CHANNELS] !=
          step[BNN_COMBINE_FACTORS + 1])
    return 0;
  for (i = 0; i < inputs[1]; ++i)
    if (elements_of(program, bnn_list(program, inputs)[i]) !=
        elements_of(program, step[BNN_COMBINE_OUTPUT]))
      return 0;
  return 1;
}

/* Whether the runs, which begin at a start and a pitch apart, lie in a value
   and are not more than it holds. */
static int runs_ok(const uint32_t *program, const uint32_t *step,
                   uint32_t value, const uint32_t *start) {
  uint64_t runs = step[BNN_MOVE_RUNS], length = step[BNN_MOVE_LENGTH],
           elements = elements_of(program, value);
  return runs * length <= elements &&
         start[0] + (runs - 1u) * start[1] + length <= elements;
}

static int move_ok(const uint32_t *program, const uint32_t *step) {
  return value_ok(program, step[BNN_MOVE_INPUT]) &&
         value_ok(program, step[BNN_MOVE_OUTPUT]) && step[BNN_MOVE_RUNS] &&
         step[BNN_MOVE_LENGTH] &&
         runs_ok(program, step, step[BNN_MOVE_INPUT],
                 step + BNN_MOVE_INPUT_START) &&
         runs_ok(program, step, step[BNN_MOVE_OUTPUT],
                 step + BNN_MOVE_OUTPUT_START);
}

static int step_fits(const uint32_t *program, uint32_t at) {
  static const uint32_t words[] = {0,
                                   BNN_ARRAY_WORDS,
                                   BNN_POOL_WORDS,
                                   BNN_TRANSPOSE_WORDS,
                                   BNN_THRESHOLD_WORDS,
                                   BNN_COMBINE_WORDS,
                                   BNN_MOVE_WORDS};
  return at < program[BNN_WORDS] && program[at] >= BNN_ARRAY &&
         program[at] <= BNN_MOVE &&
         (uint64_t)at + words[program[at]] <= program[BNN_WORDS];
}

static int step_ok(const uint32_t *program, const uint32_t *step) {
  switch (step[0]) {
  case BNN_ARRAY:
    return array_ok(program, step);
  case BNN_POOL:
    return pool_ok(program, step);
  case BNN_TRANSPOSE:
    return transpose_ok(program, step);
  case BNN_THRESHOLD:
    return threshold_ok(program, step);
  case BNN_COMBINE:
    return combine_ok(program, step);
  default:
    return move_ok(program, step);
  }
}

static int rows_ok(const uint32_t *program) {
  uint64_t words = BNN_ROW_CELLS + (uint64_t)bnn_row_words(program);
  uint32_t i;
  if (program[BNN_CELLS] + words * program[BNN_CELLS + 1] > program[BNN_WORDS])
    return 0;
  for (i = 0; i < program[BNN_CELLS + 1]; ++i) {
    const uint32_t *row = bnn_row(program, i);
    if (row[BNN_ROW_SUBARRAY] >= program[BNN_SUBARRAYS] ||
        row[BNN_ROW_ROW] >= program[BNN_PHYSICAL_ROWS])
      return 0;
  }
  return 1;
}

enum bnn_status bnn_check(const uint32_t *program, size_t available) {
  uint32_t i;
  if (available < BNN_CHIP_WORDS || program[0] != BNN_MAGIC ||
      program[1] != BNN_VERSION)
    return BNN_NO_PROGRAM;
  if (program[BNN_WORDS] > available || program[BNN_WORDS] < BNN_CHIP_WORDS ||
      program[BNN_CRC] !=
          bnn_crc32(program + BNN_CRC_FROM, program[BNN_WORDS] - BNN_CRC_FROM))
    return BNN_DAMAGED;
  if (program[BNN_COLUMNS] > 1u << 20 || program[BNN_ROWS] > 1u << 20 ||
      !addresses_ok(program) || !values_ok(program) ||
      !value_list_ok(program, program + BNN_INPUTS) ||
      !value_list_ok(program, program + BNN_OUTPUTS) ||
      !list_ok(program, program + BNN_STEPS) || !rows_ok(program))
    return BNN_MALFORMED;
  for (i = 0; i < program[BNN_STEPS + 1]; ++i) {
    uint32_t at = bnn_list(program, program + BNN_STEPS)[i];
    if (!step_fits(program, at) || !step_ok(program, program + at))
      return BNN_MALFORMED;
  }
  return BNN_OK;
}
