#!/usr/bin/python3
"""Writes a fully binary network of a wanted number of weights as ONNX.

    make_scale_model.py WEIGHTS OUT.onnx

Layers of WIDTH x WIDTH with weights -1 and +1 in float32, each with a batch
normalization and a sign; WIDTH is 4096, or less where the network is small.
The weights are random with a fixed seed: the file is the same every time.
"""

import math
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def main():
    weights, path = int(float(sys.argv[1])), sys.argv[2]
    width = min(4096, math.isqrt(weights // 4))
    layers = max(1, round(weights / (width * width)))
    rng = np.random.default_rng(1)
    nodes, initializers = [], []
    tensor = "x"

    def add(op, inputs, **attributes):
        out = f"t{len(nodes)}"
        nodes.append(helper.make_node(op, inputs, [out], name=f"{op}_{len(nodes)}", **attributes))
        return out

    tensor = add("Sign", [tensor])
    for layer in range(layers):
        bits = rng.integers(0, 2, size=(width, width), dtype=np.int8)
        initializers.append(numpy_helper.from_array((2 * bits - 1).astype(np.float32), f"w{layer}"))
        tensor = add("MatMul", [tensor, f"w{layer}"])
        if layer + 1 == layers:
            break
        for name, low, high in (("gamma", -1, 1), ("beta", -1, 1), ("mean", -60, 60), ("var", 500, 5000)):
            values = rng.uniform(low, high, width).astype(np.float32)
            initializers.append(numpy_helper.from_array(values, f"{name}{layer}"))
        tensor = add("BatchNormalization", [tensor] + [f"{n}{layer}" for n in ("gamma", "beta", "mean", "var")])
        tensor = add("Sign", [tensor])
    nodes[-1].output[0] = "scores"
    graph = helper.make_graph(
        nodes, "scale",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", width])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["N", width])], initializers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 7
    onnx.save(model, path)
    print(f"{path}: {layers} layers of {width} x {width}, {layers * width * width} weights")


if __name__ == "__main__":
    main()
