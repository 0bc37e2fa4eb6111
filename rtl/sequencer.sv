// Row sequencer, a read in every clock. For each output position
//   parallel-to-sequential: for each neuron (a row) the planes of the input, the
//     columns of a shared sense amplifier, and the tiles of the neuron that lie
//     in one subarray;
//   sequential-to-parallel: for each lane (a row) the same, and after each tile
//     row but the last a clock in which its counters are added.
// Where rows have other slots than their numbers, neurons are read in their
// order, each in its slot; lanes in the order of their slots.
//
// Clocks of a layer: fill (the first window is driven), reads, merges of
// counters, waits (the window of the next position is not there yet), drain
// (adders and comparison).

module sequencer
  import bnn_pkg::*;
#(
  parameter int ROWS      = 32,
  parameter int MUX       = 1,
  parameter int ROUNDS    = 1,
  parameter int BAND_BITS = 8,
  parameter int PLANES    = 1,
  parameter int LANE_BITS = 5,
  localparam int RowBits   = ROWS > 1 ? $clog2(ROWS) : 1,
  localparam int RoundBits = ROUNDS > 1 ? $clog2(ROUNDS) : 1,
  localparam int PhaseBits = MUX > 1 ? $clog2(MUX) : 1,
  localparam int PlaneBits = PLANES > 1 ? $clog2(PLANES) : 1
) (
  input  logic  clk,
  input  logic  reset,

  input  logic  start,
  input  step_t step,
  output logic  done,          // in the last clock of the layer
  input  logic  retired,       // the comparison of the last neuron

  // Windows of inputs, one for each position and group.
  output logic  window_start,
  input  logic  window_ready,
  output logic  window_take,
  output logic  window_more,   // than the one that is taken now

  // What the loader knows of each tile row: its rounds.
  output logic [BAND_BITS-1:0] band,
  input  logic [RoundBits:0]   rounds,
  input  logic                 more,      // extra reads of thresholds after this one
  // Border class of each position.
  output word_t class_address,
  input  word_t position_class,
  // The slot of a neuron, or the lane in a slot.
  output word_t slot_address,
  input  word_t slot_word,

  output logic                 read,
  output logic [RoundBits-1:0] round,
  output logic [RowBits-1:0]   offset,
  output logic [LANE_BITS-1:0] lane_shift, // of the lane in a slot, against its number
  output logic [PhaseBits-1:0] phase,
  output logic [PlaneBits-1:0] plane,
  output logic                 extra,     // a read of thresholds alone
  output logic [4:0]           planes_before,
  output word_t                cell_index,// s2p: of the cells of the class
  output tag_t                 tag,
  output logic                 first,     // read of the counters of columns

  // Counters of tile row `collect_band`: merge them, or, the last ones,
  // compare all neurons of the position.
  output logic                 merge,
  output logic                 compare,
  output logic [BAND_BITS-1:0] collect_band,
  output word_t                compare_functions,
  output word_t                compare_address,

  // What this clock is for.
  output logic filling, waiting, draining
);

  typedef enum logic [2:0] {Idle, Fill, Read, Merge, Wait, Drain} state_e;
  state_e state;

  word_t position, neuron, group_neuron;
  word_t result, position_result;      // elements
  logic [PlaneBits-1:0] plane_index;

  // The innermost loop first.
  logic last_round, last_phase, last_plane, last_neuron, last_position, last_of_group;
  assign last_round    = extra ? !more : (RoundBits + 1)'(round) + 1'b1 == rounds;
  assign last_phase    = int'(phase) == MUX - 1;
  assign last_plane    = 5'(plane_index) + 1'b1 == step.planes;
  assign last_of_group = group_neuron + 1 == step.group_neurons;
  assign last_neuron   = neuron + 1 == (step.by_input ? step.lanes : step.neurons);
  assign last_position = position + 1 == step.positions;

  logic neuron_done, window_done, layer_done, last_row;
  // Thresholds in cells: after the weights of a neuron, or of all lanes.
  logic in_cells, reads_done, begin_extra, last_cell;
  word_t cell_at;                         // in the word of thresholds
  assign in_cells    = step.threshold_bits != '0;
  assign last_cell   = cell_index + 1 == step.class_cells;
  assign reads_done  = last_round && last_phase && (extra || last_plane);
  assign begin_extra = !extra && reads_done && in_cells && (step.by_input ? last_neuron : more);
  assign neuron_done = reads_done && !begin_extra && (!step.by_input || !extra || last_cell);
  assign planes_before = extra ? step.planes : 5'(plane_index);
  assign last_row    = int'(row) == ROWS - 1;

  // The row that follows in the order of slots, and where the present one is.
  logic [BAND_BITS-1:0] tile_row;
  logic [RowBits-1:0]   row;
  assign slot_address = step.slot_start + neuron;
  always_comb begin
    band = tile_row;
    offset = row;
    lane_shift = '0;
    if (step.has_slots && step.by_input) begin
      lane_shift = LANE_BITS'(slot_word - neuron);
    end else if (step.has_slots) begin
      band = BAND_BITS'(step.band + slot_word / word_t'(ROWS));
      offset = RowBits'(slot_word % word_t'(ROWS));
    end
  end
  // A row that is an input takes part in all neurons: `neuron` counts lanes.
  assign window_done = neuron_done && (step.by_input ? last_neuron : last_of_group);
  assign layer_done  = window_done && last_neuron && last_position;

  assign read     = state == Read;
  assign filling  = state == Fill;
  assign waiting  = state == Wait;
  assign draining = state == Drain;
  assign done     = draining && (step.by_input ? compare : retired);
  assign merge    = state == Merge;
  assign first    = row == '0 && plane_index == '0;

  assign window_start = state == Idle && start;
  assign window_take  = window_ready && (state == Fill || state == Wait ||
                                         (state == Read && window_done && !layer_done));
  // While the last window is taken nothing is left to gather.
  word_t taken;
  word_t windows;
  assign window_more = taken + 1 != windows;

  assign plane = plane_index;
  assign class_address = step.table_start + position;

  always_comb begin
    tag = '0;
    tag.valid          = read && !step.by_input;
    tag.first          = round == '0 && phase == '0 && plane_index == '0 && !extra;
    tag.last           = neuron_done;
    tag.last_of_layer  = layer_done;
    tag.plane          = step.plane[4'(plane_index)];
    tag.function_index = step.functions + (step.by_input ? '0 : neuron) +
                         (step.has_table ? position_class * step.neurons : '0);
    tag.first_cell     = step.has_table ? position_class * step.class_cells : '0;
    tag.address        = step.result.offset + (result << step.result.log_bytes);
  end

  always_ff @(posedge clk)
    if (reset) begin
      state <= Idle;
      compare <= 1'b0;
    end else begin
      case (state)
        Idle:
          if (start) begin
            state <= Fill;
            position <= '0;
            neuron <= '0;
            group_neuron <= '0;
            plane_index <= '0;
            phase <= '0;
            round <= '0;
            tile_row <= BAND_BITS'(step.band);
            row <= '0;
            extra <= 1'b0;
            cell_index <= '0;
            result <= '0;
            position_result <= '0;
            taken <= '0;
          end
        Fill, Wait:
          if (window_ready) state <= Read;
        Read:
          if (layer_done) state <= Drain;
          else if (window_done && !window_ready) state <= Wait;
          else if (!window_done && neuron_done && step.by_input && last_row) state <= Merge;
        Merge: state <= Read;
        default:
          if (done) state <= Idle;
      endcase

      if (window_take) taken <= taken + 1;

      // The comparison of a position goes on while the next one is read.
      compare <= read && window_done && step.by_input;
      if (read && !extra) collect_band <= band;
      if (read) begin
        compare_functions <= tag.function_index;
        compare_address <= tag.address;
      end

      if (read) begin
        round <= last_round ? '0 : round + 1'b1;
        if (last_round) begin
          phase <= last_phase ? '0 : phase + 1'b1;
          if (last_phase && !extra && !begin_extra)
            plane_index <= last_plane ? '0 : plane_index + 1'b1;
        end
        if (begin_extra) begin
          extra <= 1'b1;
          cell_index <= '0;
          if (step.by_input) begin
            cell_at <= tag.first_cell;
            tile_row <= BAND_BITS'(step.threshold_band + tag.first_cell / word_t'(ROWS));
            row <= RowBits'(tag.first_cell % word_t'(ROWS));
          end
        end else if (extra && reads_done && step.by_input && !last_cell) begin
          cell_index <= cell_index + 1;
          cell_at <= cell_at + 1;
          tile_row <= BAND_BITS'(step.threshold_band + (cell_at + 1) / word_t'(ROWS));
          row <= RowBits'((cell_at + 1) % word_t'(ROWS));
        end
        if (neuron_done) begin
          extra <= 1'b0;
          plane_index <= '0;
          group_neuron <= last_of_group ? '0 : group_neuron + 1;
          neuron <= last_neuron ? '0 : neuron + 1;
          if (last_neuron) begin
            position <= position + 1;
            tile_row <= BAND_BITS'(step.band);
            row <= '0;
          end else if (last_row) begin
            tile_row <= tile_row + 1'b1;
            row <= '0;
          end else begin
            row <= row + 1'b1;
          end
          // Results of a convolution lie channel by channel, those of a dense
          // layer position by position.
          if (step.by_input) begin
            if (window_done) result <= result + (step.convolution ? 1 : step.neurons);
          end else if (!step.convolution) begin
            result <= result + 1;
          end else if (last_neuron) begin
            result <= position_result + 1;
            position_result <= position_result + 1;
          end else begin
            result <= result + step.positions;
          end
        end
      end
    end

  // Windows of a layer: positions times groups.
  assign windows = step.by_input ? step.positions : step.positions * step.groups;

endmodule
