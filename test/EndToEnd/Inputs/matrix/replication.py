"""Convolutions of every geometry in several copies, each with its part of the output."""

import itertools

import numpy as np

import geometry
from builder import Case, binary, generator, ternary

SCHEDULES = ("p2s", "s2p")
PLENTY = "100000"


def budget(subarrays, schedule):
    return ("--replicate", str(subarrays), "--target", "dual-schedule-example", "--schedule", schedule)


def positions(case):
    """Sizes of the outputs of a case of `geometry`, from its Conv node."""
    graph = case.models()[0].graph
    shapes = {tensor.name: tensor.dims for tensor in graph.initializer}
    node = next(node for node in graph.node if node.op_type == "Conv")
    attributes = {a.name: list(a.ints) or a.s.decode() for a in node.attribute}
    image, kernel = case.inputs.shape[2:], shapes[node.input[1]][2:]
    rank = len(image)
    if "auto_pad" in attributes:
        if attributes["auto_pad"] != "VALID":
            return [-(-size // stride) for size, stride in zip(image, attributes["strides"])]
        attributes["pads"] = [0] * (2 * rank)
    return [geometry.output_size(*given) for given in zip(
        image, kernel, attributes["strides"], attributes["dilations"],
        attributes["pads"][:rank], attributes["pads"][rank:])]


def convolutions():
    """Every other one of the geometry group, with as many copies as help or as few as fit."""
    schedules = itertools.cycle(SCHEDULES)
    budgets = itertools.cycle((PLENTY, 30, PLENTY, 60, 15))
    for case in itertools.islice(geometry.convolutions(), 0, None, 2):
        # A window that sees only padding stays whole; so does a single position.
        if max(positions(case)) == 1 or case.name == "conv-only-padding":
            continue
        case.options = budget(PLENTY if case.array else next(budgets), next(schedules))
        case.arrays, case.copies = None, True
        yield case


def two_readers(name, schedule):
    """Sums of one convolution that a threshold and an addition read: all of them leave the layer."""
    def build(g):
        rng = generator(name)
        g.rank = 4
        x = g.sign(g.input("x", [3, 7, 5]), out="in")
        sums = g.op("Conv", x, binary(rng, 4, 3, 3, 3), out="acc", pads=[1, 1, 1, 1])
        bits = g.sign(g.op("Add", sums, g.per_channel([0.5, 1.5, -2.5, 3.5])), out="act")
        other = g.op("Conv", bits, ternary(rng, 4, 4, 3, 3), pads=[1, 1, 1, 1])
        y = g.sign(g.op("Add", g.op("Add", other, sums), 0.5), out="sum")
        g.op("Conv", y, binary(rng, 2, 4, 1, 1), out="y")
        g.output("y")
    rng = generator("samples " + name)
    return Case(name, build, rng.integers(-2, 3, (6, 3, 7, 5)).astype(np.float32),
                watch=("acc", "act", "sum"), options=budget(PLENTY, schedule), copies=True)


def shared_weights(name, schedule):
    """One tensor of weights for two convolutions of other inputs and other padding."""
    def build(g):
        rng = generator(name)
        weights = g.const(binary(rng, 4, 4, 3, 3))
        x = g.sign(g.input("x", [4, 9, 5]), out="in")
        y = g.sign(g.op("Add", g.op("Conv", x, weights, pads=[2, 1, 0, 1]), 1.0), out="act")
        y = g.sign(g.op("Add", g.op("Conv", y, weights, pads=[0, 1, 1, 1], strides=[2, 1]), 1.0), out="act2")
        g.op("Conv", y, binary(rng, 2, 4, 1, 1), out="y")
        g.output("y")
    rng = generator("samples " + name)
    return Case(name, build, rng.integers(-2, 3, (6, 4, 9, 5)).astype(np.float32),
                watch=("act", "act2"), options=budget(PLENTY, schedule), copies=True)


def cases():
    yield from convolutions()
    # A pool behind the copies, on sums and on bits, and a convolution behind the pool.
    for schedule in SCHEDULES:
        yield two_readers(f"two-readers-{schedule}", schedule)
        yield shared_weights(f"shared-weights-{schedule}", schedule)
        for pool in ("k3-s2-p1", "k2-s1-asymmetric"):
            for order in ("before", "between", "after"):
                case = geometry.pool_case(f"copies-pool-{pool}-{order}-{schedule}", order, geometry.POOLS[pool])
                case.options, case.arrays, case.copies = budget(PLENTY, schedule), None, True
                yield case
