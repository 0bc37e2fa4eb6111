//===- Export.cpp - The five forms ----------------------------------------===//

#include "bnn/Export/Export.h"
#include "Program.h"
#include "bnn/Image/AddressMap.h"
#include "bnn/Image/CellArray.h"
#include "bnn/Image/Verifier.h"
#include "bnn/Support/Error.h"

using namespace llvm;

namespace bnn::exporter {

using image::ArrayLayer;

Expected<std::string> exportImage(const image::Image &image, Format format) {
  Expected<Program> program = makeProgram(image);
  if (!program)
    return program.takeError();
  // Firmware has no use for the host's part, and its memory is small.
  if (format == Format::C)
    program->host.clear();
  std::vector<Label> labels;
  Expected<Unsigned> words = toWords(*program, &labels);
  if (!words)
    return words.takeError();
  switch (format) {
  case Format::Memh:
    return toMemh(*words, labels);
  case Format::C:
    return toC(*words, labels);
  case Format::Bin:
    return toBytes(*words);
  case Format::IntelHex:
    return toIntelHex(toBytes(*words));
  case Format::Json:
    return toJson(*program, *words);
  }
  llvm_unreachable("all formats are above");
}

static void restoreTable(const StepTable &from, image::Thresholds &to) {
  for (size_t i = 0; i + 1 < from.start.size(); ++i)
    to.add_counts(from.start[i + 1] - from.start[i]);
  to.mutable_thresholds()->Assign(from.thresholds.begin(),
                                  from.thresholds.end());
  to.mutable_codes()->Assign(from.codes.begin(), from.codes.end());
}

static void
restoreTiles(const Unsigned &from, const image::Target &target,
             google::protobuf::RepeatedPtrField<image::Placement> &to) {
  for (size_t i = 0; i + 2 < from.size(); i += 3) {
    image::Placement &tile = *to.Add();
    uint64_t perChip = target.subarrays();
    tile.set_chip(perChip ? uint32_t(from[i] / perChip) : 0);
    tile.set_subarray(perChip ? from[i] % perChip : from[i]);
    tile.set_row(from[i + 1]);
    tile.set_column(from[i + 2]);
  }
}

static void restoreLayer(const ArrayStep &from, const image::Target &target,
                         ArrayLayer &to) {
  restoreTiles(from.tiles, target, *to.mutable_placement());
  restoreTiles(from.thresholdTiles, target, *to.mutable_threshold_placement());
  to.mutable_row_slots()->Assign(from.rowSlots.begin(), from.rowSlots.end());
  to.mutable_bias()->Assign(from.bias.begin(), from.bias.end());
  to.mutable_position_class()->Assign(from.positionClass.begin(),
                                      from.positionClass.end());
  if (!from.table.start.empty())
    restoreTable(from.table, *to.mutable_thresholds());
}

static void restoreAddresses(const Program &program, image::Image &image) {
  for (const AddressTable &from : program.addresses) {
    image::SubarrayAddress &to = *image.add_addresses();
    to.set_subarray(from.subarray);
    to.mutable_rows()->Assign(from.rows.begin(), from.rows.end());
    to.mutable_skipped_columns()->Assign(from.skippedColumns.begin(),
                                         from.skippedColumns.end());
    to.mutable_complemented_rows()->Assign(from.complementedRows.begin(),
                                           from.complementedRows.end());
  }
}

/// The cells of a program are those of the chip; the image's are addressed.
static Error restoreCells(const Program &program, image::Image &image) {
  image::Image onChip;
  *onChip.mutable_target() = image::physicalTarget(image.target());
  // A row that is left out takes no words, so sizes must be limited first.
  for (image::Image *to : {&onChip, &image}) {
    Expected<image::CellArrayBuilder> builder =
        image::CellArrayBuilder::create(to->target(), program.subarrays);
    if (!builder)
      return builder.takeError();
    std::move(*builder).finish(*to);
  }
  if (Error error = image::verifyUpToCells(image))
    return error;
  uint64_t bytes = image::cellRowBytes(onChip.target().columns());
  uint64_t rows = onChip.target().rows();
  for (const ChipRow &row : program.cells) {
    if (row.subarray >= program.subarrays || row.row >= rows ||
        row.cells.size() < bytes)
      return makeError("row " + Twine(row.row) + " of subarray " +
                       Twine(row.subarray) + " is not on the chip");
    std::copy_n(
        row.cells.begin(), bytes,
        onChip.mutable_cells()->begin() +
            ptrdiff_t((uint64_t(row.subarray) * rows + row.row) * bytes));
  }
  return image::cellsAtAddresses(onChip, image);
}

Expected<image::Image> makeImage(const Program &program) {
  image::Image image;
  if (!image.ParseFromString(program.host))
    return makeError("the host's part is no well-formed message");
  auto record = program.steps.begin();
  for (image::Step &step : *image.mutable_steps()) {
    bool isTable = step.op().kind() == image::Op::THRESHOLD;
    if (!step.has_array() && !isTable)
      continue;
    // Steps without lists of their own stand in both places.
    auto isWanted = [&](const ChipStep &candidate) {
      return step.has_array()
                 ? std::holds_alternative<ArrayStep>(candidate)
                 : std::holds_alternative<ThresholdStep>(candidate);
    };
    record = std::find_if(record, program.steps.end(), isWanted);
    if (record == program.steps.end())
      return makeError("the host's part has more layers than the program");
    if (step.has_array())
      restoreLayer(std::get<ArrayStep>(*record), image.target(),
                   *step.mutable_array());
    else
      restoreTable(std::get<ThresholdStep>(*record).table,
                   *step.mutable_op()->mutable_thresholds());
    ++record;
  }
  restoreAddresses(program, image);
  if (Error error = restoreCells(program, image))
    return makeError("the program's image is not valid: " +
                     toString(std::move(error)));
  return image;
}

static Expected<Program> parse(StringRef file) {
  StringRef text = file.ltrim();
  if (file.starts_with("BNCP")) {
    Expected<Unsigned> words = fromBytes(file);
    return words ? fromWords(*words) : words.takeError();
  }
  if (text.starts_with(":")) {
    Expected<std::string> bytes = fromIntelHex(text);
    if (!bytes)
      return bytes.takeError();
    Expected<Unsigned> words = fromBytes(*bytes);
    return words ? fromWords(*words) : words.takeError();
  }
  if (text.starts_with("{"))
    return fromJson(text);
  if (text.starts_with("/*"))
    return makeError("the C form is for compilers and is without the host's "
                     "part; import one of memh, bin, ihex or json");
  if (text.starts_with("//") || text.starts_with("50434e42")) {
    Expected<Unsigned> words = fromMemh(text);
    return words ? fromWords(*words) : words.takeError();
  }
  return makeError("not an exported program: it begins like none of memh, "
                   "bin, ihex and json");
}

Expected<image::Image> importImage(StringRef file) {
  Expected<Program> program = parse(file);
  if (!program)
    return program.takeError();
  if (program->host.empty())
    return makeError("the program is without the host's part, which an image "
                     "needs; export it as memh, bin, ihex or json");
  Expected<image::Image> image = makeImage(*program);
  if (!image)
    return image.takeError();
  if (Error error = image::verify(*image))
    return makeError("the program's image is not valid: " +
                     toString(std::move(error)));
  // All records follow from the image: anything else contradicts itself.
  Expected<Program> again = makeProgram(*image);
  if (!again)
    return again.takeError();
  Expected<Unsigned> found = toWords(*program), wanted = toWords(*again);
  if (!found || !wanted)
    return joinErrors(found.takeError(), wanted.takeError());
  if (*found != *wanted)
    return makeError("the program contradicts itself: its records are not "
                     "those of the image that it holds");
  return image;
}

} // namespace bnn::exporter
