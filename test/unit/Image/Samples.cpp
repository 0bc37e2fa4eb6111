//===- Samples.cpp - Small valid images for tests -------------------------===//

#include "Samples.h"
#include "bnn/Image/CellArray.h"
#include <google/protobuf/text_format.h>
#include <stdexcept>

namespace bnn::image::samples {

namespace {

/// Programs the tiles of all layers: weight `weightOf(neuron, lane)`, and
/// alternating padding where the layer has it.
template <typename WeightOf>
void program(Image &image, uint64_t subarrays, WeightOf weightOf) {
  const Target &target = image.target();
  CellArrayBuilder builder =
      llvm::cantFail(CellArrayBuilder::create(target, subarrays));
  for (const Step &step : image.steps()) {
    if (!step.has_array())
      continue;
    const ArrayLayer &layer = step.array();
    uint32_t lanes = layer.weight_planes() * layer.fan_in();
    for (uint32_t n = 0; n < layer.neurons(); ++n)
      for (uint32_t k = 0; k < layer.tile_columns(); ++k) {
        uint32_t t = n / target.rows();
        const Placement &tile =
            layer.placement(int(t * layer.tile_columns() + k));
        uint64_t subarray = subarrayIndex(target, tile);
        uint32_t row = tile.row() + n % target.rows();
        for (uint32_t c = 0; c < target.columns(); ++c) {
          uint32_t lane = k * target.columns() + c;
          if (lane < lanes)
            builder.setWeight(subarray, row, tile.column() + c,
                              weightOf(n, lane));
          else if (layer.lane_padding() == ArrayLayer::ALTERNATING)
            builder.setWeight(subarray, row, c, (lane - lanes) % 2 ? -1 : 1);
        }
      }
  }
  std::move(builder).finish(image);
}

const char *const workedText = R"(
  provenance { compiler: "bnn-compile 0.1.0" options: "--array 4x4"
               options: "--input x=bipolar" model: "worked.onnx"
               network: "worked" }
  target { name: "example" rows: 4 columns: 4 columns_per_sense_amplifier: 1
           column_mask: true
           cell_codes { code: 1 weight: 1 } cell_codes { code: 2 weight: -1 } }
  presentation { repetitions: 1 }
  values { name: "x" shape: 1 shape: 3 traces { tensor: "x" scale: 1 } }
  values { name: "x.codes" shape: 1 shape: 3 encoding: CODE
           code_min: -1 code_max: 1 }
  values { name: "y.codes" shape: 1 shape: 3 encoding: CODE
           code_min: -1 code_max: 1 traces { tensor: "y" scale: 1 } }
  values { name: "y" shape: 1 shape: 3 }
  inputs { value: 0 name: "x" element_type: "float32" declared: "bipolar"
           scale: 1 code_min: -1 code_max: 1 }
  outputs { value: 3 name: "y" element_type: "float32" }
  absent { tensor: "fc_out" reason: "compared on the chip, never stored" }
  steps { op { kind: ENCODE place: DIGITAL node: "x" inputs: 0 outputs: 1
               scale: 1 } }
  steps { array {
    name: "fc" nodes: "MatMul_0" nodes: "Sign_1" input: 1 output: 2
    neurons: 3 fan_in: 3 groups: 1 weight_planes: 1
    plane_coding: BIPOLAR plane_weights: 2 plane_offset: -1
    dense { positions: 1 } tile_rows: 1 tile_columns: 1 placement {}
    lane_padding: MASKED row_sense {} exact {}
    accumulation { kind: SERIAL bits: 2 }
    border_classes: 1 count_unit: 2 bias: -3 bias: -3 bias: -3 divisor: 1
    thresholds { counts: 1 counts: 1 counts: 0 thresholds: 2 thresholds: 1
                 codes: -1 codes: 1 codes: 1 codes: -1 codes: 1 } } }
  steps { op { kind: DECODE place: DIGITAL node: "Sign_1" inputs: 2 outputs: 3
               scale: 1 } }
)";

const char *const convolutionText = R"(
  provenance { compiler: "bnn-compile 0.1.0" options: "--array 8x8"
               model: "net.onnx" network: "net" }
  target { name: "plain" rows: 8 columns: 8 columns_per_sense_amplifier: 2
           subarrays: 16
           cell_codes { code: 1 weight: 1 } cell_codes { code: 2 weight: -1 } }
  operating_point { supply_volt: 1.2 temperature_celsius: 25 }
  presentation { repetitions: 1 }
  values { name: "image" shape: 1 shape: 2 shape: 4 shape: 4 }             # 0
  values { name: "image.codes" shape: 1 shape: 2 shape: 4 shape: 4
           encoding: CODE code_min: 0 code_max: 3 }                        # 1
  values { name: "conv" shape: 1 shape: 4 shape: 4 shape: 4
           encoding: INTEGER traces { tensor: "conv_out" scale: 0.5 } }    # 2
  values { name: "pool" shape: 1 shape: 4 shape: 2 shape: 2
           encoding: INTEGER }                                             # 3
  values { name: "levels" shape: 1 shape: 4 shape: 2 shape: 2
           encoding: CODE code_min: -1 code_max: 1 }                       # 4
  values { name: "flat" shape: 1 shape: 16 encoding: CODE
           code_min: -1 code_max: 1 }                                      # 5
  values { name: "fc" shape: 1 shape: 10 encoding: INTEGER }               # 6
  values { name: "offset" shape: 10 encoding: INTEGER }                    # 7
  values { name: "sum" shape: 1 shape: 10 encoding: INTEGER }              # 8
  values { name: "scores" shape: 1 shape: 10 }                             # 9
  values { name: "weights" shape: 10 shape: 10 }                           # 10
  values { name: "mixed" shape: 1 shape: 10 }                              # 11
  values { name: "probabilities" shape: 1 shape: 10 }                      # 12
  constants { value: 7 }
  constants { value: 10 }
  inputs { value: 0 name: "image" element_type: "float32" declared: "u2"
           scale: 0.25 offset: 0 code_min: 0 code_max: 3 }
  outputs { value: 12 name: "probabilities" element_type: "float32" }
  steps { op { kind: ENCODE node: "image" place: DIGITAL inputs: 0 outputs: 1
               scale: 0.25 } }
  steps { array {
    name: "conv" nodes: "Conv_0" input: 1 output: 2
    neurons: 4 fan_in: 9 groups: 2 weight_planes: 2
    plane_coding: POSITIONAL plane_weights: 1 plane_weights: 2
    convolution { channels: 2 input: 4 input: 4 output: 4 output: 4 kernel: 3
                  kernel: 3 strides: 1 strides: 1 dilations: 1 dilations: 1
                  pads_begin: 1 pads_begin: 1 }
    tile_rows: 1 tile_columns: 3
    placement { subarray: 0 } placement { subarray: 1 }
    placement { subarray: 2 }
    lane_padding: ALTERNATING row_sense {} exact {}
    accumulation { kind: TREE bits: 7 }
    border_classes: 2
    position_class: 1 position_class: 1 position_class: 1 position_class: 1
    position_class: 1 position_class: 0 position_class: 0 position_class: 1
    position_class: 1 position_class: 0 position_class: 0 position_class: 1
    position_class: 1 position_class: 1 position_class: 1 position_class: 1
    count_unit: 1 divisor: 2 } }
  steps { op { kind: MAX_POOL node: "MaxPool_1" place: DIGITAL inputs: 2
               outputs: 3 kernel: 2 kernel: 2 strides: 2 strides: 2
               dilations: 1 dilations: 1 pads_begin: 0 pads_begin: 0
               pads_end: 0 pads_end: 0 minimum_channels: true
               minimum_channels: false minimum_channels: false
               minimum_channels: false } }
  steps { op { kind: THRESHOLD node: "Quant_2" place: DIGITAL inputs: 3
               outputs: 4 axis: 1
               thresholds { counts: 2 counts: 1 counts: 0 counts: 2
                            thresholds: -3 thresholds: 5 thresholds: 0
                            thresholds: 1 thresholds: 2
                            codes: 1 codes: 0 codes: -1 codes: -1 codes: 1
                            codes: 1 codes: -1 codes: 0 codes: 1 } } }
  steps { op { kind: RESHAPE node: "Flatten_3" place: DIGITAL inputs: 4
               outputs: 5 shape: 1 shape: 16 } }
  steps { array {
    name: "fc" nodes: "Gemm_4" input: 5 output: 6
    neurons: 10 fan_in: 16 groups: 1 weight_planes: 1
    plane_coding: THERMOMETER plane_weights: 1 plane_weights: 1
    plane_offset: -1 dense { positions: 1 }
    tile_rows: 2 tile_columns: 2
    placement { subarray: 3 } placement { subarray: 4 }
    placement { subarray: 5 } placement { subarray: 5 row: 2 }
    lane_padding: ALTERNATING row_sense {}
    accumulation { kind: SERIAL bits: 6 }
    border_classes: 1 count_unit: 1 divisor: 1 } }
  steps { op { kind: COMBINE node: "Gemm_4" place: DIGITAL inputs: 6 inputs: 7
               outputs: 8 factors: 1 factors: -2 } }
  steps { op { kind: DECODE node: "Gemm_4" place: DIGITAL inputs: 8 outputs: 9
               scale: 0.125 offset: 1 } }
  steps { op { kind: LINEAR node: "Gemm_5" place: HOST inputs: 9 inputs: 10
               outputs: 11 reason: "weights are neither binary nor ternary" } }
  steps { op { kind: SOFTMAX node: "Softmax_6" place: HOST inputs: 11
               outputs: 12 axis: 1 reason: "after the last layer" } }
)";

