// Runs a program on the chip.
//
//   +program=FILE   `bnn-image export --format memh`
//   +inputs=FILE    integers of the network's input, sample after sample
//   +outputs=FILE   written: integers of its output, a line for each sample
//   +clocks=FILE    written: a line for each step of each sample:
//                   kind; clocks to fill, read, merge, wait, drain, and
//                   of a digital step; rows that were read

module chip_tb
  import bnn_pkg::*;
#(
  parameter int ROWS         = 32,
  parameter int COLUMNS      = 32,
  parameter int PHYSICAL_ROWS = ROWS,
  parameter int PHYSICAL_COLUMNS = COLUMNS,
  parameter int MOVED        = 0,
  parameter int SLOTS        = 1,
  parameter int SUBARRAYS    = 1,
  parameter int MUX          = 1,
  parameter int TERNARY      = 0,
  parameter int TREE         = 0,
  parameter int S2P          = 1,
  parameter int TILES        = 1,
  parameter int ROUNDS       = 1,
  parameter int TILE_COLUMNS = 1,
  parameter int BANDS        = 1,
  parameter int LANES        = TILE_COLUMNS * COLUMNS,
  parameter int NEURONS      = 1,
  parameter int PLANES       = 1,
  parameter int ACCUMULATOR_BITS = 32,
  parameter int STEPS        = 1,
  parameter int VALUES       = 2,
  parameter int FUNCTIONS    = 1,
  parameter int THRESHOLDS   = 1,
  parameter int WORD_CELLS   = 1,
  parameter int TABLE      = 1,
  parameter int BYTES        = 1024,
  parameter int GATHER       = LANES,
  parameter int PROGRAM_WORDS = 1024
) ();

  logic clk, reset = 1;
  initial begin
    clk = 0;
    forever #1 clk = !clk;
  end

  logic   loaded, host_write = 0, start = 0, busy, step_done;
  error_e error;
  kind_e  step_kind;
  word_t  host_element = 0, host_data = 0, inputs, outputs;
  logic signed [31:0] host_result;
  word_t  fill_clocks, read_clocks, merge_clocks, wait_clocks, drain_clocks, digital_clocks;
  word_t  row_reads;

  chip #(
    .ROWS(ROWS), .COLUMNS(COLUMNS), .PHYSICAL_ROWS(PHYSICAL_ROWS),
    .PHYSICAL_COLUMNS(PHYSICAL_COLUMNS), .MOVED(MOVED), .SLOTS(SLOTS), .SUBARRAYS(SUBARRAYS),
    .MUX(MUX), .TERNARY(TERNARY),
    .TREE(TREE), .S2P(S2P), .TILES(TILES), .ROUNDS(ROUNDS), .TILE_COLUMNS(TILE_COLUMNS),
    .BANDS(BANDS), .LANES(LANES), .NEURONS(NEURONS), .PLANES(PLANES),
    .ACCUMULATOR_BITS(ACCUMULATOR_BITS), .STEPS(STEPS), .VALUES(VALUES), .FUNCTIONS(FUNCTIONS),
    .THRESHOLDS(THRESHOLDS), .WORD_CELLS(WORD_CELLS), .TABLE(TABLE), .BYTES(BYTES), .GATHER(GATHER),
    .PROGRAM_WORDS(PROGRAM_WORDS)
  ) dut (.*);

  string program_file;
  int    inputs_fd, outputs_fd, clocks_fd, element, samples;

  // What `+name=` says; the run ends without it.
  function automatic string argument(input string name);
    if (!$value$plusargs({name, "=%s"}, argument)) $fatal(1, "+%s= is missing", name);
  endfunction

  function automatic void check_open(input int fd, input string name);
    if (fd == 0) $fatal(1, "cannot open %s", argument(name));
  endfunction

  always @(posedge clk)
    if (step_done)
      $fdisplay(clocks_fd, "%0d %0d %0d %0d %0d %0d %0d %0d", step_kind, fill_clocks, read_clocks,
                merge_clocks, wait_clocks, drain_clocks, digital_clocks, row_reads);

  initial begin
    program_file = argument("program");
    inputs_fd = $fopen(argument("inputs"), "r");
    check_open(inputs_fd, "inputs");
    outputs_fd = $fopen(argument("outputs"), "w");
    check_open(outputs_fd, "outputs");
    clocks_fd = $fopen(argument("clocks"), "w");
    check_open(clocks_fd, "clocks");
    $readmemh(program_file, dut.memory.words);

    repeat (2) @(negedge clk);
    reset = 0;
    while (!loaded) begin
      @(negedge clk);
      if (error != NoError) $fatal(1, "program refused: %s", error.name());
    end
    samples = 0;
    while ($fscanf(inputs_fd, "%d", element) == 1) begin
      for (word_t i = 0; i < inputs; ++i) begin
        host_write = 1;
        host_element = i;
        host_data = element;
        @(negedge clk);
        if (i + 1 != inputs)
          if ($fscanf(inputs_fd, "%d", element) != 1)
            $fatal(1, "the last sample has only %0d of %0d elements", i + 1, inputs);
      end
      host_write = 0;
      start = 1;
      @(negedge clk);
      start = 0;
      while (busy) @(negedge clk);
      for (word_t i = 0; i < outputs; ++i) begin
        host_element = i;
        @(negedge clk);
        $fwrite(outputs_fd, "%0d%s", host_result, i + 1 == outputs ? "\n" : " ");
      end
      ++samples;
    end
    // The last step's clocks are counted at the edge after it.
    @(negedge clk);
    $fclose(outputs_fd);
    $fclose(clocks_fd);
    $display("ran %0d samples", samples);
    $finish;
  end

endmodule
