//===- Avoid.cpp - Images for chips with defects --------------------------===//

#include "Avoid.h"
#include "bnn/Image/Image.h"
#include "bnn/Image/Table.h"
#include "bnn/Support/Error.h"
#include "bnn/Support/File.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/JSON.h"
#include <fmt/format.h>

using namespace llvm;
using namespace bnn;
using placement::Harm;
using placement::LayerHarm;

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
static Error checkFiles(const AvoidRequest &request) {
  if (request.output == "-")
    return makeError("give -o a file; its place on standard output is for the "
                     "table");
  for (StringRef file : {StringRef(request.output), StringRef(request.json)})
    for (StringRef input :
         {StringRef(request.image), StringRef(request.defects),
          StringRef(request.importance)})
      if (sys::fs::is_regular_file(input) && sys::fs::equivalent(input, file))
        return makeError("'" + file +
                         "' is read, and a result would overwrite it; name "
                         "another file");
  if (!request.json.empty() && request.json == request.output &&
      request.json != "/dev/null")
    return makeError("'" + request.json + "' is named for two results");
  return Error::success();
}

Error avoid(const AvoidRequest &request, raw_ostream &os) {
  if (Error error = checkFiles(request))
    return error;
  Expected<image::Image> image = image::read(request.image);
  if (!image)
    return image.takeError();
  Expected<std::unique_ptr<MemoryBuffer>> file = openFile(request.defects);
  if (!file)
    return file.takeError();
  Expected<std::vector<device::Defect>> defects =
      device::parseDefects((*file)->getBuffer(), request.defects);
  if (!defects)
    return defects.takeError();
  Expected<std::vector<device::BrokenCell>> broken =
      device::brokenCells(*defects, device::chipSize(*image), request.defects);
  if (!broken)
    return broken.takeError();
  placement::AvoidOptions options = request.options;
  if (!request.importance.empty()) {
    auto importance = readImportance(request.importance, *image);
    if (!importance)
      return importance.takeError();
    options.importance = std::move(*importance);
  }
  std::vector<LayerHarm> before = placement::harmOf(*image, *broken);
  if (!request.output.empty())
    if (Error error = placement::avoidDefects(*image, *broken, options))
      return createFileError(request.image, std::move(error));
  std::vector<LayerHarm> after = placement::harmOf(*image, *broken);
  OutputFiles files;
  if (!request.json.empty())
    if (Error error = files.stage(request.json, toJson(before, after, *image)))
      return error;
  if (!request.output.empty()) {
    Expected<std::string> bytes = image::serialize(*image);
    if (!bytes)
      return bytes.takeError();
    if (Error error = files.stage(request.output, *bytes))
      return error;
  }
  if (request.json != "-")
    print(before, after, os);
  return files.commit();
}
