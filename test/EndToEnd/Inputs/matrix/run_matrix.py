#!/usr/bin/python3
"""Compiles every network of a group, simulates it, compares it with ONNX Runtime.

    run_matrix.py GROUP --source DIR --work DIR --node NODE --oracle DIR
                  [--only TEXT] [--shard I/N]

Compared per case: the outputs and the inner tensors that still exist, on both
executors; the accumulators of replay and fused; the number of layers on the
arrays; and that every host operator says why it is there.
"""

import argparse
import concurrent.futures
import importlib
import json
import os
import pathlib
import shlex
import subprocess
import sys

import numpy as np
import onnx

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import image_file

# Arrays of odd sizes, so that every case is also a test of tiling.
ARRAYS = ("32x32", "5x7", "8x8", "3x16", "64x64", "16x5")
TYPES = {"float32": np.float32, "int64": np.int64, "bool": np.bool_}


class Failure(Exception):
    pass


def run(*command):
    command = [str(part) for part in command]
    done = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        raise Failure(f"exit status {done.returncode}: {shlex.join(command)}\n{done.stdout[-1500:]}")


def write(case, work):
    """Writes models and inputs of a case; the job for the oracle."""
    folder = work / case.name
    folder.mkdir(parents=True, exist_ok=True)
    given, judged = case.models()
    onnx.save(given, str(folder / "net.onnx"))
    onnx.save(judged, str(folder / "oracle.onnx"))
    np.save(folder / "x.npy", case.inputs)
    case.inputs.astype("<f4").tofile(folder / "x.raw")
    return {"model": str(folder / "oracle.onnx"), "outputs": str(folder / "oracle.out"),
            "inputs": [{"name": "x", "dims": list(case.inputs.shape), "file": str(folder / "x.raw")}]}


def oracle_results(path):
    header, _, data = path.read_bytes().partition(b"\n")
    results, at = {}, 0
    for entry in json.loads(header):
        raw = data[at:at + entry["bytes"]]
        results[entry["name"]] = np.frombuffer(raw, TYPES[entry["type"]]).reshape(entry["dims"])
        at += entry["bytes"]
    return results


def same(found, expected):
    """Equal up to the rounding of a scale and of sums in float32."""
    found, expected = np.float64(found), np.float64(expected)
    return found.shape == expected.shape and np.allclose(
        found, expected, rtol=2e-6, atol=2e-6 * max(1.0, np.abs(expected).max(initial=0)))


def first_difference(found, expected):
    at = np.unravel_index(np.argmax(np.abs(np.float64(found) - np.float64(expected))), found.shape)
    return f"at {tuple(map(int, at))}: {found[at]} instead of {expected[at]}"


def compare(what, found, expected, keep):
    if found.shape != expected.shape:
        raise Failure(f"{what}: shape {found.shape} instead of {expected.shape}")
    if not same(found[keep], expected[keep]):
        raise Failure(f"{what}: {first_difference(found[keep], expected[keep])}")


def judge(case, work, module, array):
    folder = work / case.name
    expected = oracle_results(folder / "oracle.out")
    declared = ["--input", f"x={case.declared}"] if case.declared else []
    run("bnn-compile", folder / "net.onnx", *declared, *case.options, "--quiet",
        "--array", case.array or array, "-o", folder / "net.rimg")
    image = image_file.load(module, folder / "net.rimg")
    on_arrays = image_file.layers(image)
    if case.arrays is not None and len(on_arrays) != case.arrays:
        reasons = [f"{op.node}: {op.reason}" for op in image_file.operators(image) if op.reason]
        raise Failure(f"{len(on_arrays)} layers on the arrays instead of {case.arrays}: {reasons}")
    if case.reason and not any(case.reason in op.reason for op in image_file.operators(image)):
        raise Failure(f"no reason contains '{case.reason}': "
                      f"{[op.reason for op in image_file.operators(image)]}")
    if case.copies and not any(layer.name.endswith(".copy2") for layer in on_arrays):
        raise Failure(f"no layer has copies: {[layer.name for layer in on_arrays]}")
    absent = {entry.tensor for entry in image.absent}

    traces = {}
    for executor in ("replay", "fused"):
        run("bnn-sim", folder / "net.rimg", "--inputs", folder / "x.npy", "--exec", executor,
            "--accumulators", "--trace", folder / f"{executor}.npz",
            "--outputs", folder / f"{executor}.npy", "--threads", "1")
        trace = traces[executor] = dict(np.load(folder / f"{executor}.npz"))
        # Where float32 cannot decide on the host, the runtime is no judge.
        keep = trace["boundary_ties"] == 0
        if keep.sum() < 0.8 * len(keep):
            raise Failure(f"{executor}: {(~keep).sum()} of {len(keep)} samples have boundary ties")
        found = np.load(folder / f"{executor}.npy")
        compare(f"{executor}: output y", found, expected["y"], keep)
        for tensor in case.watch:
            if tensor not in trace:
                if tensor not in absent:
                    raise Failure(f"{executor}: '{tensor}' is neither traced nor listed as absent")
            else:
                compare(f"{executor}: {tensor}", trace[tensor], expected[tensor], keep)
    for layer in on_arrays:
        key = f"{layer.name}/accumulator"
        if not np.array_equal(traces["replay"][key], traces["fused"][key]):
            raise Failure(f"{key}: replay and fused differ")


def attempt(case, work, module, array):
    try:
        judge(case, work, module, array)
    except Failure as failure:
        return str(failure)
    except Exception as error:    # a missing key, an unreadable file: name the case too
        return f"{type(error).__name__}: {error}"
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("group")
    for option in ("--source", "--work", "--node", "--oracle"):
        parser.add_argument(option, required=True)
    parser.add_argument("--only", default="", help="cases whose name contains this")
    parser.add_argument("--shard", default="1/1", help="I/N: every N-th case from the I-th on")
    options = parser.parse_args()

    shard, shards = map(int, options.shard.split("/"))
    cases = [c for c in importlib.import_module(options.group).cases() if options.only in c.name]
    cases = cases[shard - 1::shards]
    work = pathlib.Path(options.work).resolve()
    module = image_file.schema(options.source, work)
    jobs = [write(case, work) for case in cases]
    (work / "jobs.json").write_text(json.dumps(jobs))
    done = subprocess.run([options.node, str(HERE / "oracle.js"), str(work / "jobs.json")],
                          cwd=options.oracle, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    if done.returncode != 0:
        raise SystemExit(f"the oracle failed:\n{done.stdout[-3000:]}")

    with concurrent.futures.ThreadPoolExecutor(max(1, (os.cpu_count() or 2) // 2)) as pool:
        futures = [(case, pool.submit(attempt, case, work, module, ARRAYS[i % len(ARRAYS)]))
                   for i, case in enumerate(cases)]
        failures = [(case, future.result()) for case, future in futures if future.result()]
    for case, message in failures:
        print(f"FAIL {case.name}: {message}")
    print(f"{len(cases) - len(failures)} of {len(cases)} cases equal")
    if failures or not cases:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
