"""Runs exported networks on one chip of rtl/ under Verilator.

    rtl.py NETWORK... --array RxC --samples N --source DIR --work DIR [--material DIR]
           [--target T] [--schedule p2s|s2p] [--replicate N] [--gather N] [--tree]

All networks run on the same chip, one after another. For each, the integers
that leave the chip are the network's tensors as bnn-sim computes them, bit by
bit; their arg-max is the class of bnn-sim and of the independent runtime that
the golden file comes from; and the clocks and row reads that the chip counted
are those that the compiler stated, layer by layer.
"""

import argparse
import json
import pathlib
import subprocess
import zlib

import numpy as np

import image_file
import networks
from firmware import codes_of, demonstration
from run_golden import run

KINDS = {1: "array", 2: "pool", 3: "transpose", 4: "threshold", 5: "combine", 6: "move"}


def find(name, options):
    """Model, input with its declaration, samples, and golden outputs; None where
    a norm behind the scores decides on the class."""
    if name.startswith("digits"):
        model, data = demonstration(name, options.source)
        return model, "image=u5", data["images"], data["scores"] if name == "digits" else None
    material, network = pathlib.Path(options.material), networks.NETWORKS[name]
    data = np.load(material / "golden" / f"{name}.npz")
    declared = f"{network.input}={network.declared}"
    return material / "models" / f"{name}.onnx", declared, data["inputs"], data["outputs"]


def replicate(options):
    """The compiler's options for copies of convolutions."""
    return ("--replicate", options.replicate) if options.replicate else ()


def cycles_in_a_tree(step):
    """Clocks of a layer whose rows are neurons."""
    return {"fill": 1, "steady": step["cycles"], "drain": int(step["tile_columns"] - 1).bit_length() + 2}


