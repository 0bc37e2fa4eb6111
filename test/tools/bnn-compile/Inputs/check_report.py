"""Checks the sums of bnn-compile's JSON report, and its row reads against those
that bnn-sim --exec replay counted."""

import json
import sys

report = json.load(open(sys.argv[1]))
run = json.load(open(sys.argv[2]))

layers = report["layers"]
arrays = [row for row in layers if row["place"] == "arrays"]
assert [row["operation"] for row in arrays] == ["conv 3x3", "conv 3x3", "dense", "dense"]
assert [row["inputBits"] for row in arrays] == [5, 1, 1, 1]
assert all(row["reason"] for row in layers if row["place"] == "host")
assert report["rowReads"] == sum(row["rowReads"] for row in arrays)
assert report["rowReads"] * run["samples"] == run["row_reads"], run
assert report["subarrays"] == sum(row["subarrays"] for row in arrays) == 76
# Cycles are those that replay counts, read by read.
assert report["cycles"]["steady"] * run["samples"] == run["cycles"], run
assert report["cycles"]["steady"] == sum(row["cycles"]["steady"] for row in arrays)
assert report["cycles"]["latency"] == sum(sum(row["cycles"].values()) for row in arrays)
assert report["cycles"]["interval"] == max(row["cycles"]["steady"] for row in arrays)
# Serial adders: as many as tile columns, and one compare.
assert [row["cycles"]["drain"] for row in arrays] == [2, 10, 17, 5]
assert [row["schedule"] for row in arrays] == ["p2s"] * 4
# Lines of the input image, of the activations before the second convolution and the pool, all of it else.
assert [row["bufferBits"] for row in layers if row["place"] != "host"] == \
    [5 * (2 * 8 + 2 + 1), 32 * (2 * 8 + 2 + 1), 32 * (8 + 1 + 1), 512, 128], layers
assert (report["areaBound"], report["packingBound"], report["apartBound"], report["chips"]) == (76, 76, 78, 1), report
assert report["weights"] == sum(row["fanIn"] * row["neurons"] * row["weightPlanes"]
                                for row in arrays)
assert report["utilization"] == report["weights"] / (76 * 32 * 32)
assert report["inputs"] == [{"name": "image", "type": "u5", "scale": 1, "offset": 0,
                             "float32Difference": 0}]
# 32 neurons in 9 border classes, each with one threshold or constant.
assert arrays[1]["borderClasses"] == 9 and 0 < arrays[1]["thresholds"] <= 9 * 32