const char *const ternaryText = R"(
  target { name: "ternary" rows: 5 columns: 70 columns_per_sense_amplifier: 1
           ternary_sense: true column_mask: true subarrays: 1
           cell_codes { code: 0 weight: 0 } cell_codes { code: 1 weight: 1 }
           cell_codes { code: 2 weight: -1 } }
  presentation { repetitions: 1 }
  values { name: "x" shape: 6 shape: 100 encoding: CODE code_min: -4
           code_max: 3 }
  values { name: "y" shape: 6 shape: 2 encoding: INTEGER }
  inputs { value: 0 name: "x" element_type: "int8" declared: "s3" scale: 1
           code_min: -4 code_max: 3 }
  outputs { value: 1 name: "y" element_type: "int32" }
  steps { array {
    name: "fc" nodes: "MatMul_0" input: 0 output: 1
    neurons: 2 fan_in: 100 groups: 1 weight_planes: 1
    plane_coding: POSITIONAL plane_weights: 1 plane_weights: 2
    plane_weights: -4 dense { positions: 6 } tile_rows: 1 tile_columns: 2
    placement { chip: 1 row: 1 } placement { chip: 1 row: 3 column: 5 }
    lane_padding: MASKED row_sense {} accumulation { bits: 11 }
    border_classes: 1 count_unit: 1 bias: 0 bias: 0 divisor: 2 } }
)";

} // namespace

