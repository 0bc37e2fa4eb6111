"""Malformed and unsupported models: each must give one clear error.

CASES maps a name to (maker, arguments, pattern): maker(folder) writes
net.onnx, the arguments follow `bnn-compile net.onnx`, the pattern must be
found in the error. Patterns ask for the node, tensor or field, not for words.
"""

import os

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

CASES = {}


def case(pattern, *arguments):
    """Registers a function that writes a model into a folder."""
    def register(maker):
        CASES[maker.__name__.replace("_", "-")] = (maker, arguments, pattern)
        return maker
    return register


def tensor(name, value, dtype=np.float32):
    return numpy_helper.from_array(np.asarray(value, dtype), name)


def port(name, shape, kind=TensorProto.FLOAT):
    return helper.make_tensor_value_info(name, kind, shape)


def signs(*shape):
    return np.random.default_rng(3).choice([-1.0, 1.0], shape)


def save(folder, nodes, initializers=(), inputs=None, outputs=None, opsets=None, ir_version=8, **more):
    graph = helper.make_graph(list(nodes), "broken", inputs or [port("x", [1, 8])],
                              outputs or [port("y", None)], list(initializers))
    opsets = [helper.make_opsetid("", 15)] if opsets is None else opsets
    model = helper.make_model(graph, opset_imports=opsets, ir_version=ir_version, **more)
    onnx.save(model, str(folder / "net.onnx"))
    return model


def node(kind, inputs, outputs, name=None, **attributes):
    return helper.make_node(kind, inputs, outputs, name=name or f"the_{kind.lower()}", **attributes)


def dense(folder, weights=None, before=(), after=(), more=(), last="h", **options):
    """x [1,8] -> MatMul -> h, with nodes before and after it."""
    weights = signs(8, 4) if weights is None else weights
    nodes = [*before, node("MatMul", ["x" if not before else before[-1].output[0], "w"], ["h"]), *after]
    nodes.append(node("Identity", [last], ["y"], name="end"))
    save(folder, nodes, [tensor("w", weights), *more], **options)


# Files that are no model.

@case(r"empty")
def empty_file(folder):
    (folder / "net.onnx").write_bytes(b"")


@case(r"net\.onnx")
def no_such_file(folder):
    pass


@case(r"net\.onnx")
def a_folder(folder):
    (folder / "net.onnx").mkdir()


@case(r"net\.onnx.*(not|ONNX|truncated|damaged|parse)")
def wrong_magic(folder):
    (folder / "net.onnx").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))


@case(r"net\.onnx")
def plain_text(folder):
    (folder / "net.onnx").write_text("this is no network\n" * 40)


