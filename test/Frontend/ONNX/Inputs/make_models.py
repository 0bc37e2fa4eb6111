"""Writes the small models of the importer's tests: make_models.py NAME FILE."""

import os
import struct
import sys

import numpy as np
from onnx import TensorProto as T
from onnx import helper as h
from onnx import numpy_helper as nh

MODELS = {}


def model(function):
    MODELS[function.__name__] = function
    return function


def port(name, shape, kind=T.FLOAT):
    return h.make_tensor_value_info(name, kind, shape)


def const(name, values, kind=np.float32):
    return nh.from_array(np.array(values, kind), name)


def raw(name, kind, shape, data):
    """An initializer of a type that the onnx package may not know."""
    tensor = T()
    tensor.name, tensor.data_type, tensor.raw_data = name, kind, data
    tensor.dims.extend(shape)
    return tensor


def make(nodes, inputs, outputs, initializers=(), opset=13, ir=8, domains=(),
         sparse=()):
    graph = h.make_graph(nodes, "net", inputs, outputs, list(initializers))
    graph.sparse_initializer.extend(sparse)
    imports = [h.make_opsetid("", opset)]
    imports += [h.make_opsetid(d, 1) for d in domains]
    result = h.make_model(graph, opset_imports=imports)
    result.ir_version = ir
    return result


X, Y = port("x", ["N", 4]), port("y", None)
n = h.make_node


@model
def ste():
    """sign(w) - clip(w) + clip(w) on weights, and on x through Identity."""
    w = const("w", np.linspace(-2, 2, 8).reshape(4, 2))
    low, high = const("low", -1), const("high", 1)
    nodes = [
        n("Sign", ["w"], ["ws"]), n("Clip", ["w", "low", "high"], ["wc"]),
        n("Sub", ["ws", "wc"], ["wd"]), n("Add", ["wd", "wc"], ["wb"]),
        n("Sign", ["x"], ["xs"]), n("Clip", ["x", "low", "high"], ["xc"]),
        n("Identity", ["xc"], ["xi"]), n("Sub", ["xs", "xi"], ["xd"]),
        n("Add", ["xc", "xd"], ["xb"], name="residue"),
        n("MatMul", ["xb", "wb"], ["y"], name="dot")]
    return make(nodes, [X], [Y], [w, low, high])


@model
def encodings():
    """Every element type and field that holds an initializer's data."""
    f16 = np.array([1.5, -2], np.float16)
    tensors = [
        const("f_raw", [1.5, -2]),
        h.make_tensor("f_typed", T.FLOAT, [2], [1.5, -2]),
        raw("f16_raw", T.FLOAT16, [2], f16.tobytes()),
        h.make_tensor("f16_typed", T.FLOAT16, [2],
                      [1.5, -2]),
        raw("bf16_raw", T.BFLOAT16, [2], struct.pack("<2H", 0x3fc0, 0xc000)),
        const("f64_raw", [1.5, -2], np.float64),
        h.make_tensor("f64_typed", T.DOUBLE, [2], [1.5, -2]),
        const("i8_raw", [100, -128], np.int8),
        h.make_tensor("i8_typed", T.INT8, [2], [100, -128]),
        const("u8_raw", [100, 255], np.uint8),
        const("i16_raw", [100, -32768], np.int16),
        h.make_tensor("u16_typed", T.UINT16, [2], [100, 65535]),
        const("i32_raw", [100, -2147483648], np.int32),
        const("i64_raw", [100, -9223372036854775808], np.int64),
        h.make_tensor("i64_typed", T.INT64, [2], [100, -7]),
        h.make_tensor("u32_typed", T.UINT32, [2], [100, 4294967295]),
        const("u64_raw", [100, 9], np.uint64),
        const("bool_raw", [True, False], np.bool_),
        h.make_tensor("bool_typed", T.BOOL, [2], [True, False]),
        raw("i4_raw", 22, [3], bytes([0x8f, 0x07])),
        raw("u4_raw", 21, [3], bytes([0x8f, 0x07])),
        raw("i2_raw", 26, [5], bytes([0b11100100, 0b01])),
        raw("u2_raw", 25, [5], bytes([0b11100100, 0b01])),
    ]
    packed = T()
    packed.name, packed.data_type = "i4_typed", 22
    packed.dims.append(3)
    packed.int32_data.extend([0x8f, 0x07])
    tensors.append(packed)
    names = [t.name for t in tensors]
    nodes = [n("Identity", [i], ["out_" + i]) for i in names]
    outputs = [port("out_" + t.name, None, t.data_type if t.data_type <= 16 else T.INT64)
               for t in tensors]
    return make(nodes, [], outputs, tensors, opset=21)


@model
def sparse():
    tensor = h.make_sparse_tensor(const("w", [5., -3.]),
                                  const("i", [1, 4], np.int64), [2, 3])
    return make([n("Identity", ["w"], ["y"])], [], [Y], sparse=[tensor])


