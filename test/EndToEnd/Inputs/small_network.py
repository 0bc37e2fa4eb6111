"""Writes a network of two dense layers, 40 -> 24 -> 10, with weights of +-1.

    small_network.py OUT.onnx
"""

import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

rng = np.random.default_rng(40)
weights = [rng.choice([-1.0, 1.0], shape).astype(np.float32) for shape in ((40, 24), (24, 10))]
bias = rng.integers(-6, 7, 24).astype(np.float32) + np.float32(0.5)
graph = helper.make_graph(
    [helper.make_node("MatMul", ["x", "w1"], ["a"]),
     helper.make_node("Add", ["a", "b"], ["c"]),
     helper.make_node("Sign", ["c"], ["d"]),
     helper.make_node("MatMul", ["d", "w2"], ["scores"])],
    "small", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 40])],
    [helper.make_tensor_value_info("scores", TensorProto.FLOAT, [1, 10])],
    [numpy_helper.from_array(array, name) for array, name in zip((*weights, bias), ("w1", "w2", "b"))])
onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), sys.argv[1])
