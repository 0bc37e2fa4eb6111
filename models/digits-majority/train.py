#!/usr/bin/python3
"""Train the digits networks that decide by votes, and write them.

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

INPUTS, HIDDEN = 16 * 64, 64
GROUPS = (512, 256, 128, 64)  # inputs of a group
SEEDS = (1, 2, 3)

# name: inputs of a group (INPUTS: exact sums), seed
NETWORKS = {f"exact-seed{seed}": (INPUTS, seed) for seed in SEEDS}
NETWORKS.update({f"group{group}-seed{seed}": (group, seed) for group in GROUPS for seed in SEEDS})


class Thermometer(nn.Module):
    """Each grey value 0..16 as sixteen signs: is it at least 1, 2, ... 16? The signs of a pixel go to different groups."""

    def __init__(self):
        super().__init__()
        self.register_buffer("levels", torch.arange(1.0, 17.0).reshape(16, 1, 1))
        self.sign = binary.Sign()

    def forward(self, images):
        return self.sign(images - self.levels)


class Votes(nn.Module):
    """A dense layer whose neurons decide on each group of inputs and then on the sum of these votes."""

    def __init__(self, inputs, outputs, group):
        super().__init__()
        self.shape = (inputs // group, outputs)
        self.decide = binary.Conv1d(inputs, self.shape[0] * outputs, 1, groups=self.shape[0], bias=False).start()
        self.norm = nn.BatchNorm1d(self.shape[0] * outputs)
        self.sign = binary.Sign()

    def forward(self, x):
        votes = self.sign(self.norm(self.decide(x[:, :, None])))
        return votes.reshape(-1, *self.shape).sum(1)


def network(group):
    first = binary.Linear(INPUTS, HIDDEN, bias=False).start() if group == INPUTS else Votes(INPUTS, HIDDEN, group)
    return nn.Sequential(collections.OrderedDict(
        thermometer=Thermometer(), flatten=nn.Flatten(), fc1=first, norm1=nn.BatchNorm1d(HIDDEN), sign1=binary.Sign(),
        fc2=binary.Linear(HIDDEN, 10, bias=False).start(), norm2=nn.BatchNorm1d(10)))


def main():
    torch.set_num_threads(1)
    inputs, labels, test_x, test_y = digits_data.tensors()
    figures = {}
    for name in sys.argv[1:] or NETWORKS:
        group, seed = NETWORKS[name]
        torch.manual_seed(seed)
        model = binary.fit(network(group), inputs, labels, seed=seed, epochs=100, batch=64,
                           rate=2e-3, augment=digits_data.shift)
        model = binary.deploy(model)
        binary.export(model, FOLDER / f"{name}.onnx", torch.zeros(1, 1, 8, 8), "image",
                      f"digits, one decision for each {group} of {INPUTS} inputs; input 0..16")
        figures[f"{name}.onnx"] = binary.figures(model, binary.scores_of(model, test_x), test_y)
        print(name, figures[f"{name}.onnx"], flush=True)
        binary.write_accuracy(FOLDER / "accuracy.json", len(test_y), figures)


if __name__ == "__main__":
    main()
