"""Runs what test/Placement/Inputs/moved.py left in folders on one chip of rtl/ under Verilator: images that were moved away
from defects, on a chip without them.

    rtl_moved.py --source DIR --work DIR FOLDER...

The scores are bnn-sim's, and each layer takes the clocks that its record states: moving costs none.
"""

import argparse
import json
import pathlib
import types

import numpy as np

import image_file
from firmware import codes_of
from rtl import arguments, verilate
from run_golden import run


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--source", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("folders", nargs="+")
    parser.set_defaults(gather=None)
    options = parser.parse_args()
    pathlib.Path(options.work).mkdir(parents=True, exist_ok=True)
    module = image_file.schema(options.source, options.work)
    chips = []
    for folder in options.folders:
        chip = types.SimpleNamespace(work=pathlib.Path(folder))
        path = chip.work / "chip.rimg"
        for form in ("memh", "json"):
            run("bnn-image", "export", "--format", form, "-o", chip.work / f"net.{form}", path)
        chip.program = json.loads((chip.work / "net.json").read_text())
        chip.image = image_file.load(module, path)
        chip.numbers = {value.name: i for i, value in enumerate(chip.image.values)}
        (value,) = chip.program["inputs"]
        codes = codes_of(chip.image, chip.numbers[chip.program["values"][value]["name"]], np.load(chip.work / "x.npy"), None)
        np.savetxt(chip.work / "inputs.txt", codes, fmt="%d")
        chips.append(chip)
    simulator = verilate(options, chips)
    for chip in chips:
        run(simulator, *arguments(chip, chip.work / "net.memh"))
        (value,) = chip.program["outputs"]
        (held,) = chip.image.values[chip.numbers[chip.program["values"][value]["name"]]].traces
        scores = held.scale * np.loadtxt(chip.work / "outputs.txt", dtype=np.int64, ndmin=2) + held.offset
        wanted = np.load(chip.work / "clean.npy")
        if scores.shape != wanted.shape or (scores != wanted).any():
            raise SystemExit(f"FAIL: {chip.work.name}: scores differ\n{scores}\n{wanted}")
        clocks = np.loadtxt(chip.work / "clocks.txt", dtype=np.int64).reshape(len(scores), len(chip.program["steps"]), -1)
        for step, columns in zip(chip.program["steps"], clocks.transpose(1, 0, 2)):
            if step["kind"] == "array" and (columns[:, 2] + columns[:, 3] != step["cycles"]).any():
                raise SystemExit(f"FAIL: {chip.work.name}: {step['name']} takes {columns[0]}, not {step['cycles']} clocks")
        tables = chip.program["addresses"]
        print(f"{chip.work.name}: {scores.size} scores identical to bnn-sim's, clocks as stated; "
              f"{sum(bool(step.get('row_slots')) for step in chip.program['steps'])} layers in another order, tables with "
              f"{sum(bool(table['rows']) for table in tables)} rows, {sum(bool(table['skipped_columns']) for table in tables)} "
              f"columns, {sum(bool(table['complemented_rows']) for table in tables)} complements")


if __name__ == "__main__":
    main()
