//===- Importance.cpp - What a wrong weight of a neuron counts ------------===//

#include "Csv.h"
#include "bnn/Device/LabFiles.h"
#include "llvm/ADT/StringMap.h"
#include <set>

using namespace llvm;

namespace bnn::device {

Expected<std::vector<ImportanceRow>> parseImportance(StringRef text,
                                                     StringRef name) {
  Expected<CsvTable> table =
      CsvTable::parse(text, name, {{"layer"}, {"neuron"}, {"importance"}});
  if (!table)
    return table.takeError();
  std::vector<ImportanceRow> rows;
  for (size_t i = 0; i < table->rows(); ++i) {
    ImportanceRow row;
    row.line = table->line(i);
    row.layer = table->field(i, "layer").str();
    Expected<uint64_t> neuron = table->integer(i, "neuron");
    if (!neuron)
      return neuron.takeError();
    row.neuron = *neuron;
    Expected<std::optional<double>> importance =
        table->positive(i, "importance");
    if (!importance)
      return importance.takeError();
    if (!*importance || **importance > 1e6)
      return table->fail(i, "importance", "is a number above 0, up to 1e6");
    row.importance = **importance;
    rows.push_back(std::move(row));
  }
  return rows;
}

Expected<std::vector<std::vector<float>>>
importanceOf(ArrayRef<ImportanceRow> rows, const image::Image &image,
             StringRef name) {
  std::vector<std::vector<float>> result(size_t(image.steps_size()));
  StringMap<size_t> layers;
  for (size_t step = 0; step < result.size(); ++step) {
    const image::ArrayLayer &layer = image.steps(int(step)).array();
    result[step].assign(layer.neurons(), 1);
    if (image.steps(int(step)).has_array())
      layers[layer.name()] = step;
  }
  std::set<std::pair<size_t, uint64_t>> seen;
  for (const ImportanceRow &row : rows) {
    auto found = layers.find(row.layer);
    if (found == layers.end())
      return failAt(name, row.line,
                    "the image has no layer '" + row.layer + "'");
    std::vector<float> &neurons = result[found->second];
    if (row.neuron >= neurons.size())
      return failAt(name, row.line,
                    "layer '" + row.layer + "' has " + Twine(neurons.size()) +
                        " neurons, counted from 0");
    if (!seen.emplace(found->second, row.neuron).second)
      return failAt(name, row.line,
                    "neuron " + Twine(row.neuron) + " of layer '" + row.layer +
                        "' is there twice");
    neurons[row.neuron] = float(row.importance);
  }
  return result;
}

} // namespace bnn::device
