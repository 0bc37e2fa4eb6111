#!/usr/bin/env python3
"""2T2R against single devices with an error-correcting code.

All rates come from `bnn-sim --noise device --json`: quadrature of the 2T2R
model, the same devices read one by one against a reference, and what the codes
leave of that, exactly. This script chooses devices and prints and draws.

  ecc.py             prints the tables, and draws map.svg and reference.svg
                     beside this script, with their data as CSV
  ecc.py --tables    the tables only
  ecc.py --check     compares with figures that were computed elsewhere, too;
                     exit status 1 where one or the page differs
"""

import argparse
import csv
import json
import math
import pathlib
import shutil
import subprocess
import sys
import tempfile
from statistics import NormalDist

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import experiment

MODEL = experiment.ROOT / "models" / "digits"
TARGET = "textbook-equal-sigma"
LRS = 6988.0  # ohm, the target's
SIGMA = 0.6  # ln-sigma of the HRS everywhere, and of the LRS where equal
PUBLISHED = 0.055  # ln-sigma of the published LRS, 381.7 ohm of 6988 ohm, before its tails are cut
CODES = ["SEC (7,4)", "SECDED (8,4)", "SECDED (72,64)"]
REFERENCES = ["min_error", "geometric_mean", "fixed_ohm"]
LEVEL = 1e-4  # of 2T2R without offset, in the figures
OFFSETS = [0.02 * i for i in range(26)]  # of the map

# 1T1R, 2T2R and the three codes, two digits each, enumerated independently of
# this project. The long code's depend on which (72,64) code it is.
EXPECTED = [(1e-1, 3.5e-2, 6.8e-2, 5.6e-2, 1.1e-1), (3.3e-2, 4.7e-3, 8.9e-3, 7.1e-3, 3.4e-2),
            (1e-2, 5.0e-4, 8.8e-4, 6.9e-4, 5.5e-3), (1e-3, 6.2e-6, 9.0e-6, 7.0e-6, 6.9e-5),
            (1e-4, 7.2e-8, 9.0e-8, 7.0e-8, 7.1e-7)]


said = []


def say(line=""):
    """Prints a line that README.md has, too."""
    said.append(line)
    print(line)


def score(rate):
    return -NormalDist().inv_cdf(rate)


def hrs_for_pair(rate, lrs_sigma, offset=0.0):
    """The HRS median at which 2T2R errs at `rate`."""
    return LRS * math.exp(score(rate) * math.sqrt(lrs_sigma**2 + SIGMA**2 + offset**2))


# The reference of the figures that does not follow the devices: the best one
# of equal spreads at LEVEL.
FIXED = round(math.sqrt(LRS * hrs_for_pair(LEVEL, SIGMA)))


class Devices:
    """Runs bnn-sim on an image whose cells the devices are."""

    def __init__(self, folder):
        self.image, _ = experiment.compile_network(MODEL / "digits-bnn.onnx", folder, "--input", "image=u5")

    def rates(self, settings, sweep, reference="min_error", chips=1):
        """The points of a sweep NAME, VALUES with these devices."""
        name, values = sweep
        out = self.image.with_name("r.json")
        if reference == "fixed_ohm":
            reference = FIXED
        experiment.run([experiment.tool("bnn-sim"), self.image, "--inputs", f"{MODEL / 'eval.npz'}:images",
                        "--limit", 1, "--target", TARGET, "--chips", chips, "--noise",
                        ",".join(["device"] + [f"{k}={v!r}" for k, v in settings.items()]),
                        "--sweep", f"{name}=" + ",".join(repr(v) for v in values),
                        "--reference", reference, "--json", out])
        return [Point(point) for point in json.loads(out.read_text())["points"]]


class Point:
    def __init__(self, point):
        answers = point["answers_wrong_at_programming"]
        self.pair = answers["expected_rate"]
        # Both input bits of a cell answer alike without an offset of latches.
        self.cells, self.wrong = answers["answers"] // 2, answers["wrong"] // 2
        self.single = point["single_devices"]["rate"]
        self.codes = {code["code"]: code["residual"] for code in point["single_devices"]["codes"]}
        self.ratio = self.pair / self.codes["SECDED (8,4)"]


