"""The mean accuracies of two files of results, chip by chip drawn apart, agree
within four standard errors, and both lie below the noise-free one.

    check_same_law.py A.json B.json
"""
import json
import math
import statistics
import sys

results = [json.load(open(path)) for path in sys.argv[1:]]
chips = [result["points"][0]["correct"] for result in results]
assert chips[0] != chips[1], "the same draws: nothing is compared"
means = [statistics.mean(each) for each in chips]
error = math.sqrt(sum(statistics.variance(each) / len(each) for each in chips))
z = (means[0] - means[1]) / error
print(means, "z =", z)
assert abs(z) < 4
for result, mean in zip(results, means):
    assert mean < result["noise_free"]["correct"] - 4 * error
