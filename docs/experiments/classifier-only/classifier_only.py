#!/usr/bin/env python3
"""What binarizing the classifier of real networks costs, without training.

    classifier_only.py [--material DIR] [--tools DIR] [--only NETWORK] [--check]

Compiles the six real-valued networks of the material folder with
--binarize classifier, binary and ternary, and without calibration data, and
prints one table. Every second sample calibrates (at most --samples of them),
the others are what accuracies are of. With --check exit status 1 where a
network loses more than the bound that stands beside it below.
"""

import argparse
import json
import math
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "test" / "EndToEnd" / "Inputs"))
import networks

# Network, and the most that binary weights may lose: points of accuracy.
NETWORKS = {"mnist-cnn-cntk": 4, "mnist-mlp-256x2": 10, "lenet-fyh620": 55,
            "cifar-resnet2b": 25, "kws-alibaba": 10, "ecg-adii": 3}
FORMS = {"binary": [], "ternary": ["--weights", "ternary"], "no data": None}


def data(name, folder):
    """Samples and labels, reordered so that evenly spaced ones calibrate."""
    inputs, labels = networks.NETWORKS[name].prepare(pathlib.Path(folder))
    if name == "ecg-adii":    # 51,000 beats; every tenth suffices here
        inputs, labels = inputs[::10], labels[::10]
    return inputs, labels


def run(*command):
    done = subprocess.run([str(part) for part in command], text=True, capture_output=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


def accuracy(tools, image, inputs, labels, keep, work):
    """Percent right of the samples `keep`."""
    np.save(work / "x.npy", inputs[keep])
    np.save(work / "y.npy", labels[keep])
    text = run(tools / "bnn-sim", image, "--inputs", work / "x.npy", "--labels", work / "y.npy")
    return float(re.search(r"accuracy +([0-9.]+) %", text)[1])


def judge(name, options, tools, work):
    inputs, labels = data(name, options.material)
    samples = min(options.samples, len(inputs) // 2)
    # The samples that bnn-compile takes of `half`, and those that it does not see.
    half, held = np.arange(0, len(inputs), 2), np.arange(1, len(inputs), 2)
    np.save(work / "calibration.npy", inputs[half])
    np.save(work / "classes.npy", labels[half])
    model = pathlib.Path(options.material) / "models" / f"{name}.onnx"
    run(tools / "bnn-compile", model, "-q", "-o", work / "real.rimg")
    row = {"network": name, "calibration": samples, "held": len(held),
           "real": accuracy(tools, work / "real.rimg", inputs, labels, held, work)}
    for form, extra in FORMS.items():
        fit = [] if extra is None else \
            ["--calibration", work / "calibration.npy", "--labels", work / "classes.npy",
             "--calibration-samples", samples, *extra]
        text = run(tools / "bnn-compile", model, "--binarize", "classifier", *fit,
                   "--report", work / "report.json", "-o", work / "net.rimg")
        row[form] = accuracy(tools, work / "net.rimg", inputs, labels, held, work)
        if form == "binary":
            report = json.loads((work / "report.json").read_text())
            row["layers"] = sum(layer["place"] == "arrays" for layer in report["layers"])
            row["weights"] = sum(layer["fanIn"] * layer["neurons"] for layer in report["layers"]
                                 if layer["place"] == "arrays")
            row["saved32"] = 100 * report["memory"]["saved32"]
            row["saved8"] = 100 * report["memory"]["saved8"]
    return row


def print_table(rows):
    print("network          layers  weights  saved of 32 bit  of 8 bit  calibration   held  "
          "    real    binary   ternary   no data    +-")
    for row in rows:
        error = 100 * math.sqrt(row["real"] / 100 * (1 - row["real"] / 100) / row["held"])
        print(f"{row['network']:<16} {row['layers']:6} {row['weights']:8} {row['saved32']:14.1f} % "
              f"{row['saved8']:7.1f} % {row['calibration']:12} {row['held']:6}  {row['real']:8.2f}  "
              f"{row['binary']:8.2f}  {row['ternary']:8.2f}  {row['no data']:8.2f}  {error:4.2f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--material", default=ROOT.parent / "shared" / "material", type=pathlib.Path,
                        help="folder of networks and data (default: ../shared/material)")
    found = shutil.which("bnn-compile") or ROOT / "build" / "bin" / "bnn-compile"
    parser.add_argument("--tools", default=pathlib.Path(found).parent, type=pathlib.Path,
                        help="folder of bnn-compile and bnn-sim (default: that in PATH, or build/bin)")
    parser.add_argument("--samples", type=int, default=2048, help="of the calibration, at most")
    parser.add_argument("--only", action="append", help="this network; may be repeated")
    parser.add_argument("--check", action="store_true", help="exit status 1 beyond the bounds")
    options = parser.parse_args()
    if not (options.material / "models").is_dir():
        print(f"{options.material} has no networks: nothing to judge")
        return
    rows = []
    for name in options.only or NETWORKS:
        with tempfile.TemporaryDirectory() as work:
            rows.append(judge(name, options, options.tools, pathlib.Path(work)))
    print_table(rows)
    if options.check:
        beyond = [row["network"] for row in rows
                  if row["real"] - row["binary"] > NETWORKS[row["network"]]]
        sys.exit(f"too much lost: {', '.join(beyond)}" if beyond else 0)


if __name__ == "__main__":
    main()
