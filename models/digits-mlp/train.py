#!/usr/bin/python3
"""Train the fully connected digits networks of this folder and write them.

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

HIDDEN = 192

# name: weights' levels, rate of bit errors in training, seed
NETWORKS = {
    "ber0-seed1": (2, 0.0, 1), "ber0-seed2": (2, 0.0, 2), "ber0-seed3": (2, 0.0, 3),
    "ber0.01-seed1": (2, 0.01, 1), "ber0.01-seed2": (2, 0.01, 2), "ber0.01-seed3": (2, 0.01, 3),
    "ber0.04-seed1": (2, 0.04, 1), "ber0.04-seed2": (2, 0.04, 2), "ber0.04-seed3": (2, 0.04, 3),
    "ber0.1-seed1": (2, 0.1, 1), "ber0.1-seed2": (2, 0.1, 2), "ber0.1-seed3": (2, 0.1, 3),
    "ternary-seed1": (3, 0.0, 1),
}


class Thermometer(nn.Module):
    """Each grey value 0..16 as four signs: is it at least 2, 6, 10, 14?"""

    def __init__(self):
        super().__init__()
        self.register_buffer("levels", torch.tensor([2.0, 6.0, 10.0, 14.0]).reshape(4, 1, 1))
        self.sign = binary.Sign()

    def forward(self, images):
        return self.sign(images - self.levels)


def network(levels, rate):
    widths = [4 * 64, HIDDEN, HIDDEN, 10]
    layers = collections.OrderedDict(thermometer=Thermometer(), flatten=nn.Flatten())
    for number, (inputs, outputs) in enumerate(zip(widths, widths[1:]), 1):
        dense = binary.Linear(inputs, outputs, bias=False).start()
        dense.levels, dense.error_rate = levels, rate
        layers[f"fc{number}"] = dense
        layers[f"norm{number}"] = nn.BatchNorm1d(outputs)
        layers[f"sign{number}"] = binary.Sign()
    del layers["sign3"]
    return nn.Sequential(layers)


def main():
    torch.set_num_threads(1)
    inputs, labels, test_x, test_y = digits_data.tensors()
    figures = {}
    for name in sys.argv[1:] or NETWORKS:
        levels, rate, seed = NETWORKS[name]
        torch.manual_seed(seed)
        model = binary.fit(network(levels, rate), inputs, labels, seed=seed, epochs=150, batch=64,
                           rate=2e-3, augment=digits_data.shift)
        model = binary.deploy(model)
        binary.export(model, FOLDER / f"{name}.onnx", torch.zeros(1, 1, 8, 8), "image",
                      f"digits, fully connected, {levels} levels, trained with bit errors at {rate}")
        scores = binary.scores_of(model, test_x)
        figures[f"{name}.onnx"] = binary.figures(model, scores, test_y)
        print(name, figures[f"{name}.onnx"], flush=True)
        binary.write_accuracy(FOLDER / "accuracy.json", len(test_y), figures)


if __name__ == "__main__":
    main()
