#!/usr/bin/python3
"""Thresholds read back from an image against those of the ONNX file.

    check_thresholds.py MODEL.onnx IMAGE.rimg

For networks whose linear layers hold +-1 weights and are followed (perhaps
after a max pool) by a BatchNormalization and a sign that gives +1 at 0. The
oracle knows nothing of the compiler: it decides each attainable sum with the
batch norm in decimal arithmetic of 80 digits.
"""

import csv
import decimal
import io
import subprocess
import sys

import onnx
from onnx import numpy_helper

decimal.getcontext().prec = 80


def exact(value):
    return decimal.Decimal(float(value))


def steps(gamma, beta, mean, variance, epsilon, fan_in):
    """Sums of +-1 have the parity of their number; +1 where bn(sum) >= 0."""
    sigma = (exact(variance) + exact(epsilon)).sqrt()

    def rises(total):
        return exact(gamma) * (total - exact(mean)) + exact(beta) * sigma >= 0

    low, high = -fan_in, fan_in
    first, last = rises(low), rises(high)
    if first == last:
        return [], [1 if first else -1]
    while high - low > 2:
        middle = low + (high - low) // 4 * 2
        low, high = (middle, high) if rises(middle) == first else (low, middle)
    return [high], [1, -1] if first else [-1, 1]


def main():
    model = onnx.load(sys.argv[1])
    weights = {i.name: numpy_helper.to_array(i) for i in model.graph.initializer}
    producers = {o: node for node in model.graph.node for o in node.output}
    inputs = {i.name for i in model.graph.input}
    checked = failures = 0
    for node in model.graph.node:
        if node.op_type != "BatchNormalization":
            continue
        linear = producers[node.input[0]]
        while linear.op_type == "MaxPool":
            linear = producers[linear.input[0]]
        kernel = weights[linear.input[1]]
        neurons = len(weights[node.input[1]])
        fan_in = kernel.size // neurons
        # A first layer that reads the input itself has other sums.
        if not (abs(kernel) == 1).all() or linear.input[0] in inputs:
            continue
        printed = subprocess.run(["bnn-image", "thresholds", "--layer", linear.name, sys.argv[2]],
                                 text=True, check=True, stdout=subprocess.PIPE).stdout
        rows = list(csv.DictReader(io.StringIO(printed)))
        epsilon = next((a.f for a in node.attribute if a.name == "epsilon"), 1e-5)
        parameters = [weights[name] for name in node.input[1:5]]
        for row in rows:
            n = int(row["neuron"])
            wanted = steps(*(p[n] for p in parameters), epsilon, fan_in)
            found = ([int(t) for t in row["thresholds"].split()], [int(c) for c in row["codes"].split()])
            checked += 1
            if found != wanted:
                failures += 1
                print(f"{linear.name}, neuron {n}: the image has {found}, the network {wanted}")
        if len(rows) != neurons:
            failures += 1
            print(f"{linear.name}: {len(rows)} rows for {neurons} neurons")
    print(f"{checked} neurons checked, {failures} wrong")
    return 1 if failures or not checked else 0


if __name__ == "__main__":
    sys.exit(main())
