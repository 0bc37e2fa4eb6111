"""The presented inputs of a trace are binomial counts of the declared codes.

    check_presented.py TRACE.npz PRESENTED.npy SAMPLES.npz:MEMBER LARGEST PRESENTATIONS

PRESENTED.npy is written: the values that the network saw, as an input of it.
Codes are 0 .. LARGEST with scale 1.
"""
import sys

import numpy as np

trace, out, samples, largest, presentations = sys.argv[1:]
largest, presentations = int(largest), int(presentations)
file, member = samples.rsplit(":", 1)
seen = np.load(trace)["image/presented"].astype(np.float64)
codes = np.load(file)[member][:len(seen)].astype(np.float64)
np.save(out, seen.astype(np.float32))

counts = seen * presentations / largest
assert np.array_equal(counts, np.round(counts)), "whole numbers of ones"
assert counts.min() >= 0 and counts.max() <= presentations
p = codes / largest
assert np.all(counts[codes == 0] == 0) and np.all(counts[codes == largest] == presentations)
inside = (p > 0) & (p < 1)
spread = np.sqrt(presentations * p * (1 - p), where=inside, out=np.ones_like(p))
score = np.where(inside, (counts - presentations * p) / spread, 0)
for code in np.unique(codes[inside]):
    of = score[codes == code]
    z = of.sum() / np.sqrt(len(of))
    assert abs(z) < 4.5, (code, z)
number = inside.sum()
# The variance of a standard score is 1; that of its square is about 2.
z = (np.sum(score[inside] ** 2) - number) / np.sqrt(2.2 * number)
assert abs(z) < 4.5, ("variance", z)
# Neighbours in a sample, and the same element of two samples, are independent.
for a, b in ((score[..., :-1], score[..., 1:]), (score[:-1], score[1:])):
    both = (a != 0) & (b != 0)
    z = np.sum(a[both] * b[both]) / np.sqrt(both.sum())
    assert abs(z) < 4.5, ("correlation", z)
print(f"{number} values between the ends are binomial")
