// Hands what a program says to the units that need it: cells and tiles to the
// subarrays, step functions to their store, and a descriptor of each step to
// the table from which the chip runs.

module loader
  import bnn_pkg::*;
#(
  parameter int ROWS          = 32,
  parameter int COLUMNS       = 32,
  parameter int PHYSICAL_ROWS = ROWS,
  parameter int PHYSICAL_COLUMNS = COLUMNS,
  parameter int MOVED         = 0,
  parameter int SUBARRAYS     = 1,
  parameter int MUX           = 1,
  parameter int TERNARY       = 0,
  parameter int TREE          = 0,
  parameter int S2P           = 1,
  parameter int TILES         = 1,
  parameter int ROUNDS        = 1,
  parameter int TILE_COLUMNS  = 1,
  parameter int LANES         = 32,
  parameter int NEURONS       = 1,
  parameter int BANDS         = 1,
  parameter int PLANES        = 1,
  parameter int STEPS         = 1,
  parameter int VALUES        = 2,
  parameter int FUNCTIONS     = 1,
  parameter int THRESHOLDS    = 1,
  parameter int WORD_CELLS    = 1,
  parameter int TABLE         = 1,
  parameter int SLOTS         = 1,
  parameter int BYTES         = 1024,
  parameter int ACCUMULATOR_BITS = 32,
  parameter int PROGRAM_WORDS = 1024,
  localparam int RowBits    = PHYSICAL_ROWS > 1 ? $clog2(PHYSICAL_ROWS) : 1,
  localparam int ColumnBits = $clog2(COLUMNS + 1),
  localparam int RoundBits  = ROUNDS > 1 ? $clog2(ROUNDS) : 1,
  localparam int SlotBits   = TILE_COLUMNS > 1 ? $clog2(TILE_COLUMNS) : 1,
  parameter int LANE_BITS     = 5,
  localparam int BandBits   = BANDS > 1 ? $clog2(BANDS) : 1,
  localparam int TableBits  = TABLE > 1 ? $clog2(TABLE) : 1,
  localparam int PlaceBits  = SLOTS > 1 ? $clog2(SLOTS) : 1,
  localparam int StepBits   = STEPS > 1 ? $clog2(STEPS) : 1,
  localparam int ThresholdBits = $clog2(THRESHOLDS + 1)
) (
  input  logic   clk,
  input  logic   reset,

  output word_t  address,              // of the word that comes in the next clock
  input  word_t  data,
  output logic   loaded,
  output error_e error,

  // To all subarrays.
  output word_t                 config_subarray,
  output logic                  config_cells,
  output logic                  config_tile,
  output logic [RowBits-1:0]    config_row,
  output logic [15:0]           config_block,
  output logic [15:0]           config_bl,
  output logic [15:0]           config_blb,
  output logic [ColumnBits-1:0] config_column,
  output logic [ColumnBits-1:0] config_width,
  output logic [BandBits-1:0]   config_band,
  output logic [RoundBits-1:0]  config_round,
  output logic [SlotBits-1:0]   config_slot,
  output logic [LANE_BITS-1:0]  config_lane,
  output logic                  config_threshold,
  output logic                  swap_polarity,
  // An entry of a subarray's table: where a row lies, a column that is left
  // out, a row that stores the complement.
  output logic                  config_place,
  output logic                  config_skipped,
  output logic                  config_complement,
  output word_t                 config_entry,
  output word_t                 config_value,

  // To the function store.
  output logic                  write_threshold,
  output logic                  write_code,
  output logic                  write_bias,
  output logic                  write_length,
  output word_t                 write_function,
  output logic [ThresholdBits-1:0] write_slot,
  output word_t                 write_data,

  // Tables that are read while the chip runs.
  input  logic [BandBits-1:0]   band,
  output logic [RoundBits:0]    rounds,
  input  word_t                 table_address,
  output word_t                 table_word,
  input  word_t                 slot_address,
  output word_t                 slot_word,
  input  logic [StepBits-1:0]   step_number,
  output step_t                 step,
  output word_t                 steps,
  // The first values that the host writes and reads.
  output value_t                input_value,
  output value_t                output_value
);

  localparam int ValueBits = VALUES > 1 ? $clog2(VALUES) : 1;

  section_e section;
  kind_e    kind;
  list_e    list;
  word_t    index, number;
  logic     hold, walked, last_entry;
  error_e   found, walker_error, own_error;

  program_walker #(.PROGRAM_WORDS(PROGRAM_WORDS)) walker (
    .clk, .reset, .address, .data, .hold, .refuse(found != NoError), .section, .kind, .list,
    .index, .last_entry, .step_number(number), .done(walked), .error(walker_error)
  );
  assign loaded = walked;
  assign error = own_error != NoError ? own_error : walker_error;
  assign steps = number + 1;

  logic field, entry, commit;
  assign field  = section == SectionRecord;
  assign entry  = section == SectionList;
  assign commit = section == SectionCommit;

  //-------------------------------------------------------------------------
  // Values
  //-------------------------------------------------------------------------

  value_t values[VALUES];
  value_t value_now;
  word_t  first_input, first_output;
  always_ff @(posedge clk)
    if (section == SectionValue)
      case (index[2:0])
        2: value_now.elements <= data;
        3: value_now.log_bytes <= 2'(log2(data));
        4: value_now.is_signed <= data[0];
        5: value_now.offset <= data;
        7: values[index[ValueBits+2:3]] <= value_now;
        default: ;
      endcase
    else if (entry && index == '0) begin
      if (list == ListInputs) first_input <= data;
      if (list == ListOutputs) first_output <= data;
    end
  assign input_value = values[ValueBits'(first_input)];
  assign output_value = values[ValueBits'(first_output)];

  always_ff @(posedge clk)
    if (entry && list == ListWeights && index == 1) swap_polarity <= data != 1;

  //-------------------------------------------------------------------------
  // Steps
  //-------------------------------------------------------------------------

  step_t current;
  step_t table_of_steps[STEPS];
  always_ff @(posedge clk) step <= table_of_steps[step_number];

  word_t bands, functions, table_used, slots_used; // by earlier steps
  word_t tile_rows, groups_left, functions_now, table_now, slots_now;
  logic  alternating;
  word_t border_classes, word_cells;
  assign word_cells = border_classes * current.class_cells;

  // A list of one or two sizes goes to [1], or [0] and [1].
  logic two;
  function automatic spatial_t with_size(input spatial_t old, input logic both, input logic first,
                                         input logic [15:0] size);
    with_size = old;
    if (both && first) with_size[0] = size;
    else with_size[1] = size;
  endfunction

  word_t weight;
  assign weight = data[31] ? -data : data;

  always_ff @(posedge clk)
    if (reset) begin
      bands <= '0;
      functions <= '0;
      table_used <= '0;
      slots_used <= '0;
    end else if (field && index == '0) begin
      current <= '{kind: kind_e'(data[2:0]), input_size: {16'd1, 16'd1},
                   output_size: {16'd1, 16'd1}, kernel: {16'd1, 16'd1},
                   stride: {16'd1, 16'd1}, dilation: {16'd1, 16'd1},
                   functions: functions, table_start: table_used, band: bands,
                   slot_start: slots_used, coding: Bipolar, default: '0};
      tile_rows <= '0;
      functions_now <= '0;
      table_now <= '0;
      slots_now <= '0;
    end else if (field && kind == KindCombine) begin
      case (index)
        4: current.sources <= data[2:0];
        5: current.result <= values[ValueBits'(data)];
        6: current.channels <= data;
        7: current.inner <= data;
        9: table_now <= data;
        default: ;
      endcase
    end else if (field && index == 3) begin
      current.source[0] <= values[ValueBits'(data)];
    end else if (field && index == 4) begin
      current.result <= values[ValueBits'(data)];
    end else if (field && kind == KindArray) begin
      case (index)
        5: begin
          current.neurons <= data;
          groups_left <= data;
        end
        6: current.fan_in <= data;
        7: current.groups <= data;
        8: current.lanes <= data * current.fan_in; // weight planes
        9: begin
          current.window_lanes <= current.lanes;
          // Neurons of a group: how often the groups go into the neurons.
          if (hold) begin
            groups_left <= groups_left - current.groups;
            current.group_neurons <= current.group_neurons + 1;
          end else begin
            current.coding <= coding_e'(data[1:0]);
          end
        end
        12: current.planes <= data[4:0];
        13: current.positions <= data;
        14: current.convolution <= data != '0;
        16: two <= data == 2;
        27: current.pad_code <= data;
        28: tile_rows <= data;
        29: current.tile_columns <= data;
        30: alternating <= data[0];
        35: border_classes <= data;
        37: begin
          current.has_table <= data != '0;
          table_now <= data;
        end
        38: current.unit_shift <= log2(data);
        39: current.divisor_shift <= log2(data);
        41: begin
          current.has_bias <= data != '0;
          functions_now <= data;
        end
        43: begin
          current.has_functions <= data != '0;
          if (data != '0) functions_now <= data - 1;
        end
        49: begin
          current.by_input <= data[0];
          if (data[0]) current.window_lanes <= current.lanes * current.groups;
          current.threshold_band <= current.band + tile_rows;
        end
        50: current.threshold_bits <= data[5:0];
        51: begin
          current.threshold_slots <= data;
          current.class_cells <= data * word_t'(current.threshold_bits);
        end
        52: current.threshold_base <= data;
        54: if (current.by_input)
              // A row of cells is shared by the neurons: each has a round of its own.
              tile_rows <= tile_rows + (word_cells + word_t'(ROWS) - 1) / word_t'(ROWS);
        56: begin
          current.has_slots <= data != '0;
          slots_now <= data;
        end
        default: ;
      endcase
    end else if (field && kind == KindPool) begin
      case (index)
        5: current.sum <= data[0];
        6: current.channels <= data;
        8: two <= data == 2;
        20: begin
          current.has_table <= data != '0;
          table_now <= data;
        end
        default: ;
      endcase
    end else if (field && kind == KindThreshold) begin
      case (index)
        5: current.channels <= data;
        6: current.inner <= data;
        8: functions_now <= data - 1;
        default: ;
      endcase
    end else if (field && kind == KindMove) begin
      case (index)
        5: current.channels <= data;
        6: current.inner <= data;
        7: current.source_start <= data;
        8: current.source_pitch <= data;
        9: current.result_start <= data;
        10: current.result_pitch <= data;
        default: ;
      endcase
    end else if (field && kind == KindTranspose) begin
      if (index == 6) current.rank <= data[2:0];
    end else if (entry && kind == KindTranspose) begin
      if (list == ListInputSize) current.shape[index[2:0]] <= data;
      else current.permutation[index[2:0]] <= data[2:0];
    end else if (entry) begin
      case (list)
        ListPlaneWeights:
          current.plane[index[3:0]] <= '{shift: log2(weight) - current.unit_shift,
                                         negative: data[31]};
        ListInputSize:
          current.input_size <= with_size(current.input_size, two, index == '0, data[15:0]);
        ListOutputSize:
          current.output_size <= with_size(current.output_size, two, index == '0, data[15:0]);
        ListKernel: current.kernel <= with_size(current.kernel, two, index == '0, data[15:0]);
        ListStrides: current.stride <= with_size(current.stride, two, index == '0, data[15:0]);
        ListDilations:
          current.dilation <= with_size(current.dilation, two, index == '0, data[15:0]);
        ListPads: current.pad <= with_size(current.pad, two, index == '0, data[15:0]);
        ListInputs: current.source[index[1:0]] <= values[ValueBits'(data)];
        default: ;
      endcase
    end else if (commit && kind != KindChip && kind != KindTable) begin
      table_of_steps[StepBits'(number)] <= current;
      bands <= bands + tile_rows;
      functions <= functions + functions_now;
      table_used <= table_used + table_now;
      slots_used <= slots_used + slots_now;
    end

  word_t words_of_table[TABLE];
  word_t table_place;
  assign table_place = table_used + index;
  always_ff @(posedge clk)
    if (entry && list == ListTable) words_of_table[TableBits'(table_place)] <= data;
  assign table_word = words_of_table[TableBits'(table_address)];

  // The slot of each neuron; where rows are inputs, which are read slot after
  // slot, the lane in each slot.
  word_t places[SLOTS];
  word_t place_written, place_value;
  assign place_written = current.slot_start + (current.by_input ? data : index);
  assign place_value = current.by_input ? index : data;
  always_ff @(posedge clk)
    if (entry && list == ListRowSlots) places[PlaceBits'(place_written)] <= place_value;
  assign slot_word = places[PlaceBits'(slot_address)];

  word_t table_subarray, other_subarray;
  always_ff @(posedge clk)
    if (field && kind == KindTable && index == '0) table_subarray <= data;
  assign config_place = entry && list == ListRows;
  assign config_skipped = entry && list == ListSkipped;
  assign config_complement = entry && list == ListComplemented;
  assign config_entry = index;
  assign config_value = data;
  assign config_subarray = entry && kind == KindTable ? table_subarray : other_subarray;

  //-------------------------------------------------------------------------
  // Tiles, cells, step functions
  //-------------------------------------------------------------------------

  logic too_many, too_long, skip;
  tile_loader #(
    .ROWS(ROWS), .COLUMNS(COLUMNS), .PHYSICAL_ROWS(PHYSICAL_ROWS),
    .PHYSICAL_COLUMNS(PHYSICAL_COLUMNS), .SUBARRAYS(SUBARRAYS), .TILES(TILES), .ROUNDS(ROUNDS),
    .TILE_COLUMNS(TILE_COLUMNS), .LANE_BITS(LANE_BITS), .BANDS(BANDS)
  ) tiles (
    .clk, .reset, .section, .list, .data, .step(current), .alternating, .word_cells, .too_many,
    .config_subarray(other_subarray), .config_cells, .config_tile, .config_row, .config_block,
    .config_bl, .config_blb, .config_column, .config_width, .config_band, .config_round,
    .config_slot, .config_lane, .config_threshold, .band, .rounds
  );

  function_loader #(.FUNCTIONS(FUNCTIONS), .THRESHOLDS(THRESHOLDS)) functions_of_steps (
    .clk, .section, .list, .index, .last_entry, .data, .step(current), .hold(skip), .too_long,
    .write_threshold, .write_code, .write_bias, .write_length, .write_function, .write_slot,
    .write_data
  );

  assign hold = skip || (field && kind == KindArray && index == 9 && groups_left != '0);

  //-------------------------------------------------------------------------
  // What is refused
  //-------------------------------------------------------------------------

  always_comb begin
    found = NoError;
    if (field && kind == KindChip)
      case (index)
        12: if (data != word_t'(ROWS)) found = ErrorChip;
        13: if (data != word_t'(COLUMNS)) found = ErrorChip;
        14: if (data != word_t'(MUX)) found = ErrorChip;
        15: if (data != word_t'(TERNARY)) found = ErrorChip;
        17: if (data > word_t'(SUBARRAYS)) found = ErrorCapacity;
        20: if (data > word_t'(BYTES)) found = ErrorCapacity;
        22, 24: if (data > 1) found = ErrorStep; // inputs, outputs
        26: if (data > word_t'(VALUES)) found = ErrorCapacity;
        28: if (data > word_t'(STEPS)) found = ErrorCapacity;
        33: if (data != word_t'(PHYSICAL_ROWS)) found = ErrorChip;
        34: if (data != word_t'(PHYSICAL_COLUMNS)) found = ErrorChip;
        36: if (data != '0 && MOVED == 0) found = ErrorCapacity;
        default: ;
      endcase
    if (field && kind == KindArray)
      case (index)
        8: if (data * current.fan_in > word_t'(LANES)) found = ErrorCapacity;
        12: if (data > word_t'(PLANES)) found = ErrorCapacity;
        16: if (data > 2) found = ErrorStep;
        28: if (bands + data > word_t'(BANDS)) found = ErrorCapacity;
        29: if (data > word_t'(TILE_COLUMNS)) found = ErrorCapacity;
        33: if (data != word_t'(TREE)) found = ErrorChip;
        34: if (data > word_t'(ACCUMULATOR_BITS)) found = ErrorCapacity;
        37: if (table_used + data > word_t'(TABLE)) found = ErrorCapacity;
        41: if (functions + data > word_t'(FUNCTIONS)) found = ErrorCapacity;
        43: if (functions + data > word_t'(FUNCTIONS) + 1) found = ErrorCapacity;
        49: if (data[0] && S2P == 0) found = ErrorChip;
            else if (data[0] && (current.lanes * current.groups > word_t'(LANES) ||
                                 current.neurons > word_t'(NEURONS)))
              found = ErrorCapacity;
        50: if (data > 32) found = ErrorStep;
        51: if (data > word_t'(THRESHOLDS)) found = ErrorCapacity;
        54: if (word_cells > word_t'(WORD_CELLS) ||
                (current.by_input && bands + tile_rows + word_cells / word_t'(ROWS) >= word_t'(BANDS) &&
                 word_cells != '0))
              found = ErrorCapacity;
        56: if (slots_used + data > word_t'(SLOTS)) found = ErrorCapacity;
        default: ;
      endcase
    if (field && kind == KindPool && index == 8 && data > 2) found = ErrorStep;
    if (field && kind == KindPool && index == 20 && table_used + data > word_t'(TABLE))
      found = ErrorCapacity;
    if (field && kind == KindTranspose && index == 6 && data > word_t'(MaxRank))
      found = ErrorCapacity;
    if (field && kind == KindCombine && index == 4 && data > word_t'(MaxSources))
      found = ErrorCapacity;
    if (field && kind == KindCombine && index == 9 && table_used + data > word_t'(TABLE))
      found = ErrorCapacity;
    if (field && kind == KindThreshold && index == 8 &&
        functions + data > word_t'(FUNCTIONS) + 1)
      found = ErrorCapacity;
    if (commit && kind == KindArray && !current.by_input &&
        current.tile_columns * word_t'(COLUMNS) > word_t'(LANES))
      found = ErrorCapacity;
    if (too_many || too_long) found = ErrorCapacity;
  end

  always_ff @(posedge clk)
    if (reset) own_error <= NoError;
    else if (own_error == NoError) own_error <= found;

endmodule
