// Part of the loader: fills the function store from the lists of a record.

module function_loader
  import bnn_pkg::*;
#(
  parameter int FUNCTIONS  = 1,
  parameter int THRESHOLDS = 1,
  localparam int FunctionBits  = FUNCTIONS > 1 ? $clog2(FUNCTIONS) : 1,
  localparam int ThresholdBits = $clog2(THRESHOLDS + 1)
) (
  input  logic     clk,

  // The present word of the program.
  input  section_e section,
  input  list_e    list,
  input  word_t    index,
  input  logic     last_entry,
  input  word_t    data,
  input  step_t    step,               // the record whose lists are read
  output logic     hold,               // the word belongs to a later function
  output logic     too_long,           // a function

  output logic                  write_threshold,
  output logic                  write_code,
  output logic                  write_bias,
  output logic                  write_length,
  output word_t                 write_function,
  output logic [ThresholdBits-1:0] write_slot,
  output word_t                 write_data
);

  logic entry;
  assign entry = section == SectionList;

  // Thresholds and codes come one after another, function by function.
  word_t start_before;
  word_t function_now;                         // of the step
  logic [ThresholdBits-1:0] slot_now, length_now;
  logic [ThresholdBits-1:0] lengths[FUNCTIONS];
  logic last_slot;
  assign length_now = lengths[FunctionBits'(step.functions + function_now)];
  assign last_slot = slot_now == (list == ListCodes ? length_now : length_now - 1'b1);
  logic empty;                                 // a function without thresholds
  assign empty = entry && list == ListThresholds && length_now == '0;
  assign hold = empty;

  assign write_length = entry && list == ListStart && index != '0;
  assign write_threshold = entry && list == ListThresholds && !empty;
  assign write_code = entry && list == ListCodes;
  assign write_bias = entry && list == ListBias;
  assign write_slot = slot_now;
  always_comb begin
    write_function = step.functions + function_now;
    write_data = data;
    if (write_length) begin
      write_function = step.functions + index - 1;
      write_data = data - start_before;
    end
    if (write_bias) write_function = step.functions + index;
  end

  always_ff @(posedge clk)
    if (write_length) lengths[FunctionBits'(write_function)] <= write_data[ThresholdBits-1:0];

  always_ff @(posedge clk)
    if (!entry || (list != ListThresholds && list != ListCodes)) begin
      function_now <= '0;
      slot_now <= '0;
      if (entry) start_before <= data;
    end else if (!empty && last_entry) begin
      // The codes begin with the first function again.
      function_now <= '0;
      slot_now <= '0;
    end else if (empty || last_slot) begin
      function_now <= function_now + 1;
      slot_now <= '0;
    end else begin
      slot_now <= slot_now + 1'b1;
    end

  assign too_long = write_length && write_data > word_t'(THRESHOLDS);

endmodule
