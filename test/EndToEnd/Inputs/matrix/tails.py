"""What stands between an accumulator and the next layer's input."""

import numpy as np

from builder import Case, binary, generator

CHANNELS = 6


def signed(rng, low, high):
    return rng.uniform(low, high, CHANNELS) * rng.choice([-1, 1], CHANNELS)


def norm(g, x, rng, gamma=None, **more):
    gamma = signed(rng, 0.2, 3) if gamma is None else gamma
    return g.batch_norm(x, gamma, rng.uniform(-2, 2, CHANNELS), rng.uniform(-4, 4, CHANNELS),
                        more.get("var", rng.uniform(0.3, 5, CHANNELS)))


def prelu(low, high):
    def tail(g, x, rng):
        x = g.op("Add", x, rng.uniform(-2, 2, CHANNELS).astype(np.float32))
        x = g.op("PRelu", x, rng.uniform(low, high, CHANNELS).astype(np.float32))
        return g.op("Add", x, rng.uniform(-2, 2, CHANNELS).astype(np.float32))
    return tail


def chain(*steps):
    """Operators with one constant each: ("Mul", 0.5), ("Relu",) ..."""
    def tail(g, x, rng):
        for kind, *constants in steps:
            x = g.op(kind, x, *[np.float32(c) for c in constants])
        return x
    return tail


def brevitas_norm(g, x, rng):
    deviation = g.op("Pow", g.op("Add", np.float32(3.7), np.float32(1e-5)), np.float32(0.5))
    x = g.op("Div", g.op("Sub", x, np.float32(0.37)), deviation)
    return g.op("Add", g.op("Mul", x, np.float32(1.9)), np.float32(-0.21))


TAILS = {
    "none": lambda g, x, rng: x,
    "norm": lambda g, x, rng: norm(g, x, rng),
    "norm-positive": lambda g, x, rng: norm(g, x, rng, np.abs(signed(rng, 0.2, 3))),
    "norm-negative": lambda g, x, rng: norm(g, x, rng, -np.abs(signed(rng, 0.2, 3))),
    "norm-zero-gamma": lambda g, x, rng: norm(g, x, rng, np.array([0, 1, -1, 0, 0.5, 0])),
    "norm-denormal-variance": lambda g, x, rng: norm(g, x, rng, var=np.full(CHANNELS, 5.6e-45)),
    "norm-zero-variance": lambda g, x, rng: norm(g, x, rng, var=np.zeros(CHANNELS)),
    "norm-huge-beta": lambda g, x, rng: g.batch_norm(
        x, np.ones(CHANNELS), np.array([1e20, -1e20, 1e5, -1e5, 0, 0]), np.zeros(CHANNELS), np.ones(CHANNELS)),
    "norm-twice": lambda g, x, rng: norm(g, norm(g, x, rng), rng),
    "norm-mul-add": lambda g, x, rng: g.op(
        "Add", g.op("Mul", x, signed(rng, 0.1, 2).astype(np.float32)),
        rng.uniform(-3, 3, CHANNELS).astype(np.float32)),
    "norm-chain": brevitas_norm,
    "bias": lambda g, x, rng: g.op("Add", x, rng.uniform(-3, 3, CHANNELS).astype(np.float32)),
    "integer-bias": lambda g, x, rng: g.op("Add", x, rng.integers(-3, 4, CHANNELS).astype(np.float32)),
    "constant-minus": lambda g, x, rng: g.op("Sub", np.float32(1.5), x),
    "divide": chain(("Div", -3.0), ("Add", 0.3)),
    "relu": chain(("Sub", 2.0), ("Relu",), ("Sub", 1.5)),
    "leaky-relu": lambda g, x, rng: g.op("Add", g.op("LeakyRelu", x, alpha=0.25), np.float32(0.4)),
    "leaky-relu-negative": lambda g, x, rng: g.op(
        "Sub", g.op("LeakyRelu", x, alpha=-0.75), np.float32(1.1)),
    "prelu": prelu(0.1, 0.9),
    "prelu-negative": prelu(-1.5, -0.1),
    "prelu-mixed": prelu(-1, 1),
    "clip": lambda g, x, rng: g.op("Clip", norm(g, x, rng), -1.0, 1.0),
    "absolute": chain(("Abs",), ("Sub", 2.5)),
    "absolute-of-norm": lambda g, x, rng: g.op("Sub", g.op("Abs", norm(g, x, rng)), np.float32(0.7)),
    "square": chain(("Mul", 0.5), ("Pow", 2.0), ("Sub", 1.7)),
    "negate": chain(("Neg",), ("Add", 0.5)),
    "maximum": chain(("Max", 1.0), ("Min", 4.0), ("Sub", 2.2)),
    "sigmoid": chain(("Sigmoid",), ("Sub", 0.61)),
    "tanh": chain(("Mul", 0.3), ("Tanh",), ("Add", 0.41)),
    "hard-sigmoid": lambda g, x, rng: g.op("Sub", g.op("HardSigmoid", x, alpha=0.2, beta=0.5), np.float32(0.55)),
    "exponential": chain(("Exp",), ("Sub", 3.3)),
    "softplus": chain(("Softplus",), ("Sub", 1.9)),
    "rounding": chain(("Mul", 0.3), ("Round",), ("Sub", 0.5)),
    "floor": chain(("Div", 3.0), ("Floor",), ("Add", 0.5)),
    "self-product": lambda g, x, rng: g.op("Sub", g.op("Mul", x, x), np.float32(5.5)),
    "self-sum": lambda g, x, rng: g.op("Add", g.op("Add", x, g.op("Mul", x, np.float32(-3.0))), np.float32(0.5)),
    "swish": lambda g, x, rng: g.op("Sub", g.op("Mul", x, g.op("Sigmoid", x)), np.float32(0.9)),
    "rational": lambda g, x, rng: g.op("Sub", g.op("Div", x, g.op("Add", g.op("Abs", x), 1.5)), np.float32(0.31)),
}


