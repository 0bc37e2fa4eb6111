"""Writes a network whose input x goes into one layer whole and, behind that, in part into another one; and 20 samples.

    shared_input.py NET.onnx X.npy
"""

import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

rng = np.random.default_rng(11)
weights = [rng.choice([-1.0, 1.0], shape).astype(np.float32) for shape in ((12, 8), (6, 4), (12, 4))]
graph = helper.make_graph(
    [helper.make_node("MatMul", ["x", "whole"], ["a"]),
     helper.make_node("Slice", ["x", "begin", "end", "axis"], ["half"]),
     helper.make_node("MatMul", ["half", "part"], ["b"]),
     helper.make_node("Concat", ["a", "b"], ["c"], axis=1),
     helper.make_node("Sign", ["c"], ["d"]),
     helper.make_node("MatMul", ["d", "last"], ["scores"])],
    "shared", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 12])],
    [helper.make_tensor_value_info("scores", TensorProto.FLOAT, [1, 4])],
    [numpy_helper.from_array(array, name) for array, name in zip(weights, ("whole", "part", "last"))] +
    [numpy_helper.from_array(np.array([value]), name) for value, name in ((0, "begin"), (6, "end"), (1, "axis"))])
onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), sys.argv[1])
np.save(sys.argv[2], rng.choice([-1, 1], (20, 12)).astype(np.float32))
