#!/usr/bin/python3
"""How many subarrays networks take, and how many they need at least.

  packing.py              table here and as CSV beside this script
  packing.py --check      also exit status 1 where a packing is worse than the
                          README says, or tables and README have other figures
  packing.py --only NAME  this network only; may be repeated
  packing.py --out DIR    files go to DIR

Networks are those of models/ and, where it is, of the material folder, each on
32x32 and on 64x64 cells, with fewest subarrays (default) and with tiles apart
that are read together (--optimize-for latency). Real-valued ones are binarized
without calibration: only the sizes of their layers matter here.
"""

import argparse
import collections
import csv
import pathlib
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import experiment  # noqa: E402

sys.path.insert(0, str(experiment.ROOT / "test" / "EndToEnd" / "Inputs"))
import networks  # noqa: E402

MODELS = experiment.ROOT / "models"
MATERIAL = experiment.ROOT.parent / "shared" / "material" / "models"
ARRAYS = ["32x32", "64x64"]
# Chips with more small tiles: inputs as rows, thresholds in cells.
OTHERS = [["--target", "ideal", "--schedule", "s2p"], ["--target", "dual-schedule-example", "--schedule", "p2s"],
          ["--target", "dual-schedule-example", "--schedule", "s2p"]]
GOALS = {"subarrays": [], "latency": ["--optimize-for", "latency"]}
# Of the trainings of one network one is enough: they have the same layers.
OF_MODELS = {
    "digits": ["digits-bnn"], "digits-mlp": ["ber0-seed1", "ternary-seed1"],
    "digits-majority": ["exact-seed1", "group512-seed1", "group256-seed1", "group128-seed1", "group64-seed1"],
    "digits-forms": ["real", "classifier", "whole-x1", "whole-x4"],
    "ecg": ["real", "classifier", "whole-x1", "whole-x4"], "eeg": ["real", "classifier", "whole-x1", "whole-x4"]}
DECLARED = {"ecg": "ecg=s8", "eeg": "eeg=s8"}


def cases():
    """(name, file, options) of each network; real-valued ones twice."""
    found = []
    if MATERIAL.is_dir():
        for name, network in networks.NETWORKS.items():
            options = ["--input", f"{network.input}={network.declared}"] if network.declared else []
            found.append((name, MATERIAL / f"{name}.onnx", options, network.on_arrays == 0))
    for folder, names in OF_MODELS.items():
        for name in names:
            found.append((f"{folder}/{name}", MODELS / folder / f"{name}.onnx",
                          ["--input", DECLARED.get(folder, "image=u5")], name == "real"))
    for name, path, options, real in found:
        for layers in ("classifier", "all") if real else (None,):
            yield (name, path, options) if layers is None else (f"{name}, {layers}", path, [*options, "--binarize", layers])


def small_tiles(report):
    """How many tiles of each size fill no subarray: {(rows, columns): count}, padding included."""
    sizes = collections.Counter()
    for chip in report["floorPlan"]["chips"]:
        for run in chip["runs"]:
            for tile in run["tiles"]:
                size = tile["rows"], tile["columns"] + tile.get("padding", 0)
                if size != (report["rows"], report["columns"]):
                    sizes[size] += run["count"]
    return sizes


def reason(report, goal):
    """Why a network takes more than 1.05 times what its tiles' area fills."""
    used, area, least = report["subarrays"], report["areaBound"], report["packingBound"]
    if used <= 1.05 * area:
        return ""
    if goal == "latency":
        least = report["apartBound"]
    if used > least:
        return f"{used - least} above the bound"
    if goal == "latency" and report["packingBound"] < least:
        return "tiles that are read together lie apart"
    # The tiles whose subarrays stay emptiest.
    def waste(size):
        fit = (report["rows"] // size[0]) * (report["columns"] // size[1])
        return tiles[size] * (report["rows"] * report["columns"] / fit - size[0] * size[1])
    tiles = small_tiles(report)
    size = max(tiles, key=waste)
    fit = (report["rows"] // size[0]) * (report["columns"] // size[1])
    number = "one tile" if tiles[size] == 1 else f"{tiles[size]} tiles"
    return f"{number} of {size[0]}x{size[1]}: {'no two' if fit == 1 else fit} fit into a subarray"


def measure(only):
    rows = []
    with tempfile.TemporaryDirectory() as work:
        for name, path, options in cases():
            if only and name not in only:
                continue
            for array in ARRAYS:
                for goal, extra in GOALS.items():
                    _, report = experiment.compile_network(path, work, *options, "--array", array, *extra)
                    least = report["apartBound" if goal == "latency" else "packingBound"]
                    rows.append({"network": name, "array": array, "goal": goal, "subarrays": report["subarrays"],
                                 "area_bound": report["areaBound"], "bound": least,
                                 "of_area": round(report["subarrays"] / report["areaBound"], 3),
                                 "why": reason(report, goal)})
    return rows


def above_bound():
    """How many packings for other targets take how many subarrays more than the bound."""
    above = collections.Counter()
    with tempfile.TemporaryDirectory() as work:
        for _, path, options in cases():
            for array in ARRAYS:
                for extra in OTHERS:
                    _, report = experiment.compile_network(path, work, *options, "--array", array, *extra)
                    above[report["subarrays"] - report["packingBound"]] += 1
    return above


def kept(path, rows):
    """Rows of the kept table of the networks that were measured."""
    with open(path, newline="") as file:
        names = {row["network"] for row in rows}
        return [row for row in csv.DictReader(file) if row["network"] in names]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="exit status 1 where something fails or README.md differs")
    parser.add_argument("--only", action="append", help="this network; may be repeated")
    parser.add_argument("--out", type=pathlib.Path, default=HERE, help="folder for the CSV")
    args = parser.parse_args()
    judge = experiment.Judge(args.check)
    rows = measure(args.only)
    experiment.print_table(rows, list(rows[0]))
    if args.check:
        old = kept(HERE / "packing.csv", rows)
        found = [{column: experiment.text(column, value, 4) for column, value in row.items()} for row in rows]
        for before, now in zip(old, found):
            if before != now:
                judge.fail(f"packing.csv: {before}, now {now}")
        if len(old) != len(found):
            judge.fail(f"packing.csv has {len(old)} rows of these networks, not {len(found)}")
    if args.only or not MATERIAL.is_dir():
        sys.exit(1 if args.check and judge.failed else 0)
    experiment.write_csv(args.out / "packing.csv", rows)
    for goal in GOALS:
        of_goal = [row for row in rows if row["goal"] == goal]
        least = sum(row["subarrays"] == row["bound"] for row in of_goal)
        near = sum(not row["why"] for row in of_goal)
        judge.holds(least == len(of_goal), f"{goal}: {least} of {len(of_goal)} packings need no subarray more than any such packing; "
                                           f"{near} are within 5 % of the area of their tiles")
    above = above_bound()
    judge.holds(max(above) <= 2, f"other targets: {above[0]} of {sum(above.values())} packings need no subarray more than any packing, "
                                 f"{above[1]} take one more than the bound, {above[2]} two")
    judge.table([row for row in rows if row["why"] and row["goal"] == "subarrays"])
    judge.done(HERE / "README.md")


if __name__ == "__main__":
    main()
