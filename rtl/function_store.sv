// Step functions of neurons and channels: thresholds, codes and biases in
// registers. `code` belongs to the function asked for at the last clock edge;
// `all_codes` to as many functions in a row, from `all_first` on, in this clock.

module function_store
  import bnn_pkg::*;
#(
  parameter int FUNCTIONS  = 1,
  parameter int THRESHOLDS = 1,       // of the longest function
  parameter int NEURONS    = 1,       // compared in a clock
  parameter int VALUE_BITS = 32,
  parameter int WORD_CELLS = 1,       // cells of a neuron's thresholds
  parameter int PLACES     = 1,       // columns that neurons can have
  localparam int SlotBits  = $clog2(THRESHOLDS + 1)
) (
  input  logic clk,

  input  logic                write_threshold,
  input  logic                write_code,
  input  logic                write_bias,
  input  logic                write_length,
  input  word_t               write_function,
  input  logic [SlotBits-1:0] write_slot,
  input  word_t               write_data,

  // Thresholds in cells: those of the neuron that `value` belongs to, and by
  // cell those of all columns. Codes are in registers all the same.
  input  step_t               step,
  input  logic [WORD_CELLS-1:0] cells,
  input  logic [PLACES-1:0]   all_cells[WORD_CELLS],
  input  word_t               all_places[NEURONS],

  input  word_t               function_index,
  input  logic signed [31:0]  value,
  output logic signed [31:0]  code,
  output logic signed [31:0]  bias,

  input  logic                all,
  input  word_t               all_first,
  input  logic signed [VALUE_BITS-1:0] all_values[NEURONS],
  output logic signed [31:0]  all_codes[NEURONS],
  output logic signed [31:0]  all_biases[NEURONS]
);

  localparam int Bits = FUNCTIONS > 1 ? $clog2(FUNCTIONS) : 1;
  localparam int CellBits = WORD_CELLS > 1 ? $clog2(WORD_CELLS) : 1;
  localparam int PlaceBits = PLACES > 1 ? $clog2(PLACES) : 1;

  logic [SlotBits-1:0]         lengths[FUNCTIONS];
  logic [THRESHOLDS-1:0][31:0] thresholds[FUNCTIONS];
  logic [THRESHOLDS:0][31:0]   codes[FUNCTIONS];
  word_t                       biases[FUNCTIONS];

  logic [SlotBits-1:0]         length;
  logic [THRESHOLDS-1:0][31:0] threshold;
  logic [THRESHOLDS:0][31:0]   choice;

  always_ff @(posedge clk) begin
    if (write_length) lengths[Bits'(write_function)] <= write_data[SlotBits-1:0];
    if (write_threshold) thresholds[Bits'(write_function)][write_slot] <= write_data;
    if (write_code) codes[Bits'(write_function)][write_slot] <= write_data;
    if (write_bias) biases[Bits'(write_function)] <= write_data;
    length    <= lengths[Bits'(function_index)];
    threshold <= thresholds[Bits'(function_index)];
    choice    <= codes[Bits'(function_index)];
    bias      <= signed'(biases[Bits'(function_index)]);
  end

  // Thresholds ascend: how many are reached tells the code.
  logic [SlotBits-1:0] reached;
  always_comb begin
    reached = '0;
    for (int i = 0; i < THRESHOLDS; ++i)
      if (step.threshold_bits != '0 && step.kind == KindArray) begin
        if (in_cells(word_t'(i), cells, value)) reached = SlotBits'(i + 1);
      end else if (SlotBits'(i) < length && value >= signed'(threshold[i])) begin
        reached = SlotBits'(i + 1);
      end
  end

  // Whether `of` reaches threshold `slot` of a word; all ones are never reached.
  function automatic logic in_cells(input word_t slot, input logic [WORD_CELLS-1:0] word,
                                    input logic signed [31:0] of);
    word_t above;
    logic  used;
    above = '0;
    used = 1'b0;
    for (int b = 0; b < 32; ++b)
      if (b < int'(step.threshold_bits)) begin
        above[b] = word[CellBits'(slot * word_t'(step.threshold_bits) + word_t'(b))];
        used |= !above[b];
      end
    in_cells = slot < step.threshold_slots && used && of >= signed'(step.threshold_base + above);
  endfunction
  assign code = signed'(choice[reached]);

  logic [Bits-1:0]     one;
  logic [SlotBits-1:0] one_reached;
  logic [WORD_CELLS-1:0] one_word;
  always_comb begin
    one_word = '0;
    one = '0;
    one_reached = '0;
    for (int n = 0; n < NEURONS; ++n) begin
      all_codes[n] = '0;
      all_biases[n] = '0;
      if (all) begin
        one = Bits'(all_first + word_t'(n));
        one_reached = '0;
        for (int c = 0; c < WORD_CELLS; ++c)
          one_word[c] = all_cells[c][PlaceBits'(all_places[n])];
        for (int i = 0; i < THRESHOLDS; ++i)
          if (step.threshold_bits != '0) begin
            if (in_cells(word_t'(i), one_word, 32'(all_values[n]))) one_reached = SlotBits'(i + 1);
          end else if (SlotBits'(i) < lengths[one] &&
                       32'(all_values[n]) >= signed'(thresholds[one][i])) begin
            one_reached = SlotBits'(i + 1);
          end
        all_codes[n] = signed'(codes[one][one_reached]);
        all_biases[n] = signed'(biases[one]);
      end
    end
  end

endmodule
