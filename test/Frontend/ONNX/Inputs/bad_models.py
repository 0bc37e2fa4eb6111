"""Models that must be refused: bad_models.py BNN_COMPILE FOLDER.

Each gives exit status 1, no output file, and exactly one error that matches the
pattern beside it: it names the node, tensor or field to blame.
"""

import os
import re
import subprocess
import sys

import numpy as np
from onnx import TensorProto as T
from onnx import helper as h
from onnx import numpy_helper as nh

import make_models
from make_models import X, Y, const, make, n, port, raw

CASES = []


def bad(name, pattern, build):
    CASES.append((name, pattern, build))


def one(op, inputs=("x",), initializers=(), shape=("N", 4), outputs=("y",), opset=13,
        kind=T.FLOAT, domain="", **attrs):
    nodes = [n(op, list(inputs), list(outputs), name="node", domain=domain, **attrs)]
    return make(nodes, [port("x", list(shape), kind)], [Y], initializers, opset=opset)


def edit(model, change):
    change(model)
    return model


def relu():
    return one("Relu")


def good_bytes():
    return relu().SerializeToString()


# The file as a whole.
bad("empty", "the file is empty", lambda: b"")
bad("text", "not a readable ONNX model", lambda: b"this is no model\n" * 9)
bad("truncated", "not a readable ONNX model.*truncated", lambda: good_bytes()[:-7])
bad("zip", "zip archive", lambda: b"PK\x03\x04" + bytes(60))
bad("hdf5", "HDF5", lambda: b"\x89HDF\r\n\x1a\n" + bytes(60))
bad("tflite", "TensorFlow Lite", lambda: b"\x1c\0\0\0TFL3" + bytes(60))
bad("no_graph", "the model has no graph", lambda: edit(relu(), lambda m: m.ClearField("graph")))
bad("no_node", "the graph has no node", lambda: make([], [X], [port("x", None)]))
bad("old_ir", "ir_version 2", lambda: make([n("Relu", ["x"], ["y"])], [X], [Y], ir=2))
bad("old_opset", "opset 6 is older", lambda: one("Relu", opset=6))
bad("future_opset", "opset 1000 is newer than the newest known", lambda: one("Relu", opset=1000))
bad("no_opset", "does not declare the version", lambda: edit(relu(), lambda m: m.ClearField("opset_import")))
bad("two_opsets", "declares domain '' twice",
    lambda: edit(relu(), lambda m: m.opset_import.append(h.make_opsetid("", 7))))

# The graph.
bad("cycle", "node '[ab]'.*cycle", lambda: make(
    [n("Add", ["x", "q"], ["p"], name="a"), n("Relu", ["p"], ["q"], name="b"),
     n("Neg", ["q"], ["y"], name="c")], [X], [Y]))
bad("missing_input", "node 'node'.*'nowhere' is neither", lambda: one("Add", ["x", "nowhere"]))
bad("missing_output", "graph output 'z' is produced by no node",
    lambda: make([n("Relu", ["x"], ["y"])], [X], [port("z", None)]))
bad("no_outputs", "the graph has no outputs", lambda: make([n("Relu", ["x"], ["y"])], [X], []))
bad("two_producers", "tensor 'y' is produced twice",
    lambda: make([n("Relu", ["x"], ["y"]), n("Neg", ["x"], ["y"])], [X], [Y]))
bad("two_inputs", "two graph inputs are called 'x'",
    lambda: make([n("Relu", ["x"], ["y"])], [X, X], [Y]))
bad("output_is_input", "tensor 'x' is produced twice",
    lambda: make([n("Relu", ["x"], ["x"])], [X], [port("x", None)]))
bad("no_shape", "graph input 'x' has no shape", lambda: make([n("Relu", ["x"], ["y"])], [port("x", None)], [Y]))
bad("open_dimension", "dimension 1 of graph input 'x' is not fixed", lambda: one("Relu", shape=[1, None]))
bad("negative_dimension", "dimension 1 of graph input 'x' is not fixed", lambda: one("Relu", shape=[1, -4]))
bad("huge_dimension", "graph input 'x'", lambda: one("Relu", shape=[1, 2**62, 2**62]))
bad("output_type", "graph output 'y' is declared as int64, but the node gives 'f32'",
    lambda: make([n("Relu", ["x"], ["y"])], [X], [port("y", None, T.INT64)]))
bad("string_input", "element type 8", lambda: one("Relu", kind=T.STRING))
bad("sequence_input", "is no tensor", lambda: make(
    [n("Relu", ["x"], ["y"])], [h.make_tensor_sequence_value_info("x", T.FLOAT, None)], [Y]))

