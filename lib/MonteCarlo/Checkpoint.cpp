//===- Checkpoint.cpp - What a killed run had finished --------------------===//

#include "bnn/MonteCarlo/Runner.h"
#include "bnn/Support/Error.h"
#include "bnn/Support/File.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/SHA256.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace bnn::mc {

namespace {

/// The format; another one is another version of the tool.
constexpr int64_t version = 2;

/// Of all that a checkpoint says, hex: a number that was changed shows.
std::string digest(const RunPlan &plan, ArrayRef<PointResult> results) {
  SHA256 hash;
  auto add = [&](StringRef text) {
    hash.update(std::to_string(text.size()) + ":");
    hash.update(text);
  };
  auto addList = [&](ArrayRef<int64_t> values) {
    std::string text;
    for (int64_t value : values)
      text += std::to_string(value) + ",";
    add(text);
  };
  for (const auto &[name, value] : plan.key) {
    add(name);
    add(value);
  }
  for (const PointResult &result : results) {
    addList(result.correct);
    addList(result.perImage);
    addList(result.counts);
  }
  return toHex(hash.final(), /*LowerCase=*/true);
}

} // namespace

std::string formatCheckpoint(const RunPlan &plan,
                             ArrayRef<PointResult> results) {
  std::string text;
  raw_string_ostream stream(text);
  json::OStream json(stream);
  auto list = [&](StringRef name, ArrayRef<int64_t> values) {
    json.attributeArray(name, [&] {
      for (int64_t value : values)
        json.value(value);
    });
  };
  json.object([&] {
    json.attribute("bnn_sim_checkpoint", version);
    json.attribute("sha256", digest(plan, results));
    json.attributeObject("run", [&] {
      for (const auto &[name, value] : plan.key)
        json.attribute(name, value);
    });
    json.attributeArray("points", [&] {
      for (const PointResult &result : results)
        json.object([&] {
          list("correct", result.correct);
          list("per_image", result.perImage);
          list("counts", result.counts);
        });
    });
  });
  stream << '\n';
  return text;
}

namespace {

/// Integers of a field, `size` of them unless it is negative, all within
/// 0 .. `limit`.
bool readList(const json::Object &object, StringRef name, int64_t size,
              int64_t limit, std::vector<int64_t> &out) {
  const json::Array *array = object.getArray(name);
  if (!array || (size >= 0 && int64_t(array->size()) != size))
    return false;
  out.clear();
  for (const json::Value &value : *array) {
    std::optional<int64_t> number = value.getAsInteger();
    if (!number || *number < 0 || *number > limit)
      return false;
    out.push_back(*number);
  }
  return true;
}

/// The sums over images and over chips are the same answers.
bool agrees(const PointResult &result) {
  int64_t byChip = 0, byImage = 0;
  for (int64_t count : result.correct)
    byChip += count;
  for (int64_t count : result.perImage)
    byImage += count;
  return byChip == byImage;
}

} // namespace

Expected<std::vector<PointResult>> readCheckpoint(StringRef path,
                                                  const RunPlan &plan) {
  auto fail = [&](const Twine &why) { return makeError(path + ": " + why); };
  // A device may have no end.
  if (!sys::fs::is_regular_file(path))
    return fail("is no file; a checkpoint is read and written many times");
  Expected<std::unique_ptr<MemoryBuffer>> file = openFile(path);
  if (!file)
    return file.takeError();
  Expected<json::Value> value = json::parse((*file)->getBuffer());
  if (!value) {
    consumeError(value.takeError());
    return fail("is no checkpoint of bnn-sim; name another file");
  }
  const json::Object *top = value->getAsObject();
  if (!top || !top->getInteger("bnn_sim_checkpoint"))
    return fail("is no checkpoint of bnn-sim; name another file");
  if (top->getInteger("bnn_sim_checkpoint") != version)
    return fail("is a checkpoint of another version of bnn-sim");
  const json::Object *run = top->getObject("run");
  const json::Array *points = top->getArray("points");
  if (!run || !points)
    return fail("is a damaged checkpoint; remove it");
  for (const auto &[name, wanted] : plan.key) {
    std::optional<StringRef> found = run->getString(name);
    if (found != StringRef(wanted))
      return fail("is the checkpoint of another run: " + name + " is '" +
                  found.value_or("absent") + "' there and '" + wanted +
                  "' here; name another file or remove it");
  }
  if (points->size() != plan.points || run->size() != plan.key.size())
    return fail("is the checkpoint of another run; name another file");
  std::vector<PointResult> results(plan.points);
  for (auto [entry, result] : zip(*points, results)) {
    const json::Object *object = entry.getAsObject();
    if (!object ||
        !readList(*object, "correct", -1, plan.images, result.correct) ||
        !readList(*object, "per_image", plan.images,
                  int64_t(result.correct.size()), result.perImage) ||
        !readList(*object, "counts", int64_t(plan.counts), INT64_MAX,
                  result.counts) ||
        !agrees(result))
      return fail("is a damaged checkpoint; remove it");
    if (int64_t(result.correct.size()) > plan.rule.chips)
      return fail("has " + Twine(result.correct.size()) +
                  " chips of a point already, more than --chips " +
                  Twine(plan.rule.chips));
  }
  if (top->getString("sha256") != StringRef(digest(plan, results)))
    return fail("is a damaged checkpoint; remove it");
  return results;
}

} // namespace bnn::mc
