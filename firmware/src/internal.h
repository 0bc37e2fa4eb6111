/* internal.h - what the runtime's files share. */
#ifndef BNN_INTERNAL_H
#define BNN_INTERNAL_H

#include "bnn_program.h"
#include "bnn_runtime.h"

/* Most spatial dimensions, as in the image format. */
#define BNN_MAX_RANK 16u

/* The list whose two words begin at `at`. */
static inline const uint32_t *bnn_list(const uint32_t *program,
                                       const uint32_t *at) {
  return program + at[0];
}

static inline const uint32_t *bnn_value(const uint32_t *program,
                                        uint32_t number) {
  return program + program[BNN_VALUES] + BNN_VALUE_WORDS * number;
}

static inline uint32_t bnn_row_words(const uint32_t *program) {
  return (program[BNN_PHYSICAL_COLUMNS] + 15u) / 16u;
}

static inline const uint32_t *bnn_row(const uint32_t *program,
                                      uint32_t number) {
  return program + program[BNN_CELLS] +
         (BNN_ROW_CELLS + bnn_row_words(program)) * number;
}

static inline const uint32_t *bnn_table(const uint32_t *program,
                                        uint32_t number) {
  return program + program[BNN_ADDRESSES] + BNN_TABLE_WORDS * number;
}

/* What word BNN_ROW_CRC of a row with `words` words of cells should be. */
uint32_t bnn_row_crc(const uint32_t *row, uint32_t words);

/* Sums and products of exported programs fit; those of others wrap. */
static inline int32_t bnn_add(int32_t a, int32_t b) {
  return (int32_t)((uint32_t)a + (uint32_t)b);
}
static inline int32_t bnn_multiply(int32_t a, int32_t b) {
  return (int32_t)((uint32_t)a * (uint32_t)b);
}

/* Words that hold a bit of each column of the chip. */
static inline uint32_t bnn_line_words(const uint32_t *program) {
  return (program[BNN_PHYSICAL_COLUMNS] + 31u) / 32u;
}

/* Arrays that are read by address. */
struct bnn_board {
  const uint32_t *program;
  const struct bnn_hardware *hardware;
  /* Answers of a line, and where the program has tables three more lines. */
  uint32_t *plus, *minus, *wide;
  uint32_t wide_words; /* of a line */
};

struct bnn_read {
  uint32_t subarray, row, column, columns;
  const uint32_t *bits;
};

/* As those of bnn_hardware. */
int bnn_read_row(const struct bnn_board *board, const struct bnn_read *read,
                 uint32_t *plus, uint32_t *minus);
int bnn_sense_row(const struct bnn_board *board, const struct bnn_read *read,
                  uint32_t *plus, uint32_t *minus);

/* A layer on the arrays, and the words of scratch that it takes. */
enum bnn_status bnn_run_layer(const uint32_t *program, const uint32_t *step,
                              const struct bnn_hardware *hardware,
                              const struct bnn_memory *memory);
size_t bnn_layer_words(const uint32_t *program, const uint32_t *step);

/* Element `i` of a value in the arena. */
int32_t bnn_load(const uint32_t *value, const uint32_t *arena, uint32_t i);
void bnn_store(const uint32_t *value, uint32_t *arena, uint32_t i,
               int32_t element);

/* The code of step function `function` at `x`; `lists` are the words of start,
 * thresholds and codes in a record. */
int32_t bnn_step_code(const uint32_t *program, const uint32_t *lists,
                      uint32_t function, int32_t x);

/* The windows of a convolution or pool: `lists` are the six lists from
 * input_size on. Flat index into a channel of tap `tap` at `position`, or -1
 * in the padding. */
int32_t bnn_tap(const uint32_t *program, const uint32_t *lists,
                uint32_t position, uint32_t tap);

uint32_t bnn_product(const uint32_t *program, const uint32_t *list);

#endif
