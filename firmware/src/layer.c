/* layer.c - a layer on the arrays, read by read.
 *
 * The lanes of a neuron are cut into slices: tile columns where a row is a
 * neuron, tile rows where a row is an input. A band is what holds the same
 * neurons: a tile row, or a tile column. */
#include "internal.h"

struct layer {
  const uint32_t *program, *step;
  struct bnn_board board;
  int by_neuron;                 /* a row is a neuron */
  uint32_t planes, lanes, slice; /* lanes of a full slice */
  uint32_t slices, slice_words, line_words;
  uint32_t in_group, bands; /* neurons and bands of a group */
  uint32_t cells, pieces;   /* of a threshold word */
  /* Scratch. The driven bits: slice after slice of plane 0, of plane 1, ... */
  uint32_t *drive, *ones;
  /* Of the neurons of a group, where a row is an input. */
  uint32_t *values, *levels;
  int32_t *counts;
};

static struct layer open_layer(const uint32_t *program, const uint32_t *step) {
  struct layer l;
  uint32_t side;
  l.program = program;
  l.step = step;
  l.by_neuron = step[BNN_ARRAY_ORIENTATION] == BNN_ROW_IS_NEURON;
  l.planes = step[BNN_ARRAY_PLANE_WEIGHTS + 1];
  l.lanes = step[BNN_ARRAY_WEIGHT_PLANES] * step[BNN_ARRAY_FAN_IN];
  l.slice = program[l.by_neuron ? BNN_COLUMNS : BNN_ROWS];
  side = program[l.by_neuron ? BNN_ROWS : BNN_COLUMNS];
  l.slices = step[l.by_neuron ? BNN_ARRAY_TILE_COLUMNS : BNN_ARRAY_TILE_ROWS];
  l.slice_words = (l.slice + 31u) / 32u;
  l.line_words = bnn_line_words(program);
  l.in_group = step[BNN_ARRAY_NEURONS] / step[BNN_ARRAY_GROUPS];
  l.bands = (l.in_group + side - 1u) / side;
  l.cells = step[BNN_ARRAY_CLASSES] * step[BNN_ARRAY_THRESHOLD_SLOTS] *
            step[BNN_ARRAY_THRESHOLD_BITS];
  l.pieces = (l.cells + l.slice - 1u) / l.slice;
  l.board.program = program;
  l.board.hardware = 0;
  l.board.plus = l.board.minus = l.board.wide = 0;
  l.board.wide_words = program[BNN_ADDRESSES + 1] ? l.line_words : 0u;
  l.drive = l.ones = l.values = l.levels = 0;
  l.counts = 0;
  return l;
}

size_t bnn_layer_words(const uint32_t *program, const uint32_t *step) {
  struct layer l = open_layer(program, step);
  return (size_t)l.planes * l.slices * l.slice_words + 3u * l.line_words +
         3u * l.board.wide_words + (l.by_neuron ? 0u : 3u * (size_t)l.in_group);
}

/* Bit i is what plane i is driven with for `code`. */
static uint32_t plane_bits(const uint32_t *step, int32_t code) {
  switch (step[BNN_ARRAY_PLANE_CODING]) {
  case BNN_BIPOLAR:
    return code > 0;
  case BNN_THERMOMETER:
    return (uint32_t)(code >= 0) | (uint32_t)(code >= 1) << 1;
  default:
    return (uint32_t)code - step[BNN_ARRAY_PLANE_OFFSET];
  }
}

/* The code of input j of a group at a position. */
static int32_t input_code(const struct layer *l, const uint32_t *arena,
                          uint32_t position, uint32_t group, uint32_t j) {
  const uint32_t *step = l->step, *program = l->program;
  const uint32_t *sizes = step + BNN_ARRAY_INPUT_SIZE;
  const uint32_t *value = bnn_value(program, step[BNN_ARRAY_INPUT]);
  uint32_t fan_in = step[BNN_ARRAY_FAN_IN], taps;
  int32_t at;
  if (!step[BNN_ARRAY_CHANNELS])
    return bnn_load(value, arena,
                    (position * step[BNN_ARRAY_GROUPS] + group) * fan_in + j);
  taps = bnn_product(program, sizes + 4);
  at = bnn_tap(program, sizes, position, j % taps);
  if (at < 0)
    return (int32_t)step[BNN_ARRAY_PAD_CODE];
  return bnn_load(value, arena,
                  (group * (fan_in / taps) + j / taps) *
                          bnn_product(program, sizes) +
                      (uint32_t)at);
}