def equal_spreads(devices):
    """Prints the table of equal spreads; {1T1R rate: Point}."""
    singles = [row[0] for row in EXPECTED]
    # The best reference lies in the middle of both medians: Q(ln(HRS / LRS) / (2 sigma)).
    medians = [LRS * math.exp(2 * SIGMA * score(p)) for p in singles]
    points = devices.rates({"lrs.ln_sigma": SIGMA, "hrs.ln_sigma": SIGMA}, ("hrs.median", medians), chips=50)
    say("equal ln-sigmas, no offset, the best reference, a mean over bits of the code")
    say()
    say("  1T1R     2T2R" + "".join(f"  {name:>14}" for name in CODES) + "   2T2R / SECDED (8,4)")
    for p in points:
        say(f"{p.single:6.1e}  {p.pair:7.1e}" + "".join(f"  {p.codes[name]:14.1e}" for name in CODES) +
              f"  {p.ratio:14.2f}")
    say()
    return dict(zip(singles, points))


def levels(devices):
    """Prints 2T2R / SECDED (8,4) for unequal spreads; {(sigma, level): Point}."""
    say("2T2R / SECDED (8,4), HRS ln-sigma 0.6, no offset, the best reference")
    say()
    wanted = [1e-2, 1e-3, 1e-4, 1e-6]
    say("LRS ln-sigma   2T2R at " + "".join(f"{rate:10.0e}" for rate in wanted))
    found = {}
    for sigma in (PUBLISHED, 0.15, 0.3, 0.6):
        points = devices.rates({"lrs.ln_sigma": sigma, "hrs.ln_sigma": SIGMA},
                               ("hrs.median", [hrs_for_pair(rate, sigma) for rate in wanted]))
        found.update({(sigma, rate): point for rate, point in zip(wanted, points)})
        say(f"{sigma:12g}           " + "".join(f"{point.ratio:10.3g}" for point in points))
    say()
    return found


def references(devices):
    """Prints what the reference alone does at LEVEL; {(reference, sigma): Point}."""
    say(f"2T2R / SECDED (8,4) at a 2T2R rate of {LEVEL:g}, by the reference of the single devices")
    say()
    say("LRS ln-sigma    " + "".join(f"{name:>16}" for name in REFERENCES))
    found = {}
    for sigma in (PUBLISHED, 0.15, 0.3, 0.6):
        for reference in REFERENCES:
            [found[reference, sigma]] = devices.rates(
                {"lrs.ln_sigma": sigma, "hrs.ln_sigma": SIGMA},
                ("hrs.median", [hrs_for_pair(LEVEL, sigma)]), reference)
        say(f"{sigma:12g}    " + "".join(f"{found[name, sigma].ratio:16.3g}" for name in REFERENCES))
    say(f"fixed_ohm is {FIXED} ohm, the best reference of equal spreads")
    say()
    return found


def check(table, spreads, placed, devices):
    failures = []

    def demand(what, holds):
        say(("holds  " if holds else "FAILS  ") + what)
        if not holds:
            failures.append(what)

    def near(value, wanted, share):
        return abs(value / wanted - 1) < share

    demand("2T2R, SEC (7,4) and SECDED (8,4) are within 3 % of an enumeration, which has two digits",
           all(near(table[row[0]].pair, row[1], 0.02) and near(table[row[0]].codes[CODES[0]], row[2], 0.03) and
               near(table[row[0]].codes[CODES[1]], row[3], 0.03) for row in EXPECTED))
    demand("SECDED (72,64) is within 10 % of it",
           all(near(table[row[0]].codes[CODES[2]], row[4], 0.1) for row in EXPECTED))
    demand("2T2R is Q(sqrt(2) Qinv(1T1R))",
           all(near(p.pair, NormalDist().cdf(-math.sqrt(2) * score(p.single)), 1e-4) for p in table.values()))
    demand("sampled cells are within 4 standard errors, where 20 or more err",
           all(abs(p.wrong - p.cells * p.pair) < 4 * math.sqrt(p.cells * p.pair)
               for p in table.values() if p.cells * p.pair >= 20))
    demand("2T2R and SECDED (8,4) agree within a factor of 0.6 to 1.04 at 1T1R rates of 1e-4 to 1e-1",
           all(0.6 < p.ratio < 1.04 for p in table.values()))
    demand("for the published LRS the code is better by 13 at a 2T2R rate of 1e-2",
           near(spreads[PUBLISHED, 1e-2].ratio, 13, 0.03))
    demand("and by 8,700 at 1e-6", near(spreads[PUBLISHED, 1e-6].ratio, 8700, 0.01))
    [fixed] = devices.rates({"lrs.ln_sigma": PUBLISHED, "hrs.ln_sigma": SIGMA, "offset_latch_sigma": 0.2},
                            ("hrs.median", [hrs_for_pair(1e-6, PUBLISHED)]))
    # At the same 2T2R rate an offset needs a wider window, which the code has, too.
    [wide] = devices.rates({"lrs.ln_sigma": PUBLISHED, "hrs.ln_sigma": SIGMA, "offset_latch_sigma": 0.2},
                           ("hrs.median", [hrs_for_pair(1e-6, PUBLISHED, 0.2)]))
    narrow = spreads[PUBLISHED, 1e-6].ratio
    rate = NormalDist().cdf(-score(1e-6) * math.hypot(PUBLISHED, SIGMA) / math.hypot(PUBLISHED, SIGMA, 0.2))
    demand(f"there, a latch offset of 0.2 costs another {fixed.ratio / narrow:.1f} on the same devices",
           near(fixed.pair, rate, 1e-4))
    demand(f"and {wide.ratio / narrow:.1f} on devices that keep the 2T2R rate", near(wide.pair, 1e-6, 1e-4))
    demand("with a reference in the middle 2T2R is better than the code for a narrow LRS",
           placed["geometric_mean", PUBLISHED].ratio < 0.1)
    demand("with equal spreads the middle is the best reference",
           near(placed["geometric_mean", 0.6].ratio, placed["min_error", 0.6].ratio, 1e-3))
    with open(HERE / "map.csv") as file:
        drawn = {(row["reference"], float(row["lrs_ln_sigma_over_hrs_ln_sigma"]), float(row["offset_latch_sigma"])):
                 float(row["ratio"]) for row in csv.DictReader(file)}
    demand("map.csv has the ratios of a new run, at half the spread and at equal ones",
           all(near(drawn[name, share, round(offset, 2)], p.ratio, 1e-3) for name in REFERENCES for share in (0.5, 1)
               for offset, p in zip(OFFSETS, map_line(devices, name, share))))
    return not failures