@case(r"net\.onnx")
def truncated(folder):
    dense(folder)
    data = (folder / "net.onnx").read_bytes()
    (folder / "net.onnx").write_bytes(data[:len(data) * 2 // 3])


@case(r"graph|node|output")
def no_graph(folder):
    onnx.save(onnx.ModelProto(ir_version=8, opset_import=[helper.make_opsetid("", 15)]), str(folder / "net.onnx"))


@case(r"node|output|'y'")
def no_nodes(folder):
    save(folder, [])


# Versions.

@case(r"opset.*9999|9999.*opset")
def opset_from_the_future(folder):
    dense(folder, opsets=[helper.make_opsetid("", 9999)])


@case(r"opset")
def opset_too_old(folder):
    dense(folder, opsets=[helper.make_opsetid("", 3)])


@case(r"(?i)IR.version")
def ir_version_too_old(folder):
    dense(folder, ir_version=2)


@case(r"opset")
def opset_missing(folder):
    dense(folder, opsets=[])


# The graph.

@case(r"the_add|the_sub|cycl")
def cyclic_graph(folder):
    save(folder, [node("Add", ["x", "b"], ["a"]), node("Sub", ["a", "x"], ["b"]),
                  node("Identity", ["a"], ["y"], name="end")])


@case(r"the_relu|itself|cycl")
def node_feeds_itself(folder):
    save(folder, [node("Relu", ["y"], ["y"])])


@case(r"missing_weights")
def missing_initializer(folder):
    save(folder, [node("MatMul", ["x", "missing_weights"], ["y"])])


@case(r"'h'|the_relu|the_abs")
def tensor_made_twice(folder):
    save(folder, [node("Relu", ["x"], ["h"]), node("Abs", ["x"], ["h"]),
                  node("Identity", ["h"], ["y"], name="end")])


@case(r"nowhere")
def output_made_nowhere(folder):
    save(folder, [node("Relu", ["x"], ["h"])], outputs=[port("nowhere", [1, 8])])


@case(r"the_matmul")
def input_of_node_empty(folder):
    save(folder, [node("MatMul", ["x", ""], ["y"])])


@case(r"the_add")
def too_few_inputs(folder):
    save(folder, [node("Add", ["x"], ["y"])])


@case(r"the_relu")
def too_many_inputs(folder):
    save(folder, [node("Relu", ["x", "x", "x"], ["y"])])


# Shapes.

@case(r"the_matmul")
def shapes_do_not_match(folder):
    dense(folder, signs(7, 4))


@case(r"the_add")
def shapes_do_not_broadcast(folder):
    dense(folder, after=[node("Add", ["h", "b"], ["s"])], more=[tensor("b", np.zeros(3))], last="s")


@case(r"'x'")
def negative_dimension(folder):
    save(folder, [node("Relu", ["x"], ["y"])], inputs=[port("x", [1, -4])])


@case(r"'x'|the_relu")
def huge_dimension(folder):
    save(folder, [node("Relu", ["x"], ["y"])], inputs=[port("x", [1, 2 ** 40, 2 ** 40])])


@case(r"'x'.*--shape|--shape.*'x'")
def unknown_inner_dimension(folder):
    save(folder, [node("Relu", ["x"], ["y"])], inputs=[port("x", ["N", "width"])])


@case(r"'w'")
def huge_initializer_shape(folder):
    weights = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[2 ** 33, 2 ** 33], raw_data=b"\0" * 64)
    save(folder, [node("MatMul", ["x", "w"], ["y"])], [weights])


@case(r"'w'")
def negative_initializer_shape(folder):
    weights = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[-8, 4], raw_data=b"\0" * 128)
    save(folder, [node("MatMul", ["x", "w"], ["y"])], [weights])


@case(r"'w'")
def initializer_too_short(folder):
    weights = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[8, 4], raw_data=b"\0" * 100)
    save(folder, [node("MatMul", ["x", "w"], ["y"])], [weights])


@case(r"'w'")
def initializer_of_unknown_type(folder):
    weights = TensorProto(name="w", data_type=77, dims=[8, 4], raw_data=b"\0" * 128)
    save(folder, [node("MatMul", ["x", "w"], ["y"])], [weights])


@case(r"'w'|the_matmul")
def initializer_of_strings(folder):
    weights = TensorProto(name="w", data_type=TensorProto.STRING, dims=[2], string_data=[b"a", b"b"])
    save(folder, [node("MatMul", ["x", "w"], ["y"])], [weights])


@case(r"the_reshape")
def reshape_to_another_size(folder):
    save(folder, [node("Reshape", ["x", "s"], ["y"])], [tensor("s", [3, 3], np.int64)])


@case(r"the_transpose")
def permutation_with_a_repeat(folder):
    save(folder, [node("Transpose", ["x"], ["y"], perm=[0, 0])])


@case(r"the_concat")
def concat_axis_outside(folder):
    save(folder, [node("Concat", ["x", "x"], ["y"], axis=5)])


# Convolutions and pools.

def convolution(folder, kernel=(2, 2, 3, 3), image=(1, 2, 5, 5), **attributes):
    save(folder, [node("Conv", ["x", "w"], ["y"], **attributes)], [tensor("w", signs(*kernel))],
         inputs=[port("x", list(image))])


@case(r"the_conv")
def kernel_larger_than_image(folder):
    convolution(folder, (2, 2, 9, 9))


@case(r"the_conv")
def groups_do_not_divide(folder):
    convolution(folder, (3, 2, 3, 3), (1, 4, 5, 5), group=2)


@case(r"the_conv")
def stride_zero(folder):
    convolution(folder, strides=[0, 1])


