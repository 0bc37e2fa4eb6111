//===- ChipJson.cpp - Results over chips as JSON and CSV ------------------===//

#include "ChipReport.h"
#include "Report.h"
#include "bnn/Device/Ecc.h"
#include "bnn/Plot/Picture.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"
#include <fmt/format.h>

using namespace llvm;

namespace bnn::sim {

namespace {

json::Value percent(double share) { return 100 * share; }

json::Value interval(const std::optional<mc::Interval> &interval) {
  if (!interval)
    return nullptr;
  return json::Array{percent(interval->low), percent(interval->high)};
}

json::Object mean(const mc::Mean &mean) {
  json::Object object{{"mean", percent(mean.value)},
                      {"sd_between_chips", percent(mean.sd)},
                      {"chips", mean.chips},
                      {"interval_95", interval(mean.interval)}};
  if (mean.upper)
    object["upper_bound_95"] = percent(*mean.upper);
  return object;
}

json::Object accuracy(const mc::Summary &summary) {
  json::Object object = mean(summary.mean);
  object["test_set_standard_error"] =
      summary.testSet ? percent(*summary.testSet) : json::Value(nullptr);
  object["median"] = percent(summary.median);
  object["quantile_05"] = percent(summary.low);
  object["quantile_95"] = percent(summary.high);
  object["worst"] = percent(summary.worst);
  object["worst_chip"] = summary.worstChip;
  object["best"] = percent(summary.best);
  if (summary.oneChip)
    object["interval_95_of_one_chip"] = interval(summary.oneChip);
  return object;
}

json::Array attributions(const Point &point) {
  json::Array array;
  for (const Attribution &a : point.attributions) {
    json::Array parts;
    for (const AttributionRow &row : a.rows)
      parts.push_back(json::Object{{"name", row.name},
                                   {"alone_points", mean(row.alone)},
                                   {"all_but_it_points", mean(row.without)}});
    array.push_back(json::Object{{"by", a.sort},
                                 {"parts", std::move(parts)},
                                 {"interaction_points", mean(a.interaction)}});
  }
  return array;
}

json::Object bitErrors(const Point &point) {
  mc::Interval sampled = mc::wilson(point.wrongAnswers / 2, point.answers / 2);
  json::Object object{
      {"wrong", point.wrongAnswers},
      {"answers", point.answers},
      {"rate", point.answers > 0 ? point.wrongAnswers / point.answers : 0},
      {"interval_95", json::Array{sampled.low, sampled.high}}};
  if (std::optional<double> expected = point.noise.expectedBer())
    object["expected_rate"] = *expected;
  if (point.dropped > 0)
    object["not_drawn_per_chip_and_read"] = point.dropped;
  // Below it the measured devices of a table say nothing.
  if (const device::CellModel *model = point.noise.cellModel())
    if (double least = model->resolution(); least > 0)
      object["least_supported_rate"] = least;
  return object;
}

/// The devices of the point's cells read one by one, with and without a code.
json::Object singleDevices(const device::CellModel &model,
                           const device::Reference &reference) {
  device::SingleDevice single = device::singleDevice(
      model.parameters().lrs, model.parameters().hrs, reference);
  json::Array codes;
  for (const device::Code &code :
       {device::Code::sec74(), device::Code::secded84(),
        device::Code::secded7264()})
    codes.push_back(json::Object{{"code", code.name()},
                                 {"devices_per_bit", code.devicesPerBit()},
                                 {"residual", code.residual(single.rate)}});
  return json::Object{{"reference", reference.describe()},
                      {"reference_ohm", single.referenceOhm},
                      {"lrs_above", single.lrsAbove},
                      {"hrs_below", single.hrsBelow},
                      {"rate", single.rate},
                      {"codes", std::move(codes)}};
}

/// How the devices were programmed, where anything is said of it.
std::optional<json::Object> programming(const Point &point) {
  const device::CellModel *model = point.noise.cellModel();
  std::optional<Pulses> pulses = point.noise.pulses();
  if (!model || (model->parameters().programming.empty() && !pulses))
    return std::nullopt;
  json::Object object;
  if (!model->parameters().programming.empty())
    object["pulses"] = model->parameters().programming;
  if (pulses) {
    object["sets"] = pulses->sets;
    object["resets"] = pulses->resets;
    object["joule_with_one_pulse_a_device"] = pulses->joule;
  }
  return object;
}

json::Object measuredChip(const device::MeasuredChip &chip) {
  json::Object object{{"cells", int64_t(chip.list.size())},
                      {"cells_of_the_image", int64_t(chip.counted)},
                      {"wrong_to_input_1", int64_t(chip.wrongOne)},
                      {"wrong_to_input_0", int64_t(chip.wrongZero)},
                      {"answer_both_ways", int64_t(chip.wavering)},
                      {"reads", int64_t(chip.reads)},
                      {"reads_that_differ", int64_t(chip.wrongReads)}};
  device::MeasuredChip::Agreement agreement = chip.agreement();
  if (agreement.answers)
    object["simulated_against_measured"] =
        json::Object{{"answers", int64_t(agreement.answers)},
                     {"answers_alike", int64_t(agreement.same)},
                     {"reads", int64_t(agreement.reads)},
                     {"reads_that_differ", int64_t(agreement.differing)},
                     {"wrong_answers", int64_t(agreement.wrong)},
                     {"wrong_answers_simulated", int64_t(agreement.foreseen)},
                     {"cells_without_resistances", int64_t(chip.unmatched)}};
  return object;
}

} // namespace

std::string formatChipJson(const Experiment &experiment,
                           const image::Image &image, const Options &options) {
  json::Array points;
  for (const Point &point : experiment.points) {
    json::Object settings, object;
    for (const mc::Setting &setting : point.settings)
      settings[setting.name] = setting.value;
    json::Array correct;
    for (int64_t count : point.result.correct)
      correct.push_back(count);
    object["parameters"] = std::move(settings);
    object["noise"] = point.noise.describe();
    object["accuracy_percent"] = accuracy(point.accuracy);
    object["correct"] = std::move(correct);
    json::Object loss = mean(point.loss);
    loss["test_set_standard_error"] =
        point.lossTestSet ? percent(*point.lossTestSet) : json::Value(nullptr);
    object["loss_points"] = std::move(loss);
    if (point.difference)
      object["difference_to_first_point"] = mean(*point.difference);
    if (point.yield)
      object["yield_percent"] =
          json::Object{{"wanted_accuracy", percent(*options.yield)},
                       {"chips_above", point.yield->good},
                       {"share", percent(point.yield->share())},
                       {"interval_95", interval(point.yield->interval)}};
    object["answers_wrong_at_programming"] = bitErrors(point);
    if (std::optional<json::Object> of = programming(point))
      object["programming"] = std::move(*of);
    if (const device::CellModel *model = point.noise.cellModel())
      object["single_devices"] = singleDevices(*model, options.reference);
    if (!point.attributions.empty())
      object["attribution"] = attributions(point);
    points.push_back(std::move(object));
  }
  json::Object rule{{"chips", experiment.rule.chips}};
  if (options.until) {
    rule["stop_at_interval_points"] = percent(*options.until);
    rule["looked_at"] =
        "after 16, 32, 48 ... chips in the order of their numbers";
  }
  json::Object object{
      {"image", experiment.imageFile},
      {"image_sha256", experiment.imageHash},
      {"network", experiment.network},
      {"target", image.target().name()},
      {"noise", noiseOf(experiment, options)},
      {"standing", standingOf(experiment)},
      {"seed", int64_t(options.seed)},
      {"executor", options.executor == Executor::Replay ? "replay" : "fused"},
      {"images", experiment.images},
      {"compared_with",
       experiment.labelled ? "labels" : "the classes of the noise-free image"},
      {"noise_free",
       json::Object{{"correct", experiment.noiseFree},
                    {"accuracy_percent", percent(double(experiment.noiseFree) /
                                                 double(experiment.images))}}},
      {"rule", std::move(rule)},
      {"intervals",
       "95 %: Student's t over chips for means, losses and differences, which "
       "are paired over the same images, cut where accuracies end; Wilson's "
       "over chips for yields, over "
       "images for one chip, over cells for wrong answers, as if cells erred "
       "independently; the "
       "error of the test set is apart"},
      {"points", std::move(points)},
  };
  if (isRandom(image))
    object["inputs"] = describeInputs(image, options.seed);
  if (const device::MeasuredChip *chip = options.noise.measuredChip())
    object["measured_chip"] = measuredChip(*chip);
  if (experiment.thresholds)
    object["expected_ber"] = json::Object{
        {"rate", *options.expectedBer},
        {"thresholds", experiment.thresholds},
        {"changed", experiment.changedThresholds},
        {"changes_the_function", experiment.changedThresholds > 0}};
  std::string text;
  raw_string_ostream stream(text);
  stream << formatv("{0:2}\n", json::Value(std::move(object)));
  return text;
}

std::string formatChipCsv(const Experiment &experiment,
                          const Options &options) {
  std::vector<std::string> header;
  for (const mc::Setting &setting : experiment.points.front().settings)
    header.push_back(setting.name);
  llvm::append_range(
      header, ArrayRef<const char *>{
                  "chips", "images", "mean_percent", "mean_low_percent",
                  "mean_high_percent", "sd_between_chips_percent",
                  "test_set_standard_error_percent", "median_percent",
                  "q05_percent", "q95_percent", "worst_percent", "worst_chip",
                  "loss_points", "loss_low_points", "loss_high_points",
                  "loss_upper_bound_points", "wrong_answers", "answers"});
  if (options.yield)
    llvm::append_range(header, ArrayRef<const char *>{"yield_percent",
                                                      "yield_low_percent",
                                                      "yield_high_percent"});
  std::string out = plot::csvLine(header);
  for (const Point &point : experiment.points) {
    const mc::Summary &a = point.accuracy;
    std::vector<std::string> row;
    auto number = [&](std::optional<double> share) {
      row.push_back(share ? plot::csvNumber(100 * *share) : "");
    };
    auto integer = [&](int64_t value) { row.push_back(std::to_string(value)); };
    auto both = [&](const std::optional<mc::Interval> &interval) {
      number(interval ? std::optional(interval->low) : std::nullopt);
      number(interval ? std::optional(interval->high) : std::nullopt);
    };
    for (const mc::Setting &setting : point.settings)
      row.push_back(mc::formatNumber(setting.value));
    integer(a.mean.chips);
    integer(experiment.images);
    number(a.mean.value);
    both(a.oneChip ? a.oneChip : a.mean.interval);
    number(a.mean.sd);
    number(a.testSet);
    number(a.median);
    number(a.low);
    number(a.high);
    number(a.worst);
    integer(a.worstChip);
    number(point.loss.value);
    both(point.loss.interval);
    number(point.loss.upper);
    row.push_back(plot::csvNumber(point.wrongAnswers));
    row.push_back(plot::csvNumber(point.answers));
    if (point.yield) {
      number(point.yield->share());
      both(point.yield->interval);
    }
    out += plot::csvLine(row);
  }
  return out;
}

} // namespace bnn::sim
