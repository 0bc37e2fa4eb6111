/* array.c - two devices a cell, a bit each: 1 = low resistance. */
#include "array.h"

#include "../src/internal.h"

#define BULK __attribute__((section(".bulk")))
#define KEPT __attribute__((section(".noinit")))

enum { CELL_WORDS = 1 << 20, BROKEN_CELLS = 1 << 20, RUNNING = 0x5a17c0de };

/* What a reset does not change. */
static BULK uint32_t devices[CELL_WORDS];
static BULK unsigned char broken[BROKEN_CELLS]; /* only where any_broken */
static KEPT uint32_t slots[BNN_JOURNAL_SLOTS][BNN_JOURNAL_WORDS];
static KEPT struct {
  uint32_t subarrays, rows, columns, row_words;
  uint32_t ternary, any_broken;
  int32_t weights[4];
  uint32_t cuts_wanted; /* RUNNING while power is cut */
  uint32_t all, row, point, cuts, rows_programmed, last_row;
  uint32_t stuck_word, stuck_mask; /* devices that no pulse changes */
} kept;

static uint32_t random_word(uint32_t *state) {
  *state ^= *state << 13;
  *state ^= *state >> 17;
  *state ^= *state << 5;
  return *state;
}

static uint32_t *row_of(uint32_t subarray, uint32_t row) {
  return devices + (subarray * kept.rows + row) * kept.row_words;
}

int array_new(const uint32_t *program) {
  uint64_t words = (uint64_t)program[BNN_SUBARRAYS] *
                   program[BNN_PHYSICAL_ROWS] * bnn_row_words(program);
  uint32_t state = 0x2b992ddfu, i, j;
  if (words > CELL_WORDS)
    return -1;
  kept.subarrays = program[BNN_SUBARRAYS];
  kept.rows = program[BNN_PHYSICAL_ROWS];
  kept.columns = program[BNN_PHYSICAL_COLUMNS];
  kept.ternary = program[BNN_TERNARY_SENSE];
  kept.any_broken = 0;
  kept.row_words = bnn_row_words(program);
  for (i = 0; i < 4; ++i)
    kept.weights[i] = (int32_t)bnn_list(program, program + BNN_WEIGHTS)[i];
  kept.rows_programmed = 0;
  kept.cuts_wanted = 0;
  kept.stuck_mask = 0;
  for (i = 0; i < words; ++i)
    devices[i] = random_word(&state);
  for (i = 0; i < BNN_JOURNAL_SLOTS; ++i)
    for (j = 0; j < BNN_JOURNAL_WORDS; ++j)
      slots[i][j] = 0xffffffffu;
  return 0;
}

static void cut(void) {
  ++kept.cuts;
  if (!kept.all || ++kept.point == CUTS) {
    ++kept.row;
    kept.point = kept.all ? 0 : kept.row % CUTS;
  }
  /* What was stored so far stays: the compiler sees no reader of it. */
  __asm__ volatile("dsb" ::: "memory");
  *(volatile uint32_t *)0xe000ed0cu = 0x05fa0004u; /* AIRCR.SYSRESETREQ */
  for (;;) {
  }
}

static int is_cut(uint32_t row, uint32_t point) {
  return kept.cuts_wanted == RUNNING && kept.row == row && kept.point == point;
}

void array_cut_power(int all) {
  kept.all = (uint32_t)all;
  kept.row = kept.point = kept.cuts = 0;
  kept.cuts_wanted = RUNNING;
}

uint32_t array_cuts(void) {
  return kept.cuts_wanted == RUNNING ? kept.cuts : 0;
}

uint32_t array_rows_programmed(void) { return kept.rows_programmed; }

void array_end_cuts(void) { kept.cuts_wanted = 0; }

void array_stick(const uint32_t *program, uint32_t number) {
  const uint32_t *record = bnn_row(program, number);
  uint32_t c = 0, code;
  while ((code = record[BNN_ROW_CELLS + c / 16u] >> c % 16u * 2u & 3u) == 3u)
    ++c;
  kept.stuck_word =
      (uint32_t)(row_of(record[BNN_ROW_SUBARRAY], record[BNN_ROW_ROW]) -
                 devices) +
      c / 16u;
  kept.stuck_mask = 3u << c % 16u * 2u;
  devices[kept.stuck_word] = (devices[kept.stuck_word] & ~kept.stuck_mask) |
                             ((code ^ 1u) << c % 16u * 2u);
}

int array_break(const uint32_t *defects, uint32_t words) {
  uint64_t cells = (uint64_t)kept.subarrays * kept.rows * kept.columns;
  uint32_t i;
  if (cells > BROKEN_CELLS)
    return -1;
  for (i = 0; i < cells; ++i)
    broken[i] = 0;
  kept.any_broken = 1;
  for (i = 0; i + 1u < words; i += 2u) {
    if (defects[i] >= cells)
      return -1;
    broken[defects[i]] = (unsigned char)defects[i + 1u];
  }
  return 0;
}

static int program_row(void *context, uint32_t subarray, uint32_t row,
                       const uint32_t *cells) {
  uint32_t *at = row_of(subarray, row), c, columns = kept.row_words * 16u;
  uint32_t stuck = devices[kept.stuck_word] & kept.stuck_mask;
  (void)context;
  ++kept.rows_programmed;
  for (c = 0; c < columns; ++c)
    if ((cells[c / 16u] >> c % 16u * 2u & 3u) != 3u)
      at[c / 16u] &= ~(3u << c % 16u * 2u);
  for (c = 0; c < columns; ++c) {
    uint32_t code = cells[c / 16u] >> c % 16u * 2u & 3u;
    if (c == columns / 2u && is_cut(kept.last_row, CUT_IN_ROW))
      cut();
    if (code != 3u)
      at[c / 16u] |= code << c % 16u * 2u;
  }
  devices[kept.stuck_word] &= ~kept.stuck_mask;
  devices[kept.stuck_word] |= stuck;
  if (is_cut(kept.last_row, CUT_AFTER_ROW))
    cut();
  return 0;
}