@case(r"the_conv")
def negative_dilation(folder):
    convolution(folder, dilations=[1, -1])


@case(r"the_conv")
def pads_of_wrong_length(folder):
    convolution(folder, pads=[1, 1, 1])


@case(r"the_conv")
def huge_pads(folder):
    convolution(folder, pads=[2 ** 40, 0, 2 ** 40, 0])


@case(r"the_conv.*auto_pad|auto_pad.*the_conv")
def unknown_auto_pad(folder):
    convolution(folder, auto_pad="DIAGONAL")


@case(r"the_conv")
def channels_do_not_match(folder):
    convolution(folder, (2, 5, 3, 3))


@case(r"the_maxpool")
def pool_without_kernel(folder):
    save(folder, [node("MaxPool", ["x"], ["y"])], inputs=[port("x", [1, 2, 5, 5])])


@case(r"the_maxpool")
def pool_indices_used(folder):
    save(folder, [node("MaxPool", ["x"], ["h", "i"], kernel_shape=[2, 2]),
                  node("Cast", ["i"], ["y"], to=1)], inputs=[port("x", [1, 2, 5, 5])])


# Values.

def normalised(folder, **bad):
    values = dict(gamma=np.ones(4), beta=np.zeros(4), mean=np.zeros(4), var=np.ones(4))
    values.update(bad)
    dense(folder, after=[node("BatchNormalization", ["h", *values], ["n"])],
          more=[tensor(name, value) for name, value in values.items()], last="n")


for _name in ("gamma", "beta", "mean", "var"):
    for _label, _value in (("nan", np.nan), ("infinite", np.inf)):
        def _maker(folder, name=_name, value=_value):
            normalised(folder, **{name: np.array([1, value, 1, 1])})
        CASES[f"batch-norm-{_label}-{_name}"] = (_maker, (), rf"'{_name}'")


@case(r"'var'")
def batch_norm_negative_variance(folder):
    normalised(folder, var=np.array([1, -2.0, 1, 1]))


@case(r"'mean'|the_batchnormalization")
def batch_norm_wrong_length(folder):
    normalised(folder, mean=np.zeros(5))


@case(r"'w'")
def weights_not_a_number(folder):
    dense(folder, np.where(signs(8, 4) > 0, np.nan, 1))


@case(r"'scale'|the_quant")
def quant_scale_zero(folder):
    dense(folder, before=[node("Quant", ["x", "scale", "zero", "bits"], ["q"], domain="qonnx.custom_op.general",
                               signed=1, narrow=0, rounding_mode="ROUND")],
          more=[tensor("scale", 0), tensor("zero", 0), tensor("bits", 2)])


@case(r"the_quant")
def quant_without_narrow(folder):
    dense(folder, before=[node("Quant", ["x", "scale", "zero", "bits"], ["q"], domain="qonnx.custom_op.general",
                               signed=1, rounding_mode="ROUND")],
          more=[tensor("scale", 1), tensor("zero", 0), tensor("bits", 2)])


@case(r"the_quant.*SIDEWAYS|SIDEWAYS.*the_quant")
def quant_unknown_rounding(folder):
    dense(folder, before=[node("Quant", ["x", "scale", "zero", "bits"], ["q"], domain="qonnx.custom_op.general",
                               signed=1, narrow=0, rounding_mode="SIDEWAYS")],
          more=[tensor("scale", 1), tensor("zero", 0), tensor("bits", 2)])


# Operators.

@case(r"the_frobnicate.*Frobnicate|Frobnicate.*the_frobnicate")
def unknown_operator(folder):
    save(folder, [node("Frobnicate", ["x"], ["y"])])


@case(r"Relu.*com\.example|com\.example.*Relu")
def unknown_domain(folder):
    save(folder, [node("Relu", ["x"], ["y"], domain="com.example")],
         opsets=[helper.make_opsetid("", 15), helper.make_opsetid("com.example", 1)])


@case(r"the_floatquant|FloatQuant")
def float_quant(folder):
    save(folder, [node("FloatQuant", ["x"], ["y"], domain="qonnx.custom_op.general")])


