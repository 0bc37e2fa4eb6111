"""The sampled rate of wrong answers of each point is the model's own:
check_expected.py JSON.
"""
import json
import math
import sys

for point in json.load(open(sys.argv[1]))["points"]:
    errors = point["answers_wrong_at_programming"]
    wanted = errors["expected_rate"]
    # Both answers of a cell err together; probabilities scatter less than bits.
    sd = math.sqrt(2 * wanted / errors["answers"])
    z = (errors["rate"] - wanted) / sd
    print(f"{point['parameters']} {wanted:.4g}: {errors['rate']:.4g}, z = {z:.2f}")
    assert abs(z) < 4
    assert 0.2 * wanted > 8 * sd, (wanted, sd)
