#!/usr/bin/python3
"""Train the motor-imagery networks of this folder on the epochs that epochs.py reads, and write them.

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
import binary  # noqa: E402
import epochs  # noqa: E402
from epochs import CHANNELS, LENGTH  # noqa: E402

# name: form, filters of each layer, seed
NETWORKS = {"real": ("real", 16, 1), "classifier": ("classifier", 16, 1), "whole-x1": ("whole", 16, 1),
            "whole-x4": ("whole", 64, 1)}


def network(form, filters):
    """Convolution over time, over electrodes, average pool, two dense layers."""
    whole, bits = form == "whole", form != "real"
    conv, linear = (binary.Conv2d if whole else nn.Conv2d), (binary.Linear if bits else nn.Linear)
    layers = collections.OrderedDict()
    layers["time"] = conv(1, filters, (1, 15), bias=False)
    layers["norm1"] = nn.BatchNorm2d(filters)
    if whole:
        layers["act1"] = binary.Sign()
    layers["space"] = conv(filters, filters, (CHANNELS, 1), bias=False)
    layers["norm2"] = nn.BatchNorm2d(filters)
    layers["act2"] = binary.Sign() if whole else nn.ReLU()
    layers["pool"] = nn.AvgPool2d((1, 15), (1, 7))
    layers["norm3"] = nn.BatchNorm2d(filters)
    if bits:
        layers["act3"] = binary.Sign()
    layers["flatten"] = nn.Flatten()
    layers["drop"] = nn.Dropout(0.5 if not bits else 0.2)
    layers["fc1"] = linear(filters * ((LENGTH - 14 - 15) // 7 + 1), 40, bias=False)
    layers["norm4"] = nn.BatchNorm1d(40)
    layers["act4"] = binary.Sign() if bits else nn.ReLU()
    layers["fc2"] = linear(40, 2, bias=False)
    layers["norm5"] = nn.BatchNorm1d(2)
    model = nn.Sequential(layers)
    for layer in binary.quantized(model):
        layer.start()
    return model


def jitter(batch, generator):
    """Another amplitude of each epoch and a little noise."""
    factor = torch.empty(len(batch), 1, 1, 1).uniform_(0.8, 1.2, generator=generator)
    noise = torch.empty_like(batch).normal_(0, 4, generator=generator)
    return torch.round(batch * factor + noise).clamp(-128, 127)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*", help=f"of {', '.join(NETWORKS)}; default: all")
    parser.add_argument("--material", type=pathlib.Path, default=epochs.MATERIAL)
    args = parser.parse_args()
    torch.set_num_threads(1)
    (train_x, train_y, _), (test_x, test_y, _) = epochs.data(args.material)
    inputs, labels = torch.tensor(train_x, dtype=torch.float32), torch.tensor(train_y, dtype=torch.int64)
    print(f"{len(train_y)} epochs for training, {len(test_y)} for test", flush=True)
    figures = {}
    for name in args.names or NETWORKS:
        form, filters, seed = NETWORKS[name]
        torch.manual_seed(seed)
        model = binary.fit(network(form, filters), inputs, labels, seed=seed, epochs=50, batch=32,
                           rate=1e-3, augment=jitter, smooth=0.1)
        model = binary.deploy(model)
        binary.export(model, FOLDER / f"{name}.onnx", torch.zeros(1, 1, CHANNELS, LENGTH), "eeg",
                      f"left or right hand, {form}, {filters} filters; input -128..127 in 1/2 microvolt")
        scores = binary.scores_of(model, torch.tensor(test_x, dtype=torch.float32))
        figures[f"{name}.onnx"] = binary.figures(model, scores, test_y)
        print(name, figures[f"{name}.onnx"], flush=True)
        binary.write_accuracy(FOLDER / "accuracy.json", len(test_y), figures)


if __name__ == "__main__":
    main()
