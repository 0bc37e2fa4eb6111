// A chip of 2T2R subarrays with its digital side: it loads a program, then
// executes samples that the host writes.

module chip
  import bnn_pkg::*;
#(
  // Subarrays, as the target describes them.
  parameter int ROWS         = 32,
  parameter int COLUMNS      = 32,
  parameter int PHYSICAL_ROWS = ROWS,  // with spare ones
  parameter int PHYSICAL_COLUMNS = COLUMNS,
  parameter int SUBARRAYS    = 1,
  parameter int MUX          = 1,      // columns per sense amplifier
  parameter int TERNARY      = 0,      // cells of weight 0
  parameter int TREE         = 0,      // adders: tree, or chain (serial)
  // What the periphery holds.
  parameter int S2P          = 1,      // rows can be inputs: counters in the columns
  parameter int TILES        = 1,      // of a subarray
  parameter int ROUNDS       = 1,      // of a tile row
  parameter int TILE_COLUMNS = 1,      // of the widest layer
  parameter int BANDS        = 1,      // tile rows of all layers
  parameter int LANES        = TILE_COLUMNS * COLUMNS, // of the widest window
  parameter int NEURONS      = 1,      // of the widest layer whose rows are inputs
  parameter int PLANES       = 1,      // of the widest input
  parameter int ACCUMULATOR_BITS = 32,
  parameter int STEPS        = 1,
  parameter int VALUES       = 2,
  parameter int FUNCTIONS    = 1,      // step functions and biases of all layers
  parameter int THRESHOLDS   = 1,      // of the longest function
  parameter int WORD_CELLS   = 1,      // of a neuron's thresholds in cells
  parameter int MOVED        = 0,      // subarrays have tables of their rows and columns
  parameter int SLOTS        = 1,      // rows of all layers whose rows have other slots
  parameter int TABLE      = 1,      // words: classes of positions, factors
  parameter int BYTES        = 1024,   // of the activation buffer
  parameter int GATHER       = LANES,  // inputs that reach the window in a clock
  parameter int PROGRAM_WORDS = 1024,
  parameter string PROGRAM   = ""
) (
  input  logic   clk,
  input  logic   reset,

  output logic   loaded,
  output error_e error,

  // Elements of the network's input and output while the chip is idle.
  input  logic   host_write,
  input  word_t  host_element,
  input  word_t  host_data,
  output logic signed [31:0] host_result,
  output word_t  inputs,               // elements of each
  output word_t  outputs,

  input  logic   start,                // a sample
  output logic   busy,

  // Clocks of the step that is done.
  output logic   step_done,
  output kind_e  step_kind,
  output word_t  fill_clocks,
  output word_t  read_clocks,
  output word_t  merge_clocks,
  output word_t  wait_clocks,
  output word_t  drain_clocks,
  output word_t  digital_clocks,
  output word_t  row_reads             // of all subarrays
);

  localparam int RowBits    = ROWS > 1 ? $clog2(ROWS) : 1;
  localparam int PlaceBits  = PHYSICAL_ROWS > 1 ? $clog2(PHYSICAL_ROWS) : 1;
  localparam int ColumnBits = $clog2(COLUMNS + 1);
  localparam int CountBits  = ColumnBits + 1;
  localparam int SumBits    = CountBits + $clog2(TILE_COLUMNS);
  localparam int RoundBits  = ROUNDS > 1 ? $clog2(ROUNDS) : 1;
  localparam int SlotBits   = TILE_COLUMNS > 1 ? $clog2(TILE_COLUMNS) : 1;
  localparam int BandBits   = BANDS > 1 ? $clog2(BANDS) : 1;
  localparam int PhaseBits  = MUX > 1 ? $clog2(MUX) : 1;
  localparam int PlaneBits  = PLANES > 1 ? $clog2(PLANES) : 1;
  localparam int StepBits   = STEPS > 1 ? $clog2(STEPS) : 1;
  localparam int ThresholdBits = $clog2(THRESHOLDS + 1);
  // Lanes, or cells of thresholds.
  localparam int LaneBits   = $clog2((LANES > WORD_CELLS ? LANES : WORD_CELLS) + 1);
  localparam int CounterBits = ACCUMULATOR_BITS + 1;

  //-------------------------------------------------------------------------
  // Program
  //-------------------------------------------------------------------------

  word_t program_address, program_data;
  program_memory #(.WORDS(PROGRAM_WORDS), .PROGRAM(PROGRAM)) memory (
    .clk, .address(program_address), .data(program_data)
  );

  word_t                    config_subarray;
  logic [15:0]              config_bl, config_blb;
  logic                     config_cells, config_tile, swap_polarity;
  logic [PlaceBits-1:0]     config_row;
  logic                     config_place, config_skipped, config_complement;
  word_t                    config_entry, config_value, slot_address, slot_word;
  logic [15:0]              config_block;
  logic [ColumnBits-1:0]    config_column, config_width;
  logic [BandBits-1:0]      config_band, band;
  logic [RoundBits-1:0]     config_round;
  logic [SlotBits-1:0]      config_slot;
  logic [LaneBits-1:0]      config_lane;
  logic                     config_threshold;
  logic                     write_threshold, write_code, write_bias, write_length;
  word_t                    write_function, function_data;
  logic [ThresholdBits-1:0] write_slot;
  logic [RoundBits:0]       rounds;
  word_t                    table_address, table_word, steps;
  logic [StepBits-1:0]      step_number;
  step_t                    step;
  value_t                   input_value, output_value;

  loader #(
    .ROWS(ROWS), .COLUMNS(COLUMNS), .PHYSICAL_ROWS(PHYSICAL_ROWS),
    .PHYSICAL_COLUMNS(PHYSICAL_COLUMNS), .MOVED(MOVED), .SLOTS(SLOTS), .SUBARRAYS(SUBARRAYS),
    .MUX(MUX), .TERNARY(TERNARY), .TREE(TREE), .S2P(S2P), .TILES(TILES), .ROUNDS(ROUNDS), .TILE_COLUMNS(TILE_COLUMNS),
    .BANDS(BANDS), .PLANES(PLANES), .LANES(LANES), .LANE_BITS(LaneBits), .NEURONS(NEURONS),
    .WORD_CELLS(WORD_CELLS), .STEPS(STEPS), .VALUES(VALUES), .FUNCTIONS(FUNCTIONS),
    .THRESHOLDS(THRESHOLDS),
    .TABLE(TABLE), .BYTES(BYTES), .ACCUMULATOR_BITS(ACCUMULATOR_BITS),
    .PROGRAM_WORDS(PROGRAM_WORDS)
  ) loader_unit (
    .clk, .reset, .address(program_address), .data(program_data), .loaded, .error,
    .config_subarray, .config_cells, .config_tile, .config_row, .config_block, .config_bl,
    .config_blb,
    .config_column, .config_width, .config_band, .config_round, .config_slot, .config_lane,
    .config_threshold, .swap_polarity, .config_place, .config_skipped, .config_complement,
    .config_entry, .config_value, .slot_address, .slot_word,
    .write_threshold, .write_code, .write_bias, .write_length, .write_function, .write_slot,
    .write_data(function_data), .band, .rounds, .table_address, .table_word, .step_number,
    .step, .steps, .input_value, .output_value
  );

  //-------------------------------------------------------------------------
  // Steps one after another
  //-------------------------------------------------------------------------

  typedef enum logic [1:0] {Idle, Fetch, Launch, Run} state_e;
  state_e state;
  logic sequencer_done, digital_done, launch_array, launch_digital;
  assign launch_array = state == Launch && step.kind == KindArray;
  assign launch_digital = state == Launch && step.kind != KindArray;
  logic finished;
  assign finished = sequencer_done || digital_done;
  assign step_kind = step.kind;
  assign busy = state != Idle;

  always_ff @(posedge clk)
    if (reset) begin
      state <= Idle;
      step_number <= '0;
      step_done <= 1'b0;
    end else begin
      step_done <= finished;
      case (state)
        Idle: if (start && loaded) state <= Fetch;
        Fetch: state <= Launch;
        Launch: state <= Run;
        default:
          if (finished) begin
            state <= word_t'(step_number) + 1 == steps ? Idle : Fetch;
            step_number <= word_t'(step_number) + 1 == steps ? '0 : step_number + 1'b1;
          end
      endcase
    end

  //-------------------------------------------------------------------------
  // Reads
  //-------------------------------------------------------------------------

  logic window_start, window_ready, window_take, window_more;
  logic read, filling, waiting, draining, retired;
  logic [RoundBits-1:0] round;
  logic [RowBits-1:0]   offset;
  logic [LaneBits-1:0]  lane_shift;
  logic [PhaseBits-1:0] phase;
  logic [PlaneBits-1:0] plane;
  tag_t                 tag;
  word_t                sequencer_class;
  logic                 first, merge, compare, extra;
  logic [4:0]           planes_before;
  word_t                cell_index;
  logic                 more[SUBARRAYS], any_more;
  logic [BandBits-1:0]  collect_band;
  word_t                compare_functions, compare_address;

  sequencer #(
    .ROWS(ROWS), .MUX(MUX), .ROUNDS(ROUNDS), .BAND_BITS(BandBits), .PLANES(PLANES),
    .LANE_BITS(LaneBits)
  ) sequencer_unit (
    .clk, .reset, .start(launch_array), .step, .done(sequencer_done), .retired, .window_start,
    .window_ready, .window_take, .window_more, .band, .rounds, .more(any_more),
    .class_address(sequencer_class),
    .position_class(table_word), .slot_address, .slot_word, .read, .round, .offset, .lane_shift,
    .phase, .plane, .extra, .planes_before,
    .cell_index, .tag, .first,
    .merge, .compare, .collect_band, .compare_functions, .compare_address, .filling, .waiting,
    .draining
  );

  logic [LANES-1:0] lanes;
  logic             answer[SUBARRAYS];
  logic [SlotBits-1:0] slot[SUBARRAYS];
  logic signed [CountBits-1:0] count[SUBARRAYS];
  logic                cells_read[SUBARRAYS];
  logic [LaneBits-1:0] cells_first[SUBARRAYS];
  logic [SlotBits-1:0] cells_slot[SUBARRAYS];
  logic [COLUMNS-1:0]  read_cells[SUBARRAYS];
  logic [ROUNDS-1:0] collected[SUBARRAYS];
  logic [ROUNDS-1:0][SlotBits-1:0] collected_slot[SUBARRAYS];
  logic [ROUNDS-1:0][COLUMNS*CounterBits-1:0] counters[SUBARRAYS];

  for (genvar s = 0; s < SUBARRAYS; ++s) begin : arrays
    subarray #(
      .ROWS(ROWS), .COLUMNS(COLUMNS), .PHYSICAL_ROWS(PHYSICAL_ROWS),
      .PHYSICAL_COLUMNS(PHYSICAL_COLUMNS), .MOVED(MOVED), .MUX(MUX), .TERNARY(TERNARY), .TILES(TILES),
      .ROUNDS(ROUNDS), .TILE_COLUMNS(TILE_COLUMNS), .BAND_BITS(BandBits), .LANES(LANES),
      .LANE_BITS(LaneBits),
      .S2P(S2P), .COUNTER_BITS(CounterBits)
    ) unit (
      .clk, .reset, .id(word_t'(s)), .config_subarray, .config_cells, .config_tile, .config_row,
      .config_block, .config_bl, .config_blb, .config_column, .config_width, .config_band,
      .config_round,
      .config_slot, .config_lane, .config_threshold, .swap_polarity, .config_place,
      .config_skipped, .config_complement, .config_entry, .config_value, .read, .band, .round,
      .offset, .lane_shift, .phase, .lanes,
      .by_input(step.by_input), .extra, .rounds, .planes_before, .more(more[s]),
      .cells_read(cells_read[s]), .cells_first(cells_first[s]), .cells_slot(cells_slot[s]),
      .read_cells(read_cells[s]), .first, .weight(tag.plane),
      .answer(answer[s]), .slot(slot[s]), .count(count[s]),
      .collect(merge || compare), .collect_band, .collected(collected[s]),
      .collected_slot(collected_slot[s]), .counters(counters[s])
    );
  end

  always_comb begin
    any_more = 1'b0;
    for (int s = 0; s < SUBARRAYS; ++s) any_more |= more[s];
  end

  // Each answer to the adder of its tile column; no two are for the same.
  logic signed [CountBits-1:0] counts[TILE_COLUMNS];
  word_t answers;
  always_comb begin
    answers = '0;
    for (int k = 0; k < TILE_COLUMNS; ++k) counts[k] = '0;
    for (int s = 0; s < SUBARRAYS; ++s)
      if (answer[s]) begin
        counts[slot[s]] = counts[slot[s]] | count[s];
        answers = answers + 1;
      end
  end

  //-------------------------------------------------------------------------
  // Sums and comparisons
  //-------------------------------------------------------------------------

  logic signed [SumBits-1:0] sum;
  logic [SlotBits:0] latency;
  adders #(
    .TILE_COLUMNS(TILE_COLUMNS), .COUNT_BITS(CountBits), .SUM_BITS(SumBits), .TREE(TREE)
  ) adder_unit (
    .clk, .reset, .counts, .columns(step.tile_columns[SlotBits:0]), .sum, .latency
  );

  localparam int Depth = TREE != 0 ? $clog2(TILE_COLUMNS) + 1 : TILE_COLUMNS;
  tag_t tags[Depth];
  for (genvar d = 0; d < Depth; ++d) begin : delay
    always_ff @(posedge clk)
      if (reset) tags[d] <= '0;
      else if (d == 0) tags[d] <= tag;
      else tags[d] <= tags[d == 0 ? 0 : d-1];
  end

  tag_t adding, comparing;
  localparam int DepthBits = Depth > 1 ? $clog2(Depth) : 1;
  assign adding = tags[DepthBits'(latency - 1'b1)];

  // One bit more than counts need: some layers count without a sign.
  typedef logic signed [ACCUMULATOR_BITS:0] accumulator_t;
  accumulator_t scaled, accumulator;
  always_comb begin
    scaled = accumulator_t'(sum) <<< adding.plane.shift;
    if (adding.plane.negative) scaled = -scaled;
  end

  always_ff @(posedge clk)
    if (reset) begin
      comparing <= '0;
    end else begin
      comparing <= adding;
      if (adding.valid) accumulator <= (adding.first ? '0 : accumulator) + scaled;
    end

  accumulator_t sums[NEURONS];
  word_t        places[NEURONS];
  column_sums #(
    .SUBARRAYS(SUBARRAYS), .COLUMNS(COLUMNS), .ROUNDS(ROUNDS), .TILE_COLUMNS(TILE_COLUMNS),
    .COUNTER_BITS(CounterBits), .NEURONS(NEURONS)
  ) column_sum_unit (
    .clk, .reset, .step, .merge, .compare, .collected, .collected_slot, .counters, .sums,
    .places
  );

  word_t digital_function;
  logic signed [31:0] digital_value, code, bias, result;
  logic [WORD_CELLS-1:0] threshold_word;
  logic [TILE_COLUMNS*COLUMNS-1:0] threshold_columns[WORD_CELLS];
  threshold_cells #(
    .SUBARRAYS(SUBARRAYS), .COLUMNS(COLUMNS), .TILE_COLUMNS(TILE_COLUMNS),
    .WORD_CELLS(WORD_CELLS), .LANE_BITS(LaneBits), .LATENCY_BITS(SlotBits + 1), .DEPTH(Depth)
  ) threshold_cell_unit (
    .clk, .read, .by_input(step.by_input), .first_read(tag.first), .first_cell(tag.first_cell),
    .cell_index, .first_of_cell(round == '0 && phase == '0), .cells_read, .cells_first,
    .cells_slot, .read_cells, .latency, .word(threshold_word), .columns(threshold_columns)
  );

  logic signed [31:0] all_codes[NEURONS], all_biases[NEURONS], all_results[NEURONS];
  function_store #(
    .FUNCTIONS(FUNCTIONS), .THRESHOLDS(THRESHOLDS), .NEURONS(NEURONS), .VALUE_BITS(CounterBits),
    .WORD_CELLS(WORD_CELLS), .PLACES(TILE_COLUMNS * COLUMNS)
  ) functions (
    .clk, .write_threshold, .write_code, .write_bias, .write_length, .write_function,
    .write_slot, .write_data(function_data),
    .function_index(step.kind == KindArray ? adding.function_index : digital_function),
    .value(step.kind == KindArray ? 32'(accumulator) : digital_value),
    .step, .cells(threshold_word), .all_cells(threshold_columns), .all_places(places),
    .code, .bias,
    .all(compare), .all_first(compare_functions), .all_values(sums), .all_codes, .all_biases
  );

  // The network's accumulator, for layers without step functions.
  function automatic logic signed [31:0] exact(input accumulator_t of, input logic signed [31:0] on_top);
    exact = ((32'(of) <<< step.unit_shift) + (step.has_bias ? on_top : '0)) >>> step.divisor_shift;
  endfunction
  always_comb begin
    result = step.has_functions ? code : exact(accumulator, bias);
    for (int n = 0; n < NEURONS; ++n) begin
      all_results[n] = '0;
      if (compare) all_results[n] = step.has_functions ? all_codes[n] : exact(sums[n], all_biases[n]);
    end
  end
  logic compared;
  assign compared = comparing.valid && comparing.last;
  assign retired = compared && comparing.last_of_layer;

  //-------------------------------------------------------------------------
  // Activations
  //-------------------------------------------------------------------------

  word_t digital_read, digital_address, digital_data, digital_table;
  logic  digital_write, digital_busy;
  logic signed [31:0] read_data;

  digital_unit digital (
    .clk, .reset, .start(launch_digital), .step, .busy(digital_busy), .done(digital_done),
    .read_value(digital_source), .read_address(digital_read), .read_data, .write(digital_write),
    .write_address(digital_address), .write_data(digital_data), .table_address(digital_table),
    .table_word, .function_index(digital_function), .value(digital_value), .code
  );
  assign table_address = digital_busy ? digital_table : sequencer_class;

  word_t  write_address, write_data;
  value_t read_value, digital_source;
  logic [1:0] write_log_bytes;
  always_comb begin
    write_address = input_value.offset + (host_element << input_value.log_bytes);
    write_data = host_data;
    write_log_bytes = input_value.log_bytes;
    read_value = busy ? digital_source : output_value;
    if (busy) begin
      write_log_bytes = step.result.log_bytes;
      write_address = digital_busy ? digital_address : compare ? compare_address : comparing.address;
      write_data = digital_busy ? digital_data : result;
    end
  end

  activation_buffer #(
    .BYTES(BYTES), .LANES(LANES), .PLANES(PLANES), .NEURONS(NEURONS), .GATHER(GATHER)
  ) buffer (
    .clk, .reset, .write(busy ? compared || digital_write : host_write), .write_address,
    .write_log_bytes, .write_data, .write_all(compare), .write_count(step.neurons),
    .write_pitch((step.convolution ? step.positions : 1) << step.result.log_bytes),
    .write_values(all_results),
    .read_address(busy ? digital_read
                       : output_value.offset + (host_element << output_value.log_bytes)),
    .read_value, .read_data, .step, .start(window_start), .ready(window_ready),
    .take(window_take), .more(window_more), .plane, .lanes
  );
  assign host_result = read_data;
  assign inputs = input_value.elements;
  assign outputs = output_value.elements;

  //-------------------------------------------------------------------------
  // Clocks
  //-------------------------------------------------------------------------

  always_ff @(posedge clk)
    if (reset || state == Launch) begin
      fill_clocks <= '0;
      read_clocks <= '0;
      merge_clocks <= '0;
      wait_clocks <= '0;
      drain_clocks <= '0;
      digital_clocks <= '0;
      row_reads <= '0;
    end else begin
      fill_clocks <= fill_clocks + word_t'(filling);
      read_clocks <= read_clocks + word_t'(read);
      merge_clocks <= merge_clocks + word_t'(merge);
      wait_clocks <= wait_clocks + word_t'(waiting);
      drain_clocks <= drain_clocks + word_t'(draining);
      digital_clocks <= digital_clocks + word_t'(digital_busy);
      row_reads <= row_reads + answers;
    end

endmodule
