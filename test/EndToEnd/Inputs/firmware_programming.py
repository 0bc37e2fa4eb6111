"""Programs an array from the firmware under QEMU, with cuts, a stuck cell and damage.

    firmware_programming.py --source DIR --work DIR IMAGE
"""

import argparse
import pathlib

import numpy as np

from firmware import build, emulate, run


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--source", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("image")
    options = parser.parse_args()
    work = pathlib.Path(options.work)
    elf = build(options.source, work)
    program = work / "net.bin"
    run("bnn-image", "export", "--format", "bin", "-o", program, options.image)
    for command in ("cuts", "cuts-in-turn", "damage"):
        print(command + ":", emulate(elf, command, program))
    print("stuck:", emulate(elf, "stuck", program))

    # What is no program of this version, or longer than memory.
    words = np.fromfile(program, "<u4")
    for name, word, value in (("magic", 0, 0x464c457f), ("version", 1, 99), ("length", 2, 0xffffffff)):
        broken = words.copy()
        broken[word] = value
        broken.tofile(work / "broken.bin")
        print(name + ":", emulate(elf, "cuts", work / "broken.bin", status=1))
    print("file:", emulate(elf, "cuts", work / "missing.bin", status=1))


if __name__ == "__main__":
    main()
