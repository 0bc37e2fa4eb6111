"""Convolutions and pools of every geometry, with zero padding of +-1 tensors."""

import itertools

import numpy as np

from builder import Case, binary, generator, ternary


def normalised(g, x, rng, channels, out=None):
    gamma = rng.uniform(0.3, 2, channels) * rng.choice([-1, 1], channels)
    return g.batch_norm(x, gamma, rng.uniform(-2, 2, channels),
                        rng.uniform(-3, 3, channels), rng.uniform(0.5, 4, channels), out=out)


def output_size(size, kernel, stride, dilation, begin, end):
    return (size + begin + end - dilation * (kernel - 1) - 1) // stride + 1


def convolution(name, image, kernel, channels=(3, 4), groups=1, stride=1, dilation=1, pads=0,
                auto_pad=None, zeros="none", array=None, declared=None, levels="binary"):
    """A case: activations of `levels`, one convolution, batch norm, sign, classifier.

    pads is one number, or the list [begins..., ends...]; zeros: where a zero
    may come from besides the padding (an activation of Sign).
    """
    rank = len(image)
    spread = lambda value: [value] * rank if isinstance(value, int) else list(value)
    kernel, stride, dilation = spread(kernel), spread(stride), spread(dilation)
    attributes = {"kernel_shape": kernel, "strides": stride, "dilations": dilation, "group": groups}
    if auto_pad:
        attributes["auto_pad"] = auto_pad
    else:
        attributes["pads"] = [pads] * (2 * rank) if isinstance(pads, int) else list(pads)
    make = {"binary": binary, "ternary": ternary}[levels]

    def build(g):
        rng = generator(name)
        x = g.input("x", [channels[0], *image])
        if not declared:
            x = g.op("Sign", x, out="in") if zeros == "sign" else g.sign(x, out="in")
        weights = make(rng, channels[1], channels[0] // groups, *kernel)
        y = g.op("Conv", x, weights, out="acc", **attributes)
        y = g.sign(normalised(g, y, rng, channels[1]), out="act")
        # A 1x1 convolution and a sum keep the classifier independent of sizes.
        y = g.op("Conv", y, binary(rng, 2, channels[1], *[1] * rank))
        g.op("Identity", y, out="y")
        g.output("y")

    rng = generator("samples " + name)
    if declared:
        low, high = {"u2": (0, 4), "s3": (-4, 4), "u5": (0, 32), "s8": (-128, 128),
                     "bipolar": (0, 2)}[declared]
        samples = rng.integers(low, high, (6, channels[0], *image)).astype(np.float32)
        if declared == "bipolar":
            samples = 2 * samples - 1
    else:
        samples = rng.integers(-2, 3, (6, channels[0], *image)).astype(np.float32)
    return Case(name, build, samples, declared=declared, arrays=2, array=array)


def convolutions():
    # Kernel against image: equal, smaller, larger than the whole image.
    for image, kernel in itertools.product([(1, 1), (2, 2), (3, 3), (5, 4)], [1, 2, 3, 5]):
        pads = kernel // 2
        if all(size + 2 * pads >= kernel for size in image):
            yield convolution(f"conv-{image[0]}x{image[1]}-k{kernel}", image, kernel, pads=pads)
    yield convolution("conv-kernel-twice-the-image", (2, 3), 7, pads=3)
    yield convolution("conv-only-padding", (1, 1), 3, pads=2, stride=2)
    for stride, dilation, pads in itertools.product([1, 2, 3], [1, 2], [0, 1, 2]):
        yield convolution(f"conv-s{stride}-d{dilation}-p{pads}", (7, 6), 3,
                          stride=stride, dilation=dilation, pads=pads)
    for index, pads in enumerate([(0, 1, 2, 0), (1, 0, 0, 0), (0, 0, 0, 1), (2, 1, 0, 3), (0, 2, 1, 1)]):
        yield convolution(f"conv-asymmetric-{index}", (5, 6), 3, pads=pads)
        yield convolution(f"conv-asymmetric-{index}-s2", (5, 6), (3, 2), stride=(2, 1), pads=pads)
    for auto, image, stride in itertools.product(
            ["SAME_UPPER", "SAME_LOWER", "VALID"], [(4, 4), (5, 7), (3, 8)], [1, 2]):
        yield convolution(f"conv-{auto.lower()}-{image[0]}x{image[1]}-s{stride}", image, 3,
                          stride=stride, auto_pad=auto)
    for groups, channels in [(2, (4, 6)), (3, (6, 9)), (4, (4, 4)), (4, (4, 8)), (5, (5, 5))]:
        for pads in (0, 1):
            yield convolution(f"conv-group{groups}-{channels[0]}-{channels[1]}-p{pads}", (5, 5), 3,
                              channels=channels, groups=groups, pads=pads)
    yield convolution("conv-depthwise-dilated", (6, 6), 3, channels=(6, 6), groups=6, pads=2, dilation=2)
    for kernel, stride, dilation, pads in [(3, 1, 1, 1), (5, 2, 1, 2), (4, 1, 2, (3, 0)), (7, 3, 1, 0), (9, 1, 1, 8)]:
        yield convolution(f"conv1d-k{kernel}-s{stride}-d{dilation}", (11,), kernel, stride=stride,
                          dilation=dilation, pads=pads)
    yield convolution("conv1d-groups", (9,), 3, channels=(6, 6), groups=3, pads=1)
    for levels, zeros, pads in itertools.product(["binary", "ternary"], ["none", "sign"], [0, 1]):
        yield convolution(f"conv-{levels}-weights-zeros-{zeros}-p{pads}", (5, 5), 3, pads=pads,
                          levels=levels, zeros=zeros)
    for declared, levels, pads in itertools.product(["u2", "s3", "u5", "s8", "bipolar"],
                                                    ["binary", "ternary"], [0, 1]):
        yield convolution(f"conv-input-{declared}-{levels}-p{pads}", (4, 5), 3, pads=pads,
                          levels=levels, declared=declared)
    for array in ("1x1", "2x3", "8x27", "27x8", "3x64", "33x26", "64x28"):
        yield convolution(f"conv-array-{array}", (4, 4), 3, channels=(3, 5), pads=1, array=array)


POOLS = {
    "k2": dict(kernel_shape=[2, 2], strides=[2, 2]),
    "k3-s2-p1": dict(kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1]),
    "k2-s1-asymmetric": dict(kernel_shape=[2, 2], strides=[1, 1], pads=[1, 0, 0, 1]),
    "k3-dilated": dict(kernel_shape=[2, 2], strides=[1, 1], dilations=[2, 2]),
    "k2-ceil": dict(kernel_shape=[2, 2], strides=[2, 2], ceil_mode=1),
    "k3-same": dict(kernel_shape=[3, 3], strides=[2, 2], auto_pad="SAME_UPPER"),
}


