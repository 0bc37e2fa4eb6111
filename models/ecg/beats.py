#!/usr/bin/python3
"""Heartbeats of the MIT-BIH arrhythmia records: the split by patients, and the test beats as a file.

    /usr/bin/python3 beats.py OUT.npz [--material DIR]

OUT.npz gets `images` int8 [n,1,256], `labels` (1: ventricular) and `group`,
the record of each beat. The records are read as PhysioNet publishes them
(WFDB, format 212) from DIR/data/mitbih; DIR is by default the folder
shared/material beside the source tree.
"""

import argparse
import pathlib

import numpy as np

MATERIAL = pathlib.Path(__file__).resolve().parents[3] / "shared" / "material"
VENTRICULAR = {5, 10}  # codes of V and E
OTHER = {1, 2, 3, 4, 7, 8, 9, 11, 34}  # N L R a J A S j e: AAMI classes N and S
MOST = 200  # beats of a class and record
LENGTH, BEFORE = 256, 144  # samples of 1/90 s in a window, and of these before the beat


def annotations(path):
    """(sample, code) of each annotation of a WFDB .atr file."""
    words = np.frombuffer(path.read_bytes(), "<u2").astype(int)
    at = time = 0
    while at < len(words) and words[at]:
        code, rest = words[at] >> 10, words[at] & 1023
        at += 1
        if code == 59:  # a long interval follows, its high half first
            time += (words[at] << 16) + words[at + 1]
            at += 2
        elif code == 63:  # text
            at += (rest + 1) // 2
        elif code < 60:
            time += rest
            yield time, code


def first_lead(path):
    """Samples of the first lead of a WFDB file in format 212: two 12-bit numbers in three bytes."""
    triples = np.frombuffer(path.read_bytes(), np.uint8).reshape(-1, 3).astype(int)
    lead = triples[:, 0] | (triples[:, 1] & 15) << 8
    return np.where(lead >= 2048, lead - 4096, lead)


def beats(folder, record):
    """Integer beats [n,1,LENGTH] in -128..127 and classes (1: ventricular) of a record."""
    lead = first_lead(folder / f"{record}.dat").astype(np.float64)
    lead = lead[:len(lead) // 4 * 4].reshape(-1, 4).mean(1)  # 360 to 90 samples a second
    found = [[], []]
    for time, code in annotations(folder / f"{record}.atr"):
        start = time // 4 - BEFORE
        if code in VENTRICULAR | OTHER and 0 <= start <= len(lead) - LENGTH:
            found[code in VENTRICULAR].append(lead[start:start + LENGTH])
    x, y = [], []
    for label, windows in enumerate(found):
        for i in np.unique(np.linspace(0, len(windows) - 1, min(MOST, len(windows))).astype(int)):
            beat = windows[i] - windows[i].mean()
            x.append(np.clip(np.round(beat / beat.std() * 24), -128, 127))
            y.append(label)
    return np.array(x, np.int8)[:, None], np.array(y, np.uint8)


def split(folder):
    """Records for training and for test: in the order of their ventricular beats, every second one is for the test.

    Each of the 22 records is another patient (201 and 202, the database's only
    pair of one patient, are not both among them).
    """
    count = {path.stem: sum(code in VENTRICULAR for _, code in annotations(path)) for path in folder.glob("*.atr")}
    order = sorted(count, key=lambda record: (-count[record], record))
    return sorted(order[::2]), sorted(order[1::2])


def data(material):
    """Beats, classes and record of each beat, for training and for test."""
    folder = material / "data" / "mitbih"
    sets = []
    for records in split(folder):
        parts = [(*beats(folder, record), record) for record in records]
        sets.append((np.concatenate([x for x, _, _ in parts]), np.concatenate([y for _, y, _ in parts]),
                     np.concatenate([np.full(len(y), int(record)) for _, y, record in parts])))
    return sets


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("out")
    parser.add_argument("--material", type=pathlib.Path, default=MATERIAL)
    args = parser.parse_args()
    images, labels, group = data(args.material)[1]
    np.savez(args.out, images=images, labels=labels, group=group)


if __name__ == "__main__":
    main()