Image fromText(const std::string &text) {
  Image image;
  if (!google::protobuf::TextFormat::ParseFromString(text, &image))
    throw std::runtime_error("the text of a sample is wrong");
  return image;
}

Image worked() {
  Image image = fromText(workedText);
  program(image, 1, [](uint32_t neuron, uint32_t lane) {
    const int weights[3][3] = {{1, -1, 1}, {-1, -1, 1}, {1, 1, 1}};
    return weights[neuron][lane];
  });
  return image;
}

Image moved() {
  Image image = worked();
  Target &target = *image.mutable_target();
  target.set_row_tables(true);
  target.set_partial_complement(true);
  target.set_spare_rows(2);
  target.set_spare_columns(1);
  for (Step &step : *image.mutable_steps())
    if (step.has_array())
      for (uint32_t slot : {2, 0, 1})
        step.mutable_array()->add_row_slots(slot);
  SubarrayAddress &table = *image.add_addresses();
  for (uint32_t row : {5, 0, 1, 4})
    table.add_rows(row);
  table.add_skipped_columns(1);
  table.add_complemented_rows(1);
  return image;
}

Image changed() {
  Image image = fromText(workedText);
  image.mutable_provenance()->set_model("retrained.onnx");
  image.mutable_steps(1)->mutable_array()->mutable_thresholds()->set_thresholds(
      0, 3);
  program(image, 1, [](uint32_t neuron, uint32_t lane) {
    const int weights[3][3] = {{1, 1, 1}, {-1, -1, 1}, {-1, -1, 1}};
    return weights[neuron][lane];
  });
  return image;
}

Image convolution() {
  Image image = fromText(convolutionText);
  std::string offset(80, '\0');
  offset[0] = 7;
  image.mutable_constants(0)->set_i64(offset);
  image.mutable_constants(1)->set_f32(std::string(400, '\0'));
  // Plane weights add up to 3, so each lane pair that differs, and each of
  // the three padding columns that hold +1, makes the numerator odd.
  auto weight = [](uint32_t neuron, uint32_t lane) {
    return (neuron + lane * lane) % 3 ? 1 : -1;
  };
  ArrayLayer &conv = *image.mutable_steps(1)->mutable_array();
  for (int border = 0; border < 2; ++border)
    for (uint32_t n = 0; n < 4; ++n) {
      int odd = 3;
      for (uint32_t j = 0; j < 9; ++j)
        odd += weight(n, j) != weight(n, 9 + j);
      conv.add_bias(-20 - 2 * border - odd % 2);
    }
  ArrayLayer &fc = *image.mutable_steps(5)->mutable_array();
  for (int n = 0; n < 10; ++n)
    fc.add_bias(-n);
  program(image, 6, weight);
  return image;
}

Image ternary() {
  Image image = fromText(ternaryText);
  auto weight = [](uint32_t neuron, uint32_t lane) {
    return int((neuron + lane) % 3) - 1;
  };
  // Plane weights add up to -1: the numerator has the parity of the number of
  // weights that are not 0.
  ArrayLayer &layer = *image.mutable_steps(0)->mutable_array();
  for (uint32_t n = 0; n < 2; ++n) {
    int64_t used = 0;
    for (uint32_t lane = 0; lane < 100; ++lane)
      used += weight(n, lane) != 0;
    layer.set_bias(int(n), used);
  }
  program(image, 2, weight);
  return image;
}

} // namespace bnn::image::samples