/* Lanes that no input drives are driven with 1. */
static void drive_inputs(const struct layer *l, const uint32_t *arena,
                         uint32_t position, uint32_t group) {
  uint32_t fan_in = l->step[BNN_ARRAY_FAN_IN],
           words = l->slices * l->slice_words, i, j, copy, plane;
  for (i = 0; i < l->planes * words; ++i)
    l->drive[i] = 0xffffffffu;
  for (j = 0; j < fan_in; ++j) {
    uint32_t zeros =
        ~plane_bits(l->step, input_code(l, arena, position, group, j));
    for (copy = 0; copy < l->step[BNN_ARRAY_WEIGHT_PLANES]; ++copy) {
      uint32_t lane = copy * fan_in + j, bit = lane % l->slice,
               word = lane / l->slice * l->slice_words + bit / 32u;
      for (plane = 0; plane < l->planes; ++plane)
        l->drive[plane * words + word] ^= (zeros >> plane & 1u) << bit % 32u;
    }
  }
}

/* What one column of weight times input adds to the count. */
static int32_t plane_weight(const struct layer *l, uint32_t plane) {
  return (int32_t)bnn_list(l->program,
                           l->step + BNN_ARRAY_PLANE_WEIGHTS)[plane] /
         (int32_t)l->step[BNN_ARRAY_COUNT_UNIT];
}

/* Where row `number` of the layer, a neuron or a lane, lies among its rows. */
static uint32_t slot_of(const struct layer *l, uint32_t number) {
  const uint32_t *slots = l->step + BNN_ARRAY_ROW_SLOTS;
  return slots[1] ? bnn_list(l->program, slots)[number] : number;
}

/* The count of one neuron that is a row. */
static int count_row(const struct layer *l, uint32_t neuron, int32_t *count) {
  const uint32_t *program = l->program, *drive = l->drive;
  uint32_t slot = slot_of(l, neuron);
  const uint32_t *first = bnn_list(program, l->step + BNN_ARRAY_TILES) +
                          slot / program[BNN_ROWS] * l->slices * 3u;
  uint32_t plane, k;
  *count = 0;
  for (plane = 0; plane < l->planes; ++plane) {
    const uint32_t *tile = first;
    int32_t sum = 0;
    for (k = 0; k < l->slices; ++k, tile += 3, drive += l->slice_words) {
      uint32_t plus, minus, width = l->lanes - k * l->slice;
      struct bnn_read read;
      if (l->step[BNN_ARRAY_LANE_PADDING])
        width = l->slice - tile[2];
      else if (width > l->slice)
        width = l->slice;
      read.subarray = tile[0];
      read.row = tile[1] + slot % program[BNN_ROWS];
      read.column = tile[2];
      read.columns = width;
      read.bits = drive;
      if (bnn_read_row(&l->board, &read, &plus, &minus))
        return 1;
      sum += (int32_t)plus;
      if (program[BNN_TERNARY_SENSE])
        sum -= (int32_t)minus;
    }
    *count = bnn_add(*count, bnn_multiply(plane_weight(l, plane), sum));
  }
  return 0;
}

/* Senses row `row` of a tile for the neurons of band `band` of a group. */
static int sense_band(const struct layer *l, const uint32_t *tile, uint32_t row,
                      uint32_t band, uint32_t bit, uint32_t *width) {
  struct bnn_read read;
  uint32_t i;
  *width = l->in_group - band * l->program[BNN_COLUMNS];
  if (*width > l->program[BNN_COLUMNS])
    *width = l->program[BNN_COLUMNS];
  for (i = 0; i < l->line_words; ++i)
    l->ones[i] = bit ? 0xffffffffu : 0u;
  read.subarray = tile[0];
  read.row = tile[1] + row;
  read.column = tile[2];
  read.columns = *width;
  read.bits = l->ones;
  return bnn_sense_row(&l->board, &read, l->board.plus, l->board.minus);
}

/* The counts of all neurons of a group that are columns: one input after
 * another, plane after plane. */
