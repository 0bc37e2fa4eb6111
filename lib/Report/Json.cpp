//===- Json.cpp - A report for programs -------------------------*- C++ -*-===//

#include "llvm/Support/JSON.h"
#include "bnn/Report/Report.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/raw_ostream.h"

namespace bnn::report {

static void writeRow(llvm::json::OStream &json, const Row &row) {
  json.attribute("name", row.name);
  json.attributeArray("nodes", [&] {
    for (const std::string &node : row.nodes)
      json.value(node);
  });
  json.attribute("operation", row.operation);
  json.attribute("place", toString(row.place));
  if (!row.reason.empty())
    json.attribute("reason", row.reason);
  json.attribute("fanIn", row.fanIn);
  json.attribute("neurons", row.neurons);
  json.attribute("positions", row.positions);
  if (row.place == Place::Arrays) {
    json.attribute("inputBits", row.inputBits);
    json.attribute("weightPlanes", row.weightPlanes);
    json.attribute("borderClasses", row.borderClasses);
    json.attribute("subarrays", row.subarrays);
    json.attribute("utilization", row.utilization);
    json.attribute("rowReads", row.rowReads);
    json.attribute("schedule", row.schedule);
    json.attribute("accumulation", row.accumulation);
    json.attribute("accumulatorBits", row.accumulatorBits);
    json.attributeObject("cycles", [&] {
      json.attribute("steady", row.steadyCycles);
      json.attribute("fill", row.fillCycles);
      json.attribute("drain", row.drainCycles);
    });
  }
  if (row.place != Place::Host)
    json.attribute("bufferBits", row.bufferBits);
  json.attribute("thresholds", row.thresholds);
  json.attribute("ties", row.ties);
}

static void writeInput(llvm::json::OStream &json, const DeclaredInput &input) {
  json.attribute("name", input.name);
  json.attribute("type", input.type);
  json.attribute("scale", input.scale);
  json.attribute("offset", input.offset);
  json.attribute("float32Difference", input.float32Difference);
}

static void writeMemory(llvm::json::OStream &json, const Memory &memory) {
  if (!memory.baseline.empty())
    json.attribute("baseline", memory.baseline);
  json.attribute("parameters", memory.parameters.total());
  json.attribute("weights", memory.parameters.weights);
  json.attribute("bits32", memory.bits32);
  json.attribute("bits8", memory.bits8);
  json.attribute("saved32", memory.saved32());
  json.attribute("saved8", memory.saved8());
  json.attributeArray("layers", [&] {
    for (const MemoryRow &row : memory.layers)
      json.object([&] {
        json.attribute("name", row.name);
        json.attribute("parameters", row.read.total());
        json.attribute("weights", row.read.weights);
        json.attribute("bits32", row.bits32);
        json.attribute("bits8", row.bits8);
      });
  });
}

static void writeOperations(llvm::json::OStream &json,
                            const cost::Operations &count,
                            const cost::Pulses &pulses) {
  json.attribute("rowReads", count.rowReads);
  json.attribute("senses", count.senses);
  json.attribute("popcountBits", count.popcountBits);
  json.attribute("adderBits", count.adderBits);
  json.attribute("compareBits", count.compareBits);
  json.attribute("bufferBits", count.bufferBits);
  json.attribute("set", pulses.set);
  json.attribute("reset", pulses.reset);
}

static void writeSum(llvm::json::OStream &json, const cost::Sum &sum) {
  bool complete = sum.missing().empty();
  json.attribute("unit", sum.unit);
  json.attribute(complete ? "total" : "lowerBound", sum.known());
  if (sum.standing())
    json.attribute("standing", toString(*sum.standing()));
  json.attribute("calibrated", sum.calibrated());
  json.attributeArray("unknown", [&] {
    for (const cost::Part *part : sum.missing())
      json.value(part->key);
  });
  json.attributeArray("parts", [&] {
    for (const cost::Part &part : sum.parts)
      json.object([&] {
        json.attribute("name", part.name);
        json.attribute("key", part.key);
        json.attribute("count", part.count);
        json.attribute("of", part.of);
        if (!part.total)
          return;
        json.attribute("each", *part.each);
        json.attribute("total", *part.total);
        json.attribute("standing", toString(part.standing));
        json.attribute("calibrated", part.calibrated);
      });
  });
}

static void writeCost(llvm::json::OStream &json, const cost::Cost &cost) {
  json.attributeArray("layers", [&] {
    for (const cost::Layer &layer : cost.layers)
      json.object([&] {
        json.attribute("name", layer.name);
        writeOperations(json, layer.operations, layer.pulses);
      });
  });
  json.attributeObject("operations", [&] {
    writeOperations(json, cost.operations, cost.pulses);
  });
  json.attributeObject("energy", [&] { writeSum(json, cost.energy); });
  json.attributeObject("programmingEnergy",
                       [&] { writeSum(json, cost.programmingEnergy); });
  json.attributeObject("area", [&] { writeSum(json, cost.area); });
  if (cost.latency) {
    json.attribute("latencySeconds", *cost.latency);
    json.attribute("intervalSeconds", *cost.interval);
    json.attribute("timeStanding", toString(*cost.timeStanding));
  }
  if (cost.programmingTime)
    json.attribute("programmingSeconds", *cost.programmingTime);
  if (cost.enduranceUsed)
    json.attribute("enduranceUsed", *cost.enduranceUsed);
  json.attribute("contents", cost.contents);
  if (cost.enduranceUsed && cost.contents > 1)
    json.attribute("samplesOfEndurance", uint64_t(1 / *cost.enduranceUsed));
}

/// Utilization of what takes `used` of all cells of some subarrays.
static double shareOf(uint64_t used, uint64_t subarrays,
                      const FloorPlan &plan) {
  return double(used) / (double(subarrays) * double(plan.rows * plan.columns));
}

static void writeTile(llvm::json::OStream &json, const FloorPlan &plan,
                      const PlannedTile &tile) {
  const PlannedLayer &layer = plan.layers[tile.layer];
  json.attribute("layer", layer.name);
  json.attribute("holds", tile.thresholds ? "thresholds" : "weights");
  json.attribute("tile", tile.number);
  if (!tile.thresholds) {
    json.attribute("tileRow", tile.number / layer.tileColumns);
    json.attribute("tileColumn", tile.number % layer.tileColumns);
  } else {
    json.attribute(layer.rowIsNeuron ? "tileRow" : "tileColumn",
                   tile.number / layer.pieces);
    json.attribute("piece", tile.number % layer.pieces);
  }
  json.attribute("row", tile.row);
  json.attribute("column", tile.column);
  json.attribute("rows", tile.rows);
  json.attribute("columns", tile.columns);
  if (tile.padding)
    json.attribute("padding", tile.padding);
}

static void writeRun(llvm::json::OStream &json, const FloorPlan &plan,
                     const PlannedRun &run) {
  json.attribute("subarray", run.subarray);
  json.attribute("count", run.count);
  json.attribute("utilization", shareOf(run.cells(), 1, plan));
  json.attributeArray("tiles", [&] {
    for (const PlannedTile &tile : run.tiles)
      json.object([&] {
        writeTile(json, plan, tile);
        if (run.count > 1)
          json.attribute("step", tile.step);
      });
  });
}

static void writeChips(llvm::json::OStream &json, const FloorPlan &plan) {
  llvm::ArrayRef<PlannedRun> rest = plan.runs;
  while (!rest.empty()) {
    auto runs = rest.take_while(
        [&](const PlannedRun &run) { return run.chip == rest.front().chip; });
    rest = rest.drop_front(runs.size());
    uint64_t subarrays = 0, cells = 0;
    for (const PlannedRun &run : runs) {
      subarrays += run.count;
      cells += run.count * run.cells();
    }
    json.object([&] {
      json.attribute("chip", runs.front().chip);
      json.attribute("subarrays", subarrays);
      json.attribute("utilization", shareOf(cells, subarrays, plan));
      json.attributeArray("runs", [&] {
        for (const PlannedRun &run : runs)
          json.object([&] { writeRun(json, plan, run); });
      });
    });
  }
}

static void writePlan(llvm::json::OStream &json, const FloorPlan &plan) {
  json.attributeArray("grids", [&] {
    for (const PlannedLayer &layer : plan.layers)
      json.object([&] {
        json.attribute("layer", layer.name);
        json.attribute("tileRows", layer.tileRows);
        json.attribute("tileColumns", layer.tileColumns);
        json.attribute("thresholdPieces", layer.pieces);
      });
  });
  json.attributeArray("chips", [&] { writeChips(json, plan); });
}

std::string formatJson(const Summary &summary, const FloorPlan &plan) {
  std::string text;
  llvm::raw_string_ostream os(text);
  llvm::json::OStream json(os, /*IndentSize=*/2);
  json.object([&] {
    json.attribute("model", summary.model);
    json.attribute("network", summary.network);
    json.attribute("target", summary.target);
    json.attribute("rows", summary.rows);
    json.attribute("columns", summary.columns);
    json.attributeArray("inputs", [&] {
      for (const DeclaredInput &input : summary.inputs)
        json.object([&] { writeInput(json, input); });
    });
    json.attributeArray("layers", [&] {
      for (const Row &row : summary.layers)
        json.object([&] { writeRow(json, row); });
    });
    json.attributeArray("crossings", [&] {
      for (const image::Crossing &crossing : summary.crossings)
        json.object([&] {
          json.attribute("tensor", crossing.tensor);
          json.attribute("direction", crossing.toChip ? "onto" : "off");
          json.attribute("encoding", crossing.encoding);
          json.attribute("elements", crossing.elements);
          json.attribute("bits", crossing.bits);
          json.attribute("pass", crossing.pass);
        });
    });
    json.attribute("moves", summary.moves);
    json.attribute("subarrays", summary.subarrays);
    json.attribute("weights", summary.weights);
    json.attribute("hostWeights", summary.hostWeights);
    json.attribute("utilization", summary.utilization);
    json.attribute("rowReads", summary.rowReads);
    json.attribute("chips", summary.chips);
    json.attribute("reprogrammed", summary.reprogrammed);
    json.attribute("areaBound", summary.areaBound);
    json.attribute("packingBound", summary.packingBound);
    json.attribute("apartBound", summary.apartBound);
    json.attributeObject("cycles", [&] {
      json.attribute("steady", summary.steadyCycles);
      json.attribute("latency", summary.latencyCycles);
      json.attribute("interval", summary.intervalCycles);
    });
    json.attribute("bufferBits", summary.bufferBits);
    json.attribute("ties", summary.ties);
    json.attribute("inputBits", summary.inputBits);
    json.attribute("outputBits", summary.outputBits);
    json.attributeObject("cost", [&] { writeCost(json, summary.cost); });
    json.attributeObject("memory", [&] { writeMemory(json, summary.memory); });
    json.attributeObject("floorPlan", [&] { writePlan(json, plan); });
  });
  os << '\n';
  return text;
}

} // namespace bnn::report
