"""Recomputes what bnn-sim says of its chips from their counts.

    check_statistics.py RESULT.json RESULT.csv
"""
import csv
import json
import math
import sys

import numpy as np

T = {20: 2.0930240544082634}  # scipy.special.stdtrit(19, 0.975)
T_ONE_SIDED = {20: 1.729132811521367}
Z = 1.959963984540054


def close(a, b):
    assert abs(a - b) < 1e-9 * max(1, abs(b)), (a, b)


def wilson(good, n):
    p = good / n
    centre = (p + Z * Z / (2 * n)) / (1 + Z * Z / n)
    half = Z / (1 + Z * Z / n) * math.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
    return centre - half, centre + half


result = json.load(open(sys.argv[1]))
rows = list(csv.DictReader(open(sys.argv[2])))
assert len(rows) == len(result["points"])
images, free = result["images"], result["noise_free"]["correct"]
first = np.array(result["points"][0]["correct"])
for point, row in zip(result["points"], rows):
    correct = np.array(point["correct"])
    n = len(correct)
    a = 100 * correct / images
    half = T[n] * a.std(ddof=1) / math.sqrt(n)
    said = point["accuracy_percent"]
    close(said["mean"], a.mean())
    close(said["interval_95"][0], a.mean() - half)
    close(said["interval_95"][1], a.mean() + half)
    close(said["median"], np.median(a))
    close(said["quantile_05"], np.quantile(a, 0.05))
    close(said["quantile_95"], np.quantile(a, 0.95))
    close(said["worst"], a.min())
    assert said["worst_chip"] == a.argmin()
    loss = point["loss_points"]
    close(loss["mean"], 100 * free / images - a.mean())
    close(loss["upper_bound_95"],
          loss["mean"] + T_ONE_SIDED[n] * a.std(ddof=1) / math.sqrt(n))
    good = int((a >= result["points"][0]["yield_percent"]["wanted_accuracy"]).sum())
    said = point["yield_percent"]
    assert said["chips_above"] == good
    low, high = wilson(good, n)
    close(said["interval_95"][0], 100 * low)
    close(said["interval_95"][1], min(100, 100 * high))
    if "difference_to_first_point" in point:
        d = 100 * (correct - first) / images
        close(point["difference_to_first_point"]["mean"], d.mean())
        close(point["difference_to_first_point"]["sd_between_chips"], d.std(ddof=1))
    errors = point["answers_wrong_at_programming"]
    rate, expected = errors["rate"], errors["expected_rate"]
    # The sampled rate is within 4 standard errors of the one asked for.
    assert abs(rate - expected) <= 4 * math.sqrt(2 * expected / errors["answers"]), errors
    assert errors["answers"] >= 2 * n * 76320  # its weights, and the padding counted
    close(float(row["mean_percent"]), a.mean())
    assert int(row["wrong_answers"]) == errors["wrong"]
    close(float(row["yield_percent"]), 100 * good / n)
