//===- RandomNetwork.cpp - Random images and what they compute ------------===//

#include "RandomNetwork.h"
#include <algorithm>
#include <set>
#include <stdexcept>

namespace bnn::sim::test {

using image::ArrayLayer;
using image::Op;

int Codes::low() const {
  if (coding != ArrayLayer::POSITIONAL && coding != ArrayLayer::UNARY)
    return -1;
  return isSigned ? -(1 << (bits - 1)) : 0;
}

int Codes::high() const {
  if (coding != ArrayLayer::POSITIONAL && coding != ArrayLayer::UNARY)
    return 1;
  return (1 << (isSigned ? bits - 1 : bits)) - 1;
}

static int64_t product(const std::vector<int64_t> &shape) {
  int64_t result = 1;
  for (int64_t size : shape)
    result *= size;
  return result;
}

static int64_t ceilDivide(int64_t a, int64_t b) {
  return a >= 0 ? (a + b - 1) / b : -((-a) / b);
}

RandomNetwork::RandomNetwork(unsigned seed, TargetKind kind, int samples)
    : random(seed), target(kind), count(samples) {
  image::Target &out = *image.mutable_target();
  out.set_name("test");
  out.set_rows(kind.rows);
  out.set_columns(kind.columns);
  out.set_columns_per_sense_amplifier(1);
  out.set_ternary_sense(kind.ternarySense);
  out.set_column_mask(kind.columnMask);
  auto add = [&](uint32_t code, int weight) {
    image::CellCode &entry = *out.add_cell_codes();
    entry.set_code(code);
    entry.set_weight(weight);
  };
  if (kind.ternarySense)
    add(0, 0);
  add(1, 1);
  add(2, -1);
  image.mutable_presentation()->set_repetitions(1);
}

int RandomNetwork::pick(int low, int high) {
  return std::uniform_int_distribution<int>(low, high)(random);
}

uint32_t RandomNetwork::addValue(std::vector<int64_t> newShape, Codes kind,
                                 bool integer) {
  image::Value &entry = *image.add_values();
  entry.set_name("v" + std::to_string(image.values_size() - 1));
  for (int64_t size : newShape)
    entry.add_shape(size);
  entry.set_encoding(integer ? image::Value::INTEGER : image::Value::CODE);
  if (!integer) {
    entry.set_code_min(kind.low());
    entry.set_code_max(kind.high());
  }
  image::Trace &trace = *entry.add_traces();
  trace.set_tensor("t" + std::to_string(image.values_size() - 1));
  trace.set_scale(1);
  shape = std::move(newShape);
  current = kind;
  return uint32_t(image.values_size() - 1);
}

void RandomNetwork::input(std::vector<int64_t> newShape, Codes kind) {
  value = addValue(newShape, kind, false);
  image::Port &port = *image.add_inputs();
  port.set_value(value);
  port.set_name("x");
  port.set_element_type("float32");
  if (kind.coding == ArrayLayer::BIPOLAR)
    port.set_declared("bipolar");
  else if (kind.coding == ArrayLayer::THERMOMETER)
    port.set_declared("s2");
  else
    port.set_declared((kind.isSigned ? "s" : "u") + std::to_string(kind.bits));
  port.set_scale(1);
  port.set_code_min(kind.low());
  port.set_code_max(kind.high());
  samples.shape.assign(newShape.begin(), newShape.end());
  samples.shape[0] = count;
  for (int s = 0; s < count; ++s) {
    auto &sample = codes.emplace_back();
    for (int64_t i = 0; i < product(newShape); ++i) {
      int code = kind.coding == ArrayLayer::BIPOLAR
                     ? (flip() ? 1 : -1)
                     : pick(kind.low(), kind.high());
      sample.push_back(code);
      samples.data.push_back(code);
    }
  }
}

/// `block` is [neuron][lane]; the tile lies anywhere in its subarray.
void RandomNetwork::placeBlock(image::Placement &tile, bool rowIsNeuron,
                               const std::vector<std::vector<int>> &block) {
  uint32_t rows = uint32_t(block.size()), columns = uint32_t(block[0].size());
  if (!rowIsNeuron)
    std::swap(rows, columns);
  tile.set_row(uint32_t(pick(0, int(target.rows - rows))));
  tile.set_column(uint32_t(pick(0, int(target.columns - columns))));
  for (uint32_t r = 0; r < rows; ++r)
    for (uint32_t c = 0; c < columns; ++c)
      cells.push_back({tile.subarray(), tile.row() + r, tile.column() + c,
                       rowIsNeuron ? block[r][c] : block[c][r]});
}

/// First and number of the neurons of each band of tiles.
static std::vector<std::pair<uint32_t, uint32_t>>
bandsOf(const ArrayLayer &layer, TargetKind target) {
  std::vector<std::pair<uint32_t, uint32_t>> bands;
  bool rowIsNeuron = layer.orientation() == ArrayLayer::ROW_IS_NEURON;
  uint32_t side = rowIsNeuron ? target.rows : target.columns;
  uint32_t ends =
      rowIsNeuron ? layer.neurons() : layer.neurons() / layer.groups();
  for (uint32_t group = 0; group < layer.neurons(); group += ends)
    for (uint32_t n = 0; n < ends; n += side)
      bands.push_back({group + n, std::min(side, ends - n)});
  return bands;
}

/// Cuts [neuron][lane] into tiles and programs them.
void RandomNetwork::place(ArrayLayer &layer,
                          const std::vector<std::vector<int>> &lanes) {
  bool rowIsNeuron = layer.orientation() == ArrayLayer::ROW_IS_NEURON;
  bool alternating = layer.lane_padding() == ArrayLayer::ALTERNATING;
  auto bands = bandsOf(layer, target);
  uint32_t side = rowIsNeuron ? target.columns : target.rows;
  uint32_t width = uint32_t(lanes[0].size());
  uint32_t slices = (width + side - 1) / side;
  layer.set_tile_rows(rowIsNeuron ? uint32_t(bands.size()) : slices);
  layer.set_tile_columns(rowIsNeuron ? slices : uint32_t(bands.size()));
  // Tiles lie in a shuffled order, small ones away from the corner.
  std::vector<uint64_t> order(bands.size() * slices);
  for (size_t i = 0; i < order.size(); ++i)
    order[i] = subarrays + i;
  std::shuffle(order.begin(), order.end(), random);
  subarrays += order.size();
  for (size_t i = 0; i < order.size(); ++i) {
    size_t band = i / layer.tile_columns(), slice = i % layer.tile_columns();
    if (!rowIsNeuron)
      std::swap(band, slice);
    auto [first, count] = bands[band];
    std::vector<std::vector<int>> block(count);
    for (uint32_t r = 0; r < count; ++r)
      for (uint32_t c = 0; c < side; ++c) {
        size_t lane = slice * side + c;
        if (lane < width)
          block[r].push_back(lanes[first + r][lane]);
        else if (alternating)
          block[r].push_back((lane - width) % 2 ? -1 : 1);
      }
    image::Placement &tile = *layer.add_placement();
    tile.set_subarray(order[i]);
    placeBlock(tile, rowIsNeuron, block);
  }
}

/// Stores the thresholds of `layer` in cells, a word for each neuron.
void RandomNetwork::placeThresholds(ArrayLayer &layer) {
  const image::Thresholds &table = layer.thresholds();
  int64_t least = 0, most = 0;
  uint32_t slots = 1;
  if (table.thresholds_size()) {
    auto [low, high] = std::minmax_element(table.thresholds().begin(),
                                           table.thresholds().end());
    least = *low - pick(0, 2);
    most = *high;
    slots = *std::max_element(table.counts().begin(), table.counts().end());
  }
  uint32_t bits = 1;
  while ((int64_t(1) << bits) - 2 < most - least)
    ++bits;
  layer.set_threshold_store(ArrayLayer::ARRAY_ROWS);
  layer.set_threshold_base(least);
  layer.set_threshold_bits(bits);
  layer.set_threshold_slots(slots);
  std::vector<std::vector<int>> words(layer.neurons());
  int at = 0;
  for (int f = 0; f < table.counts_size(); ++f)
    for (uint32_t slot = 0; slot < slots; ++slot) {
      int64_t value = slot < table.counts(f) ? table.thresholds(at++) - least
                                             : (int64_t(1) << bits) - 1;
      for (uint32_t bit = 0; bit < bits; ++bit)
        words[size_t(f) % words.size()].push_back(value >> bit & 1 ? 1 : -1);
    }
  bool rowIsNeuron = layer.orientation() == ArrayLayer::ROW_IS_NEURON;
  uint32_t side = rowIsNeuron ? target.columns : target.rows;
  for (auto [first, count] : bandsOf(layer, target))
    for (size_t piece = 0; piece < words[0].size(); piece += side) {
      std::vector<std::vector<int>> block(count);
      for (uint32_t r = 0; r < count; ++r)
        block[r].assign(words[first + r].begin() + ptrdiff_t(piece),
                        words[first + r].begin() +
                            ptrdiff_t(std::min(piece + side, words[0].size())));
      image::Placement &tile = *layer.add_threshold_placement();
      tile.set_subarray(subarrays++);
      placeBlock(tile, rowIsNeuron, block);
    }
}

/// `sources[group][position]` are the inputs of a neuron in lane order, -1 in
/// the padding.
void RandomNetwork::layer(
    ArrayLayer &layer, int64_t positions, int64_t fanIn, bool ternaryWeights,
    Outputs outputs, Codes next,
    const std::vector<std::vector<std::vector<int64_t>>> &sources,
    std::vector<int64_t> outputShape, bool channelsFirst) {
  int64_t neurons = layer.neurons(), groups = layer.groups();
  layer.set_name("layer" + std::to_string(image.steps_size()));
  layer.set_fan_in(uint32_t(fanIn));
  layer.set_input(value);
  bool rowIsInput = target.bothSchedules && flip();
  layer.set_orientation(rowIsInput ? ArrayLayer::ROW_IS_INPUT
                                   : ArrayLayer::ROW_IS_NEURON);
  layer.mutable_row_sense();
  layer.mutable_exact();
  layer.mutable_accumulation()->set_bits(40);
  layer.set_plane_coding(current.coding);
  bool fromZero = current.coding == ArrayLayer::POSITIONAL ||
                  current.coding == ArrayLayer::UNARY;
  layer.set_plane_offset(fromZero ? 0 : -1);
  if (current.coding == ArrayLayer::BIPOLAR)
    layer.add_plane_weights(2);
  else if (current.coding == ArrayLayer::THERMOMETER ||
           current.coding == ArrayLayer::UNARY)
    for (int i = 0; i < current.high() - current.low(); ++i)
      layer.add_plane_weights(1);
  else
    for (int i = 0; i < current.bits; ++i)
      layer.add_plane_weights(
          (current.isSigned && i + 1 == current.bits ? -1 : 1) << i);
  int64_t unit = current.coding == ArrayLayer::BIPOLAR && flip() ? 2 : 1;
  layer.set_count_unit(uint32_t(unit));
  bool masked = target.columnMask || rowIsInput;
  layer.set_lane_padding(masked ? ArrayLayer::MASKED : ArrayLayer::ALTERNATING);

  bool twoPlanes = ternaryWeights && !target.ternarySense;
  layer.set_weight_planes(twoPlanes ? 2 : 1);
  std::vector<std::vector<int>> weights(neurons), lanes(neurons);
  for (int64_t n = 0; n < neurons; ++n) {
    for (int64_t j = 0; j < fanIn; ++j)
      weights[n].push_back(ternaryWeights ? pick(-1, 1) : flip() ? 1 : -1);
    lanes[n] = weights[n];
    if (!twoPlanes)
      continue;
    for (int &lane : lanes[n])
      lane = lane ? lane : (flip() ? 1 : -1);
    for (int64_t j = 0; j < fanIn; ++j)
      lanes[n].push_back(2 * weights[n][j] - lanes[n][j]);
  }
  place(layer, lanes);

  // Border classes: positions with the same taps in the padding.
  std::map<std::vector<bool>, uint32_t> classes;
  std::vector<uint32_t> classOf;
  std::vector<std::vector<bool>> padded;
  for (int64_t p = 0; p < positions; ++p) {
    std::vector<bool> taps;
    for (int64_t source : sources[0][p])
      taps.push_back(source < 0);
    auto [at, isNew] = classes.try_emplace(taps, uint32_t(padded.size()));
    if (isNew)
      padded.push_back(taps);
    classOf.push_back(at->second);
  }
  layer.set_border_classes(uint32_t(padded.size()));
  if (padded.size() > 1)
    for (uint32_t cls : classOf)
      layer.add_position_class(cls);

  // What turns a count into the accumulator; see image.proto.
  int64_t pad = layer.has_convolution() ? layer.convolution().pad_code() : 0;
  int64_t planeSum = 0, offset = layer.plane_offset();
  for (int32_t weight : layer.plane_weights())
    planeSum += weight;
  int64_t width = int64_t(lanes[0].size());
  int64_t beyond = masked ? 0 : layer.tile_columns() * target.columns - width;
  int64_t divisor = twoPlanes || target.ternarySense ? 2 : 1;
  layer.set_divisor(uint32_t(divisor));
  std::vector<int64_t> bias;
  for (const std::vector<bool> &taps : padded)
    for (int64_t n = 0; n < neurons; ++n) {
      int64_t sum = 0, inPadding = 0;
      for (int64_t j = 0; j < fanIn; ++j) {
        sum += weights[n][j];
        inPadding += taps[j] ? weights[n][j] : 0;
      }
      int64_t value = divisor * (offset * sum - pad * inPadding);
      if (target.ternarySense)
        value += planeSum * sum - planeSum * (beyond % 2);
      else
        value -= planeSum * (fanIn - sum) * divisor / 2 +
                 planeSum * ((beyond + 1) / 2);
      bias.push_back(value);
      layer.add_bias(value);
    }

  // Thresholds on the accumulator and on the count.
  int64_t reach = fanIn * std::max(-current.low(), current.high());
  struct Function {
    std::vector<int64_t> at;
    std::vector<int> codes;
  };
  std::vector<Function> functions(neurons);
  if (outputs != Outputs::Accumulator) {
    for (Function &function : functions) {
      int steps = outputs == Outputs::Binary
                      ? (pick(0, 9) ? 1 : 0)
                      : pick(0, next.high() - next.low());
      std::set<int64_t> at;
      for (int i = 0; i < steps; ++i)
        at.insert(pick(-int(reach) / 3 - 1, int(reach) / 3 + 1));
      function.at.assign(at.begin(), at.end());
      for (size_t i = 0; i <= at.size(); ++i)
        function.codes.push_back(next.coding == ArrayLayer::BIPOLAR
                                     ? (flip() ? 1 : -1)
                                     : pick(next.low(), next.high()));
    }
    image::Thresholds &table = *layer.mutable_thresholds();
    for (size_t cls = 0; cls < padded.size(); ++cls)
      for (int64_t n = 0; n < neurons; ++n) {
        // Two accumulators may have one count threshold: the later one wins.
        std::map<int64_t, int> steps;
        for (size_t i = 0; i < functions[n].at.size(); ++i)
          steps[ceilDivide(
              functions[n].at[i] * divisor - bias[cls * neurons + n], unit)] =
              functions[n].codes[i + 1];
        table.add_counts(uint32_t(steps.size()));
        table.add_codes(functions[n].codes[0]);
        for (auto [at, code] : steps) {
          table.add_thresholds(at);
          table.add_codes(code);
        }
      }
    if (target.thresholdRows && pick(0, 3))
      placeThresholds(layer);
  }

  // The network itself.
  std::vector<int64_t> &all = accumulators[layer.name() + "/accumulator"];
  for (std::vector<int64_t> &sample : codes) {
    std::vector<int64_t> sums(neurons * positions), result(sums.size());
    for (int64_t p = 0; p < positions; ++p)
      for (int64_t n = 0; n < neurons; ++n) {
        const auto &source = sources[n / (neurons / groups)][p];
        int64_t sum = 0;
        for (int64_t j = 0; j < fanIn; ++j)
          sum += source[j] < 0 ? 0 : weights[n][j] * sample[source[j]];
        int64_t at = channelsFirst ? n * positions + p : p * neurons + n;
        sums[at] = result[at] = sum;
        if (outputs == Outputs::Accumulator)
          continue;
        size_t step = 0;
        while (step < functions[n].at.size() && sum >= functions[n].at[step])
          ++step;
        result[at] = functions[n].codes[step];
      }
    all.insert(all.end(), sums.begin(), sums.end());
    sample = result;
  }
  value = addValue(outputShape, next, outputs == Outputs::Accumulator);
  layer.set_output(value);
}

void RandomNetwork::dense(int64_t positions, int64_t groups, int64_t neurons,
                          bool ternaryWeights, Outputs outputs, Codes next) {
  int64_t fanIn = product(shape) / positions / groups;
  std::vector<std::vector<std::vector<int64_t>>> sources(groups);
  for (int64_t g = 0; g < groups; ++g)
    for (int64_t p = 0; p < positions; ++p) {
      auto &source = sources[g].emplace_back();
      for (int64_t j = 0; j < fanIn; ++j)
        source.push_back((p * groups + g) * fanIn + j);
    }
  ArrayLayer &record = *image.add_steps()->mutable_array();
  record.set_neurons(uint32_t(neurons));
  record.set_groups(uint32_t(groups));
  record.mutable_dense()->set_positions(uint32_t(positions));
  std::vector<int64_t> out = positions == 1
                                 ? std::vector<int64_t>{1, neurons}
                                 : std::vector<int64_t>{1, positions, neurons};
  layer(record, positions, fanIn, ternaryWeights, outputs, next, sources, out,
        false);
}

void RandomNetwork::convolution(const Conv &conv, bool ternaryWeights,
                                Outputs outputs, Codes next) {
  ArrayLayer &record = *image.add_steps()->mutable_array();
  image::Convolution &geometry = *record.mutable_convolution();
  size_t rank = shape.size() - 2;
  std::vector<int64_t> out{1, conv.neurons};
  geometry.set_channels(uint32_t(shape[1]));
  int64_t spatial = 1, taps = 1, positions = 1;
  for (size_t i = 0; i < rank; ++i) {
    int64_t size = shape[i + 2];
    out.push_back((size + conv.padsBegin[i] + conv.padsEnd[i] -
                   ((conv.kernel[i] - 1) * conv.dilations[i] + 1)) /
                      conv.strides[i] +
                  1);
    geometry.add_input(uint32_t(size));
    geometry.add_output(uint32_t(out.back()));
    geometry.add_kernel(uint32_t(conv.kernel[i]));
    geometry.add_strides(uint32_t(conv.strides[i]));
    geometry.add_dilations(uint32_t(conv.dilations[i]));
    geometry.add_pads_begin(uint32_t(conv.padsBegin[i]));
    spatial *= size;
    taps *= conv.kernel[i];
    positions *= out.back();
  }
  geometry.set_pad_code(current.coding == ArrayLayer::BIPOLAR
                            ? (flip() ? 1 : -1)
                            : pick(current.low(), current.high()));
  int64_t groupChannels = shape[1] / conv.groups;
  std::vector<std::vector<std::vector<int64_t>>> sources(conv.groups);
  for (int64_t g = 0; g < conv.groups; ++g)
    for (int64_t p = 0; p < positions; ++p) {
      auto &source = sources[g].emplace_back();
      for (int64_t c = 0; c < groupChannels; ++c)
        for (int64_t t = 0; t < taps; ++t) {
          // Coordinates from the last axis on.
          int64_t index = 0, stride = 1, restP = p, restT = t;
          bool inside = true;
          for (size_t i = rank; i-- > 0;) {
            int64_t x = restP % out[i + 2] * conv.strides[i] +
                        restT % conv.kernel[i] * conv.dilations[i] -
                        conv.padsBegin[i];
            restP /= out[i + 2];
            restT /= conv.kernel[i];
            inside &= x >= 0 && x < shape[i + 2];
            index += x * stride;
            stride *= shape[i + 2];
          }
          source.push_back(inside ? (g * groupChannels + c) * spatial + index
                                  : -1);
        }
    }
  record.set_neurons(uint32_t(conv.neurons));
  record.set_groups(uint32_t(conv.groups));
  layer(record, positions, groupChannels * taps, ternaryWeights, outputs, next,
        sources, out, true);
}

void RandomNetwork::maxPool(int64_t kernel, int64_t stride) {
  Op &op = *image.add_steps()->mutable_op();
  op.set_kind(Op::MAX_POOL);
  op.set_place(Op::DIGITAL);
  op.set_node("pool");
  op.add_inputs(value);
  std::vector<int64_t> in = shape, out{1, in[1]};
  size_t rank = in.size() - 2;
  for (size_t i = 0; i < rank; ++i) {
    op.add_kernel(kernel);
    op.add_strides(stride);
    op.add_dilations(1);
    op.add_pads_begin(0);
    op.add_pads_end(0);
    out.push_back((in[i + 2] - kernel) / stride + 1);
  }
  std::vector<bool> minimum;
  for (int64_t c = 0; c < in[1]; ++c) {
    minimum.push_back(flip());
    op.add_minimum_channels(minimum.back());
  }
  for (auto &sample : codes) {
    std::vector<int64_t> result;
    int64_t H = in[2], W = rank > 1 ? in[3] : 1;
    int64_t outH = out[2], outW = rank > 1 ? out[3] : 1;
    for (int64_t c = 0; c < in[1]; ++c)
      for (int64_t y = 0; y < outH; ++y)
        for (int64_t x = 0; x < outW; ++x) {
          std::vector<int64_t> window;
          for (int64_t i = 0; i < kernel; ++i)
            for (int64_t j = 0; j < (rank > 1 ? kernel : 1); ++j)
              window.push_back(
                  sample[(c * H + y * stride + i) * W + x * stride + j]);
          result.push_back(minimum[c] ? *std::ranges::min_element(window)
                                      : *std::ranges::max_element(window));
        }
    sample = result;
  }
  value = addValue(out, current, false);
  op.add_outputs(value);
}

void RandomNetwork::flatten() {
  Op &op = *image.add_steps()->mutable_op();
  op.set_kind(Op::RESHAPE);
  op.set_place(Op::DIGITAL);
  op.set_node("flatten");
  op.add_inputs(value);
  std::vector<int64_t> out{1, product(shape)};
  for (int64_t size : out)
    op.add_shape(size);
  value = addValue(out, current, false);
  op.add_outputs(value);
}

void RandomNetwork::finish() {
  Op &op = *image.add_steps()->mutable_op();
  op.set_kind(Op::DECODE);
  op.set_node("scores");
  op.set_place(Op::HOST);
  op.add_inputs(value);
  op.set_scale(1);
  image::Value &entry = *image.add_values();
  entry.set_name("scores");
  for (int64_t size : shape)
    entry.add_shape(size);
  entry.set_encoding(image::Value::REAL);
  op.add_outputs(uint32_t(image.values_size() - 1));
  image::Port &port = *image.add_outputs();
  port.set_value(uint32_t(image.values_size() - 1));
  port.set_name("scores");
  port.set_element_type("float32");

  auto builder = image::CellArrayBuilder::create(image.target(), subarrays);
  if (!builder)
    throw std::runtime_error(toString(builder.takeError()));
  for (const Cell &cell : cells)
    builder->setWeight(cell.subarray, cell.row, cell.column, cell.weight);
  std::move(*builder).finish(image);
}

} // namespace bnn::sim::test
