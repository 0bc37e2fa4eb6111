"""Checks the attributions of attribution.test; the argument is its folder."""
import json
import os
import sys


def point(name):
    with open(os.path.join(sys.argv[1], name)) as file:
        return json.load(file)["points"][0]


def near(a, b):
    assert abs(a - b) < 1e-9, (a, b)


for name in ("all.json", "ber.json", "device.json"):
    found = point(name)
    for attribution in found["attribution"]:
        alone = [part["alone_points"]["mean"] for part in attribution["parts"]]
        near(attribution["interaction_points"]["mean"] + sum(alone), found["loss_points"]["mean"])

layers, = (a for a in point("ber.json")["attribution"] if a["by"] == "layer")
first = layers["parts"][0]
assert first["name"] == "/conv1/Conv"
for key, other in (("alone_points", "alone.json"), ("all_but_it_points", "without.json")):
    for figure in ("mean", "sd_between_chips"):
        near(first[key][figure], point(other)["loss_points"][figure])
kinds, = (a for a in point("all.json")["attribution"] if a["by"] != "layer")
stuck, = (part for part in kinds["parts"] if part["name"] == "stuck cells")
near(stuck["alone_points"]["mean"], point("stuck.json")["loss_points"]["mean"])
signs, = (part for part in kinds["parts"] if part["name"] != "stuck cells")
near(signs["alone_points"]["mean"], point("ber.json")["loss_points"]["mean"])
assert first["alone_points"]["mean"] > 1  # the case is not an empty one
