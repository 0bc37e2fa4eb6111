/* main.c - runs programs on a software array, for tests under QEMU.
 *
 *   run PROGRAM INPUTS OUTPUTS   programs the array, then runs all samples
 *   run PROGRAM INPUTS OUTPUTS DEFECTS   on an array with defects (array.h)
 *   cuts PROGRAM                 cuts power at four points of each row
 *   cuts-in-turn PROGRAM         at one of the four
 *   stuck PROGRAM                a device of the second row does not change
 *   damage PROGRAM               flips each bit, cuts at each length
 *
 * PROGRAM is a file of `bnn-image export --format bin`, or - for the program
 * that was linked from the C form. INPUTS and OUTPUTS hold 32-bit integers,
 * all inputs of a sample, then those of the next.
 */
#include "../src/internal.h"
#include "array.h"
#include "semihosting.h"

#define BULK __attribute__((section(".bulk")))

enum {
  PROGRAM_WORDS = 1 << 20,
  ARENA_WORDS = 1 << 18,
  SCRATCH_WORDS = 1 << 14,
  SAMPLE_WORDS = 1 << 20
};

/* Kept over resets, as flash would be. */
static BULK uint32_t program_memory[PROGRAM_WORDS];
static BULK uint32_t arena[ARENA_WORDS];
static BULK uint32_t scratch[SCRATCH_WORDS];
static BULK int32_t inputs[SAMPLE_WORDS];
static int32_t outputs[SAMPLE_WORDS / 8];

/* There where the C form is linked. */
extern const uint32_t bnn_program[] __attribute__((weak));
extern const uint32_t bnn_program_words __attribute__((weak));

static const char *const status_names[] = {"ok",
                                           "no program",
                                           "damaged: wrong checksum or length",
                                           "malformed",
                                           "not enough memory",
                                           "input out of range",
                                           "hardware",
                                           "a row does not verify",
                                           "not programmed"};

static int fail(enum bnn_status status) {
  semihosting_print("refused: ");
  semihosting_print(status_names[status]);
  semihosting_print("\n");
  return 1;
}

static int fail_file(const char *path) {
  semihosting_print("cannot use ");
  semihosting_print(path);
  semihosting_print("\n");
  return 1;
}

static void say(const char *text, uint32_t number) {
  semihosting_print(text);
  semihosting_print_number((int32_t)number);
}

static int run(const uint32_t *program, const char *from, const char *to) {
  const struct bnn_memory memory = {arena, ARENA_WORDS, scratch, SCRATCH_WORDS};
  size_t per_input = 0, per_output = 0, samples, sample, used = 0, i;
  long bytes = semihosting_read(from, inputs, sizeof inputs);
  for (i = 0; i < bnn_inputs(program); ++i)
    per_input += bnn_input_elements(program, i);
  for (i = 0; i < bnn_outputs(program); ++i)
    per_output += bnn_output_elements(program, i);
  if (bytes < 0 || (size_t)bytes % (4u * per_input))
    return fail_file(from);
  samples = (size_t)bytes / (4u * per_input);
  if (samples * per_output > sizeof outputs / sizeof outputs[0])
    return fail_file(to);
  for (sample = 0; sample < samples; ++sample) {
    const int32_t *x = inputs + sample * per_input;
    enum bnn_status status;
    for (i = 0; i < bnn_inputs(program); ++i) {
      status = bnn_set_input(program, i, x, &memory);
      if (status != BNN_OK)
        return fail(status);
      x += bnn_input_elements(program, i);
    }
    status = bnn_run(program, &array_hardware, &memory);
    if (status != BNN_OK)
      return fail(status);
    for (i = 0; i < bnn_outputs(program); ++i) {
      bnn_get_output(program, i, outputs + used, &memory);
      used += bnn_output_elements(program, i);
    }
  }
  if (semihosting_write(to, outputs, 4u * used))
    return fail_file(to);
  say("ran ", (uint32_t)samples);
  semihosting_print(" samples\n");
  return 0;
}

static int program_all(const uint32_t *program) {
  enum bnn_status status = bnn_program_rows(program, &array_hardware, 0);
  if (status == BNN_OK)
    status = bnn_programmed(program, &array_hardware);
  return status == BNN_OK ? 0 : fail(status);
}

/* Each cut but the one before the pulses costs the row once more, and no row
 * that was done is touched again. */
