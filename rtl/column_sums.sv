// Rows that are inputs: adds the column counters of a layer's tile rows, and
// puts the sums of all neurons in their order. A tile row takes a clock; the
// last one is added on the way to the comparison.

module column_sums
  import bnn_pkg::*;
#(
  parameter int SUBARRAYS    = 1,
  parameter int COLUMNS      = 32,
  parameter int ROUNDS       = 1,
  parameter int TILE_COLUMNS = 1,
  parameter int COUNTER_BITS = 8,
  parameter int NEURONS      = 1,
  localparam int SlotBits    = TILE_COLUMNS > 1 ? $clog2(TILE_COLUMNS) : 1
) (
  input  logic  clk,
  input  logic  reset,

  input  step_t step,
  input  logic  merge,                 // a tile row that is not the last
  input  logic  compare,               // the last one: `sums` are asked for
  input  logic [ROUNDS-1:0] collected[SUBARRAYS],
  input  logic [ROUNDS-1:0][SlotBits-1:0] collected_slot[SUBARRAYS],
  input  logic [ROUNDS-1:0][COLUMNS*COUNTER_BITS-1:0] counters[SUBARRAYS],

  output logic signed [COUNTER_BITS-1:0] sums[NEURONS],
  output word_t places[NEURONS]        // columns of the neurons, all tile columns together
);

  localparam int NeuronBits = NEURONS > 1 ? $clog2(NEURONS) : 1;

  typedef logic [COLUMNS-1:0][COUNTER_BITS-1:0] columns_t;
  columns_t part[TILE_COLUMNS], total[TILE_COLUMNS], held[TILE_COLUMNS];
  logic fresh;                         // nothing is held of this position

  always_comb begin
    for (int k = 0; k < TILE_COLUMNS; ++k) part[k] = '0;
    if (merge || compare)
      for (int s = 0; s < SUBARRAYS; ++s)
        for (int r = 0; r < ROUNDS; ++r)
          if (collected[s][r])
            part[collected_slot[s][r]] = part[collected_slot[s][r]] | counters[s][r];
  end

  always_comb
    for (int k = 0; k < TILE_COLUMNS; ++k) begin
      total[k] = part[k];
      if (!fresh && (merge || compare))
        for (int c = 0; c < COLUMNS; ++c) total[k][c] = part[k][c] + held[k][c];
    end

  always_ff @(posedge clk)
    if (reset) begin
      fresh <= 1'b1;
    end else if (compare) begin
      fresh <= 1'b1;
    end else if (merge) begin
      fresh <= 1'b0;
      held <= total;
    end

  // Tile columns come group by group; the last one of a group is not full.
  word_t first, left;
  always_comb begin
    for (int n = 0; n < NEURONS; ++n) begin
      sums[n] = '0;
      places[n] = '0;
    end
    first = '0;
    left = step.group_neurons;
    if (compare)
      for (int k = 0; k < TILE_COLUMNS; ++k) begin
        for (int c = 0; c < COLUMNS; ++c)
          if (word_t'(c) < left && first + word_t'(c) < word_t'(NEURONS)) begin
            sums[NeuronBits'(first + word_t'(c))] = signed'(total[k][c]);
            places[NeuronBits'(first + word_t'(c))] = word_t'(k * COLUMNS + c);
          end
        if (left > word_t'(COLUMNS)) begin
          first = first + word_t'(COLUMNS);
          left = left - word_t'(COLUMNS);
        end else begin
          first = first + left;
          left = step.group_neurons;
        end
      end
  end

endmodule
