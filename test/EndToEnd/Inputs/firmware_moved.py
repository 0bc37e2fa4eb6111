"""Runs what test/Placement/Inputs/moved.py left in its folder on the firmware under QEMU: the moved image, on arrays in
software without defects and with those of defects.csv.

    firmware_moved.py --source DIR --work DIR [--cuts]

The scores are those of bnn-sim, with and without --defects; moved.py compared them with a model of its own. --cuts: power
is cut while the arrays are programmed, and in the end each cell of the chip is at its code.
"""

import argparse
import csv
import pathlib

import numpy as np

import image_file
from firmware import build, codes_of, emulate, ports, run

# enum array_defect of firmware/mps2/array.h
DEVICES = {"short": 1, "stuck_lrs": 2, "stuck_hrs": 3, "open": 4}
ANSWERS = {"reads_plus": 64, "reads_minus": 128}


def read_defects(path, subarrays, rows, columns):
    """Pairs of a cell, counted over all subarrays, and what array_break takes."""
    cells = {}
    with open(path) as file:
        for line in csv.DictReader(file):
            subarray = int(line["subarray"])
            for row in [int(line["row"])] if line["row"] else range(rows):
                for column in [int(line["col"])] if line["col"] else range(columns):
                    cell = (subarray * rows + row) * columns + column
                    if line["kind"] in ANSWERS:
                        cells[cell] = ANSWERS[line["kind"]]
                    elif cells.get(cell, 0) < 64:
                        cells[cell] = DEVICES[line["kind"]] << 3 * (line["device"] == "BLb")
    assert max(cells) < subarrays * rows * columns
    return np.array(sorted(cells.items()), "<u4")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--source", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("--cuts", action="store_true")
    options = parser.parse_args()
    work = pathlib.Path(options.work)
    path, program = work / "chip.rimg", work / "chip.bin"
    image = image_file.load(image_file.schema(options.source, work), path)
    run("bnn-image", "export", "--format", "bin", "-o", program, path)
    run("bnn-image", "import", "-o", work / "again.rimg", program)
    assert (work / "again.rimg").read_bytes() == path.read_bytes(), "the program is another image"

    words = np.fromfile(program, "<u4")
    subarrays, rows, columns = (int(words[at]) for at in (17, 33, 34))
    read_defects(work / "defects.csv", subarrays, rows, columns).tofile(work / "defects.bin")
    numbers = {value.name: i for i, value in enumerate(image.values)}
    ((name, _),) = ports(words, 21)
    codes_of(image, numbers[name], np.load(work / "x.npy"), None).tofile(work / "inputs.i32")
    ((name, elements),) = ports(words, 23)
    (held,) = image.values[numbers[name]].traces
    elf = build(options.source, work)
    for wanted, defects in (("clean.npy", ()), ("scores.npy", (work / "defects.bin",))):
        emulate(elf, "run", program, work / "inputs.i32", work / "outputs.i32", *defects)
        chip = np.fromfile(work / "outputs.i32", "<i4").reshape(-1, elements)
        scores = held.scale * chip.astype(np.float64) + held.offset
        differ = int((scores != np.load(work / wanted)).sum())
        if differ:
            raise SystemExit(f"FAIL: {differ} of {scores.size} scores differ from {wanted}")
        print(f"{scores.size} scores {'with' if defects else 'without'} defects identical to bnn-sim's")
    if options.cuts:
        print(emulate(elf, "cuts-in-turn", program))


if __name__ == "__main__":
    main()
