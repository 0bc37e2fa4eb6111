#!/usr/bin/python3
"""What binarizing the classifier saves and costs, and what binarizing the whole network does.

  binarization.py                 all examples: a table of each here and as CSV beside this script
  binarization.py digits ecg      only these examples
  binarization.py --check         also exit status 1 where a claim does not hold,
                                  or README.md has other figures
  binarization.py --out DIR       CSV goes to DIR

Networks are those of models/. The heartbeats and the motor imagery are taken
from ../shared/material beside the source tree, or from --material DIR.
"""

import argparse
import math
import pathlib
import random
import sys
import tempfile

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import experiment  # noqa: E402

SEED = 1
CHIPS = 32
RATES = ["1e-4", "1e-3", "1e-2"]
RESAMPLES = 2000
FORMS = ["real", "classifier", "whole-x1", "whole-x4"]
DRAWN = {f"accuracy_ber_{rate}": (f"accuracy_ber_{rate}_low", f"accuracy_ber_{rate}_high") for rate in RATES}
MODELS = experiment.ROOT / "models"

# example: folder of models/, declared input, script that writes the test data, what a group of it is
EXAMPLES = {"digits": ("digits-forms", "image=u5", None, "image"), "ecg": ("ecg", "ecg=s8", "beats.py", "patient"),
            "eeg": ("eeg", "eeg=s8", "epochs.py", "block")}


def groups_of(folder, script, args):
    """The test data, whole and for each group: labels, group of each sample, files [(inputs.npy, labels.npy)]."""
    if script is None:
        file = MODELS / "digits" / "eval.npz"
    else:
        file = args.work / f"{folder}.npz"
        experiment.run(["/usr/bin/python3", MODELS / folder / script, file, "--material", args.material])
    data = np.load(file)
    labels, group = data["labels"], data["group"] if script else np.zeros(len(data["labels"]), int)
    files = []
    for key in [None, *np.unique(group)]:
        chosen = slice(None) if key is None else group == key
        inputs, classes = (args.work / f"{folder}-{'all' if key is None else key}-{part}.npy" for part in ("x", "y"))
        np.save(inputs, data["images"][chosen])
        np.save(classes, labels[chosen])
        files.append((inputs, classes))
    return labels, group if script else np.arange(len(labels)), files


def resampled(correct, samples):
    """95 % interval of correct / samples in percent: groups drawn anew with all their samples, and chips drawn anew.

    `correct` [groups, chips] and `samples` [groups]. Python's generator gives
    the same sequence in all its versions.
    """
    draw = random.Random(SEED)
    groups, chips = correct.shape
    found = []
    for _ in range(RESAMPLES):
        chosen = [int(draw.random() * groups) for _ in range(groups)]
        drawn = [int(draw.random() * chips) for _ in range(chips)]
        found.append(100 * correct[np.ix_(chosen, drawn)].sum() / (samples[chosen].sum() * chips))
    found.sort()
    return found[int(0.025 * RESAMPLES)], found[int(0.975 * RESAMPLES) - 1]


def paired(loss, group):
    """Mean of a loss (1, 0, -1 for each sample) in percentage points and its 95 % interval: groups drawn anew."""
    keys = np.unique(group)
    sums = np.array([[loss[group == key].sum()] for key in keys])
    counts = np.array([(group == key).sum() for key in keys])
    return 100 * loss.mean(), *resampled(sums, counts)


def right(image, inputs, labels, work):
    """Whether the network without errors is right, of each sample."""
    scores = work / "scores.npy"
    experiment.run([experiment.tool("bnn-sim"), image, "--inputs", inputs, "--outputs", scores])
    return (np.load(scores).argmax(1) == labels).astype(int)


def interval_of_images(accuracy):
    """95 % interval where every sample is a group of its own: of images and chips, normal."""
    error = math.hypot(accuracy["test_set_standard_error"], accuracy["sd_between_chips"] / math.sqrt(CHIPS))
    return accuracy["mean"] - 1.96 * error, accuracy["mean"] + 1.96 * error


def accuracies(image, files, on_arrays):
    """{rate: (mean, low, high)} in percent, noise-free under "0", and a command. A network on the host has no errors."""
    noise = ["--noise", "ber", "--sweep", "ber=" + ",".join(["0", *RATES]), "--chips", CHIPS, "--seed", SEED]
    if not on_arrays:
        noise = ["--noise", "ber:0", "--chips", 2]
    results = [experiment.simulate(image, inputs, labels, *noise) for inputs, labels in files]
    samples = np.array([result["images"] for result in results])
    found = {}
    for at, point in enumerate(results[0]["points"]):
        correct = np.array([result["points"][at]["correct"] for result in results])
        interval = interval_of_images(point["accuracy_percent"]) if len(files) == 1 else resampled(correct, samples)
        found[["0", *RATES][at]] = (100 * correct.mean(1).sum() / samples.sum(), *interval)
    return found, results[0]["command"]