@case(r"the_if|'If'")
def control_flow(folder):
    branch = helper.make_graph([helper.make_node("Identity", ["x"], ["b"])], "branch", [], [port("b", [1, 8])])
    save(folder, [node("If", ["c"], ["y"], then_branch=branch, else_branch=branch)],
         [tensor("c", True, np.bool_)])


@case(r"the_lstm|LSTM")
def recurrent(folder):
    save(folder, [node("LSTM", ["x", "w", "r"], ["y"], hidden_size=4)],
         [tensor("w", signs(1, 16, 8)), tensor("r", signs(1, 16, 4))], inputs=[port("x", [1, 1, 8])])


@case(r"the_cast")
def cast_to_string(folder):
    save(folder, [node("Cast", ["x"], ["y"], to=TensorProto.STRING)], outputs=[port("y", [1, 8], TensorProto.STRING)])


@case(r"'x'")
def input_of_strings(folder):
    save(folder, [node("Identity", ["x"], ["y"])], inputs=[port("x", [1, 8], TensorProto.STRING)])


# External data.

def external(folder, location, data=None, **entries):
    weights = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[8, 4],
                          data_location=TensorProto.EXTERNAL)
    for key, value in {"location": location, **entries}.items():
        weights.external_data.add(key=key, value=str(value))
    if data is not None:
        (folder / location).write_bytes(data)
    graph = helper.make_graph([node("MatMul", ["x", "w"], ["y"])], "broken", [port("x", [1, 8])],
                              [port("y", None)])
    graph.initializer.append(weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)], ir_version=8)
    (folder / "net.onnx").write_bytes(model.SerializeToString())


@case(r"weights\.bin")
def external_missing(folder):
    external(folder, "weights.bin")


@case(r"weights\.bin|'w'")
def external_short(folder):
    external(folder, "weights.bin", b"\0" * 100)


@case(r"weights\.bin|'w'")
def external_offset_outside(folder):
    external(folder, "weights.bin", b"\0" * 128, offset=4096)


@case(r"weights\.bin|'w'")
def external_negative_offset(folder):
    external(folder, "weights.bin", b"\0" * 128, offset=-4)


@case(r"weights\.bin|'w'")
def external_wrong_length(folder):
    external(folder, "weights.bin", b"\0" * 256, length=64)


@case(r"'w'")
def external_above_the_folder(folder):
    (folder.parent / "outside.bin").write_bytes(b"\0" * 128)
    external(folder, "../outside.bin")


@case(r"'w'")
def external_absolute(folder):
    (folder / "here.bin").write_bytes(b"\0" * 128)
    external(folder, str((folder / "here.bin").resolve()))


@case(r"'w'|link\.bin")
def external_through_a_link(folder):
    (folder.parent / "outside.bin").write_bytes(b"\0" * 128)
    os.symlink(folder.parent / "outside.bin", folder / "link.bin")
    external(folder, "link.bin")


@case(r"'w'")
def external_without_location(folder):
    external(folder, "")


# Command lines and declarations of good models.

@case(r"no_such_input.*inputs are: x", "--input", "no_such_input=u8")
def declared_unknown_input(folder):
    dense(folder)


@case(r"u99", "--input", "x=u99")
def declared_unknown_type(folder):
    dense(folder)


@case(r"(?i)scale", "--input", "x=u8:-1")
def declared_negative_scale(folder):
    dense(folder)


@case(r"'x'.*already", "--input", "x=u8", "--input", "x=s8")
def declared_twice(folder):
    dense(folder)


@case(r"--array|0x32", "--array", "0x32")
def array_of_no_rows(folder):
    dense(folder)


@case(r"--array|32", "--array", "32")
def array_without_columns(folder):
    dense(folder)


@case(r"no-such-target", "--target", "no-such-target")
def unknown_target(folder):
    dense(folder)


@case(r"s2p|schedule", "--schedule", "s2p", "--input", "x=bipolar")
def schedule_the_chip_does_not_have(folder):
    dense(folder)


@case(r"(?i)'x'.*shape|shape.*'x'", "--shape", "x=1x9")
def shape_contradicts_the_file(folder):
    dense(folder)
