//===- VerifierTest.cpp - Each rule refuses what breaks it ----------------===//
//
// Every case changes one thing of a valid image and names a part of the
// message that must come out. Operators and layers have files of their own.
//
//===----------------------------------------------------------------------===//

#include "Mutations.h"
#include <cmath>

using namespace llvm;
using namespace bnn::image;
using namespace bnn::image::mutations;

namespace {

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
       {"presentation.generator: STOCHASTIC, but no step is a PRESENT",
        [](Image &i) {
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

} // namespace
