//===- VerifierLayerTest.cpp - Layers and cells that break a rule ---------===//

#include "Mutations.h"

using namespace llvm;
using namespace bnn::image;
using namespace bnn::image::mutations;

namespace {

TEST(Verifier, ArmsOfOtherVersions) {
  run(samples::worked(),
      {{"layer 'fc': access column_sum is not executed by version 2",
        [](Image &i) { layer(i, 1).mutable_column_sum(); }},
       {"access column_neuron is not executed",
        [](Image &i) { layer(i, 1).mutable_column_neuron(); }},
       {"access is not set", [](Image &i) { layer(i, 1).clear_access(); }},
       {"decision margin_table is not executed",
        [](Image &i) { layer(i, 1).mutable_margin_table(); }},
       {"decision closed_form is not executed",
        [](Image &i) { layer(i, 1).mutable_closed_form(); }},
       {"decision is not set", [](Image &i) { layer(i, 1).clear_decision(); }},
       {"threshold_store BIAS is not executed",
        [](Image &i) { layer(i, 1).set_threshold_store(ArrayLayer::BIAS); }}});
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

/// A 0 that a table or a pad makes is no bit of a bipolar plane.
TEST(Verifier, BipolarHasNoZero) {
  Image image = samples::convolution();
  ArrayLayer &fc = layer(image, 5);
  fc.set_plane_coding(ArrayLayer::BIPOLAR);
  fc.clear_plane_weights();
  fc.add_plane_weights(2);
  fc.mutable_accumulation()->set_bits(6);
  EXPECT_NE(verdict(image).find("its input 'flat' holds code 0"),
            std::string::npos)
      << verdict(image);
  for (int i = 0; i < 9; ++i)
    if (op(image, 3).thresholds().codes(i) == 0)
      op(image, 3).mutable_thresholds()->set_codes(i, 1);
  EXPECT_EQ(verdict(image), "");
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
