"""Multi-bit activations, ternary weights, declared inputs, quantizer nodes."""

import itertools

import numpy as np
from onnx import TensorProto

from builder import Case, binary, generator, ternary

WEIGHTS = {"binary": binary, "ternary": ternary}


def samples_of(declared, name, count, *shape):
    """Random values of a declared type, its ends included."""
    kind = declared.split(":")[0]
    rng = generator("samples " + name)
    if kind == "bipolar":
        return rng.choice(np.float32([-1, 1]), (count, *shape))
    bits = int(kind[1:])
    low, high = (0, 2 ** bits) if kind[0] == "u" else (-2 ** (bits - 1), 2 ** (bits - 1))
    values = rng.integers(low, high, (count, *shape))
    values[0], values[1] = low, high - 1
    return values.astype(np.float32)


def activation(name, bits, signed, narrow, weights, mode, kernel):
    """Quant activations between two layers, dense or a zero-padded convolution."""
    def build(g):
        rng = generator(name)
        scale = np.float32(2.0 ** rng.integers(-2, 1))
        act = lambda x: g.quant(x, scale, bits, signed, narrow, mode=mode, out="act")
        if kernel:
            x = g.op("Conv", g.input("x", [2, 5, 4]), binary(rng, 4, 2, 3, 3), pads=[1] * 4)
            x = act(g.op("Add", x, rng.uniform(-2, 2, (4, 1, 1)).astype(np.float32)))
            x = g.op("Conv", x, WEIGHTS[weights](rng, 3, 4, 3, 3), out="acc", pads=[1] * 4)
        else:
            x = g.op("MatMul", g.input("x", [12]), binary(rng, 12, 9))
            x = act(g.op("Add", x, rng.uniform(-2, 2, 9).astype(np.float32)))
            x = g.op("MatMul", x, WEIGHTS[weights](rng, 9, 5), out="acc")
        g.op("Add", g.op("Mul", x, np.float32(0.37)), np.float32(1.1), out="y")
        g.output("y")
    shape = (2, 5, 4) if kernel else (12,)
    return Case(name, build, samples_of("s2", name, 16, *shape), declared="s2", arrays=2)


def declared_input(name, declared, weights):
    scale = offset = None
    if ":" in declared:
        scale, offset = (declared.split(":")[1] + ",0").split(",")[:2]

    def build(g):
        rng = generator(name)
        x = g.op("MatMul", g.input("x", [11]), WEIGHTS[weights](rng, 11, 6), out="acc")
        x = g.sign(g.op("Add", x, rng.uniform(-2, 2, 6).astype(np.float32)), out="act")
        g.op("MatMul", x, binary(rng, 6, 4), out="y")
        g.output("y")
    samples = samples_of(declared, name, 24, 11)
    if scale is not None:
        samples = (np.float64(eval(scale)) * (samples + np.float64(offset))).astype(np.float32)
    return Case(name, build, samples, declared=declared, arrays=2)


def quantized_input(name, bits, signed):
    """A Quant node on the input is a declaration too."""
    def build(g):
        rng = generator(name)
        x = g.quant(g.input("x", [10]), np.float32(0.25), bits, signed, out="in")
        x = g.op("MatMul", x, binary(rng, 10, 6), out="acc")
        g.op("MatMul", g.sign(g.op("Sub", x, np.float32(0.3)), out="act"), binary(rng, 6, 4), out="y")
        g.output("y")
    rng = generator("samples " + name)
    return Case(name, build, rng.integers(-40, 41, (24, 10)).astype(np.float32) / 16, arrays=2,
                watch=("in", "act"))


def qdq(name, low, high):
    """Brevitas' standard export: QuantizeLinear, Clip on int8, DequantizeLinear."""
    def build(g):
        rng = generator(name)
        scale, zero = g.const(np.float32(0.5)), g.const(0, np.int8)
        x = g.op("MatMul", g.input("x", [10]), binary(rng, 10, 7))
        x = g.op("QuantizeLinear", g.op("Add", x, np.float32(0.2)), scale, zero)
        x = g.op("Clip", x, g.const(low, np.int8), g.const(high, np.int8))
        x = g.op("DequantizeLinear", x, scale, zero, out="act")
        weights = g.op("DequantizeLinear", g.const(ternary(rng, 7, 5), np.int8),
                       g.const(rng.uniform(0.1, 1, 5), np.float32), g.const(np.zeros(5), np.int8), axis=1)
        g.op("MatMul", x, weights, out="y")
        g.output("y")
    return Case(name, build, samples_of("s2", name, 24, 10), declared="s2", arrays=2)


