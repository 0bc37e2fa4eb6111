// Types that the modules share, and the numbers of docs/export-formats.md.

package bnn_pkg;

  typedef logic [31:0] word_t;

  localparam word_t ProgramMagic = 32'h50434e42;
  localparam word_t ProgramVersion = 3;

  // Planes of the widest input code that a descriptor holds.
  localparam int MaxPlanes = 16;
  // Values that a step can combine, and dimensions that it can transpose.
  localparam int MaxSources = 4;
  localparam int MaxRank = 6;

  typedef enum logic [2:0] {
    KindNone = 0,
    KindArray = 1,
    KindPool = 2,
    KindTranspose = 3,
    KindThreshold = 4,
    KindCombine = 5,
    KindMove = 6,
    KindTable = 7          // no step: the addresses of a subarray
  } kind_e;

  typedef enum logic [1:0] {
    Bipolar = 0,
    Thermometer = 1,
    Positional = 2
  } coding_e;

  // The chip's own record, at word 12 of a program, is read like a step.
  localparam kind_e KindChip = KindNone;

  // Why a program is refused; NoError while it is read.
  typedef enum logic [2:0] {
    NoError = 0,
    ErrorFormat = 1,       // no program of this version, or damaged
    ErrorChip = 2,         // made for subarrays of another kind
    ErrorCapacity = 3,     // larger than a parameter of the chip
    ErrorStep = 4          // a step that this chip has no unit for
  } error_e;

  // Elements in the activation buffer: 2**log_bytes bytes each from `offset`.
  typedef struct packed {
    word_t      elements;
    word_t      offset;
    logic [1:0] log_bytes;
    logic       is_signed;
  } value_t;

  // Two spatial dimensions, [0] = y, [1] = x; one-dimensional layers have y = 1.
  typedef logic [1:0][15:0] spatial_t;

  typedef struct packed {
    logic [4:0] shift;     // weight = 2**shift, in units of the count
    logic       negative;
  } plane_t;

  // One step: what the loader makes of a record.
  typedef struct packed {
    kind_e      kind;
    value_t [MaxSources-1:0] source;
    logic [2:0] sources;
    value_t     result;
    // Array layers.
    word_t      neurons;
    word_t      groups;
    word_t      group_neurons;
    word_t      fan_in;
    word_t      lanes;           // weight planes * fan-in
    word_t      window_lanes;    // that are gathered together
    logic       by_input;        // a row is an input, not a neuron
    coding_e    coding;
    logic [4:0] planes;
    plane_t [MaxPlanes-1:0] plane;
    word_t      positions;
    logic       convolution;
    spatial_t   input_size, output_size, kernel, stride, dilation, pad;
    word_t      pad_code;
    word_t      tile_columns;
    word_t      band;            // number of its first tile row on the chip
    // Rows of the layer that lie in others' slots: where they begin in the table.
    logic       has_slots;
    word_t      slot_start;
    // Border classes of its positions; channels of a pool that take the minimum;
    // factors of a combination: where they begin in the table.
    logic       has_table;
    word_t      table_start;
    logic [4:0] unit_shift;      // log2(count_unit)
    logic [4:0] divisor_shift;   // log2(divisor)
    // Step functions and biases: one for each border class and neuron.
    logic       has_bias;
    logic       has_functions;
    word_t      functions;       // number of the first
    // Thresholds in cells (bits of one; 0: in registers), the first tile row of
    // their own, thresholds of a function, cells of a class, and the least value.
    logic [5:0] threshold_bits;
    word_t      threshold_band;
    word_t      threshold_slots;
    word_t      class_cells;
    word_t      threshold_base;
    // Pools, thresholds, combinations.
    logic       sum;
    word_t      channels;
    word_t      inner;
    // Moves: `channels` runs of `inner` elements; where they begin, and how far
    // one begins behind the other.
    word_t      source_start, source_pitch, result_start, result_pitch;
    // Transposition: dimension d of the result is dimension permutation[d].
    logic [2:0] rank;
    word_t [MaxRank-1:0] shape;
    logic [MaxRank-1:0][2:0] permutation;
  } step_t;

  // What goes with a read through the adders, until its neuron is compared.
  typedef struct packed {
    logic       valid;
    logic       first;           // of the reads of a neuron
    logic       last;
    logic       last_of_layer;
    plane_t     plane;
    word_t      function_index;
    word_t      first_cell;      // of the class, in the word of thresholds
    word_t      address;         // of the result
  } tag_t;

  // Where a word of the program lies.
  typedef enum logic [2:0] {
    SectionNone = 0,
    SectionValue = 1,      // words of all values, one after another
    SectionRecord = 2,     // word `index` of the chip's record or of a step's
    SectionList = 3,       // entry `index` of a list of the record
    SectionCommit = 4,     // the record and all of its lists are read
    SectionCells = 5       // words of all rows to program
  } section_e;

  typedef enum logic [4:0] {
    ListWeights = 0,
    ListInputs = 1,        // of the network, or of a combination
    ListOutputs = 2,
    ListPlaneWeights = 3,
    ListInputSize = 4,     // or the shape that is transposed
    ListOutputSize = 5,    // or the permutation
    ListKernel = 6,
    ListStrides = 7,
    ListDilations = 8,
    ListPads = 9,
    ListTiles = 10,
    ListTable = 11,
    ListBias = 12,
    ListStart = 13,        // before the thresholds, which need it
    ListThresholds = 14,
    ListCodes = 15,
    ListThresholdTiles = 16,
    ListRowSlots = 17,
    ListRows = 18,         // of a subarray
    ListSkipped = 19,
    ListComplemented = 20
  } list_e;
  localparam int NumLists = 21;

  // log2 of a power of two.
  function automatic logic [4:0] log2(input word_t x);
    log2 = 0;
    for (int i = 0; i < 32; ++i)
      if (x[i]) log2 = 5'(i);
  endfunction

  // CRC-32 of zlib, a word at a time, lowest byte and bit first.
  function automatic word_t crc32(input word_t crc, input word_t data);
    crc32 = crc ^ data;
    for (int i = 0; i < 32; ++i)
      crc32 = (crc32 >> 1) ^ (crc32[0] ? 32'hedb88320 : 0);
  endfunction

endpackage
