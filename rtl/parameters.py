#!/usr/bin/python3
"""Prints the parameters of a chip on which programs run, for Verilator and others.

    parameters.py NET.json... [--gather N]

Each NET.json is a `bnn-image export --format json`. Programs for the same kind
of subarray share a chip that is as large as the largest of them needs.
"""

import argparse
import collections
import json

# What all programs of a chip have in common.
SAME = ("ROWS", "COLUMNS", "PHYSICAL_ROWS", "PHYSICAL_COLUMNS", "MUX", "TERNARY", "TREE")


def words(record):
    """32-bit words of a record of docs/export-formats.md, with its lists."""
    total = 0
    for name, field in record.items():
        if isinstance(field, list):
            total += 2 + len(field)
        elif name == "name":
            total += 2 + (len(field.encode()) + 3) // 4
        else:
            total += 1
    return total


def tiles_of_subarrays(program):
    counts = collections.Counter()
    for step in program["steps"]:
        counts.update(step.get("tiles", [])[::3] + step.get("threshold_tiles", [])[::3])
    return max(counts.values())


def by_input(step):
    return step["orientation"] == 1


def word_cells(step):
    """Cells of a neuron's thresholds."""
    return step["border_classes"] * step["threshold_slots"] * step["threshold_bits"]


def pieces(step, program):
    """Tiles that a word of thresholds takes."""
    return -(-word_cells(step) // program["rows" if by_input(step) else "columns"])


def rounds(step, program):
    """Reads of a subarray for one row: tiles of a tile row, and of its thresholds."""
    subarrays, columns = step["tiles"][::3], step["tile_columns"]
    rows = [subarrays[t:t + columns] for t in range(0, len(subarrays), columns)]
    words, count = step["threshold_tiles"][::3], pieces(step, program)
    if by_input(step):
        rows += [words[p::count] for p in range(count)]
    elif count:
        rows += [words[t:t + count] for t in range(0, len(words), count)]
    return max(max(collections.Counter(row).values()) for row in rows)


def lanes(step, columns):
    """Inputs that the rows of a position see, padding too."""
    if by_input(step):
        return step["groups"] * step["weight_planes"] * step["fan_in"]
    return step["tile_columns"] * columns


def parameters(program):
    arrays = [step for step in program["steps"] if step["kind"] == "array"]
    tables = [step for step in program["steps"] if "step_start" in step]
    row_words = 3 + (program["physical_columns"] + 15) // 16
    host_words = (len(program["host"]) * 3 // 4 + 3) // 4
    return {
        "ROWS": program["rows"],
        "COLUMNS": program["columns"],
        "PHYSICAL_ROWS": program["physical_rows"],
        "PHYSICAL_COLUMNS": program["physical_columns"],
        "MOVED": int(bool(program["addresses"])),
        "SLOTS": max(1, sum(len(step["row_slots"]) for step in arrays)),
        "MUX": program["columns_per_sense_amplifier"],
        "TERNARY": program["ternary_sense"],
        "TREE": max(step["accumulation"] for step in arrays),
        "SUBARRAYS": program["subarrays"],
        "S2P": int(any(by_input(step) for step in arrays)),
        "TILES": tiles_of_subarrays(program),
        "ROUNDS": max(rounds(step, program) for step in arrays),
        "TILE_COLUMNS": max(step["tile_columns"] for step in arrays),
        "BANDS": sum(step["tile_rows"] + (pieces(step, program) if by_input(step) else 0) for step in arrays),
        "LANES": max(program["columns"], *(lanes(step, program["columns"]) for step in arrays)),
        "NEURONS": max([1] + [step["neurons"] for step in arrays if by_input(step)]),
        "PLANES": max(len(step["plane_weights"]) for step in arrays),
        "ACCUMULATOR_BITS": max(step["accumulator_bits"] for step in arrays),
        "STEPS": len(program["steps"]),
        "VALUES": len(program["values"]),
        "FUNCTIONS": max(1, sum(max(len(step["step_start"]) - 1, len(step.get("bias", [])))
                                for step in tables)),
        "THRESHOLDS": max([1] + [b - a for step in tables
                                 for a, b in zip(step["step_start"], step["step_start"][1:])]),
        "WORD_CELLS": max([1] + list(map(word_cells, arrays))),
        "TABLE": max(1, sum(len(step.get(name, [])) for step in program["steps"]
                            for name in ("position_class", "minimum_channels", "factors"))),
        "BYTES": program["arena_bytes"],
        "PROGRAM_WORDS": 64 + len(program["inputs"]) + len(program["outputs"])
                         + sum(map(words, program["values"] + program["addresses"] + program["steps"])) + len(program["steps"])
                         + row_words * len(program["cells"]) + host_words,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("programs", nargs="+", metavar="NET.json")
    parser.add_argument("--gather", type=int, help="inputs that reach the window in a clock (default: all)")
    options = parser.parse_args()
    chip = {}
    for path in options.programs:
        with open(path) as file:
            needed = parameters(json.load(file))
        for name, value in needed.items():
            if chip and name in SAME and chip[name] != value:
                raise SystemExit(f"error: {path}: {name} is {value}, but {chip[name]} in {options.programs[0]}: "
                                 "they do not run on one chip")
        chip = {name: max(value, chip.get(name, value)) for name, value in needed.items()}
    if options.gather:
        chip["GATHER"] = options.gather
    for name, value in chip.items():
        print(f"-G{name}={value}")


if __name__ == "__main__":
    main()