def multi_threshold(name, levels, per_channel):
    def build(g):
        rng = generator(name)
        x = g.op("MatMul", g.input("x", [10]), binary(rng, 10, 7), out="acc")
        table = np.sort(rng.integers(-8, 9, (7 if per_channel else 1, levels)) +
                        rng.choice([0, 0.5], (1, 1)), axis=1)
        x = g.multi_threshold(x, table, out="act")
        g.op("MatMul", x, ternary(rng, 7, 5), out="y")
        g.output("y")
    return Case(name, build, samples_of("s2", name, 24, 10), declared="s2", arrays=2)


def xnor(name, inputs):
    """FINN's matches of {0,1} activations and weights."""
    def build(g):
        rng = generator(name)
        bits = g.cast(g.op("GreaterOrEqual", g.op("MatMul", g.input("x", [9]), binary(rng, 9, inputs)), 0.0), out="act")
        x = g.xnor_popcount(bits, rng.integers(0, 2, (inputs, 4)))
        g.op("Add", g.op("Mul", x, np.float32(2)), np.float32(-inputs), out="y")
        g.output("y")
    return Case(name, build, samples_of("s2", name, 24, 9), declared="s2", arrays=2)


def weights_in_graph(name, kind):
    """Weights that the exporter left unfolded: the importer folds them."""
    def build(g):
        rng = generator(name)
        real = rng.normal(size=(9, 6)).astype(np.float32)
        real[0, 0] = 0
        w = g.const(real)
        if kind == "sign":
            w = g.op("Sign", w)
        elif kind == "bipolar":
            w = g.bipolar_quant(w, 0.5)
        elif kind == "ternary-quant":
            w = g.quant(w, 1.0, 2, 1, 1)
        elif kind == "xnor-net":
            mean = g.op("ReduceMean", g.op("Abs", w), axes=[0], keepdims=1)
            w = g.op("Mul", g.sign(w), mean)
        elif kind == "twn":
            size = g.op("Abs", w)
            keep = g.cast(g.op("Greater", size, g.op("Mul", g.op("ReduceMean", size, axes=[0], keepdims=1), 0.7)))
            w = g.op("Mul", g.op("Sign", w), keep)
        elif kind == "straight-through":
            w = g.op("Add", g.op("Sub", g.op("Sign", w), g.op("Clip", w, -1.0, 1.0)), g.op("Clip", w, -1.0, 1.0))
        elif kind == "identity-transpose":
            w = g.op("Transpose", g.op("Identity", g.const(binary(rng, 6, 9))), perm=[1, 0])
        x = g.op("MatMul", g.input("x", [9]), w)
        g.op("MatMul", g.sign(g.op("Add", x, np.float32(0.123)), out="act"), binary(rng, 6, 3), out="y")
        g.output("y")
    return Case(name, build, samples_of("s2", name, 24, 9), declared="s2", arrays=2)


def cases():
    for bits, signed, narrow, weights, kernel in itertools.product(
            (1, 2, 3, 4), (0, 1), (0, 1), ("binary", "ternary"), (False, True)):
        if bits == 1 and narrow:
            continue
        label = f"act-{'s' if signed else 'u'}{bits}{'n' if narrow else ''}-{weights}-{'conv' if kernel else 'dense'}"
        yield activation(label, bits, signed, narrow, weights, "ROUND", kernel)
    for mode in ("FLOOR", "CEIL"):
        yield activation(f"act-s3-{mode.lower()}", 3, 1, 0, "binary", mode, False)
    for declared, weights in itertools.product(
            ["u1", "u2", "u3", "u5", "u8", "s2", "s4", "s8", "s12", "bipolar", "u4:0.25", "u8:1/255",
             "u8:0.0078125,-128", "s8:1/128", "u3:0.5,1"], WEIGHTS):
        yield declared_input(f"input-{declared.replace(':', '-').replace('/', '_')}-{weights}", declared, weights)
    for bits, signed in itertools.product((1, 2, 3, 4), (0, 1)):
        yield quantized_input(f"quantized-input-{'s' if signed else 'u'}{bits}", bits, signed)
    yield qdq("qdq-ternary", -1, 1)
    yield qdq("qdq-3-bit", -4, 3)
    for levels, per_channel in itertools.product((1, 3, 7), (False, True)):
        yield multi_threshold(f"multi-threshold-{levels}-{per_channel}", levels, per_channel)
    for inputs in (5, 8):
        yield xnor(f"xnor-popcount-{inputs}", inputs)
    for kind in ("sign", "bipolar", "ternary-quant", "xnor-net", "twn", "straight-through", "identity-transpose"):
        yield weights_in_graph(f"weights-{kind}", kind)
