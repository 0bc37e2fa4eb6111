#!/usr/bin/python3
"""Compiles one network of the material folder and judges everything about it.

    run_golden.py NETWORK --array RxC --material DIR --source DIR --work DIR
                  [--target FILE] [--schedule p2s|s2p] [--thresholds cells]
                  [--replicate N]

Checked: the golden activations and scores on both executors, identical
accumulators, linear nodes where they belong (with a reason where they stay on
the host), the weights read back from the cells, and the accuracy over the
whole data set. The commands are printed as they can be typed.
"""

import argparse
import json
import pathlib
import re
import shlex
import subprocess

import numpy as np
import onnx

import image_file
import networks
import onnx_weights

LINEAR = ("CONV", "MATMUL", "LINEAR")


class Judge:
    """Counts what is wrong and says it; the exit status follows."""

    def __init__(self):
        self.failures = 0

    def check(self, good, message):
        if not good:
            self.failures += 1
            print(f"FAIL: {message}")
        return good


def run(*command):
    print("+", shlex.join(map(str, command)), flush=True)
    done = subprocess.run([str(part) for part in command], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        raise SystemExit(f"FAIL: exit status {done.returncode}\n{done.stdout}")
    return done.stdout


def close(found, expected):
    """Float rounding: sums in double against sums in float32."""
    scale = max(1.0, float(np.abs(expected).max(initial=0)))
    return found.shape == expected.shape and np.allclose(
        found, expected, rtol=1e-5, atol=2e-6 * scale)


def certain(judge, trace, samples, name):
    """Samples without a boundary tie: a real sum on the host so near to the
    decision after it that float32 may decide the other way."""
    keep = trace["boundary_ties"][:samples] == 0
    if not keep.all():
        print(f"{(~keep).sum()} of {samples} samples have boundary ties ({name})")
    judge.check(keep.sum() >= 0.9 * samples, f"{name}: only {keep.sum()} samples without boundary ties")
    return keep


def compare_activations(judge, golden, trace, image, keep, name):
    """Every golden tensor that exists is identical; the others have a reason."""
    absent = {entry.tensor: entry.reason for entry in image.absent}
    for key in golden.files:
        if not key.startswith("act/"):
            continue
        tensor = key[len("act/"):]
        if tensor not in trace:
            judge.check(absent.get(tensor), f"{name}: {tensor} is neither traced nor listed as absent")
            print(f"{tensor}: no longer exists: {absent.get(tensor)}")
            continue
        expected = golden[key][:len(keep)].astype(np.float32)
        found = trace[tensor][:len(expected)].astype(np.float32)
        if not judge.check(found.shape == expected.shape,
                           f"{name}: {tensor}: shape {found.shape} instead of {expected.shape}"):
            continue
        # A scale in a value (levels k * s) is rounded once by the runtime.
        same = found == expected if golden[key].dtype == np.int8 else \
            np.isclose(found, expected, rtol=1e-6, atol=0)
        same[~keep[:len(same)]] = True
        wrong = np.argwhere(~same)
        if judge.check(not len(wrong), f"{name}: {tensor}: {len(wrong)} of {same.size} values differ"):
            print(f"{tensor}: {same.size} values identical ({name})")
        else:
            at = tuple(wrong[0])
            print(f"  first at {at}: {found[at]} instead of {expected[at]}")


def compare_scores(judge, golden, model, outputs, trace, keep, name):
    outputs, expected = outputs[keep], golden["outputs"][:len(keep)][keep]
    judge.check(close(outputs.astype(np.float64), expected.astype(np.float64)),
                f"{name}: outputs differ by {difference(outputs, expected)}")
    if "scores" in golden.files:
        # The input of the last node; the first one of a TopK, a Softmax ...
        tensor = model.graph.node[-1].input[0]
        if judge.check(tensor in trace, f"{name}: the scores '{tensor}' are not traced"):
            found, expected = trace[tensor][keep], golden["scores"][:len(keep)][keep]
            judge.check(close(found, expected),
                        f"{name}: scores '{tensor}' differ by {difference(found, expected)}")


def difference(found, expected):
    if found.shape != expected.shape:
        return f"shape {found.shape} instead of {expected.shape}"
    return float(np.abs(found.astype(np.float64) - expected).max())


def compare_accumulators(judge, replay, fused, image, samples):
    keys = [f"{layer.name}/accumulator" for layer in image_file.layers(image)]
    for key in keys:
        if judge.check(key in replay and key in fused, f"{key} is not traced"):
            judge.check(np.array_equal(replay[key][:samples], fused[key][:samples]),
                        f"{key}: replay and fused differ")
    print(f"accumulators of {len(keys)} layers identical in replay and fused")


def compare_places(judge, network, image, replicate):
    """Linear nodes are where they belong, and the host ones say why."""
    host = [op for op in image_file.operators(image)
            if type(op).Kind.Name(op.kind) in LINEAR]
    on_arrays = {}
    for layer in image_file.layers(image):
        on_arrays.setdefault(re.sub(r"\.copy\d+$", "", layer.name), []).append(layer)
    judge.check(len(on_arrays) == network.on_arrays,
                f"{len(on_arrays)} layers on the arrays instead of {network.on_arrays}")
    copies = {name: len(layers) for name, layers in on_arrays.items() if len(layers) > 1}
    judge.check(bool(copies) == bool(replicate), f"copies of layers: {copies}")
    if copies:
        print("copies of", ", ".join(f"{name}: {count}" for name, count in copies.items()))
    if network.on_host is not None:
        judge.check(len(host) == network.on_host,
                    f"{len(host)} linear operators on the host instead of {network.on_host}: "
                    + ", ".join(f"{op.node} ({op.reason})" for op in host))
    for op in host:
        if judge.check(op.reason, f"{op.node} is on the host without a reason"):
            print(f"{op.node}: host: {op.reason}")


def compare_weights(judge, model, image, path, work):
    """The cells hold the ONNX weights; bnn-image reads the same out of them.

    A Flatten of [N,H,W,C] before a dense layer is folded into the order of its
    weights, so that the chip needs no transposition: there the columns stand
    in the order C, H, W.
    """
    nodes = onnx_weights.linear_nodes(model)
    cells = image_file.cell_weights(image)
    used = set()
    for layer in image_file.layers(image):
        match = [i for i, (names, _) in enumerate(nodes) if names & set(layer.nodes)]
        if not judge.check(match, f"layer {layer.name}: no ONNX node among {list(layer.nodes)}"):
            continue
        used.add(match[0])
        wanted = np.sign(nodes[match[0]][1]).astype(np.int8)
        for name in nodes[match[0]][0] & set(networks.FLATTENED):
            wanted = wanted.reshape((-1,) + networks.FLATTENED[name])
            wanted = wanted.transpose(0, 3, 1, 2).reshape(len(wanted), -1)
        found = image_file.layer_weights(image, cells, layer)
        judge.check(np.array_equal(found, wanted),
                    f"layer {layer.name}: cells differ from the ONNX weights")
        out = work / "weights.npy"
        run("bnn-image", "weights", "--layer", layer.name, "-o", out, path)
        judge.check(np.array_equal(np.load(out), wanted),
                    f"layer {layer.name}: bnn-image weights differ from the ONNX weights")
    print(f"weights of {len(used)} layers equal the ONNX file's")


def compare_chip(judge, image, options):
    """The image is of the kind that the options ask for, and thresholds in cells
    are the image's."""
    cells = image_file.cell_weights(image)
    for layer in image_file.layers(image):
        if options.schedule:
            judge.check(image_file.by_neuron(layer) == (options.schedule == "p2s"),
                        f"layer {layer.name}: another schedule than {options.schedule}")
        stored = image_file.stored_thresholds(image, cells, layer)
        judge.check((stored is not None) ==
                    (options.thresholds == "cells" and layer.HasField("thresholds")),
                    f"layer {layer.name}: thresholds are not in {options.thresholds}")
        if stored is None:
            continue
        wanted, rest = [], list(layer.thresholds.thresholds)
        for count in layer.thresholds.counts:
            wanted.append(rest[:count])
            rest = rest[count:]
        judge.check(stored == wanted, f"layer {layer.name}: cells hold other thresholds")
        print(f"thresholds of {len(wanted)} functions of {layer.name} are those of its cells")


def compare_accuracy(judge, outputs, labels, expected, samples):
    found = outputs.reshape(len(outputs), -1)
    classes = found[:, 0] if found.shape[1] == 1 else found.argmax(axis=1)
    accuracy = float((classes == labels).mean() * 100)
    print(f"accuracy {accuracy:.2f} % of {len(labels)} samples, golden {expected} %")
    judge.check(len(labels) == samples and abs(accuracy - expected) < 0.0051,
                f"accuracy {accuracy} instead of {expected}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("network", choices=sorted(networks.NETWORKS))
    for option in ("--array", "--material", "--source", "--work"):
        parser.add_argument(option, required=True)
    parser.add_argument("--target")
    parser.add_argument("--schedule", choices=("p2s", "s2p"))
    parser.add_argument("--thresholds", choices=("registers", "cells"), default="registers")
    parser.add_argument("--replicate", type=int, default=0)
    parser.add_argument("--no-accuracy", action="store_true",
                        help="leave the whole data set out (sanitizer builds are slow)")
    options = parser.parse_args()

    network = networks.NETWORKS[options.network]
    material = pathlib.Path(options.material)
    work = pathlib.Path(options.work)
    work.mkdir(parents=True, exist_ok=True)
    path = material / "models" / f"{options.network}.onnx"
    model = onnx.load(str(path))
    golden = np.load(material / "golden" / f"{options.network}.npz")
    judge = Judge()

    image_path = work / "net.rimg"
    declared = ["--input", f"{network.input}={network.declared}"] if network.declared else []
    chip = ["--target", options.target] if options.target else []
    chip += ["--schedule", options.schedule] if options.schedule else []
    chip += ["--replicate", options.replicate] if options.replicate else []
    print(run("bnn-compile", path, *declared, *chip, "--array", options.array, "-o", image_path))
    run("bnn-image", "verify", image_path)
    image = image_file.load(image_file.schema(options.source, work), image_path)
    compare_places(judge, network, image, options.replicate)
    compare_chip(judge, image, options)

    inputs = golden["inputs"]
    np.save(work / "golden.npy", inputs)
    traces = {}
    for executor, samples in (("replay", network.replay), ("fused", len(inputs))):
        run("bnn-sim", image_path, "--inputs", work / "golden.npy", "--exec", executor,
            "--limit", samples, "--accumulators", "--trace", work / f"{executor}.npz",
            "--outputs", work / f"{executor}.npy")
        trace = traces[executor] = np.load(work / f"{executor}.npz")
        outputs = np.load(work / f"{executor}.npy")
        keep = certain(judge, trace, samples, executor)
        compare_activations(judge, golden, trace, image, keep, executor)
        compare_scores(judge, golden, model, outputs, trace, keep, executor)
    compare_accumulators(judge, traces["replay"], traces["fused"], image, network.replay)
    compare_weights(judge, model, image, image_path, work)

    if network.prepare and not options.no_accuracy:
        expected = json.loads((material / "golden" / "accuracy.json").read_text())[options.network]
        data, labels = network.prepare(material)
        np.save(work / "data.npy", data)
        np.save(work / "labels.npy", labels)
        print(run("bnn-sim", image_path, "--inputs", work / "data.npy", "--labels",
                  work / "labels.npy", "--outputs", work / "scores.npy"))
        compare_accuracy(judge, np.load(work / "scores.npy"), labels,
                         expected["accuracy_percent"], expected["samples"])

    if judge.failures:
        raise SystemExit(f"{judge.failures} checks failed")
    print("all equal")


if __name__ == "__main__":
    main()