def pool_case(name, order, attributes, last="sign"):
    """Max-pool before the batch norm (both signs of gamma), after it, or on the bits."""
    def build(g):
        rng = generator(name)
        x = g.sign(g.input("x", [3, 6, 7]), out="in")
        y = g.op("Conv", x, binary(rng, 5, 3, 3, 3), out="acc", pads=[1, 1, 1, 1])
        if order == "before":
            y = g.op("MaxPool", y, **attributes)
        y = normalised(g, y, rng, 5)
        if order == "between":
            y = g.op("MaxPool", y, **attributes)
        y = g.sign(y, out="act") if last == "sign" else g.op("Sign", y, out="act")
        if order == "after":
            y = g.op("MaxPool", y, **attributes)
        g.op("Conv", y, binary(rng, 2, 5, 2, 2), out="y", pads=[1, 1, 0, 0])
        g.output("y")
    rng = generator("samples " + name)
    return Case(name, build, rng.integers(-2, 3, (6, 3, 6, 7)).astype(np.float32), arrays=2)


def average_case(name, kind, **attributes):
    """An average of +-1 values or of accumulators, then a threshold."""
    def build(g):
        rng = generator(name)
        x = g.sign(g.input("x", [3, 6, 6]), out="in")
        y = g.op("Conv", x, binary(rng, 4, 3, 3, 3), out="acc", pads=[1, 1, 1, 1])
        y = g.op(kind, y, **attributes)
        y = g.sign(normalised(g, y, rng, 4), out="act")
        g.op("Conv", y, binary(rng, 2, 4, 1, 1), out="y")
        g.output("y")
    rng = generator("samples " + name)
    return Case(name, build, rng.integers(-2, 3, (6, 3, 6, 6)).astype(np.float32))


def flatten_case(name, channels_last):
    """Flatten in either order before a dense layer, a permutation of its inputs."""
    def build(g):
        rng = generator(name)
        x = g.sign(g.input("x", [3, 4, 5]), out="in")
        y = g.op("Conv", x, binary(rng, 4, 3, 3, 3), out="acc", pads=[1, 1, 1, 1])
        y = g.sign(normalised(g, y, rng, 4), out="act")
        if channels_last:
            y = g.op("Transpose", y, perm=[0, 2, 3, 1])
        y = g.op("Flatten", y, axis=1)
        g.op("MatMul", y, binary(rng, 80, 3), out="y")
        g.output("y")
    rng = generator("samples " + name)
    return Case(name, build, rng.integers(-2, 3, (6, 3, 4, 5)).astype(np.float32), arrays=2)


def cases():
    yield from convolutions()
    for (pool, attributes), order in itertools.product(POOLS.items(), ("before", "between", "after")):
        yield pool_case(f"pool-{pool}-{order}", order, attributes)
        if order != "after":
            yield pool_case(f"pool-{pool}-{order}-ternary", order, attributes, last="ternary")
    yield average_case("average-k2", "AveragePool", kernel_shape=[2, 2], strides=[2, 2])
    yield average_case("average-k3-p1", "AveragePool", kernel_shape=[3, 3], strides=[2, 2], pads=[1] * 4)
    yield average_case("average-k3-include", "AveragePool", kernel_shape=[3, 3], strides=[1, 1],
                       pads=[1] * 4, count_include_pad=1)
    yield average_case("global-average", "GlobalAveragePool")
    yield average_case("global-max", "GlobalMaxPool")
    for last in (False, True):
        yield flatten_case(f"flatten-{'nhwc' if last else 'nchw'}", last)
