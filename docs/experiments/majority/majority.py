#!/usr/bin/python3
"""What one decision for each group of inputs costs a network that was trained for it.

  majority.py             tables here and as CSV, votes.svg beside this script
  majority.py --check     also exit status 1 where the compiler does not put one
                          decision for each group on the arrays, or README.md
                          has other figures
  majority.py --out DIR   files go to DIR
"""

import argparse
import pathlib
import statistics
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import experiment  # noqa: E402

DIGITS = experiment.ROOT / "models" / "digits" / "eval.npz"
NETWORKS = experiment.ROOT / "models" / "digits-majority"
INPUTS, NEURONS = 1024, 64  # of the layer that votes
GROUPS = [1024, 512, 256, 128, 64]  # 1024: exact sums
SEEDS = [1, 2, 3]
T_95 = 4.303  # Student, two degrees of freedom: three trainings


def half_interval(values):
    return T_95 * statistics.stdev(values) / len(values) ** 0.5


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="exit status 1 where something fails or README.md differs")
    parser.add_argument("--out", type=pathlib.Path, default=HERE, help="folder for CSV and SVG")
    args = parser.parse_args()
    judge = experiment.Judge(args.check)
    rows, decisions = [], {}
    with tempfile.TemporaryDirectory() as work:
        for group in GROUPS:
            for seed in SEEDS:
                name = f"exact-seed{seed}" if group == INPUTS else f"group{group}-seed{seed}"
                image, report = experiment.compile_network(NETWORKS / f"{name}.onnx", work)
                first = next(layer for layer in report["layers"] if layer["place"] == "arrays")
                votes = [layer["operation"] for layer in report["layers"] if layer["place"] == "digital"]
                decisions[group] = (first["fanIn"], first["neurons"], f"votes of {INPUTS // group}" in votes)
                result = experiment.simulate(image, f"{DIGITS}:images", f"{DIGITS}:labels")
                rows.append({"group": group, "seed": seed, "images": result["samples"],
                             "accuracy_percent": result["accuracy_percent"]})
        print(result["command"] + "\n")
    table = []
    exact = [row["accuracy_percent"] for row in rows if row["group"] == INPUTS]
    for group in GROUPS:
        found = [row["accuracy_percent"] for row in rows if row["group"] == group]
        less = [a - b for a, b in zip(exact, found)]
        table.append({"group": group, "groups": INPUTS // group, "mean_percent": statistics.mean(found),
                      "low": statistics.mean(found) - half_interval(found), "high": statistics.mean(found) + half_interval(found),
                      "loss_points": statistics.mean(less), "loss_low": statistics.mean(less) - half_interval(less),
                      "loss_high": statistics.mean(less) + half_interval(less)})
    experiment.print_table(rows, list(rows[0]))
    experiment.print_table(table, list(table[0]))
    judge.compare(HERE / "trainings.csv", rows, {})
    judge.compare(HERE / "votes.csv", table, {})
    experiment.write_csv(args.out / "trainings.csv", rows)
    experiment.write_csv(args.out / "votes.csv", table)
    for row in table[1:]:
        group = row["group"]
        judge.holds(decisions[group] == (group, NEURONS * row["groups"], True),
                    f"{group} inputs a group: {NEURONS * row['groups']} decisions of fan-in {group} on the arrays; "
                    f"{row['loss_points']:.2f} points below exact sums ({row['loss_low']:.2f} to {row['loss_high']:.2f})")
    experiment.gnuplot(args.out / "votes.svg", "set xlabel 'inputs of a group'\nset ylabel 'accuracy (%)'\nset logscale x 2\n"
                       "set xrange [48:1365]\nset xtics (64, 128, 256, 512, 'exact' 1024)\nset key bottom right\n"
                       f"set title 'digits 1024-64-10, {rows[0]['images']} images, no errors; three trainings' font ',11'\n"
                       "plot 'votes.csv' using 1:3 with lines lw 2 title 'mean', "
                       "'trainings.csv' using 1:4 with points pt 7 ps 0.6 title 'each training'\n")
    judge.done(HERE / "README.md")


if __name__ == "__main__":
    main()