# Operators.
bad("unknown", "node 'node'.*unsupported operator 'Frobnicate'", lambda: one("Frobnicate"))
bad("unknown_domain", "unsupported operator 'Thing' of domain 'com.example'",
    lambda: one("Thing", domain="com.example"))
bad("if", "unsupported operator 'If': control flow", lambda: one("If"))
bad("float_quant", "unsupported operator 'FloatQuant'.*minifloat",
    lambda: one("FloatQuant", domain="qonnx.custom_op.general"))
bad("packed", "unsupported operator 'DequantizePacked'", lambda: one("DequantizePacked", opset=29))
bad("unknown_attribute", "attribute 'spin' of Relu", lambda: one("Relu", spin=1))
bad("wrong_attribute_type", "attribute 'axis' has type STRING", lambda: one("Softmax", axis="one"))
bad("too_few_inputs", "MatMul needs 2 inputs, got 1", lambda: one("MatMul"))
bad("too_many_inputs", "Relu needs 1 inputs, got 2", lambda: one("Relu", ["x", "x"]))
bad("mask_output", "output 1 .'i'. of MaxPool|Indices", lambda: one(
    "MaxPool", shape=(1, 1, 4), kernel_shape=[2], outputs=("y", "i")))
bad("data_dependent_shape", "input 'x' must be a constant: shapes that depend on data",
    lambda: one("ConstantOfShape", kind=T.INT64))
bad("training", "training_mode", lambda: one(
    "BatchNormalization", "xgbmv", [const(i, [1] * 4) for i in "gbmv"], opset=15, training_mode=1))

# Shapes that do not fit.
W = const("w", np.ones((3, 2)))
bad("matmul_shapes", "node 'node'.*4 columns against 3 rows", lambda: one("MatMul", ["x", "w"], [W]))
bad("gemm_bias", "C of shape", lambda: one(
    "Gemm", ["x", "w", "c"], [const("w", np.ones((4, 2))), const("c", np.ones((5, 2)))]))
bad("add_shapes", "node 'node'.*broadcast", lambda: one("Add", ["x", "w"], [W]))
bad("conv_channels", "node 'node'.*channels", lambda: one(
    "Conv", ["x", "w"], [const("w", np.ones((2, 3, 3)))], shape=("N", 2, 8)))
bad("conv_groups", "groups = 3", lambda: one(
    "Conv", ["x", "w"], [const("w", np.ones((3, 1, 3)))], shape=("N", 2, 8), group=3))
bad("conv_rank", "one rank of at least 3", lambda: one("Conv", ["x", "w"], [W]))
bad("conv_pads", "attribute 'pads' has 1 entries, expected 2", lambda: one(
    "Conv", ["x", "w"], [const("w", np.ones((2, 2, 3)))], shape=("N", 2, 8), pads=[1]))
bad("conv_stride", "attribute 'strides' holds 0", lambda: one(
    "Conv", ["x", "w"], [const("w", np.ones((2, 2, 3)))], shape=("N", 2, 8), strides=[0]))
bad("conv_too_large", "does not fit dimension 0 of 8", lambda: one(
    "Conv", ["x", "w"], [const("w", np.ones((2, 2, 9)))], shape=("N", 2, 8)))
bad("pool_pads", "nothing but padding", lambda: one(
    "MaxPool", shape=(1, 1, 4), kernel_shape=[2], pads=[2, 0]))
bad("reshape_size", r"cannot reshape \[1, 4\] to \[3\]", lambda: one(
    "Reshape", ["x", "s"], [const("s", [3], np.int64)]))
bad("reshape_two_open", "more than one dimension open", lambda: one(
    "Reshape", ["x", "s"], [const("s", [-1, -1], np.int64)]))
bad("perm", "must name every dimension", lambda: one("Transpose", perm=[0, 0]))
bad("axis", "axis 2 is none of the 2 dimensions", lambda: one("Softmax", axis=2))
bad("gather_index", "index 9 is outside the 4 elements", lambda: one(
    "Gather", ["x", "i"], [const("i", 9, np.int64)], axis=1))
bad("huge_expand", "node 'node'", lambda: one(
    "ConstantOfShape", ["s"], [const("s", [2**40, 2**40], np.int64)]))
bad("mixed_types", "operands differ in element type", lambda: one(
    "Add", ["x", "i"], [const("i", [1], np.int64)]))

# Data.
bad("nan_variance", "variance tensor 'v' has NaN at element 2", lambda: one(
    "BatchNormalization", "xgbmv",
    [const(i, [1, 1, float("nan") if i == "v" else 1, 1]) for i in "gbmv"]))
