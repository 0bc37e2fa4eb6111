#!/usr/bin/python3
"""Runs the models that bnn-compile --emit-host writes in ONNX Runtime, the chip
between them in plain integers, and compares the scores with the original.

    run_host.py cases|NETWORK --source DIR --work DIR --node NODE --oracle DIR
                [--material DIR] [--limit N] [-- OPTIONS OF bnn-compile]

`cases` are networks trained with binary layers: the original is the ONNX file
in ONNX Runtime. For a NETWORK of the material folder, which is compiled with
the options given, the original is what bnn-sim makes of the image.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys

import numpy as np
import onnx

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import image_file
import networks
from cases import cases
from chip import Chip

TYPES = {TensorProto: name for TensorProto, name in (
    (onnx.TensorProto.FLOAT, "float32"), (onnx.TensorProto.INT8, "int8"),
    (onnx.TensorProto.UINT8, "uint8"), (onnx.TensorProto.INT16, "int16"),
    (onnx.TensorProto.INT32, "int32"), (onnx.TensorProto.INT64, "int64"),
    (onnx.TensorProto.BOOL, "bool"))}


def run(*command, cwd=None):
    done = subprocess.run([str(part) for part in command], cwd=cwd, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        raise SystemExit(f"FAIL: {' '.join(map(str, command))}\n{done.stdout[-3000:]}")
    return done.stdout


def infer(path, feeds, options, work):
    """Outputs of an ONNX model, by name; feeds and results hold all samples."""
    model = onnx.load(str(path))
    job = {"model": str(path), "samples": len(next(iter(feeds.values()))), "inputs": [],
           "outputs": str(work / "oracle.out")}
    for i, port in enumerate(model.graph.input):
        tensor = port.type.tensor_type
        kind = TYPES[tensor.elem_type]
        file = work / f"oracle.{i}.in"
        np.ascontiguousarray(feeds[port.name]).astype(kind).tofile(file)
        job["inputs"].append({"name": port.name, "type": kind, "file": str(file),
                              "dims": [d.dim_value for d in tensor.shape.dim]})
    (work / "job.json").write_text(json.dumps(job))
    run(options.node, HERE / "oracle.js", work / "job.json", cwd=options.oracle)
    header, _, data = (work / "oracle.out").read_bytes().partition(b"\n")
    results, at = {}, 0
    for entry in json.loads(header):
        kind = np.dtype(entry["type"])
        shape = [job["samples"], *entry["dims"]]
        size = int(np.prod(shape)) * kind.itemsize
        results[entry["name"]] = np.frombuffer(data[at:at + size], kind).reshape(shape)[:, 0]
        at += size
    return results


def host_models(path):
    """host.onnx, host.2.onnx, ...; each a valid model."""
    paths = [path]
    while (following := path.with_suffix(f".{len(paths) + 1}.onnx")).exists():
        paths.append(following)
    for model in paths:
        onnx.checker.check_model(str(model), full_check=True)
    return paths


def through(image, paths, inputs, options, work):
    """Scores and what crossed: host, chip, host, ..., as firmware would do it."""
    chip, known, values = Chip(image), dict(inputs), {}
    # Values that cross, by the names that the models of the host give them.
    names = {}
    for path in paths:
        for entry in onnx.load(str(path)).metadata_props:
            if match := re.match(r"value (\d+) of the image: ", entry.value):
                names[re.sub(r"^bnn\.(to|from)_chip\.", "", entry.key)] = int(match[1])
    crossed = 0
    for index, path in enumerate(paths):
        results = infer(path, known, options, work)
        known.update(results)
        for name, result in results.items():
            if name in names:
                values[names[name]] = result.astype(np.int64)
                crossed += 1
        chip.run(image.steps, values)
        known.update({name: values[number] for name, number in names.items() if number in values})
    for port in image.outputs:
        if image.values[port.value].encoding:
            known[port.name] = values[port.value]
    return {port.name: known[port.name] for port in image.outputs}, crossed


def compare(name, found, expected, keep):
    if found.size != expected.size:
        raise SystemExit(f"FAIL {name}: shape {found.shape} instead of {expected.shape}")
    found = found.reshape(expected.shape)[keep].astype(np.float64)
    expected = expected[keep].astype(np.float64)
    scale = max(1.0, np.abs(expected).max(initial=0))
    if not np.allclose(found, expected, rtol=1e-5, atol=2e-6 * scale):
        raise SystemExit(f"FAIL {name}: differs by {np.abs(found - expected).max()}")


def judge(name, model, inputs, extra, options, work, module, original):
    work.mkdir(parents=True, exist_ok=True)
    for old in work.glob("host*.onnx"):
        old.unlink()
    run("bnn-compile", model, *extra, "-o", work / "net.rimg", "--emit-host", work / "host.onnx")
    image = image_file.load(module, work / "net.rimg")
    paths = host_models(work / "host.onnx")
    np.save(work / "x.npy", inputs)
    run("bnn-sim", work / "net.rimg", "--inputs", work / "x.npy", "--trace", work / "trace.npz",
        "--outputs", work / ("sim.npy" if len(image.outputs) == 1 else "sim.npz"))
    keep = np.load(work / "trace.npz")["boundary_ties"] == 0
    if keep.mean() < 0.5:
        raise SystemExit(f"FAIL {name}: only {keep.sum()} of {len(keep)} samples without boundary ties")
    found, crossed = through(image, paths, {image.inputs[0].name: inputs}, options, work)
    if original == "onnx":
        expected = infer(model, {image.inputs[0].name: inputs}, options, work)
    else:
        expected = {image.outputs[0].name: np.load(work / "sim.npy")}
    for tensor, result in expected.items():
        compare(f"{name}: {tensor}", found[tensor], result, keep)
    arrays = len(image_file.layers(image))
    print(f"{name}: {len(paths)} models of the host, {arrays} layers on the arrays, {crossed} tensors "
          f"onto the chip, {len(inputs)} samples equal, {(~keep).sum()} with boundary ties left out")
    return len(paths), arrays


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what")
    for option in ("--source", "--work", "--node", "--oracle"):
        parser.add_argument(option, required=True)
    parser.add_argument("--material")
    parser.add_argument("--limit", type=int, default=64, help="samples of a network")
    parser.add_argument("--calibrate", action="store_true", help="with the network's data")
    options, extra = parser.parse_known_args()
    extra = [part for part in extra if part != "--"]
    work = pathlib.Path(options.work).resolve()
    work.mkdir(parents=True, exist_ok=True)
    module = image_file.schema(options.source, work)
    if options.what == "cases":
        for case in cases():
            path = work / f"{case.name}.onnx"
            onnx.save(case.model, str(path))
            declared = ["--input", case.declared] if case.declared else []
            made = judge(case.name, path, case.inputs, declared, options, work / case.name, module,
                         "onnx")
            if made != (case.pieces, case.arrays):
                raise SystemExit(f"FAIL {case.name}: {made[0]} models and {made[1]} layers, expected "
                                 f"{case.pieces} and {case.arrays}")
        return
    material = pathlib.Path(options.material)
    inputs, _ = networks.NETWORKS[options.what].prepare(material)
    if options.calibrate:
        np.save(work / "calibration.npy", inputs[::max(1, len(inputs) // 512)])
        extra += ["--calibration", work / "calibration.npy"]
    judge(options.what, material / "models" / f"{options.what}.onnx", inputs[:options.limit], extra,
          options, work / "net", module, "image")


if __name__ == "__main__":
    main()
