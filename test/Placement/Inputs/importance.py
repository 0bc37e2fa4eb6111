"""Inputs and expectations of importance.test for the network of small_network.py, whose first layer decides.

    importance.py inputs|check|check-codes|defects|one|spared FOLDER
"""

import csv
import pathlib
import sys

import numpy as np
import onnx
from onnx import numpy_helper

what, folder = sys.argv[1], pathlib.Path(sys.argv[2])
arrays = {tensor.name: numpy_helper.to_array(tensor) for tensor in onnx.load(folder / "net.onnx").graph.initializer}
weights, bias = arrays["w1"], arrays["b"]

if what == "inputs":
    np.save(folder / "x.npy", np.random.default_rng(7).choice([-1, 1], (50, 40)).astype(np.float32))
    np.save(folder / "codes.npy", np.random.default_rng(8).integers(0, 16, (200, 40)).astype(np.float32))
elif what == "check-codes":
    # Half the spread of a sum of 40 codes from 0 to 15 with random signs.
    x = np.load(folder / "codes.npy")
    near = (np.abs(x @ weights + bias) <= (40 * np.mean(np.arange(16.0) ** 2)) ** 0.5 / 2).mean(axis=0)
    with open(folder / "codes.csv") as file:
        found = np.array([float(row["importance"]) for row in csv.DictReader(file)])
    expected = np.maximum(near / near.mean(), 0.01)
    assert near.min() < 0.1 < 0.5 < near.max()
    assert np.abs(found - expected).max() < 0.1, (found, expected)
elif what == "check":
    x = np.load(folder / "x.npy")
    # A count is half of an accumulator; the threshold, between two integers, is where accumulator + bias is 0.
    distance = np.abs(x @ weights + bias) / 2
    near = (distance <= 40 ** 0.5 / 4 + 0.25).mean(axis=0), (distance <= 40 ** 0.5 / 4 - 0.25).mean(axis=0)
    with open(folder / "found.csv") as file:
        rows = list(csv.DictReader(file))
    assert [(row["layer"], int(row["neuron"])) for row in rows] == [("MatMul:a", n) for n in range(24)]
    found = np.array([float(row["importance"]) for row in rows])
    # Counts are whole; thresholds round up, so that a distance may be 1/4 off.
    ordered = found / found.max()
    assert np.corrcoef(ordered, near[0] + near[1])[0, 1] > 0.95, (found, near)
    assert abs(found.mean() - 1) < 0.05
elif what == "defects":
    # All cells of one row of each subarray of the first layer are stuck: some neuron has to take it.
    lines = ["subarray,row,col,device,kind"] + [f"{subarray},5,,row,reads_plus" for subarray in range(6)]
    (folder / "defects.csv").write_text("\n".join(lines) + "\n")
elif what in ("one", "spared"):
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "EndToEnd" / "Inputs"))
    import image_file
    module = image_file.schema(pathlib.Path(__file__).resolve().parents[3], folder / "schema")

    def in_stuck_rows(name):
        layer = image_file.layers(image_file.load(module, folder / name))[0]
        slots = list(layer.row_slots) or list(range(24))
        return [n for n in range(24) if slots[n] % 16 == 5]

    taken = in_stuck_rows("plain.rimg")
    assert len(taken) == 2
    if what == "one":
        # Whom the defects harm least counts a thousand times.
        rows = [f"MatMul:a,{n},{1000 if n in taken else 1}" for n in range(24)]
        (folder / "one.csv").write_text("layer,neuron,importance\n" + "\n".join(rows) + "\n")
    else:
        assert not set(taken) & set(in_stuck_rows("chip.rimg"))
