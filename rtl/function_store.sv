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
      if (SlotBits'(i) < length && value >= signed'(threshold[i])) reached = SlotBits'(i + 1);
  end
  assign code = signed'(choice[reached]);

  logic [Bits-1:0]     one;
  logic [SlotBits-1:0] one_reached;
  always_comb begin
    one = '0;
    one_reached = '0;
    for (int n = 0; n < NEURONS; ++n) begin
      all_codes[n] = '0;
      all_biases[n] = '0;
      if (all) begin
        one = Bits'(all_first + word_t'(n));
        one_reached = '0;
        for (int i = 0; i < THRESHOLDS; ++i)
          if (SlotBits'(i) < lengths[one] &&
              32'(all_values[n]) >= signed'(thresholds[one][i]))
            one_reached = SlotBits'(i + 1);
        all_codes[n] = signed'(codes[one][one_reached]);
        all_biases[n] = signed'(biases[one]);
      end
    end
  end

endmodule
