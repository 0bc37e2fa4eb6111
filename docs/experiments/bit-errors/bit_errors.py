#!/usr/bin/python3
"""What frozen bit errors cost: published networks, training with errors, ternary error types.

  bit_errors.py                   all three parts: tables here, CSV and SVG beside this script
  bit_errors.py training ternary  only these parts
  bit_errors.py --check           also exit status 1 where a claim does not hold,
                                  or README.md has other figures
  bit_errors.py --out DIR         files go to DIR

Part `published` takes its networks and images from ../shared/material beside
the source tree (or from --material DIR), the others from models/.
"""

import argparse
import pathlib
import sys
import tempfile

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import experiment  # noqa: E402
from experiment import columns_of, losses  # noqa: E402

SEED = 1
CHIPS = 32
DIGITS = experiment.ROOT / "models" / "digits" / "eval.npz"
NETWORKS = experiment.ROOT / "models" / "digits-mlp"
TEST_RATES = [0.001, 0.005, 0.01, 0.02, 0.04, 0.07, 0.1]
TERNARY_RATES = [0.001, 0.003, 0.01, 0.02, 0.04, 0.07, 0.1, 0.2]
DRAWN = {"accuracy_percent": ("accuracy_low", "accuracy_high"), "loss_points": ("loss_low", "loss_high")}
SKIPPED = ["median_percent", "worst_percent", "loss_upper_bound_95", "loss_test_set_error"]
SHOWN = ["accuracy_percent", "accuracy_low", "accuracy_high", "loss_points", "loss_low", "loss_high",
         "loss_upper_bound_95", "loss_test_set_error"]


def published(args, judge):
    """LFC and CNV at a frozen bit error rate of 1e-4 (Hirtzlin et al., AICAS 2019: little effect)."""
    mnist = np.load(args.material / "data" / "mnist-t10k-first5000.npz")
    cifar = np.load(args.material / "data" / "cifar10-jpeg-even1000.npz")
    pixels = cifar["images"].transpose(0, 3, 1, 2) / 255 * 2 - 1
    tasks = [("lfc-w1a1", [], mnist["images"][..., None] / 255, mnist["labels"]),
             ("cnv-w1a1", ["--input", "image=s8:1/128"],
              np.clip(np.floor(pixels * 128) / 128, -1, 127 / 128), cifar["labels"])]
    rows = []
    for name, options, images, labels in tasks:
        image, _ = experiment.compile_network(args.material / "models" / f"{name}.onnx", args.work, *options)
        inputs, classes = args.work / f"{name}-x.npy", args.work / f"{name}-y.npy"
        np.save(inputs, images.astype(np.float32))
        np.save(classes, labels)
        result = experiment.simulate(image, inputs, classes, "--noise", "ber", "--sweep", "ber=1e-4,1e-3",
                                     "--chips", CHIPS, "--seed", SEED)
        print(result["command"])
        for point in result["points"]:
            rows.append({"network": name, "images": result["images"], "ber": point["parameters"]["ber"],
                         "noise_free_percent": result["noise_free"]["accuracy_percent"],
                         "seed": SEED, **columns_of(point)})
        bound = rows[-2]["loss_upper_bound_95"]
        judge.holds(bound < 0.5, f"{name}: at 1e-4 the one-sided 95 % bound of the paired loss is {bound:.2f} points, below 0.5")
    judge.table([{"network": row["network"], "images": row["images"], "bit error rate": f"{row['ber']:g}",
                  "without errors, %": f"{row['noise_free_percent']:.2f}",
                  "accuracy, % (95 %)": "{:.2f} ({:.2f} to {:.2f})".format(*(row[key] for key in SHOWN[:3])),
                  "loss, points": f"{row['loss_points']:.2f}", "upper bound": f"{row['loss_upper_bound_95']:.2f}",
                  "error of the test set": f"{row['loss_test_set_error']:.2f}"} for row in rows])
    judge.compare(HERE / "published.csv", rows, DRAWN, SKIPPED)
    experiment.write_csv(args.out / "published.csv", rows)


