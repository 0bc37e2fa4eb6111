//===- VerifierTest.cpp - Each rule refuses what breaks it ----------------===//
//
// Every case changes one thing of a valid image and names a part of the
// message that must come out. Operators have tests of their own in
// VerifyOpsTest.cpp.
//
//===----------------------------------------------------------------------===//

#include "bnn/Image/Verifier.h"
#include "Samples.h"
#include "bnn/Image/CellArray.h"
#include "gtest/gtest.h"
#include <cmath>
#include <functional>

using namespace llvm;
using namespace bnn::image;

namespace {

struct Case {
  const char *message; // must be part of the error
  std::function<void(Image &)> mutate;
};

std::string verdict(const Image &image) { return toString(verify(image)); }

void run(const Image &valid, std::initializer_list<Case> cases) {
  ASSERT_EQ(verdict(valid), "");
  for (const Case &test : cases) {
    Image image = valid;
    test.mutate(image);
    std::string found = verdict(image);
    EXPECT_EQ(found.compare(0, 7, "image: "), 0)
        << test.message << ": " << found;
    EXPECT_NE(found.find(test.message), std::string::npos)
        << "expected: " << test.message << "\nfound:    " << found;
  }
}

Target &target(Image &image) { return *image.mutable_target(); }
Value &value(Image &image, int id) { return *image.mutable_values(id); }
Op &op(Image &image, int step) {
  return *image.mutable_steps(step)->mutable_op();
}
/// Of `worked` (step 1), `convolution` (1 and 5), `ternary` (0).
ArrayLayer &layer(Image &image, int step) {
  return *image.mutable_steps(step)->mutable_array();
}
Convolution &conv(Image &image) {
  return *layer(image, 1).mutable_convolution();
}
Thresholds &table(Image &image) {
  return *layer(image, 1).mutable_thresholds();
}

TEST(Verifier, EmptyImage) {
  EXPECT_NE(verdict(Image()).find("image: "), std::string::npos);
}

TEST(Verifier, Fields) {
  run(samples::worked(),
      {{"provenance.network: the text is not UTF-8",
        [](Image &i) { i.mutable_provenance()->set_network("\xff"); }},
       {"provenance.options[1]: the text is not UTF-8",
        [](Image &i) { i.mutable_provenance()->set_options(1, "\xc0"); }},
       {"outputs[0].scale: it is infinite",
        [](Image &i) { i.mutable_outputs(0)->set_scale(INFINITY); }},
       {"steps[0].op.alpha: it is not a number",
        [](Image &i) { op(i, 0).set_alpha(NAN); }},
       {"steps[0].op.kind: 9999 is no Kind",
        [](Image &i) { op(i, 0).set_kind(Op::Kind(9999)); }},
       {"values[1].encoding: 7 is no Encoding",
        [](Image &i) { value(i, 1).set_encoding(Value::Encoding(7)); }},
       {"steps[1].array.row_sense: field 50 is unknown",
        [](Image &i) {
          RowSense &message = *layer(i, 1).mutable_row_sense();
          message.GetReflection()->MutableUnknownFields(&message)->AddVarint(50,
                                                                             1);
        }},
       {"provenance.model_sha256: 5 bytes",
        [](Image &i) { i.mutable_provenance()->set_model_sha256("12345"); }}});
}

TEST(Verifier, Target) {
  run(samples::worked(),
      {{"target.rows: 0", [](Image &i) { target(i).set_rows(0); }},
       {"target.rows: 1048577", [](Image &i) { target(i).set_rows(1048577); }},
       {"target.columns: 0", [](Image &i) { target(i).set_columns(0); }},
       {"target.columns_per_sense_amplifier: 0",
        [](Image &i) { target(i).set_columns_per_sense_amplifier(0); }},
       {"target.columns_per_sense_amplifier: 5",
        [](Image &i) { target(i).set_columns_per_sense_amplifier(5); }},
       {"code 3 cannot be programmed",
        [](Image &i) { target(i).mutable_cell_codes(0)->set_code(3); }},
       {"code 2 occurs twice",
        [](Image &i) { target(i).mutable_cell_codes(0)->set_code(2); }},
       {"weight 2 is none of",
        [](Image &i) { target(i).mutable_cell_codes(0)->set_weight(2); }},
       {"weight -1 occurs twice",
        [](Image &i) { target(i).mutable_cell_codes(0)->set_weight(-1); }},
       {"code 0 cannot store weight 1",
        [](Image &i) { target(i).mutable_cell_codes(0)->set_code(0); }},
       {"the weights -1 and +1 must have codes",
        [](Image &i) { target(i).mutable_cell_codes()->RemoveLast(); }},
       {"weight 0 needs ternary_sense",
        [](Image &i) { target(i).add_cell_codes()->set_code(0); }},
       {"cells: 4 bytes, but 2 subarrays of 4x4 cells need 8",
        [](Image &i) { i.set_num_subarrays(2); }},
       {"need more than 2^64",
        [](Image &i) { i.set_num_subarrays(UINT64_MAX); }}});
}

TEST(Verifier, Presentation) {
  run(samples::worked(),
      {{"presentation.repetitions: 0",
        [](Image &i) { i.mutable_presentation()->set_repetitions(0); }},
       {"presentation.repetitions: 2",
        [](Image &i) { i.mutable_presentation()->set_repetitions(2); }},
       {"STOCHASTIC is not executed by version 1", [](Image &i) {
          i.mutable_presentation()->set_generator(Presentation::STOCHASTIC);
        }}});
}

TEST(Verifier, Values) {
  run(samples::worked(),
      {{"values[2]: it has no name",
        [](Image &i) { value(i, 2).clear_name(); }},
       {"value 'x': another value has the same name",
        [](Image &i) { value(i, 3).set_name("x"); }},
       {"value 'y': 17 dimensions",
        [](Image &i) {
          for (int d = 0; d < 15; ++d)
            value(i, 3).add_shape(1);
        }},
       {"shape [1, 0] has a size below 1",
        [](Image &i) { value(i, 3).set_shape(1, 0); }},
       {"shape [1, -3] has a size below 1",
        [](Image &i) { value(i, 3).set_shape(1, -3); }},
       {"is beyond the limit of 2^31 elements",
        [](Image &i) {
          value(i, 3).set_shape(0, 65536);
          value(i, 3).set_shape(1, 65536);
        }},
       {"is beyond the limit of 2^31 elements",
        [](Image &i) { value(i, 3).set_shape(1, INT64_MAX); }},
       {"beyond the limit of 2^34 elements together",
        [](Image &i) {
          for (int v = 0; v < 9; ++v) {
            Value &more = *i.add_values();
            more.set_name(std::to_string(v));
            more.add_shape(int64_t(1) << 31);
          }
        }},
       {"code_min 2 is above code_max 1",
        [](Image &i) { value(i, 1).set_code_min(2); }},
       {"a trace names no tensor",
        [](Image &i) { value(i, 0).mutable_traces(0)->clear_tensor(); }},
       {"absent: an entry names no tensor",
        [](Image &i) { i.mutable_absent(0)->clear_tensor(); }},
       {"value 'more': nothing defines it",
        [](Image &i) { i.add_values()->set_name("more"); }}});
}

TEST(Verifier, Ports) {
  run(samples::worked(),
      {{"inputs[0]: it has no name",
        [](Image &i) { i.mutable_inputs(0)->clear_name(); }},
       {"outputs[0]: it has no name",
        [](Image &i) { i.mutable_outputs(0)->clear_name(); }},
       {"'float31' is no element type",
        [](Image &i) { i.mutable_inputs(0)->set_element_type("float31"); }},
       {"another output has the same name",
        [](Image &i) { *i.add_outputs() = i.outputs(0); }},
       {"value 'x' is defined a second time",
        [](Image &i) {
          *i.add_inputs() = i.inputs(0);
          i.mutable_inputs(1)->set_name("z");
        }},
       {"another input has the same name",
        [](Image &i) { *i.add_inputs() = i.inputs(0); }},
       {"value 77 does not exist: there are 4",
        [](Image &i) { i.mutable_inputs(0)->set_value(77); }},
       {"value 77 does not exist",
        [](Image &i) { i.mutable_outputs(0)->set_value(77); }},
       {"outputs: there is none", [](Image &i) { i.clear_outputs(); }},
       {"'u0' declares nothing",
        [](Image &i) { i.mutable_inputs(0)->set_declared("u0"); }},
       {"'u08' declares nothing",
        [](Image &i) { i.mutable_inputs(0)->set_declared("u08"); }},
       {"'s17' declares nothing",
        [](Image &i) { i.mutable_inputs(0)->set_declared("s17"); }},
       {"'8' declares nothing",
        [](Image &i) { i.mutable_inputs(0)->set_declared("8"); }},
       {"the codes -1 to 1 are not those of u8",
        [](Image &i) { i.mutable_inputs(0)->set_declared("u8"); }},
       {"the codes -1 to -2 are not",
        [](Image &i) { i.mutable_inputs(0)->set_code_max(-2); }},
       {"the declared scale is 0",
        [](Image &i) { i.mutable_inputs(0)->set_scale(0); }}});
  run(samples::ternary(),
      {{"its value is an accumulator",
        [](Image &i) { value(i, 0).set_encoding(Value::INTEGER); }},
       {"the set of inputs is not declared",
        [](Image &i) { i.mutable_inputs(0)->clear_declared(); }},
       {"declared codes -4 to 3 are outside the value's -3 to 3",
        [](Image &i) { value(i, 0).set_code_min(-3); }}});
}

TEST(Verifier, Constants) {
  run(samples::convolution(),
      {{"value 77 does not exist",
        [](Image &i) { i.mutable_constants(0)->set_value(77); }},
       {"value 'image' is defined a second time",
        [](Image &i) { i.mutable_constants(0)->set_value(0); }},
       {"the constant has no data",
        [](Image &i) { i.mutable_constants(0)->clear_data(); }},
       {"constant of 8 bytes as i64, but its shape needs 80",
        [](Image &i) { i.mutable_constants(0)->set_i64("12345678"); }},
       {"constant of 401 bytes as f32, but its shape needs 400",
        [](Image &i) { i.mutable_constants(1)->mutable_f32()->push_back(0); }},
       {"constant of 400 bytes as f64, but its shape needs 800",
        [](Image &i) {
          i.mutable_constants(1)->set_f64(std::string(400, '\0'));
        }},
       {"a constant as f32 must be REAL",
        [](Image &i) { value(i, 10).set_encoding(Value::INTEGER); }},
       {"are outside -9007199254740992 to 9007199254740992",
        [](Image &i) { i.mutable_constants(0)->mutable_i64()->back() = 1; }},
       {"the constant's 0 to 7 are outside 0 to 1",
        [](Image &i) {
          value(i, 7).set_encoding(Value::CODE);
          value(i, 7).set_code_max(1);
        }},
       {"constant of 79 bytes as binary, but its shape needs 80",
        [](Image &i) {
          i.mutable_constants(0)->set_binary(std::string(79, '\0'));
        }},
       {"constant of 80 bytes as ternary, but its shape needs 160",
        [](Image &i) {
          i.mutable_constants(0)->set_ternary(std::string(80, '\0'));
        }},
       {"padding bits of row 9 are not zero",
        [](Image &i) {
          std::string bits(80, '\0');
          bits[72] = 2;
          i.mutable_constants(0)->set_binary(bits);
        }},
       {"row 3 has an element that is +1 and -1",
        [](Image &i) {
          std::string bits(160, '\0');
          bits[24] = bits[104] = 1;
          i.mutable_constants(0)->set_ternary(bits);
        }},
       {"the constant's -1 and +1 are outside the codes 0 to 1",
        [](Image &i) {
          i.mutable_constants(0)->set_binary(std::string(80, '\0'));
          value(i, 7).set_encoding(Value::CODE);
          value(i, 7).set_code_max(1);
        }},
       {"a constant of bits needs a first dimension", [](Image &i) {
          value(i, 7).clear_shape();
          i.mutable_constants(0)->set_binary(std::string(8, '\0'));
        }}});
}

TEST(Verifier, Steps) {
  run(samples::worked(),
      {{"steps[3]: neither an operator nor a layer",
        [](Image &i) { i.add_steps(); }},
       {"value 'y.codes' is used before it is defined",
        [](Image &i) { i.mutable_steps()->SwapElements(1, 2); }},
       {"value 'x.codes' is used before it is defined",
        [](Image &i) { i.mutable_steps()->SwapElements(0, 1); }},
       {"value 'x' is defined a second time",
        [](Image &i) { op(i, 2).set_outputs(0, 0); }},
       {"value 4 does not exist", [](Image &i) { op(i, 2).set_inputs(0, 4); }},
       {"value 4 does not exist", [](Image &i) { layer(i, 1).set_input(4); }},
       {"layer 'fc': value 'x' is defined a second time",
        [](Image &i) { layer(i, 1).set_output(0); }},
       {"steps[1]: the layer has no name",
        [](Image &i) { layer(i, 1).clear_name(); }}});
  run(samples::convolution(),
      {{"layer 'conv': another layer has the same name",
        [](Image &i) { layer(i, 5).set_name("conv"); }}});
}

TEST(Verifier, ArmsOfOtherVersions) {
  run(samples::worked(),
      {{"layer 'fc': orientation ROW_IS_INPUT is not executed by version 1",
        [](Image &i) {
          layer(i, 1).set_orientation(ArrayLayer::ROW_IS_INPUT);
        }},
       {"access column_sum is not executed",
        [](Image &i) { layer(i, 1).mutable_column_sum(); }},
       {"access column_neuron is not executed",
        [](Image &i) { layer(i, 1).mutable_column_neuron(); }},
       {"access is not set", [](Image &i) { layer(i, 1).clear_access(); }},
       {"decision margin_table is not executed",
        [](Image &i) { layer(i, 1).mutable_margin_table(); }},
       {"decision closed_form is not executed",
        [](Image &i) { layer(i, 1).mutable_closed_form(); }},
       {"decision is not set", [](Image &i) { layer(i, 1).clear_decision(); }},
       {"threshold_store ARRAY_ROWS is not executed",
        [](Image &i) {
          layer(i, 1).set_threshold_store(ArrayLayer::ARRAY_ROWS);
        }},
       {"placement[0].complemented is not executed", [](Image &i) {
          layer(i, 1).mutable_placement(0)->set_complemented(true);
        }}});
}

TEST(Verifier, LayerSizes) {
  run(samples::convolution(),
      {{"0 neurons", [](Image &i) { layer(i, 5).set_neurons(0); }},
       {"of 0 inputs", [](Image &i) { layer(i, 5).set_fan_in(0); }},
       {"0 groups do not divide the 4 neurons",
        [](Image &i) { layer(i, 1).set_groups(0); }},
       {"3 groups do not divide the 4 neurons",
        [](Image &i) { layer(i, 1).set_groups(3); }},
       {"weight_planes is 0",
        [](Image &i) { layer(i, 1).set_weight_planes(0); }},
       {"weight_planes is 3",
        [](Image &i) { layer(i, 1).set_weight_planes(3); }},
       {"lanes are beyond the limit",
        [](Image &i) { layer(i, 1).set_fan_in(1u << 31); }},
       {"its input 'conv' is not CODE",
        [](Image &i) { layer(i, 5).set_input(2); }},
       {"its output 'fc' is CODE; it is CODE with thresholds and INTEGER",
        [](Image &i) { value(i, 6).set_encoding(Value::CODE); }}});
  run(samples::worked(), {{"its output 'y.codes' is INTEGER", [](Image &i) {
                             value(i, 2).set_encoding(Value::INTEGER);
                           }}});
}

TEST(Verifier, Planes) {
  run(samples::worked(),
      {{"BIPOLAR is one plane",
        [](Image &i) { layer(i, 1).set_plane_weights(0, 1); }},
       {"BIPOLAR is one plane",
        [](Image &i) { layer(i, 1).set_plane_offset(0); }},
       {"BIPOLAR is one plane",
        [](Image &i) { layer(i, 1).add_plane_weights(2); }},
       {"THERMOMETER is two planes",
        [](Image &i) {
          layer(i, 1).set_plane_coding(ArrayLayer::THERMOMETER);
        }},
       {"its input 'x.codes' holds codes -2 to 1, but the planes express -1 to "
        "1",
        [](Image &i) { value(i, 1).set_code_min(-2); }}});
  run(samples::convolution(),
      {{"plane_weights[1] is 3",
        [](Image &i) { layer(i, 1).set_plane_weights(1, 3); }},
       {"plane_weights[0] is -1",
        [](Image &i) { layer(i, 1).set_plane_weights(0, -1); }},
       {"1 to 24 planes", [](Image &i) { layer(i, 1).clear_plane_weights(); }},
       {"offset 0", [](Image &i) { layer(i, 1).set_plane_offset(1); }},
       {"holds codes 0 to 3, but the planes express -2 to 1",
        [](Image &i) { layer(i, 1).set_plane_weights(1, -2); }},
       {"convolution.pad_code 4 cannot be expressed",
        [](Image &i) { conv(i).set_pad_code(4); }},
       {"convolution.pad_code -1 cannot be expressed",
        [](Image &i) { conv(i).set_pad_code(-1); }}});
}

TEST(Verifier, Geometry) {
  run(samples::convolution(),
      {{"neither dense nor convolution is set",
        [](Image &i) { layer(i, 1).clear_positions(); }},
       {"dense.positions is 0",
        [](Image &i) { layer(i, 5).mutable_dense()->set_positions(0); }},
       {"its input 'flat' [1, 16] does not have the 32 elements",
        [](Image &i) { layer(i, 5).mutable_dense()->set_positions(2); }},
       {"beyond the limit of 2^31 elements",
        [](Image &i) {
          layer(i, 5).mutable_dense()->set_positions(UINT32_MAX);
        }},
       {"convolution.input has 0 spatial sizes",
        [](Image &i) { conv(i).clear_input(); }},
       {"differ in their numbers of spatial dimensions",
        [](Image &i) { conv(i).add_strides(1); }},
       {"differ in their numbers of spatial dimensions",
        [](Image &i) { conv(i).clear_pads_begin(); }},
       {"spatial dimension 1 of convolution has a size",
        [](Image &i) { conv(i).set_dilations(1, 0); }},
       {"spatial dimension 0 of convolution has a number beyond",
        [](Image &i) { conv(i).set_pads_begin(0, UINT32_MAX); }},
       {"2 groups do not divide the 3 channels",
        [](Image &i) { conv(i).set_channels(3); }},
       {"fan_in is 9, but 1 channels of a group and 6 taps",
        [](Image &i) { conv(i).set_kernel(0, 2); }},
       {"its input 'image.codes' [1, 2, 4, 4] does not have the 40 elements",
        [](Image &i) { conv(i).set_input(0, 5); }},
       {"its output 'conv' [1, 4, 4, 4] does not have the 80 elements",
        [](Image &i) { conv(i).set_output(0, 5); }},
       {"beyond 2^64 elements",
        [](Image &i) {
          conv(i).set_output(0, INT32_MAX);
          conv(i).set_output(1, INT32_MAX);
          conv(i).add_output(INT32_MAX);
          conv(i).add_input(1);
          conv(i).add_kernel(1);
          conv(i).add_strides(1);
          conv(i).add_dilations(1);
          conv(i).add_pads_begin(0);
        }},
       {"positions are beyond the limit of 2^31",
        [](Image &i) {
          conv(i).set_output(0, 65536);
          conv(i).set_output(1, 65536);
        }},
       {"border_classes is 0",
        [](Image &i) { layer(i, 1).set_border_classes(0); }},
       {"position_class is empty, but there are 2",
        [](Image &i) { layer(i, 1).clear_position_class(); }},
       {"position_class has 15 entries for 16 positions",
        [](Image &i) { layer(i, 1).mutable_position_class()->RemoveLast(); }},
       {"position_class[3] is 2",
        [](Image &i) { layer(i, 1).set_position_class(3, 2); }}});
}

TEST(Verifier, Tiles) {
  run(samples::convolution(),
      {{"a grid of 2x3 tiles", [](Image &i) { layer(i, 1).set_tile_rows(2); }},
       {"need 1x3", [](Image &i) { layer(i, 1).set_tile_columns(2); }},
       {"placement has 2 entries for 3 tiles",
        [](Image &i) { layer(i, 1).mutable_placement()->RemoveLast(); }},
       {"lane_padding MASKED needs column_mask",
        [](Image &i) { layer(i, 1).set_lane_padding(ArrayLayer::MASKED); }},
       {"placement[3].subarray 17 is outside the chip's 16 subarrays",
        [](Image &i) { layer(i, 5).mutable_placement(3)->set_subarray(17); }},
       {"placement[3].subarray 6 lies beyond the image's 6 subarrays",
        [](Image &i) { layer(i, 5).mutable_placement(3)->set_subarray(6); }},
       {"placement[3].chip 1 lies beyond the image's 6 subarrays",
        [](Image &i) { layer(i, 5).mutable_placement(3)->set_chip(1); }},
       {"placement[3].chip 4294967295 lies beyond",
        [](Image &i) {
          target(i).set_subarrays(UINT64_MAX);
          layer(i, 5).mutable_placement(3)->set_chip(UINT32_MAX);
        }},
       {"placement[3].chip is 1, but the target names no number",
        [](Image &i) {
          target(i).set_subarrays(0);
          layer(i, 5).mutable_placement(3)->set_chip(1);
        }},
       {"placement[3].row 7 leaves no room for 2 neurons in 8 rows",
        [](Image &i) { layer(i, 5).mutable_placement(3)->set_row(7); }},
       {"placement[2].column is 1, but without a column mask",
        [](Image &i) { layer(i, 1).mutable_placement(2)->set_column(1); }},
       {"placement[3] overlaps another tile in subarray 5, row 0",
        [](Image &i) { layer(i, 5).mutable_placement(3)->set_row(0); }}});
  run(samples::ternary(),
      {{"placement[1].column 41 leaves no room for 30 lanes in 70 columns",
        [](Image &i) { layer(i, 0).mutable_placement(1)->set_column(41); }},
       {"placement[1].row 4294967295 leaves no room",
        [](Image &i) {
          layer(i, 0).mutable_placement(1)->set_row(UINT32_MAX);
        }},
       {"placement[1] overlaps another tile",
        [](Image &i) { layer(i, 0).mutable_placement(1)->set_row(2); }}});
}

TEST(Verifier, Numbers) {
  run(samples::convolution(),
      {{"count_unit 0", [](Image &i) { layer(i, 1).set_count_unit(0); }},
       {"count_unit 2 does not divide the plane weight 1",
        [](Image &i) { layer(i, 1).set_count_unit(2); }},
       {"accumulation.bits is 5, but counts from 9 to 63 need 6",
        [](Image &i) { layer(i, 1).mutable_accumulation()->set_bits(5); }},
       {"divisor is 0", [](Image &i) { layer(i, 1).set_divisor(0); }},
       {"divisor is 3", [](Image &i) { layer(i, 1).set_divisor(3); }},
       {"bias has 7 entries, expected 8",
        [](Image &i) { layer(i, 1).mutable_bias()->RemoveLast(); }},
       {"its accumulators can leave 32 bits",
        [](Image &i) { layer(i, 1).set_bias(0, INT64_MAX - 1); }},
       {"its accumulators can leave 32 bits",
        [](Image &i) { layer(i, 1).set_bias(0, INT64_MIN); }},
       {"bias[6] is -22: its accumulator is no multiple of the divisor 2",
        [](Image &i) { layer(i, 1).set_bias(6, layer(i, 1).bias(6) + 1); }},
       {"divisor 2 needs two weight planes",
        [](Image &i) { layer(i, 5).set_divisor(2); }}});
  run(samples::ternary(),
      {{"accumulation.bits is 10, but counts from -700 to 700 need 11",
        [](Image &i) { layer(i, 0).mutable_accumulation()->set_bits(10); }},
       {"accumulation.bits is 65",
        [](Image &i) { layer(i, 0).mutable_accumulation()->set_bits(65); }},
       {"its accumulator is no multiple of the divisor 2",
        [](Image &i) { layer(i, 0).set_bias(1, layer(i, 0).bias(1) + 1); }}});
}

TEST(Verifier, CountsBeyond32Bits) {
  // 24 planes weigh 2^24 - 1 together; 129 lanes take the count beyond 2^31.
  Image image = samples::ternary();
  ArrayLayer &only = layer(image, 0);
  only.clear_plane_weights();
  for (int bit = 0; bit < 24; ++bit)
    only.add_plane_weights(1 << bit);
  value(image, 0).set_code_min(0);
  image.mutable_inputs(0)->set_code_min(0);
  only.mutable_accumulation()->set_bits(64);
  EXPECT_EQ(verdict(image).find("32 bits"), std::string::npos);
  only.set_fan_in(129);
  value(image, 0).set_shape(1, 129);
  EXPECT_NE(verdict(image).find("its counts can leave 32 bits"),
            std::string::npos)
      << verdict(image);
}

TEST(Verifier, Thresholds) {
  run(samples::worked(),
      {{"thresholds.counts has 2 entries, expected 3",
        [](Image &i) { table(i).mutable_counts()->RemoveLast(); }},
       {"3 thresholds, but counts add up to 2",
        [](Image &i) { table(i).add_thresholds(9); }},
       {"2 thresholds, but counts add up to 4294967296",
        [](Image &i) { table(i).set_counts(0, UINT32_MAX); }},
       {"4 codes, expected 5",
        [](Image &i) { table(i).mutable_codes()->RemoveLast(); }},
       {"thresholds.codes holds 2, outside the output's -1 to 1",
        [](Image &i) { table(i).set_codes(4, 2); }},
       {"thresholds of function 0 do not ascend: 2 before 2", [](Image &i) {
          table(i).set_counts(0, 2);
          table(i).set_counts(1, 0);
          table(i).set_thresholds(1, 2);
        }}});
}

TEST(Verifier, Cells) {
  auto flip = [](size_t byte, unsigned bits) {
    return [=](Image &i) { (*i.mutable_cells())[byte] ^= char(bits); };
  };
  run(samples::worked(),
      {{"subarray 0, row 0, column 1 is read but not programmed",
        flip(0, 0x04)},
       {"subarray 0, row 1, column 3 is programmed but no layer reads it",
        flip(1, 0x40)},
       {"subarray 0, row 3, column 0 is programmed but no layer reads it",
        flip(3, 0x03)},
       {"layer 'fc': subarray 0, row 2, column 2 has code 0, which the target "
        "never programs",
        flip(2, 0x10)}});
  run(samples::convolution(),
      {{"layer 'conv': subarray 2, row 0, column 3 is padding and should hold "
        "-1",
        flip(2 * 16, 0xc0)}});
  // 70 columns: two cells in the last byte, four bits of padding.
  run(samples::ternary(),
      {{"row 4: padding bits are not 1", flip(2 * 5 * 18 - 1, 0x10)}});
}

/// A subarray that no layer lies in is all "don't care".
TEST(Verifier, UnusedSubarray) {
  Image image = samples::worked();
  image.set_num_subarrays(2);
  image.mutable_cells()->append(4, char(0xff));
  EXPECT_EQ(verdict(image), "");
  image.mutable_cells()->back() = char(0xfd);
  EXPECT_NE(verdict(image).find("subarray 1, row 3, column 0 is programmed"),
            std::string::npos);
}

/// Two weight planes hold binary weights: a stored 0 would be half a weight.
TEST(Verifier, TwoPlanesAreBinary) {
  Image image = samples::ternary();
  ArrayLayer &only = layer(image, 0);
  only.set_weight_planes(2);
  only.set_fan_in(50);
  value(image, 0).set_shape(1, 50);
  EXPECT_NE(verdict(image).find("weight 0, in a layer of two weight planes"),
            std::string::npos)
      << verdict(image);
}

} // namespace