static int count_columns(const struct layer *l, uint32_t group) {
  const uint32_t *tiles = bnn_list(l->program, l->step + BNN_ARRAY_TILES);
  uint32_t lane, plane, band, i, width;
  for (i = 0; i < l->in_group; ++i)
    l->counts[i] = 0;
  for (lane = 0; lane < l->lanes; ++lane) {
    uint32_t from = lane % l->slice, slot = slot_of(l, lane),
             slice = slot / l->slice, row = slot % l->slice;
    for (plane = 0; plane < l->planes; ++plane) {
      const uint32_t *drive =
          l->drive + (plane * l->slices + lane / l->slice) * l->slice_words;
      uint32_t bit = drive[from / 32u] >> from % 32u & 1u;
      int32_t weight = plane_weight(l, plane);
      for (band = 0; band < l->bands; ++band) {
        int32_t *counts = l->counts + band * l->program[BNN_COLUMNS];
        if (sense_band(l,
                       tiles + 3u * (slice * l->step[BNN_ARRAY_TILE_COLUMNS] +
                                     group * l->bands + band),
                       row, band, bit, &width))
          return 1;
        for (i = 0; i < width; ++i) {
          int32_t product = (int32_t)(l->board.plus[i / 32u] >> i % 32u & 1u);
          if (l->program[BNN_TERNARY_SENSE])
            product -= (int32_t)(l->board.minus[i / 32u] >> i % 32u & 1u);
          counts[i] = bnn_add(counts[i], bnn_multiply(weight, product));
        }
      }
    }
  }
  return 0;
}

/* Thresholds of a function, and the code at a level of it. */
static uint32_t thresholds_of(const struct layer *l, uint32_t function) {
  const uint32_t *start = bnn_list(l->program, l->step + BNN_ARRAY_STEPS);
  return start[function + 1] - start[function];
}

static int32_t code_of(const struct layer *l, uint32_t function,
                       uint32_t level) {
  const uint32_t *start = bnn_list(l->program, l->step + BNN_ARRAY_STEPS);
  return (int32_t)bnn_list(l->program,
                           l->step + BNN_ARRAY_STEPS +
                               4)[start[function] + function + level];
}

static int reaches(const struct layer *l, int32_t count, uint32_t value) {
  return count >=
         (int64_t)(int32_t)l->step[BNN_ARRAY_THRESHOLD_BASE] + (int64_t)value;
}

static const uint32_t *threshold_tile(const struct layer *l, uint32_t band,
                                      uint32_t cell) {
  return bnn_list(l->program, l->step + BNN_ARRAY_THRESHOLD_TILES) +
         3u * (band * l->pieces + cell / l->slice);
}

/* The thresholds that a count reaches, of a neuron that is a row. */
static int level_of_row(const struct layer *l, uint32_t border, uint32_t neuron,
                        uint32_t functions, int32_t count, uint32_t *level) {
  uint32_t bits = l->step[BNN_ARRAY_THRESHOLD_BITS],
           rows = l->program[BNN_ROWS], slot = slot_of(l, neuron);
  uint32_t cell = border * l->step[BNN_ARRAY_THRESHOLD_SLOTS] * bits, i;
  for (i = 0; i < l->line_words; ++i)
    l->ones[i] = 0xffffffffu;
  for (*level = 0; *level < functions; ++*level) {
    uint32_t value = 0, at = 0;
    while (at < bits) {
      const uint32_t *tile = threshold_tile(l, slot / rows, cell);
      uint32_t width = l->slice - cell % l->slice;
      struct bnn_read read;
      if (width > bits - at)
        width = bits - at;
      read.subarray = tile[0];
      read.row = tile[1] + slot % rows;
      read.column = tile[2] + cell % l->slice;
      read.columns = width;
      read.bits = l->ones;
      if (bnn_sense_row(&l->board, &read, l->board.plus, l->board.minus))
        return 1;
      for (i = 0; i < width; ++i)
        value |= (l->board.plus[i / 32u] >> i % 32u & 1u) << (at + i);
      at += width;
      cell += width;
    }
    if (!reaches(l, count, value))
      break;
  }
  return 0;
}

/* The same of all neurons of a group that are columns: a cell of the words
 * after another. */
