// Step functions of neurons and channels: thresholds, codes and biases in
// registers. `code` belongs to the function asked for at the last clock edge.

module function_store
  import bnn_pkg::*;
#(
  parameter int FUNCTIONS  = 1,
  parameter int THRESHOLDS = 1,       // of the longest function
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
  output logic signed [31:0]  bias
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

endmodule
