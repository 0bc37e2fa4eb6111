"""Checks the operations of a JSON report against sums over the layers' sizes, and
energy, area and time against the coefficients of costed.yaml."""

import json
import math
import sys

report = json.load(open(sys.argv[1]))
cost = report["cost"]
array = 64
rows = [row for row in report["layers"] if row["place"] == "arrays"]
assert [row["name"] for row in rows] == [layer["name"] for layer in cost["layers"]]
for row, layer in zip(rows, cost["layers"]):
    lanes = row["fanIn"] * row["weightPlanes"]
    slices = math.ceil(lanes / array)
    reads = row["positions"] * row["inputBits"] * row["neurons"]
    width = row["accumulatorBits"]
    classes = max(row["borderClasses"], 1)
    assert row["schedule"] == "p2s"
    assert layer["rowReads"] == row["rowReads"] == reads * slices
    # Without a column mask all columns are sensed, those of the padding are counted with the lanes.
    assert layer["senses"] == reads * slices * array
    assert layer["popcountBits"] == reads * slices * array
    assert layer["adderBits"] == row["positions"] * row["neurons"] * (row["inputBits"] * slices - 1) * width
    assert layer["compareBits"] == row["positions"] * (row["thresholds"] // classes) * width
    window = row["positions"] * row["fanIn"]
    inputs = {"/conv1/Conv": 64, "/conv2/Conv": 32 * 64, "/fc1/MatMul": 512, "/fc2/MatMul": 128}[row["name"]]
    assert layer["bufferBits"] == row["inputBits"] * (inputs + window)
    # Two devices of each cell get one pulse each; one of them is in LRS.
    assert layer["set"] == layer["reset"] == row["neurons"] * slices * array
total = cost["operations"]
for key in total:
    assert total[key] == sum(layer[key] for layer in cost["layers"]), key


def close(a, b):
    assert math.isclose(a, b, rel_tol=1e-12), (a, b)


each = dict(rowReads=1e-13, senses=2e-14, popcountBits=1e-15, adderBits=3e-15, compareBits=2e-15, bufferBits=5e-15)
close(cost["energy"]["total"], sum(total[key] * value for key, value in each.items()))
assert cost["energy"]["standing"] == "assumed" and not cost["energy"]["unknown"]
close(cost["programmingEnergy"]["total"], total["set"] * 1e-11 + total["reset"] * 2e-11)
subarrays, width = report["subarrays"], max(row["accumulatorBits"] for row in rows)
close(cost["area"]["total"], subarrays * array * array * 1 + subarrays * array * 20 + subarrays * array * 5
      + subarrays * width * 8 + subarrays * width * 6 + report["bufferBits"] * 2)
close(cost["latencySeconds"], report["cycles"]["latency"] * 1e-8)
close(cost["intervalSeconds"], report["cycles"]["interval"] * 1e-8)
assert cost["enduranceUsed"] == 1e-6
# A RESET a row, a SET a device.
rows = sum(row["neurons"] * math.ceil(row["fanIn"] * row["weightPlanes"] / array) for row in rows)
close(cost["programmingSeconds"], rows * 2e-6 + total["set"] * 1e-6)
