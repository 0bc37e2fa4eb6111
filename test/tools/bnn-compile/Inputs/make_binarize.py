"""make_binarize.py FOLDER: real networks and data for binarize.test.

net.onnx: conv1 3x3, relu, pool, fc1 36-24, relu, fc2 24-3; random weights.
x.npy, y.npy: 200 pictures of integers 0..15 and the classes that the network
gives them; data.npz holds both. nan.npy: x with a hole in sample 3.
attention.onnx multiplies two computed tensors, convolutional.onnx has no
fully connected layer.
"""

import pathlib
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

random = np.random.default_rng(3)


def save(path, nodes, shape, result, constants):
    graph = helper.make_graph(
        nodes, path.stem, [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, result)],
        [numpy_helper.from_array(value.astype(np.float32), name)
         for name, value in constants.items()])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 8
    onnx.save(model, str(path))


def node(operator, inputs, output, name=None, **attributes):
    return helper.make_node(operator, inputs, [output], name=name or output, **attributes)


def classify(x, constants):
    """What net.onnx computes, in numpy."""
    k = constants["k"]
    windows = np.lib.stride_tricks.sliding_window_view(x[:, 0], (3, 3), axis=(1, 2))
    c = np.maximum(np.einsum("nhwij,oij->nohw", np.pad(windows, ((0, 0),) * 5), k[:, 0]), 0)
    p = c.reshape(len(x), 9, 2, 2, 2, 2).max(axis=(3, 5)).reshape(len(x), 36)
    h = np.maximum(p @ constants["w1"] + constants["b1"], 0)
    return (h @ constants["w2"] + constants["b2"]).argmax(axis=1)


def main():
    folder = pathlib.Path(sys.argv[1])
    constants = {"k": random.standard_normal((9, 1, 3, 3)),
                 "w1": random.standard_normal((36, 24)), "b1": random.standard_normal(24),
                 "w2": random.standard_normal((24, 3)), "b2": random.standard_normal(3)}
    save(folder / "net.onnx",
         [node("Conv", ["x", "k"], "c", "conv1", kernel_shape=[3, 3]), node("Relu", ["c"], "r"),
          node("MaxPool", ["r"], "p", "pool", kernel_shape=[2, 2], strides=[2, 2]),
          node("Flatten", ["p"], "f"),
          node("Gemm", ["f", "w1", "b1"], "h", "fc1"), node("Relu", ["h"], "q"),
          node("Gemm", ["q", "w2", "b2"], "y", "fc2")],
         [1, 1, 6, 6], [1, 3], constants)
    x = random.integers(0, 16, (200, 1, 6, 6)).astype(np.float32)
    y = classify(x, constants)
    np.save(folder / "x.npy", x)
    np.save(folder / "y.npy", y)
    np.savez(folder / "data.npz", x=x, y=y)
    x = x.copy()
    x[3, 0, 2, 1] = np.nan
    np.save(folder / "nan.npy", x)

    save(folder / "attention.onnx",
         [node("MatMul", ["x", "q"], "query"), node("MatMul", ["x", "k"], "key"),
          node("Transpose", ["key"], "turned", perm=[0, 2, 1]),
          node("MatMul", ["query", "turned"], "y", "scores")],
         [1, 4, 8], [1, 4, 4],
         {"q": random.standard_normal((8, 8)), "k": random.standard_normal((8, 8))})
    save(folder / "convolutional.onnx",
         [node("Conv", ["x", "k"], "c", "conv1"), node("GlobalAveragePool", ["c"], "y")],
         [1, 1, 6, 6], [1, 9, 1, 1], {"k": constants["k"]})


if __name__ == "__main__":
    main()
