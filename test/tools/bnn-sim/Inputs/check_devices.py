"""Compares rates of wrong answers with the textbook's, for lognormal laws of
equal ln-sigma 0.6, an LRS median of 6988 ohm, no offset: check_devices.py JSON.
"""
import json
import math
import sys

for point in json.load(open(sys.argv[1]))["points"]:
    z = math.log(point["parameters"]["hrs.median"] / 6988) / (math.sqrt(2) * 0.6)
    wanted = 0.5 * math.erfc(z / math.sqrt(2))
    errors = point["answers_wrong_at_programming"]
    assert abs(errors["expected_rate"] / wanted - 1) < 1e-6, (errors, wanted)
    sd = math.sqrt(2 * wanted / errors["answers"])  # both answers of a cell err together
    z = (errors["rate"] - wanted) / sd
    print(f"{wanted:.3g}: sampled {errors['rate']:.3g}, z = {z:.2f}")
    assert abs(z) < 4
    # A factor of 1.2 would be seen.
    assert 0.2 * wanted > 8 * sd, (wanted, sd)
