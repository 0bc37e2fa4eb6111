"""A programmer of arrays that does what a plan says, and a chip that has moods.

    programmer.py --source DIR --work DIR --target FILE.yaml [--from OLD.rimg] [--stuck N] IMAGE

The chip's devices begin in random states (with --from: those of the old image),
every eighth needs two or three pulses to change, N are stuck. Plans are executed, and
what is measured goes back to `bnn-image plan` until nothing fails or the
attempts are used up; then the defects must be exactly what is wrong on the
chip. Checked on the way: no device is set beside one in LRS that was not reset
before, nothing is set before it was formed, don't-care cells are left alone.
"""

import argparse
import csv
import pathlib
import re
import subprocess
import sys

import numpy as np

HRS, LRS = 1e6, 1e4


class Chip:
    def __init__(self, wanted, rng, formed, stuck):
        """`wanted` [subarrays, rows, columns, 2]: 1 = LRS; don't care: both."""
        self.wanted, self.used = wanted, wanted.sum(axis=-1) < 2
        self.lrs = rng.integers(0, 2, wanted.shape).astype(bool)
        # A new chip holds no pair in LRS where it is used.
        self.lrs[..., 1] &= ~(self.lrs[..., 0] & self.used)
        self.formed = np.full(wanted.shape, formed)
        if not formed:
            self.lrs[:] = False
        self.left = np.where(rng.random(wanted.shape) < 1 / 8, rng.integers(1, 3, wanted.shape), 0)
        self.toss = rng.integers(0, 2, wanted.shape[:3])
        self.stuck = np.zeros(wanted.shape, bool)
        places = np.argwhere(self.used)
        for place in places[rng.choice(len(places), stuck, replace=False)]:
            side = rng.integers(2)
            self.stuck[(*place, side)] = True
        self.pulses = np.zeros(wanted.shape, int)
        self.reset = np.zeros(wanted.shape, bool)  # since the last SET beside it

    def pulse(self, at, side, columns, lrs):
        row = self.lrs[at]
        for column in np.flatnonzero(columns):
            place = (*at, column, side)
            self.pulses[place] += 1
            other = (*at, column, 1 - side)
            if lrs and self.used[(*at, column)]:
                if self.lrs[other] and not self.reset[other] and not self.stuck[other]:
                    raise SystemExit(f"FAIL: {place} is set, the other device is in LRS")
                self.reset[other] = False
            self.reset[place] |= not lrs
            if not self.used[(*at, column)] and lrs:
                raise SystemExit(f"FAIL: {place} is set, but nothing uses it")
            if lrs and not self.formed[place]:
                raise SystemExit(f"FAIL: {place} is set before it was formed")
            if self.stuck[place] or row[column, side] == lrs:
                continue
            if self.left[place]:
                self.left[place] -= 1
                continue
            row[column, side] = lrs

    def answer(self, at, column, ternary):
        """+1, -1 or 0: the branch of lower resistance; equal ones are a toss."""
        bl, blb = self.lrs[at][column]
        if bl != blb:
            return 1 if bl else -1
        if ternary and not bl:
            return 0
        return 1 if self.toss[at][column] else -1


def bits(text, columns):
    value = int(text, 16)
    return np.array([value >> i & 1 for i in range(columns)], bool)


def execute(plan, chip, verify, measured):
    """Runs a plan; returns the names of what did not answer as it expects."""
    columns, failed, out = chip.wanted.shape[2], set(), []
    lines = [line for line in plan.read_text().splitlines() if not line.startswith("#")]
    for step in csv.DictReader(lines):
        action = step["action"]
        if action == "wait":
            continue
        at = int(step["subarray"]), int(step["row"])
        mask = bits(step["columns"], columns)
        side = ("BL", "BLb").index(step["device"]) if step["device"] else None
        if action == "form":
            chip.formed[at][mask, side] = True
        elif action in ("reset", "set"):
            chip.pulse(at, side, mask, action == "set")
        elif action == "measure":
            expect = bits(step["expect"], columns)
            for column in np.flatnonzero(mask):
                lrs = chip.lrs[at][column, side]
                out.append((*at, column, step["device"], "LRS" if expect[column] else "HRS", LRS if lrs else HRS))
                if lrs != expect[column]:
                    failed.add((*at, column, step["device"]))
        else:
            assert action == "read", action
            ternary, x = verify == "ternary", int(step["input"])
            expect = bits(step["expect"], columns)
            minus = bits(step["expect_minus"], columns) if ternary else ~expect
            for column in np.flatnonzero(mask):
                product = chip.answer(at, column, ternary) * (1 if x else -1)
                out.append((*at, column, x, 8, 8 * (product == 1), 8 * (product == 0) if ternary else ""))
                if (product == 1) != expect[column] or (product == -1) != minus[column]:
                    failed.add((*at, column, "cell"))
    header = "subarray,row,col,device,target_state,r_ohm" if verify == "single_ended" else "subarray,row,col,x,n_reads,n_one,n_zero"
    measured.write_text("\n".join([header, *(",".join(map(str, entry)) for entry in out)]) + "\n")
    return failed


