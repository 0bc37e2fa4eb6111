"""Networks that cut parts out of binary activations.

    crop.py FOLDER    writes line.onnx (along one axis), crop.onnx (along two), stride.onnx (every other row)
"""

import pathlib
import sys

import numpy as np
import onnx

sys.path.insert(0, str(pathlib.Path(__file__).parents[3] / "EndToEnd" / "Inputs" / "matrix"))
from builder import Graph, binary, generator

for name, starts, ends, axes, steps in (("line", [1], [4], [2], [1]), ("crop", [1, 2], [4, 5], [2, 3], [1, 1]),
                                        ("stride", [0], [5], [2], [2])):
    graph, rng = Graph(), generator("crop")
    x = graph.input("x", [3, 5, 6])
    y = graph.sign(graph.op("Conv", x, binary(rng, 4, 3, 1, 1)))
    y = graph.op("Slice", y, *(graph.const(values, np.int64) for values in (starts, ends, axes, steps)))
    graph.op("Conv", y, binary(rng, 2, 4, 1, 1), out="y")
    graph.output("y")
    onnx.save(graph.model(), str(pathlib.Path(sys.argv[1]) / f"{name}.onnx"))
