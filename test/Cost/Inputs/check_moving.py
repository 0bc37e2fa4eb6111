"""check_moving.py PLAIN.json MOVING.json: the area of a chip whose rows and columns can move, beside one where they cannot."""

import json
import math
import sys

plain, moving = (json.load(open(name)) for name in sys.argv[1:3])
rows, columns, subarrays = moving["rows"], moving["columns"], moving["subarrays"]


def part(report, name):
    return next(part for part in report["cost"]["area"]["parts"] if part["key"] == name)["count"]


def bits(choices):
    return math.ceil(math.log2(choices))


assert subarrays == plain["subarrays"]
assert part(moving, "cell_area") == subarrays * (rows + 2) * (columns + 1)
each = rows * bits(rows + 2) + bits(columns + 1) + rows
assert part(moving, "buffer_area") == part(plain, "buffer_area") + subarrays * each