class Network:
    """A network, compiled, simulated and exported."""

    def __init__(self, name, options):
        self.name, self.gather, self.tree = name, options.gather, options.tree
        self.work = pathlib.Path(options.work) / name
        self.work.mkdir(parents=True, exist_ok=True)
        model, declared, inputs, golden = find(name, options)
        self.inputs = inputs[:options.samples]
        self.golden = None if golden is None else golden[:options.samples]
        path = self.work / "net.rimg"
        run("bnn-compile", model, "--input", declared, "--array", options.array, "--target", options.target,
            "--schedule", options.schedule, *replicate(options), "-o", path, "--report", self.work / "report.json")
        np.save(self.work / "inputs.npy", self.inputs)
        run("bnn-sim", path, "--inputs", self.work / "inputs.npy", "--outputs", self.work / "outputs.npy",
            "--trace", self.work / "trace.npz")
        for form in ("memh", "json"):
            run("bnn-image", "export", "--format", form, "-o", self.work / f"net.{form}", path)
        self.program = json.loads((self.work / "net.json").read_text())
        if options.tree:
            self.add_in_a_tree()
        self.image = image_file.load(image_file.schema(options.source, options.work), path)
        self.numbers = {value.name: i for i, value in enumerate(self.image.values)}
        (value,) = self.program["inputs"]
        codes = codes_of(self.image, self.numbers[self.program["values"][value]["name"]], self.inputs,
                         np.load(self.work / "trace.npz"))
        np.savetxt(self.work / "inputs.txt", codes, fmt="%d")

    def add_in_a_tree(self):
        """Makes a program for a chip with an adder tree of one for a serial chip: a
        word of each layer (docs/export-formats.md) and the checksum."""
        words = [int(line, 16) for line in (self.work / "net.memh").read_text().splitlines()
                 if not line.startswith("//")]
        for step, record in zip(self.program["steps"], words[words[27]:]):
            if step["kind"] == "array":
                step["accumulation"] = words[record + 33] = 1
        words[3] = zlib.crc32(np.array(words[4:], "<u4").tobytes())
        (self.work / "net.memh").write_text("".join(f"{word:08x}\n" for word in words))
        (self.work / "net.json").write_text(json.dumps(self.program))

    def check_scores(self):
        (value,) = self.program["outputs"]
        held = self.image.values[self.numbers[self.program["values"][value]["name"]]]
        chip = np.loadtxt(self.work / "outputs.txt", dtype=np.int64, ndmin=2)
        trace = np.load(self.work / "trace.npz")
        assert held.traces
        for entry in held.traces:
            scores = entry.scale * chip.astype(np.float64) + entry.offset
            wanted = trace[entry.tensor].reshape(len(self.inputs), -1)
            if scores.shape != wanted.shape or (scores.astype(wanted.dtype) != wanted).any():
                raise SystemExit(f"FAIL: {self.name}: scores '{entry.tensor}' differ\n{scores}\n{wanted}")
        for source, outputs in () if self.golden is None else (("bnn-sim", np.load(self.work / "outputs.npy")), ("golden", self.golden)):
            outputs = outputs.reshape(len(self.inputs), -1)
            classes = outputs[:, 0] if outputs.shape[1] == 1 else outputs.argmax(axis=1)
            # A network with one output decides by its sign.
            found = np.where(scores[:, 0] > 0, 1, -1) if scores.shape[1] == 1 else scores.argmax(axis=1)
            if not np.array_equal(found, classes):
                raise SystemExit(f"FAIL: {self.name}: classes {found}, {classes} by {source}")
        print(f"{self.name}: {scores.size} scores '{entry.tensor}' of {len(scores)} samples identical to bnn-sim's")

    def check_clocks(self):
        """Each sample takes the same clocks; each layer those that were stated."""
        clocks = np.loadtxt(self.work / "clocks.txt", dtype=np.int64, ndmin=2)
        clocks = clocks.reshape(len(self.inputs), len(self.program["steps"]), -1)
        if (clocks != clocks[0]).any():
            raise SystemExit(f"FAIL: {self.name}: samples take different clocks\n{clocks}")
        report = json.loads((self.work / "report.json").read_text())
        layers = iter([layer for layer in report["layers"] if layer["place"] == "arrays"])
        for step, (kind, fill, read, merge, wait, drain, digital, rows) in zip(self.program["steps"], clocks[0]):
            if KINDS[kind] != step["kind"]:
                raise SystemExit(f"FAIL: {self.name}: the chip ran {KINDS[kind]} for {step['name']}")
            if step["kind"] != "array":
                print(f"{self.name}: {step['name']}: {step['kind']}, {digital} clocks")
                continue
            layer = next(layers)
            by_input = step["orientation"] == 1
            stated = cycles_in_a_tree(step) if self.tree else layer["cycles"]
            # A window of inputs is gathered while the one before it is read.
            windows = step["positions"] * (1 if by_input else step["groups"])
            lanes = step["weight_planes"] * step["fan_in"] * (step["groups"] if by_input else 1)
            gathering = -(-lanes // self.gather) if self.gather else stated["fill"]
            waiting = (windows - 1) * max(0, gathering - stated["steady"] // windows)
            wanted = (gathering, stated["steady"], waiting, stated["drain"], 0,
                      layer["rowReads"] * self.program["columns_per_sense_amplifier"])
            found = (fill, read + merge, wait, drain, digital, rows)
            if found != wanted or layer["name"] != step["name"] or stated["steady"] != step["cycles"]:
                raise SystemExit(f"FAIL: {self.name}: {step['name']}: fill, steady, wait, drain, digital, rows "
                                 f"{found}, not {wanted}")
            print(f"{self.name}: {step['name']}: {'s2p' if by_input else 'p2s'}, fill {fill}, read {read}, merge {merge}, "
                  f"wait {wait}, drain {drain} clocks, {rows} rows: as stated")


def verilate(options, chips):
    """The simulator of a chip on which all networks run."""
    rtl = pathlib.Path(options.source).resolve() / "rtl"
    work = pathlib.Path(options.work).resolve()
    parameters = run("python3", rtl / "parameters.py", *[chip.work / "net.json" for chip in chips],
                     *(("--gather", options.gather) if options.gather else ()))
    (work / "parameters.f").write_text(parameters)
    run("verilator", "--binary", "-Wall", "-O3", "-fno-expand", "--unroll-count", "16", "--Mdir", work / "verilated", "-f", work / "parameters.f",
        "-F", rtl / "chip.f", "-MAKEFLAGS", "OPT_FAST=-O1", "--top-module", "chip_tb", rtl / "tb" / "chip_tb.sv")
    return work / "verilated" / "Vchip_tb"


def arguments(chip, program):
    return (f"+program={program}", f"+inputs={chip.work / 'inputs.txt'}",
            f"+outputs={chip.work / 'outputs.txt'}", f"+clocks={chip.work / 'clocks.txt'}")


def check_refusals(simulator, chip):
    """No program with a damaged word is run."""
    lines = (chip.work / "net.memh").read_text().splitlines()
    words = [i for i, line in enumerate(lines) if not line.startswith("//")]
    damaged = chip.work / "damaged.memh"
    for word in (0, 1, 3, len(words) // 2, len(words) - 1):
        line = words[word]
        flipped = f"{int(lines[line], 16) ^ 1 << word % 32:08x}"
        damaged.write_text("\n".join(lines[:line] + [flipped] + lines[line + 1:]) + "\n")
        done = subprocess.run([str(simulator), *arguments(chip, damaged)], text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
        if done.returncode == 0 or "program refused: ErrorFormat" not in done.stdout:
            raise SystemExit(f"FAIL: {chip.name} ran with word {word} damaged\n{done.stdout}")
    print(f"{chip.name}: damaged programs are refused")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("networks", nargs="+", choices=["digits", "digits-votes", *sorted(networks.NETWORKS)])
    for option in ("--array", "--source", "--work"):
        parser.add_argument(option, required=True)
    parser.add_argument("--target", default="hfox130-kilobit")
    parser.add_argument("--schedule", default="auto")
    parser.add_argument("--replicate", type=int)
    parser.add_argument("--material")
    parser.add_argument("--samples", type=int, required=True)
    parser.add_argument("--gather", type=int)
    parser.add_argument("--tree", action="store_true", help="adders are a tree")
    options = parser.parse_args()
    chips = [Network(name, options) for name in options.networks]
    simulator = verilate(options, chips)
    check_refusals(simulator, chips[0])
    for chip in chips:
        run(simulator, *arguments(chip, chip.work / "net.memh"))
        chip.check_scores()
        chip.check_clocks()


if __name__ == "__main__":
    main()
