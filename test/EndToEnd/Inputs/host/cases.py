"""Networks that leave the host and come back: trained with binary layers, so
that compilation is exact, with real layers before, between and beside them.

Each case: the model, inputs, declarations for --input, models of the host, and
layers on the arrays.
"""

import collections
import pathlib
import sys

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "matrix"))
from builder import Graph
from onnx import TensorProto

Case = collections.namedtuple("Case", "name model inputs declared pieces arrays")
random = np.random.default_rng(5)


def real(*shape):
    return random.standard_normal(shape).astype(np.float32)


def signs(*shape):
    return random.choice(np.float32([-1, 1]), shape)


def norm(g, x, channels):
    return g.batch_norm(x, real(channels), real(channels), real(channels),
                        random.uniform(0.5, 2, channels))


def network(name, shape, build, pieces, arrays, declared=None, inputs=None):
    g = Graph()
    g.rank = 2 + len(shape) - 1
    out = build(g, g.input("x", shape))
    for tensor in out if isinstance(out, list) else [out]:
        g.output(tensor, *((TensorProto.INT64,) if tensor == "class" else ()))
    # One sample at a time: small runtimes know no other.
    model = g.model()
    for port in model.graph.input:
        port.type.tensor_type.shape.dim[0].dim_value = 1
    samples = inputs if inputs is not None else real(24, *shape)
    return Case(name, model, samples, declared, pieces, arrays)


def classifier(g, x):
    x = g.op("Relu", g.op("Conv", x, real(4, 1, 3, 3), real(4)))
    x = g.op("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2])
    x = g.op("Flatten", norm(g, x, 4))
    x = norm(g, g.op("MatMul", g.sign(x), signs(36, 20)), 20)
    x = norm(g, g.op("MatMul", g.sign(x), signs(20, 5)), 5)
    return [g.op("Softmax", x, out="scores", axis=1), g.op("ArgMax", x, out="class", axis=1)]


def twice(g, x):
    """Real, binary, real, binary."""
    x = g.sign(norm(g, g.op("Conv", x, real(6, 2, 3, 3), pads=[1, 1, 1, 1]), 6))
    x = g.op("Relu", norm(g, g.op("Conv", x, signs(8, 6, 3, 3), pads=[1, 1, 1, 1]), 8))
    x = g.op("Conv", x, real(4, 8, 3, 3), real(4), strides=[2, 2])
    x = g.op("Flatten", g.sign(x))
    return g.op("Add", g.op("MatMul", x, signs(16, 7)), real(7), out="scores")


def residual(g, x):
    """Two binary convolutions, each with a real path beside it."""
    x = g.op("Relu", g.op("Conv", x, real(6, 2, 3, 3), pads=[1, 1, 1, 1]))
    for _ in range(2):
        bits = g.sign(g.op("Sub", x, g.per_channel(real(6))))
        y = norm(g, g.op("Conv", bits, signs(6, 6, 3, 3), pads=[1, 1, 1, 1]), 6)
        x = g.op("Relu", g.op("Add", y, x))
    x = g.op("Flatten", g.op("GlobalAveragePool", x))
    return g.op("Gemm", x, real(5, 6), real(5), out="scores", transB=1)


def declared(g, x):
    """Pixels onto the arrays at once; a real layer in the middle."""
    x = g.op("Mul", x, np.float32(1 / 255))
    x = norm(g, g.op("Conv", x, signs(5, 1, 3, 3)), 5)
    x = g.op("Tanh", x)
    x = g.op("Flatten", g.op("AveragePool", x, kernel_shape=[2, 2], strides=[2, 2]))
    x = g.sign(g.op("Gemm", x, real(20, 20), real(20)))
    return g.op("MatMul", x, signs(20, 6), out="scores")


def levels(g, x):
    """Activations of two bits cross; the scores leave the chip as integers."""
    x = g.op("Relu", g.op("Gemm", x, real(12, 16), real(16)))
    x = g.op("Clip", g.op("Round", x), np.float32(0), np.float32(3))
    return g.op("MatMul", x, signs(16, 4), out="scores")


def cases():
    pixels = random.integers(0, 256, (24, 1, 6, 6)).astype(np.float32)
    return [
        network("classifier", (1, 8, 8), classifier, 2, 2),
        network("twice", (2, 6, 6), twice, 3, 2),
        network("residual", (2, 5, 5), residual, 3, 2),
        network("declared", (1, 6, 6), declared, 3, 2, "x=u8", pixels),
        network("levels", (12,), levels, 2, 1),
    ]
