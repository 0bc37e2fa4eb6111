// The activation buffer, and the window of it that a read drives.
//
// Elements lie in bytes as the export places them. For each output position
// and group the window holds the lanes of all planes: the next one is gathered,
// GATHER lanes in a clock, while the arrays are read with the present one.

module activation_buffer
  import bnn_pkg::*;
#(
  parameter int BYTES  = 1024,
  parameter int LANES  = 32,           // a whole number of tiles
  parameter int PLANES = 1,
  parameter int NEURONS = 1,           // results that can come in a clock
  parameter int GATHER = LANES,
  localparam int PlaneBits = PLANES > 1 ? $clog2(PLANES) : 1
) (
  input  logic               clk,
  input  logic               reset,

  input  logic               write,
  input  word_t              write_address,
  input  logic [1:0]         write_log_bytes,
  input  word_t              write_data,

  // Results of all neurons of a position, `write_pitch` bytes apart.
  input  logic               write_all,
  input  word_t              write_count,
  input  word_t              write_pitch,
  input  logic signed [31:0] write_values[NEURONS],

  input  word_t              read_address,
  input  value_t             read_value,
  output logic signed [31:0] read_data,

  input  step_t              step,
  input  logic               start,    // gather the first window
  output logic               ready,    // the next window is there (or will be at the clock edge)
  input  logic               take,     // drive the next window
  input  logic               more,     // there is one more after it
  input  logic [PlaneBits-1:0] plane,
  output logic [LANES-1:0]   lanes
);

  localparam int Bits = $clog2(BYTES);
  localparam int LaneBits = LANES > 1 ? $clog2(LANES) : 1;

  logic [7:0] bytes[BYTES];

  logic [Bits-1:0] all_places[NEURONS];
  always_comb
    for (int n = 0; n < NEURONS; ++n)
      all_places[n] = write_all ? Bits'(write_address + word_t'(n) * write_pitch) : '0;

  // Blocking, as Verilator has no other loop over a memory. What is written in a
  // clock is read in none before the next.
  /* verilator lint_off BLKSEQ */
  always_ff @(posedge clk)
    if (write_all) begin
      for (int n = 0; n < NEURONS; ++n)
        if (word_t'(n) < write_count) begin
          bytes[all_places[n]] = write_values[n][7:0];
          if (write_log_bytes >= 1) bytes[all_places[n] + 1'b1] = write_values[n][15:8];
          if (write_log_bytes >= 2) begin
            bytes[all_places[n] + Bits'(2)] = write_values[n][23:16];
            bytes[all_places[n] + Bits'(3)] = write_values[n][31:24];
          end
        end
    end else if (write) begin
      bytes[Bits'(write_address)] = write_data[7:0];
      if (write_log_bytes >= 1) bytes[Bits'(write_address) + 1'b1] = write_data[15:8];
      if (write_log_bytes >= 2) begin
        bytes[Bits'(write_address) + Bits'(2)] = write_data[23:16];
        bytes[Bits'(write_address) + Bits'(3)] = write_data[31:24];
      end
    end
  /* verilator lint_on BLKSEQ */

  function automatic logic signed [31:0] element(input word_t address, input value_t value);
    logic [Bits-1:0] at;
    at = Bits'(address);
    case (value.log_bytes)
      2'd0:    element = {{24{value.is_signed & bytes[at][7]}}, bytes[at]};
      2'd1:    element = {{16{value.is_signed & bytes[at+1'b1][7]}}, bytes[at+1'b1], bytes[at]};
      default: element = {bytes[at+Bits'(3)], bytes[at+Bits'(2)], bytes[at+1'b1], bytes[at]};
    endcase
  endfunction

  always_comb read_data = element(read_address, read_value);

  //-------------------------------------------------------------------------
  // Windows
  //-------------------------------------------------------------------------

  // Where the gathering is: lane, channel (its first element), tap, and the
  // upper left corner of the position.
  typedef struct packed {
    word_t              lane;          // of the window
    word_t              group_lane;    // the same within its group
    word_t              input_lane;    // the same without weight planes
    word_t              channel;
    logic signed [31:0] y, x, row;     // row = y * width
    logic [15:0]        v, u;
  } cursor_t;

  cursor_t cursor, next;
  word_t group_channel, next_group_channel;
  logic signed [31:0] corner_y, corner_x, corner_row;
  logic [15:0] position_x;
  word_t group;

  logic gathering, full, selected, last;
  logic [LANES-1:0] gathered[PLANES];
  logic [LANES-1:0] windows[PLANES];        // of the plane that is driven

  word_t plane_size;                        // elements of a channel
  logic signed [31:0] row_step;
  assign plane_size = step.convolution ? word_t'(step.input_size[0]) * word_t'(step.input_size[1]) : 1;
  assign row_step = 32'(step.dilation[0]) * 32'(step.input_size[1]);

  logic signed [31:0] code;
  logic bit_of_plane;
  always_comb begin
    next = cursor;
    next_group_channel = group_channel;
    code = '0;
    bit_of_plane = 1'b0;
    for (int p = 0; p < PLANES; ++p)
      // Columns beyond the last lane are masked, or driven with 1.
      gathered[p] = cursor.lane == '0 || !gathering ? '1 : partial[p];
    if (gathering)
      for (int i = 0; i < GATHER; ++i)
        if (next.lane < step.window_lanes) begin
          code = signed'(step.pad_code);
          if (next.y >= 0 && next.x >= 0 && next.y < 32'(step.input_size[0]) &&
              next.x < 32'(step.input_size[1]))
            code = element(step.source[0].offset +
                           ((next.channel + word_t'(next.row + next.x)) << step.source[0].log_bytes),
                           step.source[0]);
          for (int p = 0; p < PLANES; ++p) begin
            case (step.coding)
              Bipolar:     bit_of_plane = code > 0;
              Thermometer: bit_of_plane = code >= p;
              default:     bit_of_plane = code[p];
            endcase
            gathered[p][next.lane[LaneBits-1:0]] = bit_of_plane;
          end
          next.lane = next.lane + 1;
          next.group_lane = next.group_lane + 1;
          next.input_lane = next.input_lane + 1;
          // The next tap, and after the last one the next channel.
          if (next.v + 1'b1 != step.kernel[1]) begin
            next.v = next.v + 1'b1;
            next.x = next.x + 32'(step.dilation[1]);
          end else begin
            next.v = '0;
            next.x = corner_x;
            if (next.u + 1'b1 != step.kernel[0]) begin
              next.u = next.u + 1'b1;
              next.y = next.y + 32'(step.dilation[0]);
              next.row = next.row + row_step;
            end else begin
              next.u = '0;
              next.y = corner_y;
              next.row = corner_row;
              next.channel = next.channel + plane_size;
            end
          end
          if (next.input_lane == step.fan_in) begin
            next.input_lane = '0;
            if (next.group_lane == step.lanes) begin
              next.group_lane = '0;
              next_group_channel = next.channel;
            end else begin
              // The second weight plane sees the same inputs again.
              next.channel = next_group_channel;
            end
          end
        end
    last = next.lane >= step.window_lanes;
  end

  logic [LANES-1:0] partial[PLANES];
  for (genvar p = 0; p < PLANES; ++p) begin : plane_window
    logic [LANES-1:0] even, odd;
    always_ff @(posedge clk)
      if (gathering) begin
        if (selected) even <= gathered[p];
        else odd <= gathered[p];
      end
    assign partial[p] = selected ? even : odd;
    assign windows[p] = selected ? odd : even;
  end
  assign lanes = windows[plane];

  assign ready = full || (gathering && last);

  // Where the window after the gathered one begins.
  logic last_group, row_ends;
  logic signed [31:0] pad_y, pad_x, width;
  assign pad_y = 32'(step.pad[0]);
  assign pad_x = 32'(step.pad[1]);
  assign width = 32'(step.input_size[1]);
  assign last_group = step.by_input || group + 1 == step.groups;
  assign row_ends = position_x + 1'b1 == step.output_size[1];

  word_t              following_channel;
  logic signed [31:0] following_y, following_x, following_row;
  always_comb begin
    following_channel = next_group_channel;
    following_y = corner_y;
    following_x = corner_x;
    following_row = corner_row;
    if (last_group && step.convolution) begin
      following_channel = '0;
      following_x = row_ends ? -pad_x : corner_x + 32'(step.stride[1]);
      if (row_ends) begin
        following_y = corner_y + 32'(step.stride[0]);
        following_row = corner_row + 32'(step.stride[0]) * width;
      end
    end
  end

  always_ff @(posedge clk)
    if (reset) begin
      gathering <= 1'b0;
      full <= 1'b0;
      selected <= 1'b0;
    end else if (start) begin
      gathering <= 1'b1;
      full <= 1'b0;
      group <= '0;
      group_channel <= '0;
      position_x <= '0;
      corner_y <= -pad_y;
      corner_x <= -pad_x;
      corner_row <= -pad_y * width;
      cursor <= '{y: -pad_y, x: -pad_x, row: -pad_y * width, default: '0};
    end else begin
      if (gathering && !last) begin
        cursor <= next;
        group_channel <= next_group_channel;
      end
      if (gathering && last) begin
        gathering <= 1'b0;
        full <= 1'b1;
        group <= last_group ? '0 : group + 1;
        if (last_group) position_x <= row_ends ? '0 : position_x + 1'b1;
        group_channel <= following_channel;
        corner_y <= following_y;
        corner_x <= following_x;
        corner_row <= following_row;
        cursor <= '{channel: following_channel, y: following_y, x: following_x,
                    row: following_row, default: '0};
      end
      if (take) begin
        selected <= !selected;
        full <= 1'b0;
        gathering <= more;
      end
    end

endmodule
