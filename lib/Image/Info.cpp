//===- Info.cpp - An image at a glance ------------------------------------===//

#include "bnn/Image/Crossings.h"
#include "bnn/Image/Table.h"
#include "bnn/Image/Text.h"
#include "bnn/Image/TileGrid.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include <fmt/format.h>
#include <map>
#include <set>
#include <tuple>

using namespace llvm;

namespace bnn::image {

namespace {

template <typename Range> std::string times(const Range &range) {
  std::string text;
  for (auto size : range)
    text += (text.empty() ? "" : "x") + std::to_string(size);
  return text;
}

/// "x3" where all entries are equal, "x3,2" where not.
template <typename Range>
std::string option(StringRef name, const Range &range, uint32_t usual) {
  if (all_of(range, [&](uint32_t entry) { return entry == usual; }))
    return "";
  std::string text;
  for (uint32_t entry : range)
    text += (text.empty() ? "" : ",") + std::to_string(entry);
  if (all_equal(range))
    text = std::to_string(*range.begin());
  return (" " + name + text).str();
}

std::string geometry(const ArrayLayer &layer) {
  std::string groups =
      layer.groups() > 1 ? " g" + std::to_string(layer.groups()) : "";
  if (layer.has_dense()) {
    uint32_t positions = layer.dense().positions();
    return "dense" +
           (positions > 1 ? fmt::format(" at {} positions", positions)
                          : std::string()) +
           groups;
  }
  const Convolution &c = layer.convolution();
  return fmt::format("conv {} on {}x{}", times(c.kernel()), c.channels(),
                     times(c.input())) +
         option("s", c.strides(), 1) + option("d", c.dilations(), 1) +
         option("p", c.pads_begin(), 0) + groups;
}

std::string planes(const ArrayLayer &layer) {
  switch (layer.plane_coding()) {
  case ArrayLayer::BIPOLAR:
    return "bipolar";
  case ArrayLayer::THERMOMETER:
    return "ternary";
  case ArrayLayer::UNARY:
    return fmt::format("{} random", layer.plane_weights_size());
  default:
    break;
  }
  int bits = layer.plane_weights_size();
  bool isSigned = layer.plane_weights(bits - 1) < 0;
  return (isSigned ? "s" : "u") + std::to_string(bits);
}

std::string weights(const Target &target, const ArrayLayer &layer) {
  if (layer.weight_planes() == 2)
    return "ternary, 2 planes";
  return target.ternary_sense() ? "ternary cells" : "binary";
}

std::string codes(const Value &value) {
  if (value.encoding() == Value::CODE)
    return fmt::format("codes {}..{}", value.code_min(), value.code_max());
  return value.encoding() == Value::REAL ? "real" : "accumulator";
}

std::string thresholds(const ArrayLayer &layer) {
  if (!layer.has_thresholds())
    return "none";
  uint64_t constants = 0;
  for (uint32_t count : layer.thresholds().counts())
    constants += count == 0;
  std::string text = grouped(uint64_t(layer.thresholds().thresholds_size()));
  if (constants)
    text += fmt::format(" ({} constant)", grouped(constants));
  if (layer.threshold_store() == ArrayLayer::ARRAY_ROWS)
    text += fmt::format(" in cells of {} bits", layer.threshold_bits());
  return text;
}

/// Cells that are read when a layer is, padding included.
uint64_t cellsOf(const Target &target, const ArrayLayer &layer) {
  uint64_t lanes = uint64_t(layer.weight_planes()) * layer.fan_in();
  if (layer.lane_padding() == ArrayLayer::ALTERNATING)
    lanes = uint64_t(layer.tile_columns()) * target.columns();
  TileGrid grid(target, layer);
  return (lanes + grid.wordCells()) * layer.neurons();
}

uint64_t subarraysOf(const ArrayLayer &layer) {
  std::set<std::pair<uint32_t, uint64_t>> subarrays;
  for (const auto *list : {&layer.placement(), &layer.threshold_placement()})
    for (const Placement &tile : *list)
      subarrays.insert({tile.chip(), tile.subarray()});
  return subarrays.size();
}

void line(raw_ostream &os, StringRef name, const Twine &text) {
  std::string rest = text.str();
  os << fmt::format("{:<13}", name.str()) << (rest.empty() ? "-" : rest)
     << '\n';
}

void printSummary(const Image &image, raw_ostream &os) {
  const Provenance &provenance = image.provenance();
  const Target &target = image.target();
  std::string model = provenance.model();
  if (!provenance.model_sha256().empty())
    model += ", SHA-256 " + toHex(provenance.model_sha256(), true);
  line(os, "network", provenance.network());
  line(os, "model", model);
  line(os, "compiler",
       provenance.compiler() + (provenance.options_size() ? " " : "") +
           join(provenance.options(), " "));
  line(os, "target",
       fmt::format("{}: {}x{} cells, {}, {} sensing, {}", target.name(),
                   target.rows(), target.columns(),
                   target.columns_per_sense_amplifier() == 1
                       ? "a sense amplifier per column"
                       : fmt::format("a sense amplifier per {} columns",
                                     target.columns_per_sense_amplifier()),
                   target.ternary_sense() ? "ternary" : "binary",
                   target.column_mask() ? "columns can be masked"
                                        : "no column mask"));
  uint64_t used = 0;
  for (const Step &step : image.steps())
    if (step.has_array())
      used += cellsOf(target, step.array());
  uint64_t all = image.num_subarrays() * target.rows() * target.columns();
  std::string chips;
  if (target.subarrays())
    chips = fmt::format(
        " {} {} {} of {}", target.time_multiplexed() ? "as" : "on",
        (image.num_subarrays() + target.subarrays() - 1) / target.subarrays(),
        target.time_multiplexed() ? "content(s) of one chip" : "chip(s)",
        grouped(target.subarrays()));
  line(os, "subarrays",
       fmt::format(
           "{}{}; {} of {} cells programmed{}", grouped(image.num_subarrays()),
           chips, grouped(used), grouped(all),
           all ? fmt::format(" ({:.1f} %)", 100. * double(used) / double(all))
               : ""));
  auto layersMoved = llvm::count_if(image.steps(), [](const Step &step) {
    return step.array().row_slots_size() > 0;
  });
  if (layersMoved || image.addresses_size())
    line(os, "moved",
         fmt::format("away from defects: rows of {} layer(s), tables of {} "
                     "subarray(s)",
                     layersMoved, image.addresses_size()));
  std::string point;
  auto add = [&](bool present, double value, const char *unit) {
    if (present)
      point += fmt::format("{}{} {}", point.empty() ? "" : ", ", value, unit);
  };
  const OperatingPoint &at = image.operating_point();
  add(at.has_supply_volt(), at.supply_volt(), "V");
  add(at.has_temperature_celsius(), at.temperature_celsius(), "degrees C");
  add(at.has_seconds_since_programming(), at.seconds_since_programming(),
      "s after programming");
  line(os, "read at", point.empty() ? "not stated" : point);
}

std::string declaration(const Port &port) {
  if (port.declared().empty())
    return "-";
  std::string text = fmt::format("{}, codes {}..{}", port.declared(),
                                 port.code_min(), port.code_max());
  if (port.scale() != 1 || port.offset() != 0)
    text += fmt::format(", x = {} * (q {} {})", port.scale(),
                        port.offset() < 0 ? "-" : "+", std::abs(port.offset()));
  return text;
}

void printPorts(const Image &image, raw_ostream &os) {
  auto print = [&](StringRef title, const auto &ports) {
    Table table({"name", "shape", "type", "declared", "held as"});
    for (const Port &port : ports) {
      const Value &value = image.values(int(port.value()));
      table.add({port.name(), sizes(value.shape()), port.element_type(),
                 declaration(port), codes(value)});
    }
    os << '\n' << title << '\n';
    table.print(os);
  };
  print("Inputs", image.inputs());
  print("Outputs", image.outputs());
  Table crossings({"tensor", "direction", "elements", "encoding", "bits"});
  for (const Crossing &crossing : listCrossings(image))
    crossings.add({crossing.tensor,
                   crossing.toChip ? "onto the chip" : "off it",
                   grouped(crossing.elements), crossing.encoding,
                   grouped(crossing.bits)});
  os << "\nBetween host and chip, for a sample"
     << (crossings.empty() ? ": nothing\n" : "\n");
  if (!crossings.empty())
    crossings.print(os);
}

void printLayers(const Image &image, raw_ostream &os) {
  Table table({"layer", "geometry", "neurons", "fan-in", "input", "weights",
               "tiles", "schedule", "subarrays", "cells", "classes",
               "thresholds", "output"});
  for (const Step &step : image.steps()) {
    if (!step.has_array())
      continue;
    const ArrayLayer &layer = step.array();
    table.add({layer.name(), geometry(layer), std::to_string(layer.neurons()),
               std::to_string(layer.fan_in()), planes(layer),
               weights(image.target(), layer),
               fmt::format("{}x{}", layer.tile_rows(), layer.tile_columns()),
               layer.orientation() == ArrayLayer::ROW_IS_NEURON ? "p2s" : "s2p",
               std::to_string(subarraysOf(layer)),
               grouped(cellsOf(image.target(), layer)),
               std::to_string(layer.border_classes()), thresholds(layer),
               codes(image.values(int(layer.output())))});
  }
  os << "\nLayers on the arrays" << (table.empty() ? ": none\n" : "\n");
  if (!table.empty())
    table.print(os);
}

void printOps(const Image &image, raw_ostream &os) {
  // Equal kinds at equal places for equal reasons are one line.
  using Key = std::tuple<int, int, std::string>;
  MapVector<Key, std::vector<std::string>, std::map<Key, unsigned>> groups;
  for (const Step &step : image.steps())
    if (step.has_op())
      groups[{step.op().place(), step.op().kind(), step.op().reason()}]
          .push_back(step.op().node());
  os << "\nOperators outside the arrays"
     << (groups.empty() ? ": none\n" : "\n");
  if (groups.empty())
    return;
  Table table({"where", "kind", "count", "nodes", "why"});
  for (const auto &[key, nodes] : groups) {
    const auto &[place, kind, reason] = key;
    std::string names = nodes.front();
    if (nodes.size() > 1)
      names += nodes.size() == 2 ? ", " + nodes[1] : " .. " + nodes.back();
    table.add({place == Op::HOST ? "host" : "periphery",
               StringRef(Op::Kind_Name(Op::Kind(kind))).lower(),
               std::to_string(nodes.size()), names,
               reason.empty() ? "-" : reason});
  }
  table.print(os);
}

void printTensors(const Image &image, raw_ostream &os) {
  Table table({"tensor", "value", "encoding", "shape", "tensor is"});
  for (const Value &value : image.values())
    for (const Trace &trace : value.traces())
      table.add({trace.tensor(), value.name(), codes(value),
                 sizes(value.shape()),
                 trace.scale() == 1 && trace.offset() == 0
                     ? std::string("the value")
                     : fmt::format("{} * value {} {}", trace.scale(),
                                   trace.offset() < 0 ? "-" : "+",
                                   std::abs(trace.offset()))});
  os << "\nONNX tensors" << (table.empty() ? ": none\n" : "\n");
  if (!table.empty())
    table.print(os);
  if (image.absent().empty())
    return;
  Table absent({"tensor", "not held because"});
  for (const Absent &entry : image.absent())
    absent.add({entry.tensor(), entry.reason()});
  os << "\nONNX tensors that are gone\n";
  absent.print(os);
}

} // namespace

void printInfo(const Image &image, const InfoSections &sections,
               raw_ostream &os) {
  if (sections.summary)
    printSummary(image, os);
  if (sections.ports)
    printPorts(image, os);
  if (sections.layers)
    printLayers(image, os);
  if (sections.ops)
    printOps(image, os);
  if (sections.tensors)
    printTensors(image, os);
}

} // namespace bnn::image
