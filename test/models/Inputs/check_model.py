#!/usr/bin/python3
"""Compiles the networks of a folder of models/ and judges everything about them.

    check_model.py FOLDER --data EVAL.npz --work DIR [--input DECL]
                   [--node NODE --oracle DIR] [--samples N]

For each network that accuracy.json lists (and no other file may lie there):
it compiles, as many linear layers as listed are on the arrays and on the host,
and the simulator is right as often as PyTorch was, which README.md says, too.
With --node and --oracle: every binary activation and the scores of N samples
are those of ONNX Runtime, on both executors. Samples with boundary ties, where
float32 on the host cannot decide, are left out and counted.
"""

import argparse
import json
import pathlib
import subprocess
import sys

import numpy as np
import onnx

HERE = pathlib.Path(__file__).resolve().parent
MATRIX = HERE.parents[1] / "EndToEnd" / "Inputs" / "matrix"
sys.path.insert(0, str(MATRIX))
from run_matrix import oracle_results, same  # noqa: E402

LINEAR = ("dense", "conv", "matmul")


def run(*command, cwd=None):
    done = subprocess.run([str(part) for part in command], text=True, cwd=cwd,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\nexit status {done.returncode}\n{done.stdout}")


def places(report):
    """Linear layers of a summary: how many on the arrays, how many on the host."""
    linear = [layer["place"] == "arrays" for layer in report["layers"] if layer["operation"].startswith(LINEAR)]
    return sum(linear), len(linear) - sum(linear)


def check(name, figures, image, args):
    """What is wrong with one network, as a list of sentences."""
    report, result = (args.work / f"{name}.{end}" for end in ("report.json", "json"))
    declared = ["--input", args.input] if args.input else []
    run("bnn-compile", args.folder / name, *declared, "--quiet", "-o", image, "--report", report)
    run("bnn-sim", image, "--inputs", f"{args.data}:images", "--labels", f"{args.data}:labels", "--json", result)
    wrong = []
    arrays, host = places(json.loads(report.read_text()))
    if (arrays, host) != (figures["array_layers"], figures["host_layers"]):
        wrong.append(f"{name}: {arrays} layers on the arrays and {host} on the host")
    found = json.loads(result.read_text())["accuracy_percent"]
    print(f"{name}: {found:.2f} %, {arrays} layers on the arrays, {host} on the host")
    if abs(found - figures["accuracy_percent"]) > 0.0051:
        wrong.append(f"{name}: {found:.2f} % instead of {figures['accuracy_percent']} %")
    return wrong


def activations(network):
    """The tensors that a Sign of PyTorch ends in: outputs of Where."""
    return [node.output[0] for node in network.graph.node if node.op_type == "Where"]


def judged(folder, name, raw, shape, work):
    """A job for the oracle: the network with its activations as further outputs."""
    network = onnx.load(str(folder / name))
    for tensor in activations(network):
        network.graph.output.append(onnx.helper.make_empty_tensor_value_info(tensor))
    onnx.save(network, str(work / f"{name}.oracle.onnx"))
    return {"model": str(work / f"{name}.oracle.onnx"), "outputs": str(work / f"{name}.out"),
            "inputs": [{"name": network.graph.input[0].name, "dims": list(shape), "file": str(raw)}]}


def compare(name, image, args):
    """Activations and scores against ONNX Runtime's."""
    expected = oracle_results(args.work / f"{name}.out")
    tensors = activations(onnx.load(str(args.folder / name)))
    wrong, traced = [], 0
    for executor in ("fused", "replay"):
        trace, scores = (args.work / f"{name}.{executor}.{end}" for end in ("npz", "npy"))
        run("bnn-sim", image, "--inputs", args.work / "x.npy", "--exec", executor, "--trace", trace, "--outputs", scores)
        found = dict(np.load(trace))
        keep = found["boundary_ties"] == 0
        if keep.sum() < 0.8 * len(keep):
            wrong.append(f"{name}: only {keep.sum()} of {len(keep)} samples without boundary ties")
        for tensor in tensors:
            if tensor in found:
                traced += 1
                if not np.array_equal(found[tensor][keep], expected[tensor][keep]):
                    wrong.append(f"{name}: {tensor} differs ({executor})")
        if not same(np.load(scores)[keep], expected["scores"][keep]):
            wrong.append(f"{name}: scores differ ({executor})")
    if tensors and not traced:
        wrong.append(f"{name}: none of {tensors} is traced")
    print(f"{name}: equal to ONNX Runtime on {keep.sum()} of {len(keep)} samples, {traced // 2} activations traced")
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--input")
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--node")
    parser.add_argument("--oracle")
    parser.add_argument("--samples", type=int, default=32)
    args = parser.parse_args()
    args.work = args.work.resolve()
    args.work.mkdir(parents=True, exist_ok=True)
    networks = json.loads((args.folder / "accuracy.json").read_text())["networks"]
    on_disk = {path.name for path in args.folder.glob("*.onnx")}
    wrong = [] if on_disk == set(networks) else [f"listed and on disk differ: {on_disk ^ set(networks)}"]
    images = {name: args.work / f"{name}.rimg" for name in networks}
    page = (args.folder / "README.md").read_text()
    for name in networks:
        wrong += check(name, networks[name], images[name], args)
        if f"{networks[name]['accuracy_percent']:.2f}" not in page:
            wrong.append(f"{name}: README.md does not tell its accuracy")
    if args.node:
        inputs = np.load(args.data)["images"]
        # Spread over the data, which may be in the order of the classes.
        inputs = inputs[np.linspace(0, len(inputs) - 1, args.samples).astype(int)].astype("<f4")
        np.save(args.work / "x.npy", inputs)
        inputs.tofile(args.work / "x.raw")
        jobs = [judged(args.folder, name, args.work / "x.raw", inputs.shape, args.work) for name in networks]
        (args.work / "jobs.json").write_text(json.dumps(jobs))
        run(args.node, MATRIX / "oracle.js", (args.work / "jobs.json").resolve(), cwd=args.oracle)
        for name in networks:
            wrong += compare(name, images[name], args)
    if wrong:
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main()