CAPTION = (f"HRS ln-sigma {SIGMA:g}, LRS median {LRS:g} ohm, HRS median such that 2T2R errs at {LEVEL:g} "
           "without offset; standing of the numbers: assumed")


def draw(name, commands):
    """Draws an SVG beside this script, where gnuplot is installed."""
    if not shutil.which("gnuplot"):
        print(f"gnuplot is not installed: {name} is not drawn")
        return
    done = subprocess.run(["gnuplot"], input=f"set output '{name}'\n" + commands, text=True, capture_output=True,
                          cwd=HERE)
    if done.returncode or done.stderr.strip():
        sys.exit("gnuplot: " + done.stderr)


def save(name, header, rows):
    with open(HERE / name, "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows([[f"{v:.5g}" if isinstance(v, float) else v for v in row] for row in rows])


def map_line(devices, reference, share):
    """The points of the map over the offset, at one ratio of spreads."""
    return devices.rates({"lrs.ln_sigma": share * SIGMA, "hrs.ln_sigma": SIGMA,
                          "hrs.median": hrs_for_pair(LEVEL, share * SIGMA)}, ("offset_latch_sigma", OFFSETS), reference)


def draw_map(devices):
    rows, blocks, contours = [], "", ""
    for panel, reference in enumerate(REFERENCES):
        blocks += f"$m{panel} << EOD\n"
        for share in [0.05 * i for i in range(1, 25)]:
            for offset, p in zip(OFFSETS, map_line(devices, reference, share)):
                rows.append([reference, share, offset, p.single, p.pair, p.codes[CODES[1]], p.ratio])
                blocks += f"{share:g} {offset:g} {math.log10(p.ratio):.6g}\n"
            blocks += "\n"
        blocks += "EOD\n"
        contours += (f"set contour base\nset cntrparam levels discrete {math.log10(0.5)}, {math.log10(2)}\n"
                     f"unset surface\nset table $c{panel}\nsplot $m{panel}\nunset table\n"
                     "set surface\nunset contour\n")
    save("map.csv", ["reference", "lrs_ln_sigma_over_hrs_ln_sigma", "offset_latch_sigma", "ber_1t1r", "ber_2t2r",
                     "ber_secded84", "ratio"], rows)
    titles = ["min\\_error", "geometric\\_mean", f"fixed\\_ohm, {FIXED} ohm"]
    panels = ""
    for panel in range(3):
        left = 0.075 + 0.29 * panel
        panels += (f"set lmargin at screen {left}\nset rmargin at screen {left + 0.25}\n"
                   f"set title '1T1R reference: {titles[panel]}' offset 0,-0.5\n" +
                   ("set ylabel 'sigma of the latch offset, in ln(R_{BL} / R_{BLb})'\n" if panel == 0
                    else "unset ylabel\nset format y ''\n") +
                   ("set colorbox user origin screen 0.925,0.27 size 0.018,0.55\n" if panel == 2
                    else "unset colorbox\n") +
                   f"plot $m{panel} using 1:2:3 with image notitle, \\\n"
                   f"  $c{panel} using 1:2 with lines linecolor '#000000' linewidth 1.5 notitle\n"
                   "unset label\n")
    draw("map.svg", "set terminal svg size 1200,480 font 'sans,13' background '#ffffff'\n" + blocks + contours +
         "set multiplot\nset tmargin at screen 0.82\nset bmargin at screen 0.27\n"
            "set label 1 'error rate of 2T2R over that of 1T1R with SECDED (8,4)' at screen 0.5,0.95 center "
            "font 'sans,15'\n"
            f"set label 2 '{CAPTION}' at screen 0.5,0.03 center font 'sans,11' textcolor '#555555'\n"
            "set label 3 'Lines: equal within a factor of two between them. Blue: 2T2R is better. "
            "Red: the code is better.' at screen 0.5,0.075 center font 'sans,11' textcolor '#555555'\n"
            "set xrange [0.025:1.225]\nset yrange [-0.01:0.51]\nset xlabel 'LRS ln-sigma / HRS ln-sigma'\n"
            "set xtics 0.2\nset border 15\nset tics out nomirror\n"
            "set palette defined (-3 '#08306b', -1.5 '#4292c6', 0 '#ffffff', 1.5 '#ef6548', 3 '#7f0000')\n"
            "set cbrange [-3:3]\nset cbtics ('0.001' -3, '0.01' -2, '0.1' -1, '1' 0, '10' 1, '100' 2, '1000' 3)\n"
            "set cblabel '2T2R / SECDED (8,4)' offset 1\n" + panels + "unset multiplot\n")


def draw_references(devices):
    sigmas = [PUBLISHED, 0.15, 0.3, 0.6]
    places = [0.02 * i for i in range(1, 50)]
    rows, blocks = [], ""
    for index, sigma in enumerate(sigmas):
        hrs = hrs_for_pair(LEVEL, sigma)
        blocks += f"$s{index} << EOD\n"
        for place in places:
            ohm = LRS * (hrs / LRS) ** place
            [p] = devices.rates({"lrs.ln_sigma": sigma, "hrs.ln_sigma": SIGMA}, ("hrs.median", [hrs]), repr(ohm))
            rows.append([sigma, place, ohm, p.single, p.pair, p.codes[CODES[1]], p.ratio])
            blocks += f"{place:g} {p.ratio:g}\n"
        blocks += "EOD\n"
    save("reference.csv", ["lrs_ln_sigma", "place", "reference_ohm", "ber_1t1r", "ber_2t2r", "ber_secded84",
                           "ratio"], rows)
    colors = ["#D55E00", "#E69F00", "#009E73", "#0072B2"]
    lines = ", \\\n".join(f"  $s{i} using 1:2 with lines linewidth 2 linecolor '{colors[i]}' "
                          f"title 'LRS ln-sigma {sigma:g}'" for i, sigma in enumerate(sigmas))
    draw("reference.svg", "set terminal svg size 820,560 font 'sans,13' background '#ffffff'\n" + blocks +
            "set bmargin at screen 0.2\n"
            "set title '2T2R against SECDED (8,4) by where the 1T1R reference lies' font 'sans,15'\n"
            f"set label 1 '{CAPTION}' at screen 0.5,0.03 center font 'sans,10' textcolor '#555555'\n"
            "set object 1 rectangle from graph 0, first 0.5 to graph 1, first 2 behind fillcolor '#dddddd' "
            "fillstyle solid 1 noborder\n"
            "set label 2 'equal within a factor of two' at graph 0.985, first 0.66 right textcolor '#555555'\n"
            "set logscale y\nset format y '10^{%L}'\nset xrange [0:1]\n"
            "set xlabel 'place of the reference: ln(ref / median LRS) / ln(median HRS / median LRS)'\n"
            "set ylabel 'error rate of 2T2R / of 1T1R with SECDED (8,4)'\n"
            "set border 3\nset tics out nomirror\nset key top right\nset yrange [1e-4:1e3]\nplot \\\n" + lines + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tables", action="store_true", help="no figures")
    parser.add_argument("--check", action="store_true", help="exit status 1 where a figure or README.md differs")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        devices = Devices(folder)
        table, spreads, placed = equal_spreads(devices), levels(devices), references(devices)
        if not options.tables:
            draw_map(devices)
            draw_references(devices)
        if options.check:
            good = check(table, spreads, placed, devices)
            page = (HERE / "README.md").read_text()
            missing = [line for line in said if line and f"    {line}\n" not in page]
            print("".join(f"README.md does not say: {line}\n" for line in missing), end="")
            sys.exit(0 if good and not missing else 1)


if __name__ == "__main__":
    main()
