// Behavioural model of the analog part: 2T2R cells and precharge sense
// amplifiers with XNOR. To be replaced by the macro.
//
// A cell is a device on each of two bit lines. The side in low resistance
// discharges first; the latch answers whether the input bit agrees with the
// weight. With both sides in high resistance neither wins: a cell of weight 0
// of a chip with ternary sensing.

module cell_array #(
  parameter int ROWS    = 32,
  parameter int COLUMNS = 32,
  localparam int RowBits = ROWS > 1 ? $clog2(ROWS) : 1
) (
  input  logic                 clk,

  // Programming: which devices of 16 cells at a time are in low resistance.
  input  logic                 program_enable,
  input  logic [RowBits-1:0]   program_row,
  input  logic [15:0]          program_block,
  input  logic [15:0]          program_bl,
  input  logic [15:0]          program_blb,

  // Read of one row, with a bit for each column.
  input  logic                 sense,
  input  logic [RowBits-1:0]   row,
  input  logic [COLUMNS-1:0]   bits,
  output logic [COLUMNS-1:0]   agree,     // (input 1, BL low) or (input 0, BLb low)
  output logic [COLUMNS-1:0]   disagree
);

  localparam int Blocks = (COLUMNS + 15) / 16;

  // Whole blocks, so that a programming pulse of 16 cells fits.
  logic [Blocks-1:0][15:0] bl[ROWS];
  logic [Blocks-1:0][15:0] blb[ROWS];

  localparam int BlockBits = Blocks > 1 ? $clog2(Blocks) : 1;
  always_ff @(posedge clk)
    if (program_enable) begin
      bl[program_row][BlockBits'(program_block)]  <= program_bl;
      blb[program_row][BlockBits'(program_block)] <= program_blb;
    end

  logic [COLUMNS-1:0] wins, loses;
  always_comb begin
    wins  = '0;
    loses = '0;
    if (sense) begin
      wins  = COLUMNS'(bl[row] & ~blb[row]);
      loses = COLUMNS'(blb[row] & ~bl[row]);
    end
    agree    = (bits & wins) | (~bits & loses);
    disagree = (bits & loses) | (~bits & wins);
  end

endmodule