bad("inf_scale", "scale tensor 'g' has infinity at element 0", lambda: one(
    "BatchNormalization", "xgbmv",
    [const(i, [float("inf") if i == "g" else 1, 1, 1, 1]) for i in "gbmv"]))
bad("negative_variance", "variance tensor 'v'.*not positive at element 3", lambda: one(
    "BatchNormalization", "xgbmv", [const(i, [1, 1, 1, -1 if i == "v" else 1]) for i in "gbmv"]))
bad("bn_channels", "one element per channel .4.", lambda: one(
    "BatchNormalization", "xgbmv", [const(i, [1, 1, 1]) for i in "gbmv"]))
bad("zero_scale", "scale tensor 's' is 0", lambda: one(
    "QuantizeLinear", ["x", "s"], [const("s", 0.)]))
bad("nan_quant_scale", "scale tensor 's' has NaN", lambda: one(
    "BipolarQuant", ["x", "s"], [const("s", float("nan"))], domain="onnx.brevitas"))
bad("quant_bits", "bit width 'b' must be a whole number", lambda: one(
    "Quant", ["x", "s", "z", "b"], [const("s", 1.), const("z", 0.), const("b", 2.5)],
    domain="onnx.brevitas", signed=1, narrow=0))
bad("quant_narrow", "attribute 'narrow' is missing", lambda: one(
    "Quant", ["x", "s", "z", "b"], [const("s", 1.), const("z", 0.), const("b", 2.)],
    domain="onnx.brevitas", signed=1))
bad("quant_rounding", "unknown rounding_mode 'SIDEWAYS'", lambda: one(
    "Quant", ["x", "s", "z", "b"], [const("s", 1.), const("z", 0.), const("b", 2.)],
    domain="onnx.brevitas", signed=1, narrow=0, rounding_mode="SIDEWAYS"))
bad("nan_threshold", "thresholds 't' have NaN", lambda: one(
    "MultiThreshold", ["x", "t"], [const("t", [[float("nan")]])], domain="finn.custom_op.general"))
bad("mvau_shape", "must be .MW, MH.", lambda: one(
    "MVAU", ["x", "w"], [W], domain="finn.custom_op.fpgadataflow", MW=4, MH=2, noActivation=1))
bad("raw_size", "tensor 'w': raw_data has 4 bytes, the shape asks for 8", lambda: one(
    "Mul", ["x", "w"], [raw("w", T.FLOAT, [2], bytes(4))]))
bad("typed_size", "tensor 'w': float_data has 1 entries, the shape asks for 2", lambda: one(
    "Mul", ["x", "w"], [edit(h.make_tensor("w", T.FLOAT, [1], [1.]), lambda t: t.dims.__setitem__(0, 2))]))
bad("negative_tensor", "tensor 'w'", lambda: one("Mul", ["x", "w"], [raw("w", T.FLOAT, [-2], bytes(8))]))
bad("huge_tensor", "tensor 'w'", lambda: one("Mul", ["x", "w"], [raw("w", T.FLOAT, [2**33, 2**33], bytes(8))]))
bad("float8", "tensor 'w': element type 17", lambda: one("Mul", ["x", "w"], [raw("w", 17, [1], bytes(1))]))
bad("uint64", "tensor 'w': element 0 does not fit int64", lambda: one(
    "Mul", ["x", "w"], [raw("w", T.UINT64, [1], b"\xff" * 8)], kind=T.UINT64))
bad("sparse_index", "sparse index 9 lies outside", lambda: make(
    [n("Identity", ["w"], ["y"])], [], [Y],
    sparse=[h.make_sparse_tensor(const("w", [5.]), const("i", [9], np.int64), [2, 3])]))


def main():
    tool, folder = sys.argv[1:]
    failures = 0
    for name, pattern, build in CASES:
        model = build()
        data = model if isinstance(model, bytes) else model.SerializeToString()
        path, image = (os.path.join(folder, name + end) for end in (".onnx", ".rimg"))
        with open(path, "wb") as file:
            file.write(data)
        done = subprocess.run([tool, path, "-o", image], capture_output=True, text=True, timeout=60)
        errors = [line for line in done.stderr.splitlines() if "error:" in line]
        if (done.returncode != 1 or len(errors) != 1 or os.path.exists(image)
                or not re.search(pattern, errors[0])):
            failures += 1
            print(f"FAILED {name}: exit status {done.returncode}, expected '{pattern}', got\n{done.stderr}")
    print(f"{len(CASES)} models, {failures} failures")


if __name__ == "__main__":
    main()
