#!/usr/bin/python3
"""What an input costs that is presented as T random bits, against its bit planes.

  stochastic_input.py             tables here and as CSV, accuracy.svg beside this script
  stochastic_input.py --check     also exit status 1 where a claim does not hold, or
                                  README.md has other figures
  stochastic_input.py --out DIR   files go to DIR

The traffic sign network and its images are taken from ../shared/material beside
the source tree (or from --material DIR), the digits from models/.
"""

import argparse
import pathlib
import statistics
import sys
import tempfile

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import experiment  # noqa: E402

PRESENTATIONS = [1, 2, 4, 8, 16, 32, 64]
SEEDS = range(1, 9)
T_95 = 2.365  # Student, seven degrees of freedom: eight seeds


def half_interval(values):
    return T_95 * statistics.stdev(values) / len(values) ** 0.5


def signs(args):
    """Traffic signs as they are, 30 by 30 pixels of 0 to 255."""
    data = np.load(args.material / "data" / "gtsrb-30.npz")
    np.savez(args.work / "gtsrb.npz", x=data["images"].astype(np.float32), y=data["labels"])
    return f"{args.work}/gtsrb.npz:x", f"{args.work}/gtsrb.npz:y"


def measure(name, network, declared, inputs, labels, args, judge):
    """Accuracies by encoding, the bit planes first."""
    def accuracies(encoding, seeds):
        image, report = experiment.compile_network(network, args.work, "--input", declared, "--input-encoding", encoding)
        first = next(layer for layer in report["layers"] if layer["place"] == "arrays")
        found = [experiment.simulate(image, inputs, labels, *(["--seed", seed] if seed else [])) for seed in seeds]
        return [one["accuracy_percent"] for one in found], found[0], first["cycles"]["steady"]

    exact, result, cycles = accuracies("bitplane", [None])
    images = result["samples"]
    rows = [{"network": name, "images": images, "encoding": "bitplane", "presentations": "", "accuracy_percent": exact[0],
             "low": "", "high": "", "loss_points": "", "first_layer_cycles": cycles}]
    for kind, ending in (("first layer", ""), ("whole network", ",network")):
        for count in PRESENTATIONS:
            found, result, cycles = accuracies(f"stochastic:{count}{ending}", SEEDS)
            mean, half = statistics.mean(found), half_interval(found)
            rows.append({"network": name, "images": images, "encoding": kind, "presentations": count, "accuracy_percent": mean,
                         "low": mean - half, "high": mean + half, "loss_points": exact[0] - mean, "first_layer_cycles": cycles})
    print(result["command"] + "\n")
    losses = [row["loss_points"] for row in rows[1:1 + len(PRESENTATIONS)]]
    # The spread of another test set of as many images, paired with nothing.
    error = 100 * (exact[0] / 100 * (1 - exact[0] / 100) / images) ** 0.5
    judge.holds(all(a > b for a, b in zip(losses, losses[1:])), f"{name}: every doubling brings the sums of the first layer nearer to {exact[0]:.1f} %")
    judge.holds(losses[-1] < losses[0] / 10,
                f"{name}: 64 presentations of the first layer lose {losses[-1]:.1f} points, one loses {losses[0]:.1f}")
    return rows, error


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="exit status 1 where something fails or README.md differs")
    parser.add_argument("--out", type=pathlib.Path, default=HERE, help="folder for CSV and SVG")
    parser.add_argument("--material", type=pathlib.Path, default=experiment.ROOT.parent / "shared" / "material")
    args = parser.parse_args()
    judge = experiment.Judge(args.check)
    digits = experiment.ROOT / "models" / "digits"
    with tempfile.TemporaryDirectory() as work:
        args.work = pathlib.Path(work)
        rows, _ = measure("digits", digits / "digits-bnn.onnx", "image=u5", f"{digits}/eval.npz:images",
                          f"{digits}/eval.npz:labels", args, judge)
        more, error = measure("gtsrb", args.material / "models" / "gtsrb-30.onnx", "quant_conv2d_20_input=u8", *signs(args), args, judge)
    rows += more
    print(f"another test set of as many traffic signs: one standard error is {error:.2f} points\n")
    experiment.print_table(rows, list(rows[0]))
    judge.compare(HERE / "accuracy.csv", rows, {})
    experiment.write_csv(args.out / "accuracy.csv", rows)
    by = {(row["network"], row["encoding"], row["presentations"]): row for row in rows}
    judge.table([{"presentations": count, **{f"{name}, {kind}, %": experiment.interval(*(by[name, kind, count][column] for column in (
        "accuracy_percent", "low", "high"))) for name in ("digits", "gtsrb") for kind in ("first layer", "whole network")}}
        for count in PRESENTATIONS])
    plots = []
    for name in ("digits", "gtsrb"):
        for kind, style in (("first layer", 7), ("whole network", 6)):
            choice = f"(stringcolumn(1) eq '{name}' && stringcolumn(3) eq '{kind}'"
            plots.append(f"'accuracy.csv' using {choice} ? $4 : NaN):5:6:7 with yerrorlines lw 1.5 pt {style} ps 0.6 title '{name}, {kind}'")
        plots.append(f"{by[name, 'bitplane', '']['accuracy_percent']} with lines dt 2 title '{name}, bit planes'")
    experiment.gnuplot(args.out / "accuracy.svg", "set xlabel 'presentations T'\nset ylabel 'accuracy (%)'\nset logscale x 2\n"
                       "set xrange [0.8:80]\nset yrange [0:100]\nset key bottom right\n"
                       "set title 'inputs as random bits, no errors; eight seeds, 95 % over seeds' font ',11'\n"
                       "plot " + ", ".join(plots) + "\n")
    judge.done(HERE / "README.md")


if __name__ == "__main__":
    main()