def training(args, judge):
    """Rate in training against rate on the chip, for a fully connected digits network."""
    results = {}
    for network in sorted(NETWORKS.glob("ber*.onnx")):
        image, _ = experiment.compile_network(network, args.work)
        results[network.stem] = experiment.simulate(
            image, f"{DIGITS}:images", f"{DIGITS}:labels", "--noise", "ber", "--sweep",
            "ber=" + ",".join(f"{rate:g}" for rate in TEST_RATES), "--chips", CHIPS, "--seed", SEED)
    print(results["ber0-seed1"]["command"])
    rows = []
    for name, result in results.items():
        trained, seed = name[len("ber"):].split("-seed")
        free = {"chips": CHIPS, **dict.fromkeys(SHOWN, 0.0)}
        free.update(dict.fromkeys(["accuracy_percent", "accuracy_low", "accuracy_high", "median_percent",
                                   "worst_percent"], result["noise_free"]["accuracy_percent"]))
        for rate, point in [(0.0, free)] + [(point["parameters"]["ber"], columns_of(point))
                                            for point in result["points"]]:
            rows.append({"training_ber": trained, "training_seed": int(seed), "ber": rate, "seed": SEED, **{
                key: point[key] for key in ["chips", *SHOWN[:3], "median_percent", "worst_percent", *SHOWN[3:]]}})
    experiment.print_table(rows, ["training_ber", "training_seed", "ber", *SHOWN])
    judge.compare(HERE / "training.csv", rows, DRAWN, SKIPPED)
    experiment.write_csv(args.out / "training.csv", rows)
    at = TEST_RATES.index(0.04)
    for seed in (1, 2, 3):
        standard, hardened = (losses(results[f"ber{rate}-seed{seed}"], at) for rate in ("0", "0.1"))
        margin = experiment.lower_bound_95([a / 2 - b for a, b in zip(standard, hardened)])
        judge.holds(margin > 0, f"seed {seed}: trained at 1e-1 a network loses {np.mean(hardened):.2f} points at 4e-2, less "
                    f"than half of the {np.mean(standard):.2f} of its standard twin (95 % bound over chips)")
    rates = ["0", "0.01", "0.04", "0.1"]
    mean = [np.mean([losses(results[f"ber{rate}-seed{seed}"], at) for seed in (1, 2, 3)]) for rate in rates]
    judge.holds(mean == sorted(mean, reverse=True),
                "the more errors in training, the smaller the mean loss at 4e-2: " +
                ", ".join(f"{loss:.2f} points at {rate}" for loss, rate in zip(mean, rates)))
    draw_training(args.out, rows)


def draw_training(out, rows):
    """training.svg: accuracy over the rate of the chip for one seed; training-map.svg: means over all seeds."""
    about = f"digits 256-192-192-10, 597 images, {CHIPS} chips of seed {SEED}"
    plot = ("set xlabel 'bit error rate on the chip, frozen at programming'\nset ylabel 'accuracy (%)'\n"
            "set xrange [0:0.1]\nset key bottom left title 'bit error rate in training'\n"
            f"set title '{about}; bars: 95 % over chips; rates assumed' font ',11'\nplot ")
    source = "training.csv"
    trained = sorted({row["training_ber"] for row in rows}, key=float)
    plot += ", ".join(
        f"'{source}' using ($2==1 && $1=={rate} ? $3 : 1/0):6:7:8 with yerrorlines lw 2 pt 7 ps 0.5 title '{rate}'"
        for rate in trained)
    experiment.gnuplot(out / "training.svg", plot + "\n")

    cells = [{"training_ber": rate, "ber": ber, "accuracy_percent": float(np.mean(
        [row["accuracy_percent"] for row in rows if row["training_ber"] == rate and row["ber"] == ber]))}
        for rate in trained for ber in [0.0, *TEST_RATES]]
    experiment.print_table(cells, list(cells[0]))
    experiment.write_csv(out / "training-map.csv", cells)
    tics = [", ".join(f"'{value:g}' {place}" for place, value in enumerate(values))
            for values in ([0.0, *TEST_RATES], map(float, trained))]
    at = f"(int($0) % {len(TEST_RATES) + 1}):(int($0) / {len(TEST_RATES) + 1})"
    source = "training-map.csv"
    plot = ("set xlabel 'bit error rate on the chip'\nset ylabel 'bit error rate in training'\n"
            f"set xtics ({tics[0]})\nset ytics ({tics[1]})\nset cblabel 'accuracy (%)'\nunset grid\nunset key\n"
            "set palette defined (0 '#8c2d04', 0.6 '#fe9929', 1 '#ffffe5')\n"
            f"set xrange [-0.5:{len(TEST_RATES) + 0.5}]\nset yrange [-0.5:{len(trained) - 0.5}]\n"
            f"set title '{about}, 3 trainings each; rates assumed' font ',11'\n"
            f"plot '{source}' every ::1 using {at}:3 with image pixels, "
            f"'' every ::1 using {at}:(sprintf('%.1f', $3)) with labels\n")
    experiment.gnuplot(out / "training-map.svg", plot)