def dense(name, tail, inputs, last, weights=None, bias=None):
    def build(g):
        rng = generator(name)
        x = g.input("x", [inputs])
        first = binary(rng, inputs, CHANNELS) if weights is None else weights(rng, inputs)
        y = g.op("MatMul", x, np.float32(first), out="acc")
        y = tail(g, y, rng)
        y = g.sign(y, out="act") if last == "plus" else g.op("Sign", y, out="act")
        g.op("MatMul", y, binary(rng, CHANNELS, 3), out="y")
        g.output("y")
    rng = generator("samples " + name)
    samples = rng.integers(-2, 2, (32, inputs)).astype(np.float32)
    return Case(name, build, samples, declared="s2", arrays=2)


def scaled(rng, inputs):
    """A scale per output, as after folding a batch norm; its sign is in the weights.

    Sixteenths: the sums are exact in float32, so that the runtime can judge a
    sum of zero too.
    """
    scales = np.round(signed(rng, 0.1, 2) * 16) / 16
    return binary(rng, inputs, CHANNELS) * scales


def dead(rng, inputs):
    """Channels 1 and 4 died in the folding: all zeros beside scaled binary ones."""
    return scaled(rng, inputs) * np.array([1, 0, 1, 1, 0, 1])


def residual(name, left, right, shift):
    """Two accumulators with factors, added before the sign."""
    def build(g):
        rng = generator(name)
        x = g.input("x", [9])
        a = g.sign(g.op("Add", g.op("MatMul", x, binary(rng, 9, 8)), np.float32(0.5)), out="act")
        p = g.op("Mul", g.op("MatMul", a, binary(rng, 8, 8)), np.float32(left))
        q = g.op("Mul", a if right == "skip" else g.op("MatMul", a, binary(rng, 8, 8)),
                 np.float32(1.0 if right == "skip" else right))
        b = g.sign(g.op("Add", g.op("Add", p, q), np.float32(shift)), out="sum")
        g.op("MatMul", b, binary(rng, 8, 3), out="y")
        g.output("y")
    rng = generator("samples " + name)
    return Case(name, build, rng.integers(-2, 2, (32, 9)).astype(np.float32), declared="s2",
                watch=("act", "sum"))


def near_binary(name, spread):
    """Weights that are almost +-a: they are real, stay on the host, and say so."""
    def build(g):
        rng = generator(name)
        weights = binary(rng, 20, CHANNELS) * np.float32(0.3)
        weights[3] *= np.float32(1 + spread)
        y = g.op("MatMul", g.sign(g.input("x", [20])), weights.astype(np.float32), out="acc")
        g.op("MatMul", g.sign(g.op("Add", y, np.float32(0.11)), out="act"), binary(rng, CHANNELS, 3), out="y")
        g.output("y")
    rng = generator("samples " + name)
    return Case(name, build, rng.normal(size=(32, 20)).astype(np.float32), arrays=1,
                reason="spread")


def cases():
    for label, tail in TAILS.items():
        for inputs in (7, 8):
            for last in ("plus", "zero"):
                yield dense(f"tail-{label}-{inputs}-{last}", tail, inputs, last)
    for label in ("none", "bias", "norm", "prelu-mixed"):
        for weights in (scaled, dead):
            yield dense(f"tail-{label}-{weights.__name__}", TAILS[label], 8, "plus", weights)
    for left, right, shift in [(1, 1, 0), (1, 1, .5), (.5, .5, .25), (2, 3, -1), (-1, 1, 0), (.5, -1.5, .3),
                               (1, "skip", 0), (.25, "skip", .1), (.1, .3, .05), (1, 1e-3, 0)]:
        yield residual(f"residual-{left}-{right}-{shift}", left, right, shift)
    for label, spread in [("1e-7", 1.2e-7), ("0.4", 0.004), ("0.6", 0.006)]:
        yield near_binary(f"near-binary-{label}", spread)
