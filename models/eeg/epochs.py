#!/usr/bin/python3
"""Epochs of motor imagery from BCI competition IV, data set 2a: the split, and the test epochs as a file.

    /usr/bin/python3 epochs.py OUT.npz [--material DIR]

OUT.npz gets `images` int8 [n,1,22,126], `labels` (0: left hand, 1: right) and
`group`, the block of each epoch. They are read from
DIR/data/bci-iv-2a-train.npz; DIR is by default the folder shared/material
beside the source tree.
"""

import argparse
import pathlib

import numpy as np

MATERIAL = pathlib.Path(__file__).resolve().parents[3] / "shared" / "material"
CHANNELS, LENGTH = 22, 126
BLOCKS = 36  # runs of consecutive epochs of each class; every third is for the test


def data(material):
    """Epochs in units of 1/2 microvolt, classes and blocks, for training and for test."""
    file = np.load(material / "data" / "bci-iv-2a-train.npz")
    labels = file["labels"]
    epochs = file["epochs"][:, :CHANNELS].astype(np.float64)  # the last three channels are the eyes'
    epochs -= epochs.mean(2, keepdims=True)
    epochs = np.clip(np.round(2 * epochs), -128, 127).astype(np.int8)[:, None]
    block = np.zeros(len(labels), int)
    for label in (0, 1):  # the file has one class after the other
        chosen = np.flatnonzero(labels == label)
        block[chosen] = np.arange(len(chosen)) * BLOCKS // len(chosen)
    test = block % 3 == 1
    return [(epochs[m], labels[m], block[m]) for m in (~test, test)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("out")
    parser.add_argument("--material", type=pathlib.Path, default=MATERIAL)
    args = parser.parse_args()
    images, labels, group = data(args.material)[1]
    np.savez(args.out, images=images, labels=labels, group=group)


if __name__ == "__main__":
    main()
