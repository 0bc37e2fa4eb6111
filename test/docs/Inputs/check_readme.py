#!/usr/bin/python3
"""Runs the worked example of README.md and compares what it prints.

    check_readme.py README.md SOURCE_DIR WORK_DIR

Every ```console block starts with `$ command`; the rest is its output. Only
the line with the time that a run took may differ.
"""

import os
import pathlib
import re
import subprocess
import sys


def without_time(text):
    return re.sub(r"(?m)^time .*$", "time", text).strip()


def main():
    readme, source, work = (pathlib.Path(arg).resolve() for arg in sys.argv[1:])
    work.mkdir(parents=True, exist_ok=True)
    if not (work / "models").exists():
        os.symlink(source / "models", work / "models")
    blocks = re.findall(r"```console\n\$ (.*)\n((?:.*\n)*?)```", readme.read_text())
    failures = 0 if blocks else 1
    for command, expected in blocks:
        done = subprocess.run(command, shell=True, cwd=work, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode or without_time(done.stdout) != without_time(expected):
            failures += 1
            print(f"$ {command}\nREADME.md says:\n{expected}\nprinted (exit status {done.returncode}):\n{done.stdout}")
    print(f"{len(blocks)} commands of README.md, {failures} differ")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
