#!/usr/bin/python3
"""Train the convolutional digits networks of this folder, in three forms, and write them.

    /usr/bin/python3 train.py [NAME...]    (Debian: python3-torch python3-onnx python3-sklearn)

Without names all networks are trained. Seeded; sums of floating point differ
between machines, so a new run gives networks as good, not the same bytes.
"""

import collections
import pathlib
import sys

import torch
from torch import nn

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent))
import binary  # noqa: E402
import digits_data  # noqa: E402

HIDDEN = 32  # neurons of the first dense layer

# name: form, filters of each convolution, seed
NETWORKS = {"real": ("real", 8, 1), "classifier": ("classifier", 8, 1), "whole-x1": ("whole", 8, 1),
            "whole-x4": ("whole", 32, 1)}


def network(form, filters):
    """Two convolutions and two dense layers, in one of the three forms."""
    whole, bits = form == "whole", form != "real"
    conv, linear = (binary.Conv2d if whole else nn.Conv2d), (binary.Linear if bits else nn.Linear)
    model = nn.Sequential(collections.OrderedDict(
        conv1=conv(1, filters, 3, padding=1, bias=False), norm1=nn.BatchNorm2d(filters),
        act1=binary.Sign() if whole else nn.ReLU(),
        conv2=conv(filters, filters, 3, padding=1, bias=False), pool=nn.MaxPool2d(2), norm2=nn.BatchNorm2d(filters),
        act2=binary.Sign() if bits else nn.ReLU(), flatten=nn.Flatten(),
        fc1=linear(16 * filters, HIDDEN, bias=False), norm3=nn.BatchNorm1d(HIDDEN),
        act3=binary.Sign() if bits else nn.ReLU(),
        fc2=linear(HIDDEN, 10, bias=False), norm4=nn.BatchNorm1d(10)))
    for layer in binary.quantized(model):
        layer.start()
    return model


def main():
    torch.set_num_threads(1)
    inputs, labels, test_x, test_y = digits_data.tensors()
    figures = {}
    for name in sys.argv[1:] or NETWORKS:
        form, filters, seed = NETWORKS[name]
        torch.manual_seed(seed)
        model = binary.fit(network(form, filters), inputs, labels, seed=seed, epochs=100, batch=64,
                           rate=2e-3, augment=digits_data.shift)
        model = binary.deploy(model)
        binary.export(model, FOLDER / f"{name}.onnx", torch.zeros(1, 1, 8, 8), "image",
                      f"digits, convolutional, {form}, {filters} filters; input 0..16")
        figures[f"{name}.onnx"] = binary.figures(model, binary.scores_of(model, test_x), test_y)
        print(name, figures[f"{name}.onnx"], flush=True)
        binary.write_accuracy(FOLDER / "accuracy.json", len(test_y), figures)


if __name__ == "__main__":
    main()
