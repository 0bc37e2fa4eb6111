"""The shares in votes.txt are those of the traces on the samples of the calibration.

    check_reduction.py FOLDER SAMPLES
"""
import pathlib
import re
import sys

import numpy as np

folder, samples = pathlib.Path(sys.argv[1]), int(sys.argv[2])
text = (folder / "votes.txt").read_text()
exact, votes = (np.load(folder / f"{name}.npz") for name in ("exact", "votes"))
count = len(np.load(folder / "exact.npy"))
taken = [i * count // samples for i in range(samples)]

# The bits behind the layer stand under the name of the sign after it.
name, = [name for name in exact.files if exact[name].shape == (count, 128) and set(np.unique(exact[name])) == {-1, 1}]
share = 100 * np.mean(exact[name][taken] != votes[name][taken])
stated = float(re.search(r"/fc1/MatMul: votes .*; ([0-9.]+) %", text).group(1))
assert abs(share - stated) < 0.006 and share > 0, (share, stated)

classes = [np.load(folder / f"{name}.npy").argmax(1) for name in ("exact", "votes")]
share = 100 * np.mean(classes[0][taken] != classes[1][taken])
stated = float(re.search(r"([0-9.]+) % of \d+ samples of the calibration get", text).group(1))
assert abs(share - stated) < 0.006, (share, stated)
assert np.array_equal(np.load(folder / "replay.npy"), np.load(folder / "votes.npy")[:40])
print("as stated")