static int report_cuts(const uint32_t *program) {
  uint32_t wrong = array_wrong_cells(program, program[BNN_CELLS + 1]);
  say("rows ", program[BNN_CELLS + 1]);
  say(", power cuts ", array_cuts());
  say(", rows programmed ", array_rows_programmed());
  say(", wrong cells ", wrong);
  semihosting_print("\n");
  array_end_cuts();
  return wrong != 0;
}

static uint32_t rows_failed;

static int row_failed(void *context, uint32_t subarray, uint32_t row,
                      uint32_t wrong) {
  (void)context;
  ++rows_failed;
  say("subarray ", subarray);
  say(", row ", row);
  say(": wrong cells ", wrong);
  semihosting_print("\n");
  return 0;
}

/* First a board that wants every cell, then one that goes on without. */
static int stuck(const uint32_t *program) {
  struct bnn_hardware lenient = array_hardware;
  uint32_t row = 0;
  enum bnn_status status;
  array_stick(program, 1);
  status = bnn_program_rows(program, &array_hardware, &row);
  say("row ", row);
  say(" of ", program[BNN_CELLS + 1]);
  say(", rows programmed ", array_rows_programmed());
  say(", wrong cells before and in it ", array_wrong_cells(program, row + 1));
  semihosting_print("\n");
  if (status != BNN_VERIFY)
    return fail(status);
  lenient.row_failed = row_failed;
  status = bnn_program_rows(program, &lenient, &row);
  if (status != BNN_OK)
    return fail(status);
  say("rows programmed ", array_rows_programmed());
  say(", given up ", rows_failed);
  say(", wrong cells ", array_wrong_cells(program, program[BNN_CELLS + 1]));
  semihosting_print("\n");
  return 0;
}

static int damage(uint32_t *program, size_t available) {
  uint32_t words = program[BNN_WORDS], accepted = 0, i;
  for (i = 0; i < 32u * words; ++i) {
    program[i / 32u] ^= 1u << i % 32u;
    accepted += bnn_check(program, available) == BNN_OK;
    program[i / 32u] ^= 1u << i % 32u;
  }
  for (i = 0; i < words; ++i)
    accepted += bnn_check(program, i) == BNN_OK;
  say("bits flipped ", 32u * words);
  say(", lengths cut ", words);
  say(", accepted ", accepted);
  semihosting_print("\n");
  return accepted != 0;
}

static int same(const char *a, const char *b) {
  while (*a && *a == *b) {
    ++a;
    ++b;
  }
  return *a == *b;
}

/* The program of the command line, or null. */
static const uint32_t *open_program(const char *path, size_t *available) {
  long bytes;
  if (same(path, "-")) {
    *available = &bnn_program_words ? bnn_program_words : 0;
    return *available ? bnn_program : 0;
  }
  if (array_cuts()) {
    *available = program_memory[BNN_WORDS];
    return program_memory;
  }
  bytes = semihosting_read(path, program_memory, sizeof program_memory);
  if (bytes < 0)
    return 0;
  *available = (size_t)bytes / 4u;
  return program_memory;
}

static int break_array(const char *path) {
  long bytes = semihosting_read(path, inputs, sizeof inputs);
  return bytes < 0 || bytes % 8 ||
         array_break((const uint32_t *)(const void *)inputs,
                     (uint32_t)bytes / 4u);
}

int main(void) {
  static char line[1024];
  char *words[8];
  int count = semihosting_arguments(line, sizeof line, words, 8);
  const uint32_t *program;
  size_t available;
  enum bnn_status status;
  if (count < 3)
    return fail_file("the command line");
  program = open_program(words[2], &available);
  if (!program)
    return fail_file(words[2]);
  status = bnn_check(program, available);
  if (status != BNN_OK)
    return fail(status);
  if (!array_cuts() && array_new(program))
    return fail(BNN_NO_MEMORY);
  if (count == 6 && break_array(words[5]))
    return fail_file(words[5]);
  if (count >= 5 && same(words[1], "run"))
    return program_all(program) || run(program, words[3], words[4]);
  if (same(words[1], "stuck"))
    return stuck(program);
  if (same(words[1], "damage") && program == program_memory)
    return damage(program_memory, available);
  if (!same(words[1], "cuts") && !same(words[1], "cuts-in-turn"))
    return fail_file("the command line");
  if (!array_cuts())
    array_cut_power(same(words[1], "cuts"));
  return program_all(program) || report_cuts(program);
}
