//===- Avoid.cpp - Images for chips with defects --------------------------===//

#include "Avoid.h"
#include "bnn/Image/Image.h"
#include "bnn/Image/Table.h"
#include "bnn/Placement/AvoidDefects.h"
#include "bnn/Support/Error.h"
#include "bnn/Support/File.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/JSON.h"
#include <fmt/format.h>

using namespace llvm;
using namespace bnn;
using placement::Harm;
using placement::LayerHarm;

cl::SubCommand avoidCommand("avoid", "Move an image away from the defects of "
                                     "a chip");

namespace {

cl::opt<std::string> avoidFile(cl::Positional, cl::Required,
                               cl::desc("<image>"), cl::sub(avoidCommand),
                               cl::cat(category));
cl::opt<std::string> avoidDefects("defects", cl::value_desc("FILE.csv"),
                                  cl::Required, cl::desc("Defects of the chip"),
                                  cl::sub(avoidCommand), cl::cat(category));
cl::opt<std::string> avoidOutput("o", cl::value_desc("chip.rimg"),
                                 cl::desc("Output (default: only count)"),
                                 cl::sub(avoidCommand), cl::cat(category));
cl::opt<std::string>
    avoidImportance("importance", cl::value_desc("FILE.csv"),
                    cl::desc("What a wrong weight of each neuron counts, from "
                             "bnn-sim --importance (default: 1)"),
                    cl::sub(avoidCommand), cl::cat(category));
cl::opt<std::string> avoidJson("json", cl::value_desc("FILE.json"),
                               cl::desc("Write the counts as JSON"),
                               cl::sub(avoidCommand), cl::cat(category));
enum class Freedom { Subarrays, Rows, Complement, Spares };
cl::list<Freedom> avoidWithout(
    "without", cl::CommaSeparated,
    cl::desc("Leave freedoms of the target unused:"),
    cl::values(clEnumValN(Freedom::Subarrays, "subarrays",
                          "contents keep their subarrays"),
               clEnumValN(Freedom::Rows, "rows", "rows keep their order"),
               clEnumValN(Freedom::Complement, "complement",
                          "no row is stored complemented"),
               clEnumValN(Freedom::Spares, "spares",
                          "spare rows and columns stay unused")),
    cl::sub(avoidCommand), cl::cat(category));

} // namespace

static void addRow(image::Table &table, const std::string &name,
                   const Harm &before, const Harm &after) {
  table.add({name, image::grouped(before.cells), image::grouped(before.defects),
             image::grouped(before.contradicted),
             image::grouped(after.contradicted),
             fmt::format("{:.1f}", before.wrong),
             fmt::format("{:.1f}", after.wrong)});
}

static void print(ArrayRef<LayerHarm> before, ArrayRef<LayerHarm> after,
                  raw_ostream &os) {
  image::Table table(
      {"layer", "cells", "defects", "contradicted", "after", "wrong", "after"});
  Harm all, allAfter;
  for (const auto &[old, now] : zip_equal(before, after)) {
    addRow(table, old.layer, old.weights, now.weights);
    if (old.thresholds.cells)
      addRow(table, old.layer + ", thresholds", old.thresholds, now.thresholds);
    for (const Harm *harm : {&old.weights, &old.thresholds})
      all += *harm;
    for (const Harm *harm : {&now.weights, &now.thresholds})
      allAfter += *harm;
  }
  if (before.size() > 1)
    addRow(table, "all", all, allAfter);
  table.print(os);
}

static json::Object toJson(const Harm &before, const Harm &after) {
  return json::Object{{"cells", int64_t(before.cells)},
                      {"defects_before", int64_t(before.defects)},
                      {"defects_after", int64_t(after.defects)},
                      {"contradicted_before", int64_t(before.contradicted)},
                      {"contradicted_after", int64_t(after.contradicted)},
                      {"expected_wrong_before", before.wrong},
                      {"expected_wrong_after", after.wrong}};
}