def example(name, args, judge):
    folder, declared, script, unit = EXAMPLES[name]
    labels, group, (whole, *files) = groups_of(folder, script, args)
    print(f"{name}: {len(labels)} samples" +
          (f" of {len(files)} {unit}s; intervals resample {unit}s and chips" if script else
           "; intervals over images and chips") + "\n")
    rows, free, real = [], {}, None
    for form in FORMS:
        image, report = experiment.compile_network(MODELS / folder / f"{form}.onnx", args.work, "--input", declared,
                                                   "--baseline", MODELS / folder / "real.onnx")
        on_arrays = any(layer["place"] == "arrays" for layer in report["layers"])
        found, command = accuracies(image, files, on_arrays)
        memory, correct = report["memory"], right(image, whole[0], labels, args.work)
        real = correct if real is None else real
        row = {"example": name, "form": form, "parameters": sum(layer["parameters"] for layer in memory["layers"]),
               "bits_host_32": memory["bits32"], "saved_32_percent": 100.0 * memory["saved32"],
               "bits_host_8": memory["bits8"], "saved_8_percent": 100.0 * memory["saved8"]}
        for rate in ["0", *RATES]:
            for part, value in zip(("", "_low", "_high"), found.get(rate, ("", "", ""))):
                row[f"accuracy_ber_{rate}{part}"] = value
        for part, value in zip(("", "_low", "_high"), paired(real - correct, group)):
            row[f"loss_to_real{part}"] = value
        rows.append(row)
        free[form] = found
    print(command + "\n")
    judge.table([shown(row) for row in rows])
    claims(name, rows, free, judge)
    if name == "digits":
        padding(args, judge)
    return rows


def shown(row):
    """A row of the page."""
    cells = {"form": row["form"], "parameters": row["parameters"]}
    for bits in (32, 8):
        cells[f"bits, host {bits}"] = row[f"bits_host_{bits}"]
        cells[f"saved of {bits}, %"] = "" if row["form"] == "real" else f"{row[f'saved_{bits}_percent']:.1f}"
    figures = {"below real, points": "loss_to_real", "no errors, %": "accuracy_ber_0",
               **{f"{rate}, %": f"accuracy_ber_{rate}" for rate in RATES}}
    for title, key in figures.items():
        cells[title] = experiment.interval(*(row[key + part] for part in ("", "_low", "_high")))
    if row["form"] == "real":
        cells["below real, points"] = ""
    return cells


def claims(name, rows, free, judge):
    """What the table is held to; no accuracy of one form against another's, which the intervals do not bear."""
    row = {row["form"]: row for row in rows}
    for form in ("classifier", "whole-x1"):
        judge.holds(row[form]["saved_32_percent"] > 0 and row[form]["saved_8_percent"] > 0,
                    f"{name}: {form} saves {row[form]['saved_32_percent']:.1f} % of the memory against 32 bits, "
                    f"{row[form]['saved_8_percent']:.1f} % against 8")
    worst = max(free[form]["0"][0] - free[form]["1e-4"][0] for form in FORMS[1:])
    judge.holds(worst < 0.5, f"{name}: errors at 1e-4 cost no form more than 0.5 points (at most {worst:.2f})")


def padding(args, judge):
    """What cells cost that no weight needs, on a target that cannot keep them out of the count."""
    eval_npz, loss = MODELS / "digits" / "eval.npz", {}
    for target in ("hfox130-kilobit", "ideal"):
        image, _ = experiment.compile_network(MODELS / "digits-forms" / "whole-x1.onnx", args.work, "--input", "image=u5",
                                              "--target", target)
        result = experiment.simulate(image, f"{eval_npz}:images", f"{eval_npz}:labels", "--noise", "ber:1e-2",
                                     "--chips", CHIPS, "--seed", SEED)
        loss[target] = result["points"][0]["loss_points"]["mean"]
    judge.holds(loss["ideal"] < loss["hfox130-kilobit"] / 2,
                f"digits: at 1e-2 whole-x1 loses {loss['hfox130-kilobit']:.1f} points on hfox130-kilobit, {loss['ideal']:.1f} on "
                "ideal, which masks columns")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("examples", nargs="*", metavar="EXAMPLE", help=f"of {', '.join(EXAMPLES)}; default: all")
    parser.add_argument("--check", action="store_true", help="exit status 1 where a claim fails or README.md differs")
    parser.add_argument("--out", type=pathlib.Path, default=HERE, help="folder for CSV")
    parser.add_argument("--material", type=pathlib.Path, default=experiment.ROOT.parent / "shared" / "material")
    args = parser.parse_args()
    unknown = set(args.examples) - set(EXAMPLES)
    if unknown:
        parser.error(f"no example {sorted(unknown)}; there are {', '.join(EXAMPLES)}")
    judge = experiment.Judge(args.check)
    with tempfile.TemporaryDirectory() as work:
        args.work = pathlib.Path(work)
        for name in EXAMPLES:
            if not args.examples or name in args.examples:
                rows = example(name, args, judge)
                judge.compare(HERE / f"{name}.csv", rows, DRAWN)
                experiment.write_csv(args.out / f"{name}.csv", rows)
    judge.done(HERE / "README.md")


if __name__ == "__main__":
    main()
