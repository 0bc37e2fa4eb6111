"""Copies of a convolution's weights err each for itself.

    check_copies.py WORK

A convolution without padding over an input of all ones gives the same sums at
every position. With frozen errors those of one copy stay alike, and those of
different copies do not. Bits that leave the chip are as many with copies.
"""
import json
import pathlib
import subprocess
import sys

import numpy as np
import onnx

sys.path.insert(0, str(pathlib.Path(__file__).parent / "matrix"))
from builder import Graph, binary, generator

work = pathlib.Path(sys.argv[1])
ROWS, COPIES = 9, 3


def run(*command):
    done = subprocess.run(list(map(str, command)), text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode:
        raise SystemExit(f"{command}\n{done.stdout}")
    return done.stdout


def network(bits):
    graph = Graph()
    x = graph.input("x", [4, ROWS + 2, 7])
    y = graph.op("Conv", x, binary(generator("copies"), 8, 4, 3, 3), out="sums" if bits else "y", kernel_shape=[3, 3])
    if bits:
        graph.sign(y, out="y")
    graph.output("y")
    return graph.model()


for name, bits in (("net", False), ("bits", True)):
    onnx.save(network(bits), str(work / f"{name}.onnx"))
for options in ([], ["--replicate", 100]):
    run("bnn-compile", work / "bits.onnx", "--input", "x=bipolar", "-q", "-o", work / "bits.rimg", "--report", work / "bits.json", *options)
    report = json.loads((work / "bits.json").read_text())
    assert report["outputBits"] == 8 * ROWS * 5 and report["inputBits"] == 4 * (ROWS + 2) * 7, report["crossings"]
assert report["layers"][0]["name"] == "Conv_0.copy1", report["layers"][0]
np.save(work / "x.npy", np.ones((1, 4, ROWS + 2, 7), np.float32))
# Each copy has its band of tiles: 36 lanes on 16 columns, 8 neurons.
for schedule, budget in (("p2s", 10), ("s2p", 3)):
    compile = ["bnn-compile", work / "net.onnx", "--input", "x=bipolar", "--array", "16x16",
               "--target", "dual-schedule-example", "--schedule", schedule]
    run(*compile, "-o", work / "once.rimg")
    print(run(*compile, "--replicate", budget, "-o", work / "copies.rimg"))

    def scores(image, noise, seed=1, executor="fused"):
        run("bnn-sim", work / image, "--inputs", work / "x.npy", "--noise", noise, "--chips", "1", "--seed", seed,
            "--exec", executor, "--outputs", work / "y.npy")
        return np.load(work / "y.npy")[0]

    right = scores("once.rimg", "ber:0")
    assert np.array_equal(right, scores("copies.rimg", "ber:0"))
    assert (right == right[:, :1, :1]).all()

    once = scores("once.rimg", "ber:0.2")
    assert (once == once[:, :1, :1]).all() and not np.array_equal(once, right)
    for executor in ("fused", "replay"):
        y = scores("copies.rimg", "ber:0.2", executor=executor)
        slabs = np.split(y, COPIES, axis=1)
        assert all((slab == slab[:, :1, :1]).all() for slab in slabs), "a copy differs from itself"
        errors = [(slab - right[:, :ROWS // COPIES])[:, 0, 0] for slab in slabs]
        assert all(error.any() for error in errors)
        assert not any(np.array_equal(errors[i], errors[i - 1]) for i in range(COPIES)), "copies err alike"

    # Over chips the errors of two copies are not correlated; those of one are with themselves.
    drawn = [[(slab - right[:, :1])[:, 0, 0] for slab in np.split(scores("copies.rimg", "ber:0.2", seed), COPIES, axis=1)]
             for seed in range(1, 25)]
    drawn = np.array(drawn).transpose(1, 0, 2).reshape(COPIES, -1)
    drawn = drawn - drawn.mean(axis=1, keepdims=True)
    table = np.corrcoef(drawn)
    bound = 4 / drawn.shape[1] ** 0.5
    assert np.abs(table - np.eye(COPIES)).max() < bound, table

    # One copy alone can err, and is named by its number.
    y = scores("copies.rimg", "ber:0,layer:Conv_0.copy2=0.3")
    assert np.array_equal(np.delete(y, range(3, 6), axis=1), np.delete(right, range(3, 6), axis=1))
    assert not np.array_equal(y, right)
    print(f"{schedule}: copies err for themselves")
