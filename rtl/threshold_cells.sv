// Thresholds that are read from cells: words of neurons, one neuron after
// another (rows are neurons), or a cell of all neurons at a time (rows are
// inputs). They come in the clock of the read.

module threshold_cells
  import bnn_pkg::*;
#(
  parameter int SUBARRAYS    = 1,
  parameter int COLUMNS      = 32,
  parameter int TILE_COLUMNS = 1,
  parameter int WORD_CELLS   = 1,
  parameter int LANE_BITS    = 5,
  parameter int LATENCY_BITS = 1,
  parameter int DEPTH        = 1,      // reads between a read and its sum, at most
  localparam int SlotBits    = TILE_COLUMNS > 1 ? $clog2(TILE_COLUMNS) : 1
) (
  input  logic  clk,

  input  logic  read,
  input  logic  by_input,
  input  logic  first_read,            // of a neuron
  input  word_t first_cell,            // of the border class
  input  word_t cell_index,            // of the class, with rows that are inputs
  input  logic  first_of_cell,
  input  logic  cells_read[SUBARRAYS],
  input  logic [LANE_BITS-1:0] cells_first[SUBARRAYS],
  input  logic [SlotBits-1:0]  cells_slot[SUBARRAYS],
  input  logic [COLUMNS-1:0]   read_cells[SUBARRAYS],

  input  logic [LATENCY_BITS-1:0] latency, // of the adders
  output logic [WORD_CELLS-1:0]   word,    // of the neuron that is compared, from its class on
  output logic [TILE_COLUMNS*COLUMNS-1:0] columns[WORD_CELLS]
);

  localparam int CellBits = WORD_CELLS > 1 ? $clog2(WORD_CELLS) : 1;

  logic [WORD_CELLS-1:0] arriving;
  logic [TILE_COLUMNS-1:0][COLUMNS-1:0] arriving_columns;
  always_comb begin
    arriving = '0;
    arriving_columns = '0;
    if (read)
      for (int s = 0; s < SUBARRAYS; ++s)
        if (cells_read[s]) begin
          if (by_input)
            arriving_columns[cells_slot[s]] = arriving_columns[cells_slot[s]] | read_cells[s];
          else
            arriving = arriving |
                WORD_CELLS'((WORD_CELLS + COLUMNS)'(read_cells[s]) << cells_first[s]);
        end
  end

  // The word being read, and those whose sums are on their way.
  logic [WORD_CELLS-1:0] words[DEPTH+1];
  word_t                 firsts[DEPTH+1];
  for (genvar d = 0; d <= DEPTH; ++d) begin : delay
    always_ff @(posedge clk)
      if (d == 0) begin
        if (read) begin
          words[d] <= (first_read ? '0 : words[d]) | arriving;
          firsts[d] <= first_cell;
        end
      end else begin
        words[d] <= words[d == 0 ? 0 : d-1];
        firsts[d] <= firsts[d == 0 ? 0 : d-1];
      end
  end
  localparam int DepthBits = $clog2(DEPTH + 1);
  assign word = words[DepthBits'(latency)] >> firsts[DepthBits'(latency)];

  always_ff @(posedge clk)
    if (read && by_input)
      columns[CellBits'(cell_index)] <=
          (first_of_cell ? '0 : columns[CellBits'(cell_index)]) | arriving_columns;

endmodule
