#!/usr/bin/python3
"""Every broken model gives one error that names the culprit, and no output.

    run_errors.py --work DIR [--only TEXT]
"""

import argparse
import pathlib
import re
import shlex
import shutil
import subprocess
import sys

import models

CRASH = re.compile(r"LLVM ERROR|Stack dump|Assertion|AddressSanitizer|runtime error|PLEASE submit"
                   r"|terminate called|libprotobuf")


def judge(name, work):
    """What is wrong with the answer to a broken model, or None."""
    maker, arguments, pattern = models.CASES[name]
    folder = work / name
    folder.mkdir(parents=True)
    maker(folder)
    before = sorted(path.name for path in folder.iterdir())
    command = ["bnn-compile", str(folder / "net.onnx"), *arguments, "-o", str(folder / "net.rimg")]
    done = subprocess.run(command, text=True, errors="replace", stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=60)
    errors = [line for line in done.stderr.splitlines() if "error:" in line]
    answer = f"\n  {shlex.join(command)}\n  {done.stderr.strip()[:600]}"
    if CRASH.search(done.stderr + done.stdout):
        return "it crashed or a library spoke" + answer
    if done.returncode != 1:
        return f"exit status {done.returncode} instead of 1" + answer
    if len(errors) != 1:
        return f"{len(errors)} errors instead of 1" + answer
    # The path of the model must not be what satisfies the pattern by accident.
    said = errors[0].replace(str(folder), "")
    if not re.search(pattern, said):
        return f"the error does not match {pattern!r}" + answer
    after = sorted(path.name for path in folder.iterdir())
    if after != before:
        return f"files left behind: {sorted(set(after) - set(before))}" + answer
    print(f"{name}: {said}")
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", required=True)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    work = pathlib.Path(options.work)
    shutil.rmtree(work, ignore_errors=True)
    names = [name for name in models.CASES if options.only in name]
    wrong = {name: message for name in names if (message := judge(name, work))}
    for name, message in wrong.items():
        print(f"FAIL {name}: {message}")
    print(f"{len(names) - len(wrong)} of {len(names)} broken models refused as they should be")
    sys.exit(1 if wrong or not names else 0)


if __name__ == "__main__":
    main()
