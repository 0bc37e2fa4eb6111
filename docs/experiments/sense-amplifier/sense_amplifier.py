#!/usr/bin/env python3
"""Asks ngspice what a precharge sense amplifier decides, and fits its form.

The circuit is the textbook amplifier: two precharge transistors, a
cross-coupled latch whose branches discharge through the two devices of a cell,
an access transistor in each branch and one foot transistor for both. The model
cards are ngspice's own BSIM3v3 (level 8) with the parameters below; they are
generic and assumed, no foundry's, so that only the *form* of the result means
something: which resistance wins, and how the resistance ratio at the tie
depends on resistance, supply and a threshold mismatch of the latch.

  sense_amplifier.py            prints the table and the fits
  sense_amplifier.py --check    the same, and exit status 1 where the form that
                                the simulator uses does not hold
"""

import argparse
import itertools
import math
import os
import shutil
import subprocess
import sys
import tempfile

RESISTANCES = [3e3, 7e3, 20e3, 100e3, 500e3]  # ohm, of BLb at the tie
SUPPLIES = [1.2, 0.9, 0.6]  # V
MISMATCHES = [0.0, 0.01, 0.02]  # V, of one latch transistor's gate
STEPS = 12  # of bisection: resolves 4 / 2^12 = 1e-3 in ln R
REACH = 2.0  # bisected in ln(R_BL / R_BLb) within -REACH..REACH

# Assumed: generic 130 nm figures, not a process design kit.
NETLIST = """precharge sense amplifier
.model nch nmos level=8 version=3.3.0 tox=2.7n vth0=0.33 u0=0.045 vsat=1.1e5 k1=0.45 k2=0 nfactor=1.3
.model pch pmos level=8 version=3.3.0 tox=2.7n vth0=-0.33 u0=0.012 vsat=1.0e5 k1=0.45 k2=0 nfactor=1.3
vdd vdd 0 1.2
vclk clk 0 pulse(0 1 1n 0.05n 0.05n 1 2)
bsen sen 0 v=v(vdd)*v(clk)
voffset gate qb dc 0
mp1 q sen vdd vdd pch w=0.6u l=0.13u
mp2 qb sen vdd vdd pch w=0.6u l=0.13u
mp3 q gate vdd vdd pch w=0.4u l=0.13u
mp4 qb q vdd vdd pch w=0.4u l=0.13u
mn3 q gate a 0 nch w=0.6u l=0.13u
mn4 qb q b 0 nch w=0.6u l=0.13u
cq q 0 5f
cqb qb 0 5f
rbl a c 7k
rblb b d 7k
ma c vdd f 0 nch w=1u l=0.13u
mb d vdd f 0 nch w=1u l=0.13u
mf f sen 0 0 nch w=2u l=0.13u
.control
"""


def run(ngspice, commands):
    """Runs one netlist with these commands; returns what it printed."""
    # ngspice leaves a log of its model's check where it runs.
    with tempfile.TemporaryDirectory() as folder:
        netlist = os.path.join(folder, "amplifier.cir")
        with open(netlist, "w") as file:
            file.write(NETLIST + "\n".join(commands) + "\nquit\n.endc\n.end\n")
        return subprocess.run([ngspice, "-b", netlist], cwd=folder, text=True, capture_output=True,
                              timeout=600, env={**os.environ, "OMP_NUM_THREADS": "1"})


def decide(ngspice, points):
    """For each point (supply, mismatch, R_BL, R_BLb): does BL win, that is, is
    its output pulled down while the other stays?"""
    commands = ["set num_threads=1"]
    for index, (supply, mismatch, bl, blb) in enumerate(points):
        # Long enough for the slowest branch near the threshold voltage.
        stop = "40n" if supply > 1 else "100n" if supply > 0.8 else "400n"
        commands += [f"alter vdd = {supply}", f"alter voffset dc = {mismatch}", f"alter rbl = {bl}",
                     f"alter rblb = {blb}", f"tran 0.1n {stop}",
                     "let won = v(qb)[length(time) - 1] - v(q)[length(time) - 1]",
                     f"echo WON {index} $&won", "destroy all"]
    done = run(ngspice, commands)
    won = dict(line.split()[1:] for line in done.stdout.splitlines() if line.startswith("WON "))
    if len(won) != len(points):
        sys.exit("ngspice gave no result:\n" + done.stdout[-1000:] + done.stderr[-1000:])
    return [float(won[str(index)]) > 0 for index in range(len(points))]


