/* programming.c - row after row, with a journal that survives a power cut. */
#include "internal.h"

struct journal {
  uint32_t sequence; /* of the next entry */
  uint32_t row;      /* the first that is not known to be there */
};

/* The newer of the entries whose checksum is right and that are of this
 * program. Without any, programming starts at row 0. */
static enum bnn_status journal_open(const uint32_t *program,
                                    const struct bnn_hardware *hardware,
                                    struct journal *journal) {
  uint32_t slot, entry[BNN_JOURNAL_WORDS];
  int found = 0;
  journal->sequence = 0;
  journal->row = 0;
  for (slot = 0; slot < BNN_JOURNAL_SLOTS; ++slot) {
    if (hardware->journal_read(hardware->context, slot, entry))
      return BNN_HARDWARE;
    if (entry[BNN_JOURNAL_CRC] != bnn_crc32(entry, BNN_JOURNAL_CRC))
      continue;
    /* Entries of another program only tell where the sequence goes on. */
    if (found &&
        (int32_t)(entry[BNN_JOURNAL_SEQUENCE] + 1 - journal->sequence) <= 0)
      continue;
    found = 1;
    journal->sequence = entry[BNN_JOURNAL_SEQUENCE] + 1;
    journal->row = 0;
    if (entry[BNN_JOURNAL_PROGRAM] == program[BNN_CRC])
      journal->row = entry[BNN_JOURNAL_ROW] +
                     (entry[BNN_JOURNAL_STATE] == BNN_ROW_DONE ? 1u : 0u);
  }
  if (journal->row > program[BNN_CELLS + 1])
    journal->row = 0;
  return BNN_OK;
}

static enum bnn_status journal_note(const uint32_t *program,
                                    const struct bnn_hardware *hardware,
                                    struct journal *journal, uint32_t row,
                                    enum bnn_journal_state state) {
  uint32_t entry[BNN_JOURNAL_WORDS];
  entry[BNN_JOURNAL_SEQUENCE] = journal->sequence;
  entry[BNN_JOURNAL_PROGRAM] = program[BNN_CRC];
  entry[BNN_JOURNAL_ROW] = row;
  entry[BNN_JOURNAL_STATE] = state;
  entry[BNN_JOURNAL_CRC] = bnn_crc32(entry, BNN_JOURNAL_CRC);
  if (hardware->journal_write(hardware->context,
                              journal->sequence % BNN_JOURNAL_SLOTS, entry))
    return BNN_HARDWARE;
  ++journal->sequence;
  return BNN_OK;
}

static enum bnn_status program_row(const struct bnn_hardware *hardware,
                                   const uint32_t *row) {
  uint32_t tries, wrong = 0;
  for (tries = 0; tries < BNN_TRIES; ++tries) {
    if (hardware->program_row(hardware->context, row[BNN_ROW_SUBARRAY],
                              row[BNN_ROW_ROW], row + BNN_ROW_CELLS) ||
        hardware->verify_row(hardware->context, row[BNN_ROW_SUBARRAY],
                             row[BNN_ROW_ROW], row + BNN_ROW_CELLS, &wrong))
      return BNN_HARDWARE;
    if (!wrong)
      return BNN_OK;
  }
  return hardware->row_failed &&
                 !hardware->row_failed(hardware->context, row[BNN_ROW_SUBARRAY],
                                       row[BNN_ROW_ROW], wrong)
             ? BNN_OK
             : BNN_VERIFY;
}

enum bnn_status bnn_program_rows(const uint32_t *program,
                                 const struct bnn_hardware *hardware,
                                 uint32_t *row) {
  struct journal journal;
  uint32_t i;
  enum bnn_status status = journal_open(program, hardware, &journal);
  if (status != BNN_OK)
    return status;
  for (i = journal.row; i < program[BNN_CELLS + 1]; ++i) {
    const uint32_t *record = bnn_row(program, i);
    /* Flash may have changed since bnn_check: look again before pulses. */
    uint32_t crc = bnn_row_crc(record, bnn_row_words(program));
    if (row)
      *row = i;
    if (crc != record[BNN_ROW_CRC])
      return BNN_DAMAGED;
    status = journal_note(program, hardware, &journal, i, BNN_ROW_BEGUN);
    if (status == BNN_OK)
      status = program_row(hardware, record);
    if (status == BNN_OK)
      status = journal_note(program, hardware, &journal, i, BNN_ROW_DONE);
    if (status != BNN_OK)
      return status;
  }
  return BNN_OK;
}

enum bnn_status bnn_programmed(const uint32_t *program,
                               const struct bnn_hardware *hardware) {
  struct journal journal;
  enum bnn_status status = journal_open(program, hardware, &journal);
  if (status != BNN_OK)
    return status;
  return journal.row == program[BNN_CELLS + 1] ? BNN_OK : BNN_NOT_PROGRAMMED;
}
