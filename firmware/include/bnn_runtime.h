/* bnn_runtime.h - programs arrays and runs networks on them.
 *
 * Freestanding C99: no heap, no library. All memory is the caller's. A program
 * is what `bnn-image export --format bin` or `--format c` writes.
 */
#ifndef BNN_RUNTIME_H
#define BNN_RUNTIME_H

#include <stddef.h>
#include <stdint.h>

enum bnn_status {
  BNN_OK,
  BNN_NO_PROGRAM,    /* another magic word or version */
  BNN_DAMAGED,       /* a checksum or the length is wrong */
  BNN_MALFORMED,     /* a record that no export writes */
  BNN_NO_MEMORY,     /* arena or scratch is too small */
  BNN_RANGE,         /* an input outside its range */
  BNN_HARDWARE,      /* the hardware layer failed */
  BNN_VERIFY,        /* a row did not verify after BNN_TRIES attempts */
  BNN_NOT_PROGRAMMED /* the journal does not say that all rows are there */
};

/* Attempts to program a row before it is given up. */
#define BNN_TRIES 3u

/* An entry of the journal, written as a whole into one of two slots, turn by
 * turn: a cut while one is written leaves the other. */
#define BNN_JOURNAL_SLOTS 2u
enum bnn_journal_word {
  BNN_JOURNAL_SEQUENCE,
  BNN_JOURNAL_PROGRAM, /* the program's CRC-32 */
  BNN_JOURNAL_ROW,     /* its number in the program */
  BNN_JOURNAL_STATE,
  BNN_JOURNAL_CRC, /* of the words before */
  BNN_JOURNAL_WORDS
};
enum bnn_journal_state { BNN_ROW_BEGUN = 1, BNN_ROW_DONE = 2 };

/* What a board provides. Functions return 0, or anything else on failure. Rows
 * and columns are those of the chip, with spare ones: where a program moves
 * rows away from defects, the runtime knows it. */
struct bnn_hardware {
  void *context;
  /* Brings all cells of a row but those with code 3 to their codes, two bits a
   * cell, column 0 lowest: RESET first, then SET of one device a cell. */
  int (*program_row)(void *context, uint32_t subarray, uint32_t row,
                     const uint32_t *cells);
  /* Sets *wrong to the number of cells that are not at their codes. */
  int (*verify_row)(void *context, uint32_t subarray, uint32_t row,
                    const uint32_t *cells, uint32_t *wrong);
  /* A row whose cells did not all verify after BNN_TRIES attempts: 0 to go on
   * with the next one, as with a chip of known defects. Null: do not. */
  int (*row_failed)(void *context, uint32_t subarray, uint32_t row,
                    uint32_t wrong);
  /* Drives `columns` columns from `column` on with `bits` (lowest first),
   * senses the row and counts: *plus columns of weight times input +1, *minus
   * of -1. */
  int (*read_row)(void *context, uint32_t subarray, uint32_t row,
                  uint32_t column, uint32_t columns, const uint32_t *bits,
                  uint32_t *plus, uint32_t *minus);
  /* The same, but tells what each column answered: bit i of `plus` is 1 where
   * column + i gave +1, of `minus` where it gave -1. Used where rows are
   * inputs, for thresholds in cells, and where columns between others are left
   * out; may be null where a program has none of these. */
  int (*sense_row)(void *context, uint32_t subarray, uint32_t row,
                   uint32_t column, uint32_t columns, const uint32_t *bits,
                   uint32_t *plus, uint32_t *minus);
  /* Non-volatile memory. A slot never written may read as anything. */
  int (*journal_read)(void *context, uint32_t slot,
                      uint32_t entry[BNN_JOURNAL_WORDS]);
  int (*journal_write)(void *context, uint32_t slot,
                       const uint32_t entry[BNN_JOURNAL_WORDS]);
};

/* Checks magic, version, length and CRC-32 of `available` words, then that
 * every record lies in the program and every number it uses in its bounds. */
enum bnn_status bnn_check(const uint32_t *program, size_t available);

/* The functions below take programs that bnn_check accepted. */

/* Programs all rows, from where the journal says that a former attempt ended;
 * a row that was begun is programmed again. On BNN_VERIFY, *row is the number
 * of the row that failed. `row` may be null. */
enum bnn_status bnn_program_rows(const uint32_t *program,
                                 const struct bnn_hardware *hardware,
                                 uint32_t *row);

/* BNN_OK if the journal says that all rows of this program are there. */
enum bnn_status bnn_programmed(const uint32_t *program,
                               const struct bnn_hardware *hardware);

/* Memory for `bnn_run`, in words. */
size_t bnn_arena_words(const uint32_t *program);
size_t bnn_scratch_words(const uint32_t *program);

struct bnn_memory {
  uint32_t *arena;
  size_t arena_words;
  uint32_t *scratch;
  size_t scratch_words;
};

/* Elements of input or output number i. */
size_t bnn_inputs(const uint32_t *program);
size_t bnn_outputs(const uint32_t *program);
size_t bnn_input_elements(const uint32_t *program, size_t i);
size_t bnn_output_elements(const uint32_t *program, size_t i);

/* Puts an input into the arena, runs all steps, takes an output out. Inputs
 * must be set again before each run: their memory is used for more. */
enum bnn_status bnn_set_input(const uint32_t *program, size_t i,
                              const int32_t *elements,
                              const struct bnn_memory *memory);
enum bnn_status bnn_run(const uint32_t *program,
                        const struct bnn_hardware *hardware,
                        const struct bnn_memory *memory);
void bnn_get_output(const uint32_t *program, size_t i, int32_t *elements,
                    const struct bnn_memory *memory);

/* CRC-32 as in zlib, over the words' bytes in little-endian order. */
uint32_t bnn_crc32(const uint32_t *words, size_t count);

#endif