def measure(ngspice):
    """The x = ln(R_BL / R_BLb) at which the decision changes, by bisection of
    all combinations at once; {(supply, mismatch, R_BLb): x}."""
    keys = list(itertools.product(SUPPLIES, MISMATCHES, RESISTANCES))
    low, high = dict.fromkeys(keys, -REACH), dict.fromkeys(keys, REACH)
    for _ in range(STEPS):
        middle = {key: (low[key] + high[key]) / 2 for key in keys}
        wins = decide(ngspice, [(supply, mismatch, blb * math.exp(middle[supply, mismatch, blb]), blb)
                                for supply, mismatch, blb in keys])
        for key, bl_wins in zip(keys, wins):
            # The smaller R_BL, the surer BL wins.
            (low if bl_wins else high)[key] = middle[key]
    return {key: (low[key] + high[key]) / 2 for key in keys}


def offsets(ties, supply, mismatch, series):
    """What the simulator calls the offset at each tie, were the amplifier's
    decision variable ln((R_BL + R_s) / (R_BLb + R_s)) and R_s = `series`."""
    return [math.log((blb * math.exp(ties[supply, mismatch, blb]) + series) / (blb + series))
            for blb in RESISTANCES]


def spread(ties, supply, series):
    """The largest relative deviation of an offset from the mean over
    resistances, which the form has constant; over all mismatches."""
    worst = 0
    for mismatch in MISMATCHES[1:]:
        values = offsets(ties, supply, mismatch, series)
        mean = sum(values) / len(values)
        worst = max(worst, max(abs(value / mean - 1) for value in values))
    return worst


def fit(ties, supply):
    """R_s of least spread, by a scan of 0 and 100 ohm to 1 Mohm."""
    candidates = [0.0] + [100 * 10 ** (i / 50) for i in range(201)]
    return min(candidates, key=lambda series: spread(ties, supply, series))


def report(ties):
    print("ln(R_BL / R_BLb) at the tie")
    print()
    print("supply  mismatch " + "".join(f"{r / 1e3:>8g} kohm" for r in RESISTANCES))
    for supply, mismatch in itertools.product(SUPPLIES, MISMATCHES):
        print(f"{supply:4.1f} V   {1e3 * mismatch:4.0f} mV  " +
              "".join(f"{ties[supply, mismatch, r]:13.3f}" for r in RESISTANCES))
    print()
    print("offset = ln((R_BL + R_s) / (R_BLb + R_s)) at the tie, constant over R but for the residual")
    print()
    print("supply   R_s fitted   offset at " + "   at ".join(f"{1e3 * m:.0f} mV" for m in MISMATCHES[1:]) +
          "   residual   residual with R_s = 0")
    for supply in SUPPLIES:
        series = fit(ties, supply)
        means = [sum(offsets(ties, supply, m, series)) / len(RESISTANCES) for m in MISMATCHES[1:]]
        print(f"{supply:4.1f} V {series / 1e3:8.1f} kohm   " + "".join(f"{mean:10.3f}" for mean in means) +
              f"{100 * spread(ties, supply, series):13.0f} %{100 * spread(ties, supply, 0):20.0f} %")


def check(ties, ngspice):
    """What the simulator's model takes from this circuit."""
    failures = []

    def demand(what, holds):
        print(("holds  " if holds else "FAILS  ") + what)
        if not holds:
            failures.append(what)

    points = [(supply, 0.0, blb * ratio, blb) for supply in SUPPLIES for blb in RESISTANCES
              for ratio in (0.9, 1 / 0.9)]
    demand("without mismatch the lower resistance wins, at every resistance and supply",
           decide(ngspice, points) == [bl < blb for _, _, bl, blb in points])
    demand("without mismatch the tie is at equal resistances",
           all(abs(ties[s, 0.0, r]) < 2e-3 for s in SUPPLIES for r in RESISTANCES))
    rising = [[ties[s, m, r] for r in RESISTANCES] for s in SUPPLIES for m in MISMATCHES[1:]]
    demand("an offset weighs the more the lower the resistances",
           all(a >= b for row in rising for a, b in zip(row, row[1:])))
    demand("and the lower the supply",
           all(ties[a, m, r] < ties[b, m, r] for a, b in zip(SUPPLIES, SUPPLIES[1:])
               for m in MISMATCHES[1:] for r in RESISTANCES))
    linear = [sum(offsets(ties, s, 0.02, fit(ties, s))) / sum(offsets(ties, s, 0.01, fit(ties, s)))
              for s in SUPPLIES]
    demand("the offset is proportional to the mismatch within 10 %", all(abs(x - 2) < 0.2 for x in linear))
    demand("a series resistance explains its dependence on R at least three times better than none",
           all(3 * spread(ties, s, fit(ties, s)) < spread(ties, s, 0) for s in SUPPLIES))
    return not failures


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="exit status 1 where the form does not hold")
    options = parser.parse_args()
    ngspice = shutil.which("ngspice")
    if not ngspice:
        sys.exit("ngspice is not installed (Debian: ngspice)")
    ties = measure(ngspice)
    report(ties)
    if options.check:
        print()
        sys.exit(0 if check(ties, ngspice) else 1)


if __name__ == "__main__":
    main()
