//===- Recovered.cpp - What the network had, read back from an image ------===//

#include "Recovered.h"

#include "bnn/Image/CellArray.h"
#include "bnn/Image/Image.h"
#include "bnn/Image/Steps.h"
#include "bnn/Support/Npy.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Errc.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace bnn;

/// The layer that `chosen` names, or the only one.
static Expected<const image::ArrayLayer *>
findLayer(const image::Image &parsed, StringRef file,
          std::optional<StringRef> chosen) {
  std::vector<const image::ArrayLayer *> layers;
  std::string names;
  for (const image::Step &step : parsed.steps())
    if (step.has_array()) {
      layers.push_back(&step.array());
      names += (names.empty() ? "'" : ", '") + step.array().name() + "'";
    }
  auto failed = [&](const Twine &message) {
    return createFileError(file,
                           createStringError(errc::invalid_argument, message));
  };
  if (layers.empty())
    return failed("no layer of this image is on the arrays");
  if (!chosen) {
    if (layers.size() > 1)
      return failed("choose a layer with --layer; the layers are " + names);
    return layers.front();
  }
  auto found = find_if(layers, [&](const image::ArrayLayer *candidate) {
    return candidate->name() == *chosen;
  });
  if (found == layers.end())
    return failed("there is no layer '" + *chosen + "'; the layers are " +
                  names);
  return *found;
}

Error bnn::writeWeights(StringRef file, std::optional<StringRef> layerName,
                        StringRef output) {
  Expected<image::Image> parsed = image::read(file);
  if (!parsed)
    return parsed.takeError();
  auto layer = findLayer(*parsed, file, layerName);
  if (!layer)
    return layer.takeError();
  image::PackedWeights weights = image::recoverWeights(*parsed, **layer);
  std::vector<int8_t> elements;
  elements.reserve(size_t(weights.rows) * weights.columns);
  for (uint32_t n = 0; n < weights.rows; ++n)
    for (uint32_t j = 0; j < weights.columns; ++j)
      elements.push_back(int8_t(weights.at(n, j)));
  int64_t shape[2] = {weights.rows, weights.columns};
  return writeNpy(output, shape, elements);
}

Error bnn::printThresholds(StringRef file, std::optional<StringRef> layerName,
                           raw_ostream &os) {
  Expected<image::Image> parsed = image::read(file);
  if (!parsed)
    return parsed.takeError();
  auto layer = findLayer(*parsed, file, layerName);
  if (!layer)
    return layer.takeError();
  os << "border_class,neuron,thresholds,codes\n";
  for (auto [i, steps] : enumerate(image::recoverSteps(*parsed, **layer))) {
    os << i / (*layer)->neurons() << ',' << i % (*layer)->neurons() << ',';
    interleave(steps.thresholds, os, " ");
    os << ',';
    interleave(steps.codes, os, " ");
    os << '\n';
  }
  return Error::success();
}
