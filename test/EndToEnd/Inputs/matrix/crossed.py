"""Every spelling of sign x every factor before it x every geometry of a convolution.

One network holds all spellings as branches of one input: a convolution with
its geometry, a factor that makes -0, denormal or large values, the spelling,
and a convolution of 1x1. What differs is named by the branch's activation,
`act.<spelling>`.
"""

import numpy as np

from builder import Case, binary, generator
from signs import FACTORS, SPELLINGS

CHANNELS = 6    # of every spelling

# name: image, kernel, inputs, further attributes of the convolution. Fan-ins
# are odd with 3 and a kernel of odd sizes, else even.
GEOMETRIES = {
    "valid": ((4, 4), (3, 3), 3, {}),
    "padded": ((4, 5), (3, 3), 3, dict(pads=[1, 1, 1, 1])),
    "padded-even": ((4, 5), (2, 3), 2, dict(pads=[1, 1, 0, 1])),
    "kernel-larger": ((1, 1), (3, 3), 3, dict(pads=[1, 1, 1, 1])),
    "kernel-twice-the-image": ((2, 3), (7, 7), 2, dict(pads=[3, 3, 3, 3])),
    "only-padding": ((1, 1), (3, 3), 3, dict(pads=[2, 2, 2, 2], strides=[2, 2])),
    "asymmetric": ((5, 6), (3, 3), 3, dict(pads=[0, 1, 2, 0])),
    "asymmetric-stride": ((5, 6), (3, 2), 3, dict(pads=[2, 1, 0, 3], strides=[2, 1])),
    "stride-dilation": ((7, 6), (3, 3), 3, dict(pads=[2, 2, 2, 2], strides=[2, 2], dilations=[2, 2])),
    "stride-3": ((7, 6), (3, 3), 2, dict(pads=[1, 1, 1, 1], strides=[3, 3])),
    "dilation": ((5, 5), (3, 3), 3, dict(pads=[1, 1, 1, 1], dilations=[2, 2])),
    "same-upper": ((5, 7), (3, 3), 3, dict(auto_pad="SAME_UPPER", strides=[2, 2])),
    "same-lower": ((4, 4), (2, 2), 3, dict(auto_pad="SAME_LOWER")),
    "groups": ((4, 4), (3, 3), 4, dict(pads=[1, 1, 1, 1], group=2)),
    "depthwise": ((5, 5), (3, 3), 6, dict(pads=[2, 2, 2, 2], dilations=[2, 2], group=6)),
    "one-dimension": ((11,), (5,), 3, dict(pads=[2, 2], strides=[2])),
    "one-dimension-dilated": ((9,), (4,), 2, dict(pads=[3, 0], dilations=[2])),
}

POOL = dict(kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])


def negative_slope(g, x):
    return g.op("PRelu", x, np.full((CHANNELS,) + (1,) * (g.rank - 2), -0.5, np.float32))


def both_gammas(g, x):
    """Batch norm that changes the sign of every other channel: 0 stays 0.

    The oracle's 1 / sqrt(1) is not 1 on every processor: with 1.5 no sum but 0
    falls on a threshold of a spelling.
    """
    gamma = np.resize([1.5, -1.5], CHANNELS)
    return g.batch_norm(x, gamma, np.zeros(CHANNELS), np.zeros(CHANNELS), np.ones(CHANNELS), eps=0.0)


# What stands between convolution and spelling, and after it; on padded windows.
VARIANTS = {
    "gamma": dict(before=[both_gammas]),
    "prelu": dict(before=[negative_slope]),
    "pool-before": dict(before=[lambda g, x: g.op("MaxPool", x, **POOL), both_gammas]),
    "pool-between": dict(before=[both_gammas, lambda g, x: g.op("MaxPool", x, **POOL)]),
    "pool-after": dict(before=[both_gammas], after=[lambda g, x: g.op("MaxPool", x, **POOL)]),
}


def network(name, spellings, factor, geometry, before=(), after=()):
    image, kernel, inputs, attributes = geometry

    def build(g):
        g.rank = 2 + len(image)
        rng = generator(name)
        x = g.sign(g.input("x", [inputs, *image]), out="in")
        scores = []
        for spelling in spellings:
            weights = binary(rng, CHANNELS, inputs // attributes.get("group", 1), *kernel)
            y = g.op("Conv", x, weights, **attributes)
            for step in before:
                y = step(g, y)
            if factor is not None:
                y = g.op("Mul", y, np.float32(factor))
            g.names = {"act": f"act.{spelling}"}
            y = SPELLINGS[spelling](g, y)
            for step in after:
                y = step(g, y)
            scores.append(g.op("Conv", y, binary(rng, 2, CHANNELS, *[1] * len(image))))
        g.op("Concat", *scores, out="y", axis=1)
        g.output("y")
    return build


def cases():
    geometries = {name: (geometry, {}) for name, geometry in GEOMETRIES.items()}
    geometries |= {name: (GEOMETRIES["padded"], variant) for name, variant in VARIANTS.items()}
    for label, factor in FACTORS.items():
        # The square in ReActNet's spelling overflows float32.
        spellings = [s for s in SPELLINGS if s != "17-reactnet" or label != "large"]
        for shape, (geometry, variant) in geometries.items():
            name = f"{shape}-{label}"
            samples = generator("samples " + name).integers(-2, 3, (4, geometry[2], *geometry[0]))
            yield Case(name, network(name, spellings, factor, geometry, **variant),
                       samples.astype(np.float32), watch=tuple(f"act.{s}" for s in spellings),
                       options=("--ties", "fp32"), arrays=2 * len(spellings))
