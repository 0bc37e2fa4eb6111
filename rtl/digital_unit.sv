// Steps between the arrays. Pools take a clock for each tap, transpositions for
// each element, moves for each element, combinations for each element of each
// input, step functions of stored integers two for each element.

module digital_unit
  import bnn_pkg::*;
(
  input  logic               clk,
  input  logic               reset,

  input  logic               start,
  input  step_t              step,
  output logic               busy,
  output logic               done,          // in the last clock of the step

  output value_t             read_value,
  output word_t              read_address,
  input  logic signed [31:0] read_data,
  output logic               write,
  output word_t              write_address,
  output word_t              write_data,

  output word_t              table_address, // factors; 1: a channel takes the minimum
  input  word_t              table_word,

  output word_t              function_index,
  output logic signed [31:0] value,         // one clock after its function
  input  logic signed [31:0] code
);

  typedef enum logic [2:0] {Idle, Pool, Transpose, Move, Combine, Look, Compare} state_e;
  state_e state;

  // Where in the result.
  word_t channel, element, inner;
  word_t channel_start;                     // its first element in the source
  logic [15:0] y, x, u, v;
  logic [2:0] source;
  word_t [MaxRank-1:0] place;               // transposition: along each dimension
  word_t source_run, result_run;            // move: where the run begins

  logic last_v, last_u, last_tap, last_x, last_y, last_source;
  assign last_v = v + 1'b1 == step.kernel[1];
  assign last_u = u + 1'b1 == step.kernel[0];
  assign last_tap = last_u && last_v;
  assign last_x = x + 1'b1 == step.output_size[1];
  assign last_y = y + 1'b1 == step.output_size[0];
  assign last_source = source + 1'b1 == step.sources;

  //-------------------------------------------------------------------------
  // The element that is read
  //-------------------------------------------------------------------------

  logic signed [31:0] tap_y, tap_x;
  logic tap_inside;
  always_comb begin
    tap_y = 32'(y) * 32'(step.stride[0]) + 32'(u) * 32'(step.dilation[0]) - 32'(step.pad[0]);
    tap_x = 32'(x) * 32'(step.stride[1]) + 32'(v) * 32'(step.dilation[1]) - 32'(step.pad[1]);
    tap_inside = tap_y >= 0 && tap_x >= 0 && tap_y < 32'(step.input_size[0]) &&
                 tap_x < 32'(step.input_size[1]);
  end

  word_t [MaxRank-1:0] pitch;               // of each dimension of the source
  word_t moved;
  always_comb begin
    pitch[MaxRank-1] = 1;
    for (int d = MaxRank - 2; d >= 0; --d)
      pitch[d] = d + 1 >= int'(step.rank) ? 1 : pitch[d+1] * step.shape[d+1];
    moved = '0;
    for (int d = 0; d < MaxRank; ++d)
      if (d < int'(step.rank)) moved = moved + place[d] * pitch[step.permutation[d]];
  end

  word_t read_element;
  always_comb
    case (state)
      Pool: read_element = channel_start + word_t'(tap_y * 32'(step.input_size[1]) + tap_x);
      Transpose: read_element = moved;
      Move: read_element = source_run + inner;
      default: read_element = element;
    endcase
  // `source` is 0 but in combinations.
  assign read_value = step.source[source[1:0]];
  assign read_address = read_value.offset + (read_element << read_value.log_bytes);

  //-------------------------------------------------------------------------
  // The element that is written
  //-------------------------------------------------------------------------

  logic any;                                // a tap before
  logic signed [31:0] held, next_held;
  assign table_address = step.table_start + channel +
                         (state == Combine ? word_t'(source) * step.channels : '0);
  always_comb begin
    next_held = held;
    case (state)
      Pool:
        if (tap_inside) begin
          if (!any) next_held = read_data;
          else if (step.sum) next_held = held + read_data;
          else if (step.has_table && table_word != '0 ? read_data < held : read_data > held)
            next_held = read_data;
        end
      Combine: next_held = (source == '0 ? '0 : held) + read_data * signed'(table_word);
      Transpose, Move: next_held = read_data;
      default: ;
    endcase
  end

  assign function_index = step.functions + channel;
  assign value = held;

  assign busy = state != Idle;
  assign write = (state == Pool && last_tap) || state == Transpose || state == Move ||
                 (state == Combine && last_source) || state == Compare;
  word_t written;
  assign written = state == Move ? result_run + inner : element;
  assign write_address = step.result.offset + (written << step.result.log_bytes);
  assign write_data = state == Compare ? code : next_held;
  logic last_inner, last_channel;
  assign last_inner = inner + 1 == step.inner;
  assign last_channel = channel + 1 == step.channels;
  // A move may write a part of its result only.
  assign done = write && (state == Move ? last_inner && last_channel
                                        : element + 1 == step.result.elements);

  always_ff @(posedge clk)
    if (reset) begin
      state <= Idle;
    end else if (state == Idle) begin
      if (start)
        case (step.kind)
          KindPool: state <= Pool;
          KindTranspose: state <= Transpose;
          KindMove: state <= Move;
          KindCombine: state <= Combine;
          default: state <= Look;
        endcase
      channel <= '0;
      channel_start <= '0;
      element <= '0;
      inner <= '0;
      y <= '0;
      x <= '0;
      u <= '0;
      v <= '0;
      source <= '0;
      place <= '0;
      source_run <= step.source_start;
      result_run <= step.result_start;
      any <= 1'b0;
      held <= '0;
    end else begin
      held <= state == Look ? read_data : next_held;
      if (done) state <= Idle;
      else if (state == Look) state <= Compare;
      else if (state == Compare) state <= Look;

      if (state == Pool) begin
        any <= !last_tap && (any || tap_inside);
        if (last_tap) held <= '0;
        v <= last_v ? '0 : v + 1'b1;
        if (last_v) u <= last_u ? '0 : u + 1'b1;
        if (last_tap) begin
          x <= last_x ? '0 : x + 1'b1;
          if (last_x) y <= last_y ? '0 : y + 1'b1;
          if (last_x && last_y) begin
            channel <= channel + 1;
            channel_start <= channel_start +
                             word_t'(step.input_size[0]) * word_t'(step.input_size[1]);
          end
        end
      end
      if (state == Combine) source <= last_source ? '0 : source + 1'b1;
      if (write) begin
        element <= element + 1;
        if (state != Pool) begin
          inner <= last_inner ? '0 : inner + 1;
          if (last_inner) begin
            channel <= last_channel ? '0 : channel + 1;
            source_run <= source_run + step.source_pitch;
            result_run <= result_run + step.result_pitch;
          end
        end
        // The last dimension first.
        place <= next_place;
      end
    end

  word_t [MaxRank-1:0] next_place;
  always_comb begin
    logic carry;
    carry = 1'b1;
    next_place = place;
    for (int d = MaxRank - 1; d >= 0; --d)
      if (carry && d < int'(step.rank)) begin
        carry = place[d] + 1 == step.shape[step.permutation[d]];
        next_place[d] = carry ? '0 : place[d] + 1;
      end
  end

endmodule
