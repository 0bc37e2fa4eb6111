// Part of the loader: tells each subarray its tiles and programs its cells.

module tile_loader
  import bnn_pkg::*;
#(
  parameter int ROWS         = 32,
  parameter int COLUMNS      = 32,
  parameter int PHYSICAL_ROWS = ROWS,
  parameter int PHYSICAL_COLUMNS = COLUMNS,
  parameter int SUBARRAYS    = 1,
  parameter int TILES        = 1,
  parameter int ROUNDS       = 1,
  parameter int TILE_COLUMNS = 1,
  parameter int LANE_BITS    = 5,
  parameter int BANDS        = 1,
  localparam int RowBits    = PHYSICAL_ROWS > 1 ? $clog2(PHYSICAL_ROWS) : 1,
  localparam int ColumnBits = $clog2(COLUMNS + 1),
  localparam int RoundBits  = ROUNDS > 1 ? $clog2(ROUNDS) : 1,
  localparam int SlotBits   = TILE_COLUMNS > 1 ? $clog2(TILE_COLUMNS) : 1,
  localparam int BandBits   = BANDS > 1 ? $clog2(BANDS) : 1
) (
  input  logic     clk,
  input  logic     reset,

  // The present word of the program.
  input  section_e section,
  input  list_e    list,
  input  word_t    data,
  input  step_t    step,               // the record whose lists are read
  input  logic     alternating,        // columns beyond the last lane count
  input  word_t    word_cells,         // thresholds of a neuron in cells
  output logic     too_many,           // tiles for a subarray

  // To all subarrays.
  output word_t                 config_subarray,
  output logic                  config_cells,
  output logic                  config_tile,
  output logic [RowBits-1:0]    config_row,
  output logic [15:0]           config_block,
  output logic [15:0]           config_bl,
  output logic [15:0]           config_blb,
  output logic [ColumnBits-1:0] config_column,
  output logic [ColumnBits-1:0] config_width,
  output logic [BandBits-1:0]   config_band,
  output logic [RoundBits-1:0]  config_round,
  output logic [SlotBits-1:0]   config_slot,
  output logic [LANE_BITS-1:0]  config_lane,
  output logic                  config_threshold,
  // How often a subarray is read for a row of a tile row.
  input  logic [BandBits-1:0]   band,
  output logic [RoundBits:0]    rounds
);

  localparam int SubarrayBits = SUBARRAYS > 1 ? $clog2(SUBARRAYS) : 1;
  localparam word_t RowWords = (PHYSICAL_COLUMNS + 15) / 16 + 3;

  // Three words a tile: subarray, row, column.
  logic [1:0] tile_word;
  word_t tile_subarray, tile_row, tile_column, tile_band;
  // What is left of the lanes, or of the neurons of a group, and the first lane
  // that the tile sees: that of its tile column, or of its tile row and group.
  word_t columns_left, all_columns, tile_lane, row_lane;
  assign all_columns = step.by_input ? step.group_neurons : step.lanes;

  // The tiles of a tile row that lie in one subarray are read in rounds. What
  // each subarray has so far: tiles, and tile row and round of the latest.
  typedef struct packed {
    word_t                tiles;
    word_t                band;
    logic [RoundBits-1:0] round;
  } held_t;
  held_t held[SUBARRAYS];
  held_t latest;
  logic [RoundBits:0] table_of_rounds[BANDS];
  logic [RoundBits:0] tile_round, most_rounds;
  logic [SubarrayBits-1:0] tile_index;
  assign tile_index = SubarrayBits'(tile_subarray);
  assign latest = held[tile_index];
  assign tile_round = latest.tiles != '0 && latest.band == tile_band ?
                      (RoundBits + 1)'(latest.round) + 1'b1 : '0;
  assign rounds = table_of_rounds[band];
  assign too_many = config_tile && (latest.tiles == word_t'(TILES) ||
      (!config_threshold && tile_round == (RoundBits + 1)'(ROUNDS)));

  // A program has more words before its first tile than it has subarrays, as
  // its rows stand in the checksum: time to forget the tiles of another one.
  logic tile_here, last_tile_column;
  assign tile_here = section == SectionList && (list == ListTiles || list == ListThresholdTiles);
  assign config_threshold = list == ListThresholdTiles;
  assign last_tile_column = tile_column + 1 == step.tile_columns;
  word_t cleared;

  always_ff @(posedge clk)
    if (reset) begin
      cleared <= '0;
    end else if (cleared != word_t'(SUBARRAYS)) begin
      held[SubarrayBits'(cleared)] <= '0;
      cleared <= cleared + 1;
    end else if (config_tile) begin
      held[tile_index].tiles <= latest.tiles + 1;
      if (!config_threshold) begin
        held[tile_index].band <= tile_band;
        held[tile_index].round <= tile_round[RoundBits-1:0];
      end
    end

  always_ff @(posedge clk)
    if (!tile_here) begin
      tile_word <= '0;
      tile_column <= '0;
      tile_band <= step.band;
      columns_left <= all_columns;
      tile_lane <= '0;
      row_lane <= '0;
      most_rounds <= '0;
      piece <= '0;
      cells_left <= word_cells;
    end else begin
      tile_word <= tile_word == 2 ? '0 : tile_word + 1'b1;
      case (tile_word)
        0: tile_subarray <= data;
        1: tile_row <= data;
        default: if (config_threshold) begin
          // Piece after piece of a neuron's word.
          piece <= last_piece ? '0 : piece + 1;
          cells_left <= last_piece ? word_cells : cells_left - piece_cells;
          if (step.by_input) begin
            if (last_piece) begin
              tile_column <= tile_column + 1;
              columns_left <= columns_end ? all_columns : columns_left - word_t'(COLUMNS);
            end
          end else begin
            tile_lane <= last_piece ? '0 : tile_lane + word_t'(COLUMNS);
            if (last_piece) tile_band <= tile_band + 1;
          end
        end else begin
          tile_column <= last_tile_column ? '0 : tile_column + 1;
          columns_left <= columns_end ? all_columns : columns_left - word_t'(COLUMNS);
          if (last_tile_column) begin
            row_lane <= row_lane + word_t'(ROWS);
            tile_lane <= step.by_input ? row_lane + word_t'(ROWS) : '0;
          end else if (!step.by_input) begin
            tile_lane <= tile_lane + word_t'(COLUMNS);
          end else if (columns_end) begin
            tile_lane <= tile_lane + step.lanes;
          end
          most_rounds <= last_tile_column ? '0 : rounds_now;
          if (last_tile_column) begin
            table_of_rounds[BandBits'(tile_band)] <= rounds_now;
            tile_band <= tile_band + 1;
          end
        end
      endcase
    end
  word_t piece, piece_cells, cells_left;       // of a word of thresholds
  logic  last_piece;
  assign piece_cells = step.by_input ? word_t'(ROWS) : word_t'(COLUMNS);
  assign last_piece = cells_left <= piece_cells;
  logic columns_end;                           // of the lanes, or of a group
  assign columns_end = columns_left <= word_t'(COLUMNS);
  logic [RoundBits:0] rounds_now;
  assign rounds_now = tile_round + 1'b1 > most_rounds ? tile_round + 1'b1 : most_rounds;

  // Rows: subarray, row, checksum (the program's covers it), cells.
  word_t row_subarray, row_number, row_word;
  always_ff @(posedge clk)
    if (section != SectionCells) begin
      row_word <= '0;
    end else begin
      row_word <= row_word + 1 == RowWords ? '0 : row_word + 1;
      if (row_word == 0) row_subarray <= data;
      if (row_word == 1) row_number <= data;
    end

  assign config_cells = section == SectionCells && row_word >= 3;
  assign config_tile = tile_here && tile_word == 2;
  assign config_subarray = config_tile ? tile_subarray : row_subarray;
  assign config_row = config_tile ? RowBits'(tile_row) : RowBits'(row_number);
  assign config_block = 16'(row_word - 3);
  // Two bits a cell: BL, BLb.
  always_comb
    for (int i = 0; i < 16; ++i) begin
      config_bl[i]  = data[2*i];
      config_blb[i] = data[2*i+1];
    end
  assign config_column = ColumnBits'(data);
  always_comb begin
    config_width = columns_end ? ColumnBits'(columns_left) : ColumnBits'(COLUMNS);
    if (config_threshold && !step.by_input)
      config_width = last_piece ? ColumnBits'(cells_left) : ColumnBits'(COLUMNS);
    else if (alternating) config_width = ColumnBits'(COLUMNS);
  end
  assign config_lane = LANE_BITS'(tile_lane);
  assign config_band = BandBits'(config_threshold && step.by_input ? step.threshold_band + piece
                                                                   : tile_band);
  assign config_round = tile_round[RoundBits-1:0];
  assign config_slot = tile_column[SlotBits-1:0];

endmodule
