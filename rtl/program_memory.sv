// The words of `bnn-image export --format memh`. Synchronous read: `data` is
// the word at the `address` of the last clock edge.

module program_memory
  import bnn_pkg::*;
#(
  parameter int    WORDS   = 1024,
  parameter string PROGRAM = ""
) (
  input  logic  clk,
  input  word_t address,
  output word_t data
);

  localparam int AddressBits = $clog2(WORDS);

  word_t words[WORDS];

  initial
    if (PROGRAM != "") $readmemh(PROGRAM, words);

  always_ff @(posedge clk)
    data <= address < word_t'(WORDS) ? words[AddressBits'(address)] : '0;

endmodule
