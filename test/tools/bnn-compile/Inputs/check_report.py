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
assert report["subarrays"] == sum(row["subarrays"] for row in arrays) == 78
assert report["weights"] == sum(row["fanIn"] * row["neurons"] * row["weightPlanes"]
                                for row in arrays)
assert report["utilization"] == report["weights"] / (78 * 32 * 32)
assert report["inputs"] == [{"name": "image", "type": "u5", "scale": 1, "offset": 0,
                             "float32Difference": 0}]
# 32 neurons in 9 border classes, each with one threshold or constant.
assert arrays[1]["borderClasses"] == 9 and 0 < arrays[1]["thresholds"] <= 9 * 32
