"""One network on arrays of every row and column count up to its size and beyond."""

import numpy as np

from builder import Case, binary, generator, ternary

INPUTS, NEURONS = 11, 7


# Shipped targets: sensing of two and of three levels, masked and driven columns.
TARGETS = ("ideal", "ternary-nearthreshold-example", "textbook-equal-sigma", "hfox130-64x64")


def split(name, array, make, target="hfox130-kilobit"):
    def build(g):
        rng = generator(make.__name__)
        x = g.sign(g.op("MatMul", g.input("x", [INPUTS]), make(rng, INPUTS, NEURONS), out="acc"), out="act")
        g.op("MatMul", x, make(rng, NEURONS, 3), out="y")
        g.output("y")
    rng = generator("samples " + name)
    return Case(name, build, rng.integers(-2, 2, (8, INPUTS)).astype(np.float32), declared="s2",
                array=array, arrays=2, options=("--target", target))


def cases():
    for rows in range(1, NEURONS + 2):
        for columns in range(1, INPUTS + 2):
            yield split(f"split-{rows}x{columns}", f"{rows}x{columns}", binary)
    for columns in range(1, 2 * INPUTS + 2, 3):
        yield split(f"split-ternary-5x{columns}", f"5x{columns}", ternary)
    for target in TARGETS:
        for make in (binary, ternary):
            for array in ("3x4", "32x32"):
                yield split(f"split-{target}-{make.__name__}-{array}", array, make, target)
