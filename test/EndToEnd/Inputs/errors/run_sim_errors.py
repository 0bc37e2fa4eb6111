#!/usr/bin/python3
"""Wrong inputs and damaged images: bnn-sim and bnn-image refuse each in one line.

    run_sim_errors.py --source DIR --work DIR
"""

import argparse
import pathlib
import re
import shlex
import shutil
import subprocess
import sys

import numpy as np

from run_errors import CRASH


def compile_digits(source, work):
    """With its input declared (good.rimg), and with a real input."""
    for name, declaration in (("good.rimg", ["--input", "image=u5"]), ("real.rimg", [])):
        subprocess.run(["bnn-compile", str(source / "models/digits/digits-bnn.onnx"), *declaration,
                        "--array", "32x32", "--quiet", "-o", str(work / name)], check=True)
    return work / "good.rimg"


def inputs(work):
    """Name of a bad input file -> what must be said about it."""
    good = np.load(work / "images.npy")
    files = {}

    def put(name, array, pattern):
        np.save(work / name, array)
        files[name] = pattern

    def change(value):
        changed = good[:3].astype(np.float32)
        changed[1, 0, 2, 3] = value
        return changed

    put("wrong-shape.npy", good[:, :, :7], r"shape|7")
    put("wrong-rank.npy", good[0, 0, 0], r"shape|8")
    put("above.npy", change(32), r"image.*32|32.*image")
    put("below.npy", change(-1), r"image.*-1|-1.*image")
    put("between.npy", change(0.5), r"image.*0\.5|0\.5.*image")
    put("not-a-number.npy", change(np.nan), r"image.*nan|nan.*image")
    put("infinite.npy", change(np.inf), r"image.*inf|inf.*image")
    put("texts.npy", np.array(["a", "b"]), r"texts\.npy")
    put("complex.npy", np.zeros((1, 1, 8, 8), np.complex64), r"complex\.npy")
    raw = (work / "images.npy").read_bytes()
    for name, data in {"empty.npy": b"", "text.npy": b"no array\n", "truncated.npy": raw[:200],
                       "header-only.npy": raw[:30], "huge.npy": raw[:10] + raw[10:].replace(b"597", b"9" * 3, 1)}.items():
        (work / name).write_bytes(data)
        files[name] = re.escape(name)
    files["missing.npy"] = r"missing\.npy"
    return files


def images(work, good):
    """Damaged copies of an image -> what must be said about them."""
    data = good.read_bytes()
    flipped = bytearray(data)
    flipped[len(data) // 2] ^= 4
    newer = bytearray(data)
    newer[8] = 99
    damaged = {"empty.rimg": b"", "other.rimg": b"\x7fELF" + data[4:], "short.rimg": data[:-1],
               "header.rimg": data[:40], "long.rimg": data + b"\0", "flipped.rimg": bytes(flipped),
               "newer.rimg": bytes(newer)}
    for name, content in damaged.items():
        (work / name).write_bytes(content)
    return {**{name: r".+" for name in damaged}, "newer.rimg": r"version.*99|99.*version",
            "none.rimg": r"none\.rimg"}


def refused(command, pattern, work):
    before = sorted(path.name for path in work.iterdir())
    done = subprocess.run([str(part) for part in command], text=True, errors="replace",
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    answer = f"\n  {shlex.join(map(str, command))}\n  {done.stderr.strip()[:500]}"
    said = done.stderr.replace(str(work), "")
    if CRASH.search(done.stderr + done.stdout):
        return "it crashed or a library spoke" + answer
    if done.returncode != 1:
        return f"exit status {done.returncode} instead of 1" + answer
    if len(done.stderr.strip().splitlines()) != 1:
        return "not one line" + answer
    if not re.search(pattern, said):
        return f"the error does not match {pattern!r}" + answer
    if sorted(path.name for path in work.iterdir()) != before:
        return "files left behind" + answer
    print(said.strip())
    return None


def commands(work, good):
    scores, images_file = work / "scores.npy", work / "images.npy"
    for name, pattern in inputs(work).items():
        yield ["bnn-sim", good, "--inputs", work / name, "--outputs", scores, "--trace", work / "t.npz"], pattern
    for name in ("not-a-number.npy", "infinite.npy"):
        yield (["bnn-sim", work / "real.rimg", "--inputs", work / name, "--outputs", scores],
               r"image.*sample 1.*(nan|inf).*not a finite number")
    run = ["bnn-sim", good, "--inputs", images_file]
    np.save(work / "few-labels.npy", np.zeros(5))
    np.save(work / "matrix-labels.npy", np.zeros((597, 2)))
    yield ["bnn-sim", good, "--inputs", f"picture={images_file}", "--outputs", scores], r"picture"
    yield [*run, "--inputs", images_file, "--outputs", scores], r"image.*twice|twice"
    yield [*run, "--labels", work / "few-labels.npy", "--outputs", scores], r"few-labels\.npy"
    yield [*run, "--labels", work / "matrix-labels.npy", "--outputs", scores], r"matrix-labels\.npy"
    yield [*run, "--outputs", work / "no-folder" / "scores.npy"], r"no-folder"
    yield ["bnn-sim", good, "--inputs", f"{work / 'eval.npz'}:pictures", "--outputs", scores], r"pictures"
    for name, pattern in images(work, good).items():
        yield ["bnn-sim", work / name, "--inputs", images_file, "--outputs", scores], pattern
        for command in ("verify", "info", "dump"):
            yield ["bnn-image", command, work / name], pattern
    yield ["bnn-image", "weights", "--layer", "no-such-layer", "-o", work / "w.npy", good], r"no-such-layer"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for option in ("--source", "--work"):
        parser.add_argument(option, required=True, type=pathlib.Path)
    options = parser.parse_args()
    shutil.rmtree(options.work, ignore_errors=True)
    options.work.mkdir(parents=True)
    good = compile_digits(options.source, options.work)
    evaluation = options.source / "models/digits/eval.npz"
    shutil.copy(evaluation, options.work / "eval.npz")
    np.save(options.work / "images.npy", np.load(evaluation)["images"])

    results = [refused(command, pattern, options.work) for command, pattern in commands(options.work, good)]
    wrong = [message for message in results if message]
    for message in wrong:
        print(f"FAIL: {message}")
    print(f"{len(results) - len(wrong)} of {len(results)} wrong uses refused as they should be")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
