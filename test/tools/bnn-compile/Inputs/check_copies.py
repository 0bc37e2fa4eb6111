"""Copies of convolutions share out the work of one, within the budget.

    check_copies.py WITHOUT.json WITH.json BUDGET
"""
import json
import re
import sys

without, copied = (json.load(open(path)) for path in sys.argv[1:3])
budget = int(sys.argv[3])


def arrays(report):
    return [layer for layer in report["layers"] if layer["place"] == "arrays"]


assert without["subarrays"] < copied["subarrays"] <= without["subarrays"] + budget, (without["subarrays"], copied["subarrays"])
assert copied["cycles"]["interval"] < without["cycles"]["interval"], copied["cycles"]
assert copied["cycles"]["interval"] == max(layer["cycles"]["steady"] for layer in arrays(copied)), copied["cycles"]

parts = {}
for layer in arrays(copied):
    parts.setdefault(re.sub(r"\.copy\d+$", "", layer["name"]), []).append(layer)
assert list(parts) == [layer["name"] for layer in arrays(without)], list(parts)
for whole in arrays(without):
    copies = parts[whole["name"]]
    for key in ("positions", "rowReads"):
        assert sum(copy[key] for copy in copies) == whole[key], (whole["name"], key)
    for key in ("schedule", "neurons", "fanIn", "nodes"):
        assert all(copy[key] == whole[key] for copy in copies), (whole["name"], key)
    assert sum(copy["ties"] for copy in copies) == whole["ties"], whole["name"]
for key in ("parameters", "weights"):
    assert without["memory"][key] == copied["memory"][key], key
