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

  // Programming: 16 cells at a time, bit 2i = BL of cell i in low resistance,
  // bit 2i + 1 = BLb.
  input  logic                 program_enable,
  input  logic [RowBits-1:0]   program_row,
  input  logic [15:0]          program_block,
  input  logic [31:0]          program_cells,

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

  logic [15:0] low, low_b;
  always_comb
    for (int i = 0; i < 16; ++i) begin
      low[i]   = program_cells[2*i];
      low_b[i] = program_cells[2*i+1];
    end

  localparam int BlockBits = Blocks > 1 ? $clog2(Blocks) : 1;
  always_ff @(posedge clk)
    if (program_enable) begin
      bl[program_row][BlockBits'(program_block)]  <= low;
      blb[program_row][BlockBits'(program_block)] <= low_b;
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
