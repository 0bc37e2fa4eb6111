#!/usr/bin/python3
"""Writes a fully binary network of a wanted number of weights as ONNX.

    make_scale_model.py WEIGHTS OUT.onnx [--ragged]

Layers of WIDTH x WIDTH with weights -1 and +1 in float32, each with a batch
normalization and a sign; WIDTH is 4096, or less where the network is small.
--ragged: many small layers instead, of odd widths from 101 to 899, so that the
tiles at the edges of each fill no subarray. The weights are random with a fixed
seed: the file is the same every time.
"""

import math
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def main():
    weights, path = int(float(sys.argv[1])), sys.argv[2]
    rng = np.random.default_rng(1)
    if sys.argv[3:] == ["--ragged"]:
        widths = [501]
        total = 0
        while total < weights:
            widths.append(2 * int(rng.integers(50, 450)) + 1)
            total += widths[-2] * widths[-1]
    else:
        width = min(4096, math.isqrt(weights // 4))
        widths = [width] * (max(1, round(weights / (width * width))) + 1)
    layers = len(widths) - 1
    nodes, initializers = [], []
    tensor = "x"

    def add(op, inputs, **attributes):
        out = f"t{len(nodes)}"
        nodes.append(helper.make_node(op, inputs, [out], name=f"{op}_{len(nodes)}", **attributes))
        return out

    tensor = add("Sign", [tensor])
    for layer in range(layers):
        bits = rng.integers(0, 2, size=(widths[layer], widths[layer + 1]), dtype=np.int8)
        initializers.append(numpy_helper.from_array((2 * bits - 1).astype(np.float32), f"w{layer}"))
        tensor = add("MatMul", [tensor, f"w{layer}"])
        if layer + 1 == layers:
            break
        for name, low, high in (("gamma", -1, 1), ("beta", -1, 1), ("mean", -60, 60), ("var", 500, 5000)):
            values = rng.uniform(low, high, widths[layer + 1]).astype(np.float32)
            initializers.append(numpy_helper.from_array(values, f"{name}{layer}"))
        tensor = add("BatchNormalization", [tensor] + [f"{n}{layer}" for n in ("gamma", "beta", "mean", "var")])
        tensor = add("Sign", [tensor])
    nodes[-1].output[0] = "scores"
    graph = helper.make_graph(
        nodes, "scale",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", widths[0]])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["N", widths[-1]])], initializers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 7
    onnx.save(model, path)
    print(f"{path}: {layers} layers, {sum(a * b for a, b in zip(widths, widths[1:]))} weights")


if __name__ == "__main__":
    main()