@model
def shape_chain():
    """What torch exports for x.view(x.size(0), -1)."""
    nodes = [n("Shape", ["x"], ["s"]), n("Gather", ["s", "zero"], ["b"]),
             n("Unsqueeze", ["b", "axis"], ["u"]),
             n("Concat", ["u", "rest"], ["t"], axis=0),
             n("Reshape", ["x", "t"], ["y"], name="view")]
    return make(nodes, [port("x", ["N", 2, 3])], [Y],
                [const("zero", 0, np.int64), const("axis", [0], np.int64),
                 const("rest", [-1], np.int64)])


@model
def pad_minus_one():
    """BinaryNet's F.pad(x, value=-1) as torch writes it."""
    nodes = [
        n("ConstantOfShape", ["four"], ["zeros"],
          value=const("v", [0], np.int64)),
        n("Concat", ["given", "zeros"], ["p"], axis=0),
        n("Reshape", ["p", "shape"], ["q"]),
        n("Slice", ["q", "from", "to", "axes", "step"], ["r"]),
        n("Transpose", ["r"], ["t"], perm=[1, 0]),
        n("Reshape", ["t", "flat"], ["f"]),
        n("Cast", ["f"], ["pads"], to=T.INT64),
        n("Pad", ["x", "pads", "minus"], ["y"], name="pad")]
    return make(nodes, [port("x", [1, 1, 2, 2])], [Y], [
        const("four", [4], np.int64), const("given", [1, 2, 3, 4], np.int64),
        const("shape", [-1, 2], np.int64), const("from", [-1], np.int64),
        const("to", [-9223372036854775807], np.int64),
        const("axes", [0], np.int64), const("step", [-1], np.int64),
        const("flat", [-1], np.int64), const("minus", -1)])


@model
def quantizers():
    nodes = [
        n("Quant", ["x", "half", "zero", "two"], ["ternary"], name="ternary",
          domain="onnx.brevitas", signed=1, narrow=1, rounding_mode="ROUND"),
        n("BipolarQuant", ["ternary", "one"], ["sign"], name="sign",
          domain="qonnx.custom_op.general"),
        n("IntQuant", ["sign", "one", "three", "four"], ["int"], name="int",
          domain="finn.custom_op.general", signed=0, narrow=0,
          rounding_mode="half_up"),
        n("Quant", ["int", "half", "zero", "one"], ["bit"], name="bit",
          domain="onnx.brevitas", signed=1, narrow=0),
        n("Trunc", ["bit", "half", "zero", "four", "two"], ["y"], name="cut",
          domain="onnx.brevitas", rounding_mode="FLOOR")]
    return make(nodes, [X], [Y], [
        const("half", 0.5), const("one", 1.), const("zero", 0, np.int64),
        const("two", 2, np.int64), const("three", 3.), const("four", 4.)])


@model
def qdq():
    nodes = [
        n("QuantizeLinear", ["x", "scale", "zp"], ["q"], name="q"),
        n("DequantizeLinear", ["q", "scale", "zp"], ["d"], name="d"),
        n("DequantizeLinear", ["w", "ws", "wz"], ["wd"], axis=1),
        n("MatMul", ["d", "wd"], ["y"])]
    return make(nodes, [X], [Y], [
        const("scale", 0.25), const("zp", 3, np.int8),
        const("w", [[-1, 1], [1, 0], [0, 1], [1, 1]], np.int8),
        const("ws", [0.5, 2.]), const("wz", [0, 0], np.int8)])


@model
def finn():
    mvau = dict(domain="finn.custom_op.fpgadataflow.hls", MW=4, MH=2, PE=1,
                SIMD=1, backend="fpgadataflow", inputDataType="BIPOLAR",
                numInputVectors=[1])
    nodes = [
        n("MultiThreshold", ["x", "t"], ["m"], name="mt",
          domain="finn.custom_op.general", out_dtype="BIPOLAR", out_scale=2.,
          out_bias=-1.),
        n("MVAU_hls", ["m", "w", "t2"], ["a"], name="unit", noActivation=0,
          weightDataType="BIPOLAR", outputDataType="UINT2", ActVal=0, **mvau),
        n("XnorPopcountMatMul", ["a", "v"], ["y"], name="xnor",
          domain="finn.custom_op.general")]
    return make(nodes, [X], [Y], [
        const("t", [[0.5]]), const("w", [[1, -1]] * 4),
        const("t2", [[1., 2., 3.]]), const("v", [[1], [0]])])


@model
def unsorted_graph():
    return make([n("Relu", ["a"], ["y"], name="second"),
                 n("Neg", ["x"], ["a"], name="first"),
                 n("If", ["x"], ["unused"], name="dead")], [X], [Y])


def opset(number, op, extra=(), initializers=(), shape=("N", 4, 3), **attrs):
    nodes = [n(op, ["x", *extra], ["y"], name="node", **attrs)]
    return make(nodes, [port("x", list(shape))], [Y], initializers, opset=number)


