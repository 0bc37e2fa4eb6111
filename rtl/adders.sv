// Adds the counts of a neuron's tiles, which different subarrays give in the
// same clock. A new set can come in every clock; a layer of `columns` tile
// columns takes its sum
//   chain (serial): `columns` clocks after the reads, column k being added in
//                   clock k;
//   tree:           ceil(log2(columns)) + 1 clocks after the reads.
// The last of these clocks is the accumulator's, outside: `sum` is its input.

module adders #(
  parameter int TILE_COLUMNS = 1,
  parameter int COUNT_BITS   = 7,
  parameter int SUM_BITS     = 12,
  parameter int TREE         = 0,
  localparam int SlotBits    = TILE_COLUMNS > 1 ? $clog2(TILE_COLUMNS) : 1
) (
  input  logic clk,
  input  logic reset,
  input  logic signed [COUNT_BITS-1:0] counts[TILE_COLUMNS],
  input  logic [SlotBits:0] columns,
  output logic signed [SUM_BITS-1:0] sum,
  output logic [SlotBits:0] latency
);

  typedef logic signed [SUM_BITS-1:0] sum_t;

  // Not all of the forms below need them.
  logic unused;
  assign unused = &{1'b0, clk, reset};

  if (TREE != 0) begin : tree
    localparam int Levels = $clog2(TILE_COLUMNS);
    // Level 0 are the counts, level i + 1 the sums of pairs of level i.
    sum_t node[Levels+1][TILE_COLUMNS];
    for (genvar k = 0; k < TILE_COLUMNS; ++k) begin : leaf
      assign node[0][k] = sum_t'(counts[k]);
    end
    for (genvar l = 0; l < Levels; ++l) begin : level
      localparam int Width = (TILE_COLUMNS + (1 << l) - 1) >> l;
      for (genvar k = 0; k < TILE_COLUMNS; ++k) begin : pair
        if (2 * k + 1 < Width) begin : both
          always_ff @(posedge clk) node[l+1][k] <= node[l][2*k] + node[l][2*k+1];
        end else if (2 * k < Width) begin : one
          always_ff @(posedge clk) node[l+1][k] <= node[l][2*k];
        end else begin : none
          assign node[l+1][k] = '0;
        end
      end
    end
    always_comb begin
      sum = node[0][0];
      latency = 1;
      for (int l = 1; l <= Levels; ++l)
        if (int'(columns) > 1 << (l - 1)) begin
          sum = node[l][0];
          latency = (SlotBits + 1)'(l + 1);
        end
    end
  end else if (TILE_COLUMNS == 1) begin : single
    assign sum = sum_t'(counts[0]);
    assign latency = columns;
  end else begin : chain
    // Column k comes to the adder of column k, k clocks later than its read.
    sum_t carried[TILE_COLUMNS], total[TILE_COLUMNS];
    for (genvar k = 0; k < TILE_COLUMNS; ++k) begin : stage
      if (k == 0) begin : head
        assign carried[k] = '0;
        assign total[k] = sum_t'(counts[k]);
      end else begin : link
        localparam int DelayBits = $clog2(k + 1);
        logic signed [COUNT_BITS-1:0] delayed[1<<DelayBits];
        logic [DelayBits-1:0] now;
        always_ff @(posedge clk) begin
          now <= reset ? '0 : now + 1'b1;
          delayed[now] <= counts[k];
          carried[k] <= total[k-1];
        end
        assign total[k] = carried[k] + sum_t'(delayed[now - DelayBits'(k)]);
      end
    end
    assign sum = total[SlotBits'(columns - 1'b1)];
    assign latency = columns;
  end

endmodule