static std::string toJson(ArrayRef<LayerHarm> before, ArrayRef<LayerHarm> after,
                          const image::Image &image) {
  json::Array layers;
  for (const auto &[old, now] : zip_equal(before, after)) {
    json::Object layer = toJson(old.weights, now.weights);
    layer["layer"] = old.layer;
    if (old.thresholds.cells)
      layer["thresholds"] = toJson(old.thresholds, now.thresholds);
    layers.push_back(std::move(layer));
  }
  const image::Target &target = image.target();
  json::Object root{
      {"target", target.name()},
      {"row_address", target.row_tables() ? "per_subarray" : "shared"},
      {"partial_complement", target.partial_complement()},
      {"spare_rows", int64_t(target.spare_rows())},
      {"spare_columns", int64_t(target.spare_columns())},
      {"layers", std::move(layers)}};
  return formatv("{0:2}\n", json::Value(std::move(root))).str();
}

/// What --importance says, for `image`.
static Expected<std::vector<std::vector<float>>>
readImportance(const std::string &path, const image::Image &image) {
  Expected<std::unique_ptr<MemoryBuffer>> file = openFile(path);
  if (!file)
    return file.takeError();
  auto rows = device::parseImportance((*file)->getBuffer(), path);
  if (!rows)
    return rows.takeError();
  return device::importanceOf(*rows, image, path);
}

/// What is read serves other chips too, and must not be written over.
static Error checkFiles(StringRef output, StringRef json) {
  if (output == "-")
    return makeError("give -o a file; its place on standard output is for the "
                     "table");
  if (output.empty() &&
      (avoidWithout.getNumOccurrences() || avoidImportance.getNumOccurrences()))
    return makeError("--without and --importance say how to move the image: "
                     "give -o a file to write it to");
  ResultFiles results({avoidFile, avoidDefects, avoidImportance});
  return joinErrors(results.add(output), results.add(json));
}

Error runAvoid(raw_ostream &os) {
  const std::string &output = avoidOutput, &json = avoidJson;
  if (Error error = checkFiles(output, json))
    return error;
  Expected<image::Image> image = image::read(avoidFile);
  if (!image)
    return image.takeError();
  Expected<std::unique_ptr<MemoryBuffer>> file = openFile(avoidDefects);
  if (!file)
    return file.takeError();
  Expected<std::vector<device::Defect>> defects =
      device::parseDefects((*file)->getBuffer(), avoidDefects);
  if (!defects)
    return defects.takeError();
  Expected<std::vector<device::BrokenCell>> broken =
      device::brokenCells(*defects, device::chipSize(*image), avoidDefects);
  if (!broken)
    return broken.takeError();
  placement::AvoidOptions options;
  options.moveSubarrays = !is_contained(avoidWithout, Freedom::Subarrays);
  options.moveRows = !is_contained(avoidWithout, Freedom::Rows);
  options.useComplement = !is_contained(avoidWithout, Freedom::Complement);
  options.useSpares = !is_contained(avoidWithout, Freedom::Spares);
  if (!avoidImportance.empty()) {
    auto importance = readImportance(avoidImportance, *image);
    if (!importance)
      return importance.takeError();
    options.importance = std::move(*importance);
  }
  std::vector<LayerHarm> before = placement::harmOf(*image, *broken);
  if (!output.empty())
    if (Error error = placement::avoidDefects(*image, *broken, options))
      return createFileError(avoidFile, std::move(error));
  std::vector<LayerHarm> after = placement::harmOf(*image, *broken);
  OutputFiles files;
  if (!json.empty())
    if (Error error = files.stage(json, toJson(before, after, *image)))
      return error;
  if (!output.empty()) {
    Expected<std::string> bytes = image::serialize(*image);
    if (!bytes)
      return bytes.takeError();
    if (Error error = files.stage(output, *bytes))
      return error;
  }
  if (json != "-")
    print(before, after, os);
  return files.commit();
}
