"""check_memory.py REPORT.json PARAMETERS SUM-OF-LAYERS SAVED32 SAVED8: what
the report says of memory, its sums, and the savings to a tenth of a percent."""

import json
import sys

memory = json.load(open(sys.argv[1]))["memory"]
parameters, layers = map(int, sys.argv[2:4])
assert memory["parameters"] == parameters, memory["parameters"]
assert sum(row["parameters"] for row in memory["layers"]) == layers
for width, expected in (("32", sys.argv[4]), ("8", sys.argv[5])):
    bits, saved = memory["bits" + width], memory["saved" + width]
    assert bits == sum(row["bits" + width] for row in memory["layers"])
    assert saved == 1 - bits / (parameters * int(width))
    assert f"{100 * saved:.1f}" == expected, (width, saved)
