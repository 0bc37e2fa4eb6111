"""Checks the list of `bnn-image diff --devices` against the cells of both images.

    device_list.py SOURCE WORK OLD.rimg NEW.rimg LIST.csv
"""

import csv
import pathlib
import sys

import numpy as np

source, work, old, new, listed = sys.argv[1:]
sys.path.insert(0, str(pathlib.Path(source) / "test" / "EndToEnd" / "Inputs"))
import image_file  # noqa: E402  (found through the line above)

schema = image_file.schema(source, work)


def codes(path):
    image = image_file.load(schema, path)
    rows, columns = image.target.rows, image.target.columns
    raw = np.frombuffer(image.cells, np.uint8).reshape(image.num_subarrays, rows, -1)
    fields = np.stack([raw >> shift & 3 for shift in (0, 2, 4, 6)], axis=-1)
    return fields.reshape(image.num_subarrays, rows, -1)[:, :, :columns]


before, after = codes(old), codes(new)
expected = {}
for place in np.argwhere(after != 3):
    place = tuple(map(int, place))
    was = int(before[place]) if place[0] < len(before) else 3
    now = int(after[place])
    for device, bit in (("BL", 1), ("BLb", 2)):
        if was == 3 or (was ^ now) & bit:
            expected[(*place, device)] = "SET" if now & bit else "RESET"

found, last = {}, (-1, -1, "")
for line in csv.DictReader(open(listed)):
    place = int(line["subarray"]), int(line["row"]), int(line["col"]), line["device"]
    assert place not in found, f"{place} is there twice"
    found[place] = line["pulse"]
    # Row by row; "RESET" sorts before "SET".
    at = (*place[:2], line["pulse"])
    assert at >= last, f"{at} comes after {last}"
    last = at
assert found == expected, {k: (found.get(k), expected.get(k)) for k in found.keys() | expected.keys()
                           if found.get(k) != expected.get(k)}
print(f"{len(found)} devices, the shortest list")