def ternary(args, judge):
    """Each type of error of a ternary weight alone, at equal rates given what is stored."""
    image, _ = experiment.compile_network(NETWORKS / "ternary-seed1.onnx", args.work, "--target", "ideal")
    rows, results = [], {}
    for kind, parameter in enumerate(("ber", "t2", "t3"), 1):
        results[kind] = experiment.simulate(
            image, f"{DIGITS}:images", f"{DIGITS}:labels", "--noise", "ber" if kind == 1 else "ber:0", "--sweep",
            f"{parameter}=" + ",".join(f"{rate:g}" for rate in TERNARY_RATES), "--chips", CHIPS, "--seed", SEED)
        print(results[kind]["command"])
        for rate, point in zip(TERNARY_RATES, results[kind]["points"]):
            rows.append({"error_type": kind, "rate": rate, "seed": SEED, **columns_of(point)})
    experiment.print_table(rows, ["error_type", "rate", *SHOWN])
    judge.compare(HERE / "ternary.csv", rows, DRAWN, SKIPPED)
    experiment.write_csv(args.out / "ternary.csv", rows)
    for at, rate in enumerate(TERNARY_RATES):
        if np.mean(losses(results[1], at)) < 1:
            continue  # nothing to tell apart
        cost = {kind: losses(results[kind], at) for kind in results}
        margins = [experiment.lower_bound_95([a - b for a, b in zip(cost[1], cost[kind])]) for kind in (2, 3)]
        judge.holds(min(margins) > 0, f"at {rate:g} a wrong sign costs most: {np.mean(cost[1]):.2f} points, a lost weight "
                    f"{np.mean(cost[2]):.2f}, a made-up one {np.mean(cost[3]):.2f} (95 % bounds of the differences)")
    names = {1: "type 1: sign wrong", 2: "type 2: +-1 read as 0", 3: "type 3: 0 read as +-1"}
    source = "ternary.csv"
    plot = ("set xlabel 'error rate, given what is stored'\nset ylabel 'loss (percentage points)'\nset logscale x\n"
            "set xrange [0.0009:0.25]\n"
            "set key top left\n"
            f"set title 'ternary digits 256-192-192-10, 597 images, {CHIPS} chips of seed {SEED}; bars: 95 % over chips;"
            " rates assumed' font ',11'\nplot ")
    plot += ", ".join(f"'{source}' using ($1=={kind} ? $2 : 1/0):10:11:12 with yerrorlines lw 2 pt 7 ps 0.5 title '{name}'"
                      for kind, name in names.items())
    experiment.gnuplot(args.out / "ternary.svg", plot + "\n")


def main():
    parts = {"published": published, "training": training, "ternary": ternary}
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(parts)}; default: all")
    parser.add_argument("--check", action="store_true", help="exit status 1 where a claim fails or README.md differs")
    parser.add_argument("--out", type=pathlib.Path, default=HERE, help="folder for CSV and SVG")
    parser.add_argument("--material", type=pathlib.Path, default=experiment.ROOT.parent / "shared" / "material")
    args = parser.parse_args()
    unknown = set(args.parts) - set(parts)
    if unknown:
        parser.error(f"no part {sorted(unknown)}; there are {', '.join(parts)}")
    judge = experiment.Judge(args.check)
    with tempfile.TemporaryDirectory() as work:
        args.work = pathlib.Path(work)
        for name, part in parts.items():
            if not args.parts or name in args.parts:
                print(f"{name}: {part.__doc__}\n")
                part(args, judge)
                print()
    judge.done(HERE / "README.md")


if __name__ == "__main__":
    main()
