/* array.h - arrays and non-volatile memory in software, behind the hardware
 * layer of bnn_runtime.h, with power cuts. */
#ifndef ARRAY_H
#define ARRAY_H

#include "bnn_runtime.h"

/* A chip as it comes, for programs of this shape: all devices in a random
 * state, the journal empty. Returns 0, or -1 where memory is too small. */
int array_new(const uint32_t *program);

/* Where power is cut while a row is programmed. */
enum array_cut {
  CUT_IN_BEGUN,  /* while the journal is told that the row begins */
  CUT_IN_ROW,    /* all devices are RESET, half of them SET */
  CUT_AFTER_ROW, /* before the journal hears that it is done */
  CUT_IN_DONE,   /* while it hears that */
  CUTS
};

/* From now on power is cut once at each of the points of each row, or at one of
 * them in turn where `all` is 0. A cut is a reset of the processor. */
void array_cut_power(int all);
/* How many cuts there were before this start of the processor; 0 where it is
 * the first, or where no cuts are wanted. */
uint32_t array_cuts(void);
/* No cut comes any more; the next start is a new one. */
void array_end_cuts(void);

/* From now on no pulse changes the first cell of a row of the program; one of
 * its two devices is in the wrong state. */
void array_stick(const uint32_t *program, uint32_t number);
/* Defects that nothing tells the firmware of: which cell, counted row by row
 * over all subarrays with the spare ones, then one of enum array_defect for
 * its BL device, eight times as much for that of BLb, or a fixed answer.
 * Returns 0, or -1 where a cell is not there. */
enum array_defect {
  DEFECT_SHORT = 1, /* below LRS */
  DEFECT_LRS,
  DEFECT_HRS,
  DEFECT_OPEN, /* above HRS */
  READS_PLUS = 64,
  READS_MINUS = 128
};
int array_break(const uint32_t *defects, uint32_t words);

/* How often a row was programmed. */
uint32_t array_rows_programmed(void);

/* Cells of the first rows of the program that are not at their codes. */
uint32_t array_wrong_cells(const uint32_t *program, uint32_t rows);

extern const struct bnn_hardware array_hardware;

#endif
