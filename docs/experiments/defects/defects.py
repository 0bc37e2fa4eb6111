#!/usr/bin/python3
"""What stuck devices cost two networks, as compiled and moved away from them.

  defects.py                  tables here and as CSV, defects.svg beside this script
  defects.py NETWORK...       only lfc or gtsrb
  defects.py --check          also exit status 1 where a claim does not hold, or
                              README.md has other figures
  defects.py --quick          only claims at 1 %, on two maps
  defects.py --out DIR        files go to DIR

Networks and images are taken from ../shared/material beside the source tree (or
from --material DIR).
"""

import argparse
import json
import pathlib
import re
import statistics
import sys
import tempfile

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import experiment  # noqa: E402

RATES = [0.001, 0.01, 0.03]
MAPS = range(1, 9)
T_95 = {8: 2.365, 2: 12.706}  # Student, by maps
SIDE = 32
# What the chip can do, as keys of its target file.
FREEDOMS = {
    "shared": {"row_address": "shared", "partial_complement": "false"},
    "shared + complement": {"row_address": "shared", "partial_complement": "true"},
    "per subarray": {"row_address": "per_subarray", "partial_complement": "false"},
    "per subarray + complement": {"row_address": "per_subarray", "partial_complement": "true"},
}


def gtsrb(args):
    data = np.load(args.material / "data" / "gtsrb-30.npz")
    return "gtsrb-30.onnx", "quant_conv2d_20_input=u8", data["images"].astype(np.float32), data["labels"]


def lfc(args):
    data = np.load(args.material / "data" / "mnist-t10k-first5000.npz")
    images = (data["images"][:1000].astype(np.float32) / np.float32(255)).reshape(-1, 28, 28, 1)
    return "lfc-w1a1.onnx", "image=u8:1/255", images, data["labels"][:1000]


NETWORKS = {"lfc": lfc, "gtsrb": gtsrb}


def target_with(keys, path):
    text = (experiment.ROOT / "targets" / "hfox130-kilobit.yaml").read_text()
    for key, value in keys.items():
        text = re.sub(rf"^  {key}: .*$", f"  {key}: {value}", text, flags=re.M)
    path.write_text(text)
    return path


def write_map(path, subarrays, rate, seed):
    """Each device is stuck with the same probability, in either state."""
    rng = np.random.default_rng([seed, round(rate * 1e6)])
    stuck = rng.random((subarrays, SIDE, SIDE, 2)) < rate
    low = rng.random(stuck.shape) < 0.5
    with open(path, "w") as file:
        file.write("subarray,row,col,device,kind\n")
        file.writelines(f"{s},{r},{c},{('BL', 'BLb')[d]},{'stuck_lrs' if low[s, r, c, d] else 'stuck_hrs'}\n"
                        for s, r, c, d in np.argwhere(stuck))


def mean_interval(values):
    mean, half = statistics.mean(values), T_95[len(values)] * statistics.stdev(values) / len(values) ** 0.5
    return mean, mean - half, mean + half


