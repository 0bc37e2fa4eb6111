// The sources of the chip, for `verilator -F` and others; paths are relative
// to this file.
lint.vlt
bnn_pkg.sv
program_memory.sv
program_walker.sv
tile_loader.sv
function_loader.sv
loader.sv
cell_array.sv
subarray.sv
adders.sv
column_sums.sv
threshold_cells.sv
function_store.sv
activation_buffer.sv
sequencer.sv
digital_unit.sv
chip.sv
