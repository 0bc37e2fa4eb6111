// A subarray with what is local to it: the list of its tiles, row decoder,
// input drivers, column mask and popcount.
//
// The sequencer broadcasts which tile row is read, and the subarray looks up
// whether it holds a tile of that: no tile of it knows of the other subarrays.

module subarray
  import bnn_pkg::*;
#(
  parameter int ROWS         = 32,
  parameter int COLUMNS      = 32,
  parameter int PHYSICAL_ROWS = ROWS,  // with spare ones
  parameter int PHYSICAL_COLUMNS = COLUMNS,
  parameter int MOVED        = 0,      // a table tells where its rows lie
  parameter int MUX          = 1,      // columns per sense amplifier
  parameter int TERNARY      = 0,
  parameter int TILES        = 1,      // that it can hold
  parameter int ROUNDS       = 1,      // in which it reads those of a tile row
  parameter int TILE_COLUMNS = 1,      // of the widest layer
  parameter int BAND_BITS    = 8,
  parameter int LANES        = 32,
  parameter int LANE_BITS    = 5,
  parameter int S2P          = 0,      // counters for rows that are inputs
  parameter int COUNTER_BITS = 8,
  localparam int RowBits     = ROWS > 1 ? $clog2(ROWS) : 1,
  localparam int PlaceBits   = PHYSICAL_ROWS > 1 ? $clog2(PHYSICAL_ROWS) : 1,
  localparam int ColumnBits  = $clog2(COLUMNS + 1),
  localparam int CountBits   = ColumnBits + 1,
  localparam int SlotBits    = TILE_COLUMNS > 1 ? $clog2(TILE_COLUMNS) : 1,
  localparam int RoundBits   = ROUNDS > 1 ? $clog2(ROUNDS) : 1,
  localparam int LaneBits    = LANES > 1 ? $clog2(LANES) : 1,
  localparam int TileBits    = $clog2(TILES + 1),
  localparam int PhaseBits   = MUX > 1 ? $clog2(MUX) : 1
) (
  input  logic                 clk,
  input  logic                 reset,

  input  word_t                id,               // of this subarray

  // Configuration, broadcast to all subarrays.
  input  word_t                config_subarray,
  input  logic                 config_cells,     // 16 cells of a row
  input  logic                 config_tile,
  input  logic [PlaceBits-1:0] config_row,       // of cells; first of the tile
  input  logic [15:0]          config_block,
  input  logic [15:0]          config_bl,
  input  logic [15:0]          config_blb,
  input  logic [ColumnBits-1:0] config_column,   // first of the tile
  input  logic [ColumnBits-1:0] config_width,    // columns that are read
  input  logic [BAND_BITS-1:0] config_band,
  input  logic [RoundBits-1:0] config_round,
  input  logic [SlotBits-1:0]  config_slot,
  input  logic [LANE_BITS-1:0] config_lane,      // the first that it sees; of thresholds, the first cell
  input  logic                 config_threshold,
  input  logic                 swap_polarity,    // BLb low stores +1
  // An entry of the table: row `value` has the address `entry`; column `value`
  // is left out; the row at address `value` stores the complement.
  input  logic                 config_place,
  input  logic                 config_skipped,
  input  logic                 config_complement,
  input  word_t                config_entry,
  input  word_t                config_value,

  // A read, broadcast: row `offset` of the tile of tile row `band` that this
  // subarray reads in round `round`.
  input  logic                 read,
  input  logic [BAND_BITS-1:0] band,
  input  logic [RoundBits-1:0] round,
  input  logic [RowBits-1:0]   offset,
  input  logic [LANE_BITS-1:0] lane_shift,       // by_input: of the lane against the row
  input  logic [PhaseBits-1:0] phase,
  input  logic [LANES-1:0]     lanes,
  input  logic                 by_input,         // the row's input to all columns
  // Thresholds in cells: `extra` reads are for them alone, others too where the
  // subarray has no tile in a round. `planes_before` planes were read before.
  input  logic                 extra,
  input  logic [RoundBits:0]   rounds,           // of the tile row
  input  logic [4:0]           planes_before,
  output logic                 more,             // extra reads are needed after this
  output logic                 cells_read,       // of thresholds, in this clock
  output logic [LANE_BITS-1:0] cells_first,
  output logic [SlotBits-1:0]  cells_slot,
  output logic [COLUMNS-1:0]   read_cells,
  input  logic                 first,            // counters begin
  input  plane_t               weight,           // of a one

  // One clock later: the count of the tile in tile column `slot`.
  output logic                 answer,
  output logic [SlotBits-1:0]  slot,
  output logic signed [CountBits-1:0] count,

  // Counters of the columns, by round, of the tiles of tile row `collect_band`.
  input  logic                 collect,
  input  logic [BAND_BITS-1:0] collect_band,
  output logic [ROUNDS-1:0]    collected,
  output logic [ROUNDS-1:0][SlotBits-1:0] collected_slot,
  output logic [ROUNDS-1:0][COLUMNS*COUNTER_BITS-1:0] counters
);
  /*verilator no_inline_module*/

  typedef struct packed {
    logic                 valid;
    logic                 threshold;
    logic [BAND_BITS-1:0] band;
    logic [RoundBits-1:0] round;
    logic [TileBits-1:0]  ordinal;               // of thresholds of the tile row
    logic [SlotBits-1:0]  slot;
    logic [LANE_BITS-1:0] lane;
    logic [RowBits-1:0]   row;
    logic [ColumnBits-1:0] column;
    logic [ColumnBits-1:0] width;
  } tile_t;

  tile_t [TILES-1:0] tiles;
  logic selected;
  assign selected = config_subarray == id;

  // A new tile pushes the others on.
  always_ff @(posedge clk)
    if (reset)
      tiles <= '0;
    else if (config_tile && selected)
      tiles <= (TILES * $bits(tile_t))'({tiles, tile_t'{
          valid: 1'b1, threshold: config_threshold, band: config_band, round: config_round,
          ordinal: config_ordinal, slot: config_slot, lane: config_lane,
          row: RowBits'(config_row), column: config_column, width: config_width}});

  // Tiles of thresholds that it holds of the same tile row already.
  logic [TileBits-1:0] config_ordinal;
  always_comb begin
    config_ordinal = '0;
    if (config_tile && selected)
      for (int i = 0; i < TILES; ++i)
        if (tiles[i].valid && tiles[i].threshold && tiles[i].band == config_band)
          config_ordinal = config_ordinal + 1'b1;
  end

  // What it has of the tile row; which of its thresholds has its turn: with
  // rows that are neurons they are read in the rounds that are free, then extra.
  logic [TileBits-1:0] weights, thresholds;
  logic [15:0] turn, free_rounds;
  logic free;
  always_comb begin
    weights = '0;
    thresholds = '0;
    if (read)
      for (int i = 0; i < TILES; ++i)
        if (tiles[i].valid && tiles[i].band == band) begin
          if (tiles[i].threshold) thresholds = thresholds + 1'b1;
          else weights = weights + 1'b1;
        end
    free_rounds = 16'(rounds) - 16'(weights);
    free = extra || 16'(round) >= 16'(weights);
    turn = 16'(planes_before) * free_rounds;
    if (by_input || extra) turn = (by_input ? '0 : turn) + 16'(round);
    else if (free) turn = turn + 16'(round) - 16'(weights);
    more = read && 16'(thresholds) > (free ? turn + 1'b1 : turn);
  end

  tile_t tile;
  always_comb begin
    tile = '0;
    if (read)
      for (int i = 0; i < TILES; ++i)
        if (tiles[i].valid && tiles[i].band == band &&
            (tiles[i].threshold ? free && 16'(tiles[i].ordinal) == turn && (extra || !by_input)
                                : !extra && tiles[i].round == round))
          tile |= tiles[i];
  end

  // Input drivers: the tile's lanes, from its first column on.
  logic [COLUMNS-1:0] bits, enabled, agree, disagree;
  always_comb begin
    bits = '0;
    enabled = '0;
    if (tile.valid) begin
      if (tile.threshold) bits = '1;
      else if (by_input) bits = {COLUMNS{lanes[LaneBits'(tile.lane) + LaneBits'(offset) +
                                                 LaneBits'(lane_shift)]}};
      else bits = lanes[LaneBits'(tile.lane)+:COLUMNS] << tile.column;
      enabled = ~(~COLUMNS'(0) << tile.width) << tile.column;
      if (MUX > 1)
        for (int c = 0; c < COLUMNS; ++c)
          if (c % MUX != int'(phase)) enabled[c] = 1'b0;
    end
  end

  // Addresses to rows and columns.
  logic [RowBits-1:0]   row_address;
  logic [PlaceBits-1:0] physical_row;
  logic                 complemented;
  logic [PHYSICAL_COLUMNS-1:0] physical_bits, physical_agree, physical_disagree;
  assign row_address = tile.row + offset;

  if (MOVED != 0) begin : row_table
    logic [PlaceBits-1:0] places[ROWS];
    logic [ROWS-1:0]      complements;
    always_ff @(posedge clk)
      if (reset) begin
        for (int r = 0; r < ROWS; ++r) places[r] <= PlaceBits'(r);
        complements <= '0;
      end else if (selected) begin
        if (config_place) places[RowBits'(config_entry)] <= PlaceBits'(config_value);
        if (config_complement) complements[RowBits'(config_value)] <= 1'b1;
      end
    assign physical_row = places[row_address];
    assign complemented = complements[row_address];
  end else begin : no_row_table
    logic unused;
    assign unused = &{1'b0, config_place, config_complement, config_entry};
    assign physical_row = PlaceBits'(row_address);
    assign complemented = 1'b0;
  end

  if (MOVED != 0 && PHYSICAL_COLUMNS > COLUMNS) begin : column_table
    localparam int ShiftBits = $clog2(PHYSICAL_COLUMNS);
    logic [ShiftBits-1:0] places[COLUMNS];
    // A column that is left out moves those from it on; they come in order.
    always_ff @(posedge clk)
      for (int c = 0; c < COLUMNS; ++c)
        if (reset) places[c] <= ShiftBits'(c);
        else if (config_skipped && selected && word_t'(places[c]) >= config_value)
          places[c] <= places[c] + 1'b1;
    always_comb begin
      physical_bits = '0;
      for (int c = 0; c < COLUMNS; ++c) begin
        physical_bits[places[c]] = bits[c];
        agree[c] = physical_agree[places[c]];
        disagree[c] = physical_disagree[places[c]];
      end
    end
  end else begin : no_column_table
    logic unused;
    assign unused = &{1'b0, config_skipped, config_value, physical_agree, physical_disagree};
    assign physical_bits = PHYSICAL_COLUMNS'(bits);
    assign agree = COLUMNS'(physical_agree);
    assign disagree = COLUMNS'(physical_disagree);
  end

  cell_array #(.ROWS(PHYSICAL_ROWS), .COLUMNS(PHYSICAL_COLUMNS)) cells (
    .clk,
    .program_enable(config_cells && selected),
    .program_row(config_row),
    .program_block(config_block),
    .program_bl(config_bl),
    .program_blb(config_blb),
    .sense(tile.valid),
    .row(physical_row),
    .bits(physical_bits),
    .agree(physical_agree),
    .disagree(physical_disagree)
  );

  function automatic logic [ColumnBits-1:0] popcount(input logic [COLUMNS-1:0] x);
    popcount = ColumnBits'($countones(x));
  endfunction

  logic [COLUMNS-1:0] ones, zeros;
  logic inverted;
  assign inverted = swap_polarity ^ complemented;
  assign ones  = enabled & (inverted ? disagree : agree);
  assign zeros = enabled & (inverted ? agree : disagree);

  assign cells_read = tile.valid && tile.threshold;
  assign cells_first = tile.lane;
  assign cells_slot = tile.slot;
  assign read_cells = ones >> tile.column;

  always_ff @(posedge clk) begin
    answer <= tile.valid;
    if (tile.valid) begin
      slot <= tile.slot;
      count <= by_input || tile.threshold ? '0 :
               signed'({1'b0, popcount(ones)}) -
               (TERNARY != 0 ? signed'({1'b0, popcount(zeros)}) : '0);
    end
  end

  if (S2P != 0) begin : column_counters
    typedef logic signed [COUNTER_BITS-1:0] counter_t;
    logic [ROUNDS-1:0][COLUMNS-1:0][COUNTER_BITS-1:0] counts;
    counter_t one;
    assign one = weight.negative ? -(counter_t'(1) <<< weight.shift)
                                 : counter_t'(1) <<< weight.shift;

    always_ff @(posedge clk)
      if (tile.valid && by_input && !tile.threshold)
        for (int c = 0; c < COLUMNS; ++c)
          if (enabled[c])
            counts[round][c] <= (first ? '0 : counts[round][c]) +
                (ones[c] ? one : TERNARY != 0 && zeros[c] ? -one : '0);

    always_comb begin
      collected = '0;
      collected_slot = '0;
      for (int r = 0; r < ROUNDS; ++r) counters[r] = '0;
      if (collect)
        for (int i = 0; i < TILES; ++i)
          if (tiles[i].valid && !tiles[i].threshold && tiles[i].band == collect_band) begin
            collected[tiles[i].round] = 1'b1;
            collected_slot[tiles[i].round] = tiles[i].slot;
            counters[tiles[i].round] =
                counts[tiles[i].round] >> (int'(tiles[i].column) * COUNTER_BITS);
          end
    end
  end else begin : no_counters
    logic unused;
    assign unused = &{1'b0, first, weight, collect, collect_band};
    assign collected = '0;
    assign collected_slot = '0;
    assign counters = '0;
  end

endmodule
