#!/usr/bin/python3
"""Train the heartbeat networks of this folder on the records that beats.py reads, and write them.

    /usr/bin/python3 train.py [--material DIR] [NAME...]    (Debian: python3-torch python3-onnx)

Without names all networks are trained. Seeded; sums of floating point differ
between machines, so a new run gives networks as good, not the same bytes.
"""

import argparse
import collections
import pathlib
import sys

import torch
from torch import nn

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(FOLDER), str(FOLDER.parent)]
import beats  # noqa: E402
import binary  # noqa: E402
from beats import LENGTH  # noqa: E402

KERNELS = [13, 11, 9, 7]
HIDDEN = 32  # neurons of the first dense layer

# name: form, filters of each layer, seed
NETWORKS = {"real": ("real", 8, 1), "classifier": ("classifier", 8, 1), "whole-x1": ("whole", 8, 1),
            "whole-x4": ("whole", 32, 1)}


def network(form, filters):
    """Four convolutions with max-pool and two dense layers, in one of the three forms."""
    whole, bits = form == "whole", form != "real"
    layers = collections.OrderedDict()
    channels, length = 1, LENGTH
    for number, kernel in enumerate(KERNELS, 1):
        conv = binary.Conv1d if whole else nn.Conv1d
        layers[f"conv{number}"] = conv(channels, filters, kernel, padding=kernel // 2, bias=False)
        layers[f"pool{number}"] = nn.MaxPool1d(2)
        layers[f"norm{number}"] = nn.BatchNorm1d(filters)
        last = number == len(KERNELS)
        layers[f"act{number}"] = binary.Sign() if whole or (bits and last) else nn.ReLU()
        channels, length = filters, length // 2
    linear = binary.Linear if bits else nn.Linear
    layers["flatten"] = nn.Flatten()
    layers["fc1"] = linear(channels * length, HIDDEN, bias=False)
    layers["norm5"] = nn.BatchNorm1d(HIDDEN)
    layers["act5"] = binary.Sign() if bits else nn.ReLU()
    layers["fc2"] = linear(HIDDEN, 2, bias=False)
    layers["norm6"] = nn.BatchNorm1d(2)
    model = nn.Sequential(layers)
    for layer in binary.quantized(model):
        layer.start()
    return model


def scale(beats_, generator):
    """Another amplitude and another place of each beat, as electrodes and detectors bring."""
    factor = torch.empty(len(beats_), 1, 1).uniform_(0.8, 1.2, generator=generator)
    move = torch.randint(-4, 5, (len(beats_), 1), generator=generator) + torch.arange(LENGTH)
    place = move.clamp(0, LENGTH - 1)[:, None]
    return torch.round(beats_ * factor).clamp(-128, 127).gather(2, place)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*", help=f"of {', '.join(NETWORKS)}; default: all")
    parser.add_argument("--material", type=pathlib.Path, default=beats.MATERIAL)
    args = parser.parse_args()
    torch.set_num_threads(1)
    (train_x, train_y, _), (test_x, test_y, _) = beats.data(args.material)
    inputs, labels = torch.tensor(train_x, dtype=torch.float32), torch.tensor(train_y, dtype=torch.int64)
    print(f"{len(train_y)} beats for training, {train_y.mean():.0%} ventricular; "
          f"{len(test_y)} for test, {test_y.mean():.0%}", flush=True)
    figures = {}
    for name in args.names or NETWORKS:
        form, filters, seed = NETWORKS[name]
        torch.manual_seed(seed)
        model = binary.fit(network(form, filters), inputs, labels, seed=seed, epochs=30, batch=64,
                           rate=2e-3, augment=scale, smooth=0.05)
        model = binary.deploy(model)
        binary.export(model, FOLDER / f"{name}.onnx", torch.zeros(1, 1, LENGTH), "ecg",
                      f"ventricular beats, {form}, {filters} filters; input -128..127")
        scores = binary.scores_of(model, torch.tensor(test_x, dtype=torch.float32))
        figures[f"{name}.onnx"] = binary.figures(model, scores, test_y)
        print(name, figures[f"{name}.onnx"], flush=True)
        binary.write_accuracy(FOLDER / "accuracy.json", len(test_y), figures)


if __name__ == "__main__":
    main()