def measure(name, args, judge):
    network, declared, images, labels = NETWORKS[name](args)
    data = args.work / f"{name}.npz"
    np.savez(data, x=images, y=labels)
    rows = []
    compiled = {}
    for freedom, keys in FREEDOMS.items():
        folder = args.work / name / freedom.replace(" + ", "-").replace(" ", "-")
        folder.mkdir(parents=True)
        compiled[freedom], report = experiment.compile_network(args.material / "models" / network, folder, "--input", declared,
                                                               "--target", target_with(keys, folder / "target.yaml"))
    clean = experiment.simulate(compiled["shared"], f"{data}:x", f"{data}:y")["accuracy_percent"]
    for rate in [0.01] if args.quick else RATES:
        found = {freedom: [] for freedom in ("as compiled", *FREEDOMS)}
        for seed in MAPS[:2] if args.quick else MAPS:
            defects = args.work / "defects.csv"
            write_map(defects, report["subarrays"], rate, seed)
            for freedom, image in compiled.items():
                moved, counts = args.work / "moved.rimg", args.work / "counts.json"
                experiment.run([experiment.tool("bnn-image"), "avoid", image, "--defects", defects, "-o", moved, "--json", counts])
                layers = json.loads(counts.read_text())["layers"]

                def total(which):
                    return sum(layer[f"contradicted_{which}"] for layer in layers)

                def accuracy(path):
                    # The chip's coin tosses fall alike: same seed, four times.
                    return experiment.simulate(path, f"{data}:x", f"{data}:y", "--defects", defects, "--chips", 4,
                                               "--seed", seed)["points"][0]["accuracy_percent"]["mean"]
                if freedom == "shared":
                    found["as compiled"].append((total("before"), accuracy(image)))
                found[freedom].append((total("after"), accuracy(moved)))
        for freedom, chips in found.items():
            contradicted = statistics.mean(chip[0] for chip in chips)
            mean, low, high = mean_interval([chip[1] for chip in chips])
            row = {"network": name, "rate": rate, "rows": freedom, "maps": len(chips), "contradicted": contradicted,
                   "fewer": "", "accuracy_percent": mean, "low": low, "high": high, "gain_points": "", "gain_low": "", "gain_high": ""}
            if freedom != "as compiled":
                before = [chip[0] for chip in found["as compiled"]]
                row["fewer"] = statistics.mean(before) / max(contradicted, 1 / len(chips))
                row["gain_points"], row["gain_low"], row["gain_high"] = mean_interval(
                    [after[1] - naive[1] for after, naive in zip(chips, found["as compiled"])])
            rows.append(row)
            print(f"{name} {rate:g} {freedom}: {contradicted:.1f} contradicted, {mean:.2f} % of {clean:.2f} %", flush=True)
    at = {(row["rate"], row["rows"]): row for row in rows}
    for freedom, least in (("shared", 2.5), ("per subarray", 5)):
        fewer = at[0.01, freedom]["fewer"]
        judge.holds(fewer >= least, f"{name}: at 1 % stuck devices, rows addressed {freedom}, {fewer:.1f} times fewer weights are contradicted "
                                    f"(at least {least:g})")
    if args.quick:
        return rows
    naive, moved = (at[0.03, freedom]["accuracy_percent"] for freedom in ("as compiled", "per subarray"))
    judge.holds(moved > clean - 0.5, f"{name}: at 3 % it has {naive:.1f} % as compiled and {moved:.1f} % with tables of rows, {clean:.1f} % without defects")
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("networks", nargs="*", choices=[[], *NETWORKS], help="all without")
    parser.add_argument("--check", action="store_true", help="exit status 1 where something fails or README.md differs")
    parser.add_argument("--quick", action="store_true", help="only claims at 1 %% of stuck devices, two maps, no files")
    parser.add_argument("--out", type=pathlib.Path, default=HERE, help="folder for CSV and SVG")
    parser.add_argument("--material", type=pathlib.Path, default=experiment.ROOT.parent / "shared" / "material")
    args = parser.parse_args()
    judge = experiment.Judge(args.check)
    for name in args.networks or NETWORKS:
        with tempfile.TemporaryDirectory() as work:
            args.work = pathlib.Path(work)
            rows = measure(name, args, judge)
        if args.quick:
            continue
        judge.compare(HERE / f"{name}.csv", rows, {})
        experiment.write_csv(args.out / f"{name}.csv", rows)
        judge.table([{"network": name, "stuck devices": f"{100 * row['rate']:g} %", "rows": row["rows"],
                      "contradicted weights": f"{row['contradicted']:.1f}", "fewer": row["fewer"] and f"{row['fewer']:.1f}",
                      "accuracy, %": experiment.interval(*(row[column] for column in ("accuracy_percent", "low", "high"))),
                      "gain, points": experiment.interval(*(row[column] for column in ("gain_points", "gain_low", "gain_high")))}
                     for row in rows])
        series = ["as compiled", *FREEDOMS]
        plots = [f"'{name}.csv' using (strcol(3) eq '{freedom}' ? {100 * 1.08 ** (i - 2):.2f}*$2 : NaN):7:8:9 "
                 f"with yerrorbars lw 1.5 pt 7 ps 0.6 title '{freedom}'" for i, freedom in enumerate(series)]
        experiment.gnuplot(args.out / f"{name}.svg", "set xlabel 'stuck devices (%)'\nset ylabel 'accuracy (%)'\nset logscale x\n"
                           "set xrange [0.07:4.3]\nset xtics (0.1, 1, 3)\nset offsets 0, 0, 0.5, 0.5\nset key bottom left\n"
                           f"set title '{name}, eight maps of stuck devices, 95 % over maps' font ',11'\nplot " + ", ".join(plots) + "\n")
    if args.quick:
        sys.exit(1 if judge.failed else 0)
    judge.done(HERE / "README.md")


if __name__ == "__main__":
    main()