AXIS = const("axis", [1], np.int64)
for name, build in {
    "clip_6": lambda: opset(7, "Clip", min=-1., max=1.),
    "clip_11": lambda: opset(12, "Clip", ["", "hi"], [const("hi", 2.)]),
    "softmax_11": lambda: opset(11, "Softmax", axis=1),
    "softmax_13": lambda: opset(13, "Softmax", axis=1),
    "mean_17": lambda: opset(17, "ReduceMean", axes=[-1], keepdims=0),
    "mean_18": lambda: opset(18, "ReduceMean", ["axis"], [AXIS]),
    "sum_13": lambda: opset(13, "ReduceSum", ["axis"], [AXIS], keepdims=0),
    "squeeze_11": lambda: opset(11, "Squeeze", shape=(1, 1, 4), axes=[1]),
    "squeeze_13": lambda: opset(13, "Squeeze", ["axis"], [AXIS], shape=(1, 1, 4)),
    "pad_2": lambda: opset(10, "Pad", pads=[0, 1, 0, 0, 0, -1], value=-1.),
    "pad_18": lambda: opset(18, "Pad", ["p", "", "axis"],
                            [const("p", [1, 2], np.int64), AXIS]),
    "slice_9": lambda: opset(9, "Slice", starts=[-2], ends=[99], axes=[1]),
    "dropout_7": lambda: opset(7, "Dropout", ratio=0.5),
    "topk_9": lambda: opset(9, "TopK", k=2),
    "bn_8": lambda: opset(8, "BatchNormalization", list("gbmv"),
                          [const(i, [1, 2, 3, 4]) for i in "gbmv"], epsilon=0.5),
    "conv_same": lambda: opset(
        13, "Conv", ["w"], [const("w", np.ones((2, 4, 2)))],
        shape=("N", 4, 5), strides=[2], auto_pad="SAME_LOWER"),
    "pool_ceil": lambda: opset(
        13, "MaxPool", shape=(1, 1, 4, 5), kernel_shape=[2, 2], strides=[2, 2],
        ceil_mode=1),
    "no_domain": lambda: opset(
        9, "BipolarQuant", ["one"], [const("one", 1.)], shape=("N", 4)),
    "int8_input": lambda: make([n("Cast", ["x"], ["y"], to=T.FLOAT)],
                               [port("x", ["N", 4], T.INT8)], [Y]),
    "ir3_defaults": lambda: make([n("Mul", ["x", "w"], ["y"])],
                                 [X, port("w", [1])], [Y], [const("w", [2.])], ir=3),
    "ir8_defaults": lambda: make([n("Mul", ["x", "w"], ["y"])],
                                 [X, port("w", [1])], [Y], [const("w", [2.])]),
    "fixed_batch": lambda: make([n("BipolarQuant", ["x", "one"], ["s"], domain="qonnx.custom_op.general"),
                                 n("MatMul", ["s", "w"], ["y"])],
                                [port("x", [4, 3], T.DOUBLE)], [port("y", None, T.DOUBLE)],
                                [const("one", 1, np.float64),
                                 const("w", [[0.1, 0.3], [-0.1, 0.3], [0.1, -0.3]], np.float64)],
                                domains=["qonnx.custom_op.general"]),
    "open_image": lambda: make([n("Relu", ["x"], ["y"])],
                               [port("x", ["N", 3, "H", "W"])], [Y]),
}.items():
    MODELS[name] = build


def external(location, offset=None, length=None):
    tensor = T()
    tensor.name, tensor.data_type = "w", T.FLOAT
    tensor.dims.append(2)
    tensor.data_location = T.EXTERNAL
    for key, value in (("location", location), ("offset", offset),
                       ("length", length)):
        if value is not None:
            entry = tensor.external_data.add()
            entry.key, entry.value = key, str(value)
    return make([n("Mul", ["x", "w"], ["y"], name="mul")],
                [port("x", ["N", 2])], [Y], [tensor])


for name, build in {
    "external": lambda: external("w.bin", 4, 8),
    "external_missing": lambda: external("none.bin"),
    "external_short": lambda: external("w.bin", 8),
    "external_huge_offset": lambda: external("w.bin", 2**64 - 4),
    "external_length": lambda: external("w.bin", 0, 12),
    "external_text_offset": lambda: external("w.bin", "four"),
    "external_absolute": lambda: external("/etc/hostname"),
    "external_parent": lambda: external("sub/../../w.bin"),
    "external_link": lambda: external("link.bin"),
    "external_folder": lambda: external("sub"),
    "external_nowhere": lambda: external(None),
}.items():
    MODELS[name] = build


def main():
    name, path = sys.argv[1:]
    result = MODELS[name]()
    with open(path, "wb") as file:
        file.write(result.SerializeToString())
    if name.startswith("external"):
        folder = os.path.dirname(path)
        with open(os.path.join(folder, "w.bin"), "wb") as file:
            file.write(struct.pack("<3f", 0, 1.5, -2))
        os.makedirs(os.path.join(folder, "sub"), exist_ok=True)
        link = os.path.join(folder, "link.bin")
        if not os.path.lexists(link):
            os.symlink("/etc/hostname", link)


if __name__ == "__main__":
    main()
