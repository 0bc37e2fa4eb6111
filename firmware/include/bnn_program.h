/* bnn_program.h - words of an exported program.
 *
 * The numbers are those of docs/export-formats.md. A list takes two words, of
 * which the first has the name here: where it begins; how long it is follows.
 */
#ifndef BNN_PROGRAM_H
#define BNN_PROGRAM_H

#define BNN_MAGIC 0x50434e42u
#define BNN_VERSION 3u

enum bnn_chip_word {
  BNN_WORDS = 2,
  BNN_CRC = 3,
  BNN_CRC_FROM = 4, /* the checksum is over the words from here on */
  BNN_ROWS = 12,
  BNN_COLUMNS = 13,
  BNN_TERNARY_SENSE = 15,
  BNN_SUBARRAYS = 17,
  BNN_WEIGHTS = 18,
  BNN_ARENA_BYTES = 20,
  BNN_INPUTS = 21,
  BNN_OUTPUTS = 23,
  BNN_VALUES = 25,
  BNN_STEPS = 27,
  BNN_CELLS = 29,
  BNN_PHYSICAL_ROWS = 33, /* with spare ones */
  BNN_PHYSICAL_COLUMNS = 34,
  BNN_ADDRESSES = 35,
  BNN_CHIP_WORDS = 37
};

enum bnn_value_word {
  BNN_VALUE_ELEMENTS = 2,
  BNN_VALUE_BYTES = 3,
  BNN_VALUE_SIGNED = 4,
  BNN_VALUE_OFFSET = 5,
  BNN_VALUE_LOW = 6,
  BNN_VALUE_HIGH = 7,
  BNN_VALUE_WORDS = 8
};

/* Where the addresses of a subarray lie; records ascend. */
enum bnn_table_word {
  BNN_TABLE_SUBARRAY,
  BNN_TABLE_ROWS, /* lists */
  BNN_TABLE_SKIPPED = 3,
  BNN_TABLE_COMPLEMENTED = 5,
  BNN_TABLE_WORDS = 7
};

enum bnn_row_word { BNN_ROW_SUBARRAY, BNN_ROW_ROW, BNN_ROW_CRC, BNN_ROW_CELLS };

enum bnn_step_kind {
  BNN_ARRAY = 1,
  BNN_POOL,
  BNN_TRANSPOSE,
  BNN_THRESHOLD,
  BNN_COMBINE,
  BNN_MOVE
};

enum bnn_orientation { BNN_ROW_IS_NEURON, BNN_ROW_IS_INPUT };

enum bnn_plane_coding { BNN_BIPOLAR, BNN_THERMOMETER, BNN_POSITIONAL };

enum bnn_array_word {
  BNN_ARRAY_INPUT = 3,
  BNN_ARRAY_OUTPUT = 4,
  BNN_ARRAY_NEURONS = 5,
  BNN_ARRAY_FAN_IN = 6,
  BNN_ARRAY_GROUPS = 7,
  BNN_ARRAY_WEIGHT_PLANES = 8,
  BNN_ARRAY_PLANE_CODING = 9,
  BNN_ARRAY_PLANE_OFFSET = 10,
  BNN_ARRAY_PLANE_WEIGHTS = 11,
  BNN_ARRAY_POSITIONS = 13,
  BNN_ARRAY_CHANNELS = 14,
  BNN_ARRAY_INPUT_SIZE = 15, /* six lists, as BNN_POOL_INPUT_SIZE */
  BNN_ARRAY_PAD_CODE = 27,
  BNN_ARRAY_TILE_ROWS = 28,
  BNN_ARRAY_TILE_COLUMNS = 29,
  BNN_ARRAY_LANE_PADDING = 30,
  BNN_ARRAY_TILES = 31,
  BNN_ARRAY_CLASSES = 35,
  BNN_ARRAY_POSITION_CLASS = 36,
  BNN_ARRAY_COUNT_UNIT = 38,
  BNN_ARRAY_DIVISOR = 39,
  BNN_ARRAY_BIAS = 40,
  BNN_ARRAY_STEPS = 42, /* three lists: start, thresholds, codes */
  BNN_ARRAY_CYCLES = 48,
  BNN_ARRAY_ORIENTATION = 49,
  BNN_ARRAY_THRESHOLD_BITS = 50,
  BNN_ARRAY_THRESHOLD_SLOTS = 51,
  BNN_ARRAY_THRESHOLD_BASE = 52,
  BNN_ARRAY_THRESHOLD_TILES = 53,
  BNN_ARRAY_ROW_SLOTS = 55,
  BNN_ARRAY_WORDS = 57
};

enum bnn_pool_word {
  BNN_POOL_INPUT = 3,
  BNN_POOL_OUTPUT = 4,
  BNN_POOL_SUM = 5,
  BNN_POOL_CHANNELS = 6,
  /* six lists: input, output, kernel, strides, dilations, pads_begin */
  BNN_POOL_INPUT_SIZE = 7,
  BNN_POOL_MINIMUM = 19,
  BNN_POOL_WORDS = 21
};

enum bnn_transpose_word {
  BNN_TRANSPOSE_INPUT = 3,
  BNN_TRANSPOSE_OUTPUT = 4,
  BNN_TRANSPOSE_SHAPE = 5,
  BNN_TRANSPOSE_PERMUTATION = 7,
  BNN_TRANSPOSE_WORDS = 9
};

enum bnn_threshold_word {
  BNN_THRESHOLD_INPUT = 3,
  BNN_THRESHOLD_OUTPUT = 4,
  BNN_THRESHOLD_CHANNELS = 5,
  BNN_THRESHOLD_INNER = 6,
  BNN_THRESHOLD_STEPS = 7,
  BNN_THRESHOLD_WORDS = 13
};

enum bnn_combine_word {
  BNN_COMBINE_INPUTS = 3,
  BNN_COMBINE_OUTPUT = 5,
  BNN_COMBINE_CHANNELS = 6,
  BNN_COMBINE_INNER = 7,
  BNN_COMBINE_FACTORS = 8,
  BNN_COMBINE_WORDS = 10
};

enum bnn_move_word {
  BNN_MOVE_INPUT = 3,
  BNN_MOVE_OUTPUT = 4,
  BNN_MOVE_RUNS = 5,
  BNN_MOVE_LENGTH = 6,
  BNN_MOVE_INPUT_START = 7, /* and the pitch of the runs behind it */
  BNN_MOVE_OUTPUT_START = 9,
  BNN_MOVE_WORDS = 11
};

#endif
