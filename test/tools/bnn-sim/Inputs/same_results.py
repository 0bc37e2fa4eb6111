"""Runs bnn-sim with every choice that must not matter and compares the JSON.

    same_results.py [--ranks MPIRUN...] -- ARGUMENTS OF BNN-SIM

Without --ranks: threads, batch sizes, executors and all instruction sets of
this machine. With it: 1, 2 and 3 ranks, also with an early stop.
"""
import os
import re
import subprocess
import sys
import tempfile


def run(arguments, launcher=(), variant=()):
    path = os.path.join(folder, "r.json")
    done = subprocess.run([*launcher, "bnn-sim", *arguments, *variant, "--json", path],
                          text=True, capture_output=True)
    assert done.returncode == 0, (launcher, variant, done.stderr)
    with open(path, "rb") as file:
        return file.read(), done.stdout


def compare(arguments, launchers, variants):
    wanted, _ = run(arguments)
    for launcher in launchers:
        for variant in variants:
            found, printed = run(arguments, launcher, variant)
            assert found == wanted, f"another result with {launcher} {variant}"
            # Only one rank speaks.
            assert printed.count("\nsamples ") == 1, printed
    print(len(launchers) * len(variants), "runs, the same bytes")


split = sys.argv.index("--")
launcher, arguments = sys.argv[1:split], sys.argv[split + 1:]
with tempfile.TemporaryDirectory() as folder:
    if launcher:
        mpirun = launcher[1].split()
        compare(arguments, [[*mpirun, "-np", str(n)] for n in (1, 2, 3)],
                [(), ("--threads", "1")])
    else:
        said = subprocess.run(["bnn-sim", *arguments, "--simd", "none"],
                              text=True, capture_output=True).stderr
        sets = re.search(r"; it has (.*)", said).group(1).split(", ")
        assert "AVX2" in sets or os.uname().machine != "x86_64", sets
        compare(arguments, [()],
                [("--threads", n) for n in "124"] +
                [("--batch", n) for n in ("1", "7", "64")] +
                [("--simd", name) for name in sets] +
                [("--threads", "3", "--batch", "5", "--simd", sets[-1])])
