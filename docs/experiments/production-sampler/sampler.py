#!/usr/bin/env python3
"""Counts wrong cells of the programmed chips of bnn-sim against the rates of
its models, without sampling tricks: at 1e-6, in 1e9 cells for each model.

  sampler.py                   prints the table; a minute on one thread
  sampler.py --check           the page beside this script must have it, too
  sampler.py --cells 2e7       fewer cells
  sampler.py --seed 2          others

Exit status 1 where a count is 4 standard errors or more from its model.
"""

import argparse
import json
import math
import pathlib
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import experiment

MODEL = experiment.ROOT / "models" / "digits"

# Title, target, --noise. HRS medians make the rate 1e-6 or close to it.
NO_OFFSET = ",offset_array_sigma=0,offset_latch_sigma=0,series_resistance=0"
MODELS = [
    ("bit errors", None, "ber:1e-6"),
    ("lognormal, equal ln-sigmas of 0.6", "textbook-equal-sigma", "device,hrs.median=395e3"),
    ("published LRS (a normal law, cut)", "hfox130-kilobit", "device,hrs.median=122e3,hrs.ln_sigma=0.6" + NO_OFFSET),
    ("ln-sigmas 0.3 and 0.6, offset 0.2, R_s", "textbook-equal-sigma",
     "device,hrs.median=220e3,lrs.ln_sigma=0.3,offset_array_sigma=0.2,series_resistance=6e3"),
]


def answers(image, target, noise, chips, seed):
    """What the cells of some chips answer after programming, by bnn-sim."""
    out = image.with_name("r.json")
    # The chips classify one image only: programming is what is looked at.
    experiment.run([experiment.tool("bnn-sim"), image, "--inputs", f"{MODEL / 'eval.npz'}:images", "--limit", 1,
                    "--noise", noise, "--chips", chips, "--seed", seed, "--threads", 1, "--json", out,
                    *(["--target", target] if target else [])])
    return json.loads(out.read_text())["points"][0]["answers_wrong_at_programming"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cells", type=float, default=1e9, help="of each model, at least (default: 1e9)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--check", action="store_true", help="exit status 1 where README.md has other figures")
    options = parser.parse_args()
    lines = [f"{'model':40}      cells   wrong  expected     rate    model      z   1.2 would be"]
    print(lines[0])
    worst = 0.0
    with tempfile.TemporaryDirectory() as folder:
        image, _ = experiment.compile_network(MODEL / "digits-bnn.onnx", folder, "--input", "image=u5")
        for title, target, noise in MODELS:
            # A cell answers both input bits; without an offset of latches, alike.
            cells = answers(image, target, noise, 1, options.seed)["answers"] // 2
            found = answers(image, target, noise, math.ceil(options.cells / cells), options.seed)
            cells, wrong, rate = found["answers"] // 2, found["wrong"] // 2, found["expected_rate"]
            expected = cells * rate
            z = (wrong - expected) / math.sqrt(expected)
            worst = max(worst, abs(z))
            lines.append(f"{title:40} {cells:10.4g} {wrong:7} {expected:9.1f}  {wrong / cells:.2e} {rate:.2e} {z:6.2f}"
                         f"   {0.2 * math.sqrt(expected):5.1f} away")
            print(lines[-1], flush=True)
    print(f"largest |z| {worst:.2f}" + ("" if worst < 4 else ": a model and its sampler differ"))
    page = (HERE / "README.md").read_text() if options.check else ""
    missing = [line for line in lines if options.check and f"    {line}\n" not in page]
    print("".join(f"README.md does not say: {line}\n" for line in missing), end="")
    sys.exit(1 if missing or worst >= 4 else 0)


if __name__ == "__main__":
    main()