static int levels_of_columns(const struct layer *l, uint32_t border,
                             uint32_t group) {
  uint32_t bits = l->step[BNN_ARRAY_THRESHOLD_BITS],
           slots = l->step[BNN_ARRAY_THRESHOLD_SLOTS],
           columns = l->program[BNN_COLUMNS];
  uint32_t cell = border * slots * bits, slot, bit, band, i, width;
  for (i = 0; i < l->in_group; ++i)
    l->levels[i] = 0;
  for (slot = 0; slot < slots; ++slot) {
    for (i = 0; i < l->in_group; ++i)
      l->values[i] = 0;
    for (bit = 0; bit < bits; ++bit, ++cell)
      for (band = 0; band < l->bands; ++band) {
        if (sense_band(l, threshold_tile(l, group * l->bands + band, cell),
                       cell % l->slice, band, 1, &width))
          return 1;
        for (i = 0; i < width; ++i)
          l->values[band * columns + i] |=
              (l->board.plus[i / 32u] >> i % 32u & 1u) << bit;
      }
    /* Slots that a function does not use, and those behind one that is not
     * reached, do not count. */
    for (i = 0; i < l->in_group; ++i) {
      uint32_t function =
          border * l->step[BNN_ARRAY_NEURONS] + group * l->in_group + i;
      if (l->levels[i] == slot && slot < thresholds_of(l, function) &&
          reaches(l, l->counts[i], l->values[i]))
        ++l->levels[i];
    }
  }
  return 0;
}

/* What leaves the layer for the count of a neuron. */
static int finish_neuron(const struct layer *l, uint32_t border,
                         uint32_t neuron, int32_t *count) {
  const uint32_t *program = l->program, *step = l->step;
  uint32_t function = border * step[BNN_ARRAY_NEURONS] + neuron, level;
  if (!step[BNN_ARRAY_STEPS + 1]) {
    *count = bnn_multiply(*count, (int32_t)step[BNN_ARRAY_COUNT_UNIT]);
    if (step[BNN_ARRAY_BIAS + 1])
      *count = bnn_add(
          *count, (int32_t)bnn_list(program, step + BNN_ARRAY_BIAS)[function]);
    *count /= (int32_t)step[BNN_ARRAY_DIVISOR];
  } else if (!step[BNN_ARRAY_THRESHOLD_BITS]) {
    *count = bnn_step_code(program, step + BNN_ARRAY_STEPS, function, *count);
  } else if (l->by_neuron) {
    if (level_of_row(l, border, neuron, thresholds_of(l, function), *count,
                     &level))
      return 1;
    *count = code_of(l, function, level);
  } else {
    *count = code_of(l, function, l->levels[neuron % l->in_group]);
  }
  return 0;
}

static int run_group(const struct layer *l, uint32_t *arena, uint32_t position,
                     uint32_t border, uint32_t group) {
  const uint32_t *step = l->step;
  const uint32_t *output = bnn_value(l->program, step[BNN_ARRAY_OUTPUT]);
  uint32_t neurons = step[BNN_ARRAY_NEURONS], i;
  drive_inputs(l, arena, position, group);
  if (!l->by_neuron &&
      (count_columns(l, group) ||
       (step[BNN_ARRAY_THRESHOLD_BITS] && levels_of_columns(l, border, group))))
    return 1;
  for (i = 0; i < l->in_group; ++i) {
    uint32_t neuron = group * l->in_group + i;
    int32_t count = 0;
    if (!l->by_neuron)
      count = l->counts[i];
    else if (count_row(l, neuron, &count))
      return 1;
    if (finish_neuron(l, border, neuron, &count))
      return 1;
    bnn_store(output, arena,
              step[BNN_ARRAY_CHANNELS]
                  ? neuron * step[BNN_ARRAY_POSITIONS] + position
                  : position * neurons + neuron,
              count);
  }
  return 0;
}

enum bnn_status bnn_run_layer(const uint32_t *program, const uint32_t *step,
                              const struct bnn_hardware *hardware,
                              const struct bnn_memory *memory) {
  struct layer l = open_layer(program, step);
  uint32_t position, group;
  l.board.hardware = hardware;
  l.drive = memory->scratch;
  l.ones = l.drive + l.planes * l.slices * l.slice_words;
  l.board.plus = l.ones + l.line_words;
  l.board.minus = l.board.plus + l.line_words;
  l.board.wide = l.board.minus + l.line_words;
  l.values = l.board.wide + 3u * l.board.wide_words;
  l.levels = l.values + l.in_group;
  l.counts = (int32_t *)(void *)(l.levels + l.in_group);
  for (position = 0; position < step[BNN_ARRAY_POSITIONS]; ++position) {
    uint32_t border = 0;
    if (step[BNN_ARRAY_POSITION_CLASS + 1])
      border = bnn_list(program, step + BNN_ARRAY_POSITION_CLASS)[position];
    for (group = 0; group < step[BNN_ARRAY_GROUPS]; ++group)
      if (run_group(&l, memory->arena, position, border, group))
        return BNN_HARDWARE;
  }
  return BNN_OK;
}
