// Goes through a program (docs/export-formats.md) a word in each clock, in an
// order in which each table can be filled as its words come: checksum, chip,
// values, addresses of subarrays, steps with their lists, cells.

module program_walker
  import bnn_pkg::*;
#(
  parameter int PROGRAM_WORDS = 1024
) (
  input  logic     clk,
  input  logic     reset,

  output word_t    address,      // of the word that comes in the next clock
  input  word_t    data,

  input  logic     hold,         // stay at this word
  input  logic     refuse,

  output section_e section,      // where the present word belongs
  output kind_e    kind,         // of the record
  output list_e    list,
  output word_t    index,
  output logic     last_entry,   // of a list
  output word_t    step_number,
  output logic     done,
  output error_e   error
);

  // First word of list `list_at` of a record; lists that the chip needs not
  // are passed over.
  function automatic logic is_list(input kind_e of, input word_t place, output list_e which);
    which = ListWeights;
    is_list = 1'b1;
    case ({of, 6'(place)})
      {KindChip, 6'd18}: which = ListWeights;
      {KindChip, 6'd21}: which = ListInputs;
      {KindChip, 6'd23}: which = ListOutputs;
      {KindArray, 6'd11}: which = ListPlaneWeights;
      {KindArray, 6'd15}: which = ListInputSize;
      {KindArray, 6'd17}: which = ListOutputSize;
      {KindArray, 6'd19}: which = ListKernel;
      {KindArray, 6'd21}: which = ListStrides;
      {KindArray, 6'd23}: which = ListDilations;
      {KindArray, 6'd25}: which = ListPads;
      {KindArray, 6'd31}: which = ListTiles;
      {KindArray, 6'd36}: which = ListTable;
      {KindArray, 6'd40}: which = ListBias;
      {KindArray, 6'd42}: which = ListStart;
      {KindArray, 6'd44}: which = ListThresholds;
      {KindArray, 6'd46}: which = ListCodes;
      {KindArray, 6'd53}: which = ListThresholdTiles;
      {KindArray, 6'd55}: which = ListRowSlots;
      {KindTable, 6'd1}: which = ListRows;
      {KindTable, 6'd3}: which = ListSkipped;
      {KindTable, 6'd5}: which = ListComplemented;
      {KindPool, 6'd7}: which = ListInputSize;
      {KindPool, 6'd9}: which = ListOutputSize;
      {KindPool, 6'd11}: which = ListKernel;
      {KindPool, 6'd13}: which = ListStrides;
      {KindPool, 6'd15}: which = ListDilations;
      {KindPool, 6'd17}: which = ListPads;
      {KindPool, 6'd19}: which = ListTable;
      {KindTranspose, 6'd5}: which = ListInputSize;
      {KindTranspose, 6'd7}: which = ListOutputSize;
      {KindCombine, 6'd3}: which = ListInputs;
      {KindCombine, 6'd8}: which = ListTable;
      {KindThreshold, 6'd7}: which = ListStart;
      {KindThreshold, 6'd9}: which = ListThresholds;
      {KindThreshold, 6'd11}: which = ListCodes;
      default: is_list = 1'b0;
    endcase
  endfunction

  // Index of a record's last word.
  function automatic word_t last_word(input kind_e of);
    case (of)
      KindChip: last_word = 36;
      KindArray: last_word = 56;
      KindPool: last_word = 20;
      KindTranspose: last_word = 8;
      KindCombine: last_word = 9;
      KindMove: last_word = 10;
      KindTable: last_word = 6;
      default: last_word = 12;
    endcase
  endfunction

  typedef enum logic [3:0] {
    Head, Checksum, Values, StepAddress, Record, Lists, Commit, Cells, Done, Failed
  } state_e;

  state_e state, next_state;
  word_t  at, next_address, next_index, next_step;

  word_t words, wanted_crc, crc;
  word_t values_first, values_count, steps_first, steps_count, cells_first, cells_count;
  word_t tables_first, tables_count, table_number, next_table;
  word_t row_words, cells_words;
  assign cells_words = cells_count * row_words;
  word_t [NumLists-1:0] list_first, list_count;

  // The next list that is not empty.
  list_e next_list;
  logic  more_lists;
  always_comb begin
    next_list = ListWeights;
    more_lists = 1'b0;
    for (int i = NumLists - 1; i >= 0; --i)
      if (list_count[i] != '0 && (state != Lists || i > int'(list))) begin
        next_list = list_e'(i);
        more_lists = 1'b1;
      end
    // The last word of a record may be the length of its last list.
    if (state == Record && ends_list && data != '0 && !more_lists) begin
      next_list = which;
      more_lists = 1'b1;
    end
  end

  logic  begins_list, ends_list;
  list_e which, which_ends;
  always_comb begin
    begins_list = is_list(kind, index, which_ends);
    ends_list = is_list(kind, index - 1, which);
  end

  error_e found;
  always_comb begin
    next_state = state;
    next_address = at + 1;
    next_index = index + 1;
    next_step = step_number;
    next_table = table_number;
    found = NoError;
    case (state)
      Head:
        case (index[1:0])
          0: if (data != ProgramMagic) found = ErrorFormat;
          1: if (data != ProgramVersion) found = ErrorFormat;
          2: if (data <= 36) found = ErrorFormat;
             else if (data > word_t'(PROGRAM_WORDS)) found = ErrorCapacity;
          default: next_state = Checksum;
        endcase
      Checksum:
        if (at + 1 == words) begin
          if (~crc32(crc, data) != wanted_crc) found = ErrorFormat;
          next_state = Record;
          next_address = 12;
          next_index = 12;
        end
      Record: begin
        if (index == '0 && kind != KindTable && (data == '0 || data > word_t'(KindMove)))
          found = ErrorStep;
        if (index == last_word(kind) && index != '0) begin
          next_state = more_lists ? Lists : Commit;
          next_address = list_first[next_list];
          next_index = '0;
        end
      end
      Lists:
        if (last_entry) begin
          next_state = more_lists ? Lists : Commit;
          next_address = list_first[next_list];
          next_index = '0;
        end
      Commit: begin
        next_index = '0;
        if (kind == KindChip) begin
          next_state = Values;
          next_address = values_first;
        end else if (kind == KindTable && table_number + 1 != tables_count) begin
          next_state = Record;
          next_table = table_number + 1;
          next_address = tables_first + 7 * (table_number + 1);
        end else if (kind == KindTable) begin
          next_state = StepAddress;
          next_address = steps_first;
        end else if (step_number + 1 == steps_count) begin
          next_state = Cells;
          next_address = cells_first;
        end else begin
          next_state = StepAddress;
          next_step = step_number + 1;
          next_address = steps_first + step_number + 1;
        end
      end
      Values:
        if (index + 1 == values_count * 8) begin
          next_state = tables_count != '0 ? Record : StepAddress;
          next_address = tables_count != '0 ? tables_first : steps_first;
          next_index = '0;
        end
      StepAddress: begin
        next_state = Record;
        next_address = data;
        next_index = '0;
      end
      Cells:
        if (index + 1 == cells_words) next_state = Done;
      default: ;
    endcase
    if (hold) begin
      next_state = state;
      next_address = at;
      next_index = index;
      next_step = step_number;
      next_table = table_number;
    end
    if (found != NoError || refuse) next_state = Failed;
  end

  assign last_entry = state == Lists && index + 1 == list_count[list];
  assign address = reset ? '0 : next_address;
  assign done = state == Done;

  always_comb
    case (state)
      Values: section = SectionValue;
      Record: section = SectionRecord;
      Lists: section = SectionList;
      Commit: section = SectionCommit;
      Cells: section = SectionCells;
      default: section = SectionNone;
    endcase

  always_ff @(posedge clk)
    if (reset) begin
      state <= Head;
      at <= '0;
      index <= '0;
      step_number <= '0;
      table_number <= '0;
      crc <= '1;
      error <= NoError;
      kind <= KindChip;
      list <= ListWeights;
      list_count <= '0;
    end else begin
      state <= next_state;
      at <= next_address;
      index <= next_index;
      step_number <= next_step;
      table_number <= next_table;
      if (error == NoError) error <= found;

      if (state == Head && index == 2) words <= data;
      if (state == Head && index == 3) wanted_crc <= data;
      if (state == Checksum) crc <= crc32(crc, data);

      if (state == Record) begin
        if (index == '0 && kind != KindTable) kind <= kind_e'(data[2:0]);
        if (begins_list) list_first[which_ends] <= data;
        if (ends_list) list_count[which] <= data;
        if (kind == KindChip)
          case (index)
            25: values_first <= data;
            26: values_count <= data;
            27: steps_first <= data;
            28: steps_count <= data;
            29: cells_first <= data;
            30: cells_count <= data;
            34: row_words <= 3 + (data + 15) / 16;
            35: tables_first <= data;
            36: tables_count <= data;
            default: ;
          endcase
      end
      // What the next record is: a table has no word that says so.
      if (state == Values && next_state == Record) kind <= KindTable;
      if (state == StepAddress) kind <= KindNone;
      if (state == StepAddress || (state == Commit && next_state == Record) ||
          (state == Values && next_state == Record))
        list_count <= '0;
      if (!hold && (state != Lists || last_entry)) list <= next_list;
    end

endmodule