static int verify_row(void *context, uint32_t subarray, uint32_t row,
                      const uint32_t *cells, uint32_t *wrong) {
  const uint32_t *at = row_of(subarray, row);
  uint32_t c;
  (void)context;
  *wrong = 0;
  for (c = 0; c < kept.row_words * 16u; ++c) {
    uint32_t code = cells[c / 16u] >> c % 16u * 2u & 3u;
    *wrong += code != 3u && code != (at[c / 16u] >> c % 16u * 2u & 3u);
  }
  return 0;
}

/* The weight that a cell with a defect acts as: the device of less resistance
 * wins. */
static int32_t broken_weight(uint32_t code, uint32_t defect, int32_t coin) {
  uint32_t bl = defect & 7u, blb = defect >> 3 & 7u;
  if (defect & (READS_PLUS | READS_MINUS))
    return defect & READS_PLUS ? 1 : -1;
  if (!bl)
    bl = code & 1u ? DEFECT_LRS : DEFECT_HRS;
  if (!blb)
    blb = code & 2u ? DEFECT_LRS : DEFECT_HRS;
  if (kept.ternary && bl >= DEFECT_HRS && blb >= DEFECT_HRS)
    return 0;
  if (bl == blb)
    return coin;
  return kept.weights[bl < blb ? 1 : 2];
}

/* What a cell answers to an input bit: the weight times the input, or 0. */
static int32_t sense(uint32_t subarray, uint32_t row, uint32_t column,
                     uint32_t bit) {
  const uint32_t *at = row_of(subarray, row);
  uint32_t code = at[column / 16u] >> column % 16u * 2u & 3u, defect = 0;
  int32_t weight = kept.weights[code];
  /* A latch between equal devices falls to either side. */
  int32_t coin = (subarray ^ row ^ column) & 1u ? 1 : -1;
  if (kept.any_broken)
    defect = broken[(subarray * kept.rows + row) * kept.columns + column];
  if (defect)
    weight = broken_weight(code, defect, coin);
  else if (weight == 2)
    weight = coin;
  return bit ? weight : -weight;
}

static int read_row(void *context, uint32_t subarray, uint32_t row,
                    uint32_t column, uint32_t columns, const uint32_t *bits,
                    uint32_t *plus, uint32_t *minus) {
  uint32_t i, ones = 0, zeros = 0;
  (void)context;
  for (i = 0; i < columns; ++i) {
    int32_t product =
        sense(subarray, row, column + i, bits[i / 32u] >> i % 32u & 1u);
    ones += product > 0;
    zeros += product < 0;
  }
  *plus = ones;
  *minus = zeros;
  return 0;
}

static int sense_row(void *context, uint32_t subarray, uint32_t row,
                     uint32_t column, uint32_t columns, const uint32_t *bits,
                     uint32_t *plus, uint32_t *minus) {
  uint32_t i;
  (void)context;
  for (i = 0; i < (columns + 31u) / 32u; ++i)
    plus[i] = minus[i] = 0;
  for (i = 0; i < columns; ++i) {
    int32_t product =
        sense(subarray, row, column + i, bits[i / 32u] >> i % 32u & 1u);
    plus[i / 32u] |= (uint32_t)(product > 0) << i % 32u;
    minus[i / 32u] |= (uint32_t)(product < 0) << i % 32u;
  }
  return 0;
}

static int journal_read(void *context, uint32_t slot,
                        uint32_t entry[BNN_JOURNAL_WORDS]) {
  uint32_t i;
  (void)context;
  for (i = 0; i < BNN_JOURNAL_WORDS; ++i)
    entry[i] = slots[slot][i];
  return 0;
}

static int journal_write(void *context, uint32_t slot,
                         const uint32_t entry[BNN_JOURNAL_WORDS]) {
  uint32_t i, point = entry[BNN_JOURNAL_STATE] == BNN_ROW_BEGUN ? CUT_IN_BEGUN
                                                                : CUT_IN_DONE;
  (void)context;
  kept.last_row = entry[BNN_JOURNAL_ROW];
  for (i = 0; i < BNN_JOURNAL_WORDS; ++i) {
    if (i == BNN_JOURNAL_ROW && is_cut(entry[BNN_JOURNAL_ROW], point))
      cut();
    slots[slot][i] = entry[i];
  }
  return 0;
}

uint32_t array_wrong_cells(const uint32_t *program, uint32_t rows) {
  uint32_t total = 0, i;
  for (i = 0; i < rows; ++i) {
    const uint32_t *row = bnn_row(program, i);
    uint32_t wrong;
    verify_row(0, row[BNN_ROW_SUBARRAY], row[BNN_ROW_ROW], row + BNN_ROW_CELLS,
               &wrong);
    total += wrong;
  }
  return total;
}

const struct bnn_hardware array_hardware = {
    .program_row = program_row,
    .verify_row = verify_row,
    .read_row = read_row,
    .sense_row = sense_row,
    .journal_read = journal_read,
    .journal_write = journal_write,
};