def bnn_image(*arguments):
    done = subprocess.run(["bnn-image", *map(str, arguments)], text=True, capture_output=True)
    if done.returncode != 0:
        raise SystemExit(f"FAIL: {' '.join(map(str, arguments))}\n{done.stdout}{done.stderr}")
    return done.stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for option in ("--source", "--work", "--target"):
        parser.add_argument(option, required=True)
    parser.add_argument("--from", dest="old")
    parser.add_argument("--stuck", type=int, default=0)
    parser.add_argument("image")
    options = parser.parse_args()
    sys.path.insert(0, str(pathlib.Path(options.source) / "test" / "EndToEnd" / "Inputs"))
    import image_file
    work = pathlib.Path(options.work)
    schema = image_file.schema(options.source, work)

    def devices(path):
        image = image_file.load(schema, path)
        rows, columns = image.target.rows, image.target.columns
        raw = np.frombuffer(image.cells, np.uint8).reshape(image.num_subarrays, rows, -1)
        codes = np.stack([raw >> shift & 3 for shift in (0, 2, 4, 6)], axis=-1)
        codes = codes.reshape(image.num_subarrays, rows, -1)[:, :, :columns]
        return np.stack([codes & 1, codes >> 1], axis=-1).astype(bool)

    text = pathlib.Path(options.target).read_text()
    verify = re.search(r"verify: (\w+)", text)[1]
    formed = "forming_done: true" in text
    attempts = int(re.search(r"max_pulses: {value: (\d+)", text)[1])
    wanted = devices(options.image)
    chip = Chip(wanted, np.random.default_rng(18), formed, options.stuck)
    if options.old:
        old = devices(options.old)
        known = old.sum(axis=-1) < 2
        chip.lrs[known], chip.formed[known] = old[known], True
    before = chip.lrs.copy()
    plan, measured, defects = work / "plan.csv", work / "measured.csv", work / "defects.csv"
    given = "--measured" if verify == "single_ended" else "--reads"
    print(bnn_image("plan", "--target", options.target, *(["--from", options.old] if options.old else []),
                    "-o", plan, options.image), end="")
    for attempt in range(2, attempts + 2):
        failed = execute(plan, chip, verify, measured)
        last = attempt > attempts or not failed
        said = bnn_image("plan", "--target", options.target, given, measured,
                         *(["--defects", defects] if last else ["--attempt", attempt, "-o", plan]), options.image)
        print(f"after attempt {attempt - 1}: {said.splitlines()[0]}")
        assert f" {len(failed)} of " in said, failed
        if last:
            break

    # What the chip holds now, without asking the plan.
    wrong = (chip.lrs != wanted) & chip.used[..., None]
    if verify == "single_ended":
        truth = {(s, r, c, ("BL", "BLb")[d]) for s, r, c, d in np.argwhere(wrong)}
        assert not wrong[~chip.stuck].any(), "a device that is not stuck is wrong"
    else:
        weight = wanted[..., 0].astype(int) - wanted[..., 1]
        answers = np.array([[[chip.answer((s, r), c, verify == "ternary") for c in range(wanted.shape[2])]
                             for r in range(wanted.shape[1])] for s in range(wanted.shape[0])])
        truth = {(s, r, c, "cell") for s, r, c in np.argwhere((answers != weight) & chip.used)
                 if weight[s, r, c] or verify == "ternary"}
        assert all(chip.stuck[place[:3]].any() for place in truth), "a cell of no stuck device is wrong"
    listed = {(int(row["subarray"]), int(row["row"]), int(row["col"]), row["device"]): row["kind"]
              for row in csv.DictReader(defects.read_text().splitlines())}
    assert set(listed) == {tuple(map(lambda v: v if isinstance(v, str) else int(v), entry)) for entry in truth}, \
        (listed, truth)
    for (s, r, c, device), kind in listed.items():
        if device == "cell":
            answer = chip.answer((s, r), c, verify == "ternary")
            assert kind == {1: "reads_plus", -1: "reads_minus", 0: "dead"}[int(answer)], (s, r, c, kind)
        else:
            assert kind == ("stuck_lrs" if chip.lrs[s, r, c, int(device == "BLb")] else "stuck_hrs")
    if "reset_parallel: bit" in text:
        assert not chip.pulses[~chip.used].any(), "a cell that nothing uses got a pulse"
    if options.old and "reset_parallel: bit" in text:
        untouched = (before == wanted).all(axis=-1) & known & chip.used
        assert not chip.pulses[untouched].any(), "a cell that is as it should be got a pulse"
    print(f"given up: {len(listed)}, which are all that is wrong on the chip")


main()
