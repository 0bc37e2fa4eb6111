"""What a sample takes on one chip is what it takes on four, and programming them.

    check_reprogram.py ONE.json CHIPS.json
"""
import json
import math
import sys

one, chips = (json.load(open(path))["cost"] for path in sys.argv[1:])
assert one["contents"] == 4 and chips["contents"] == 1
assert one["operations"] == chips["operations"]
assert math.isclose(one["energy"]["total"], chips["energy"]["total"] + chips["programmingEnergy"]["total"])
assert math.isclose(one["latencySeconds"], chips["latencySeconds"] + chips["programmingSeconds"])
assert one["intervalSeconds"] == one["latencySeconds"] > chips["intervalSeconds"]
assert one["area"]["total"] < chips["area"]["total"] / 2
assert math.isclose(one["enduranceUsed"], 4 * chips["enduranceUsed"])
assert one["samplesOfEndurance"] == 250000
