#!/usr/bin/python3
"""Train the digits network of this folder and write its three files.

    /usr/bin/python3 train.py            (Debian: python3-torch python3-onnx python3-sklearn)

Every weight and every activation between two layers is -1 or +1; the input is
the integer grey value 0..16 of scikit-learn's 8x8 digits. The straight-through
estimator of BinaryConnect trains real weights behind the signs; the file holds
only the signs. Training is seeded, but floating-point sums differ between
machines: a new run gives a network as good, not the same bytes.
"""

import json
import pathlib

import numpy as np
import onnx
import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import nn
from torch.nn import functional as F

FOLDER = pathlib.Path(__file__).resolve().parent
EPOCHS = 120
BATCH = 64


class Sign(torch.autograd.Function):
    """+1 for x >= 0, else -1; the gradient passes where |x| <= 1."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return torch.where(x >= 0, 1.0, -1.0)

    @staticmethod
    def backward(ctx, gradient):
        (x,) = ctx.saved_tensors
        return gradient * (x.abs() <= 1)


class BinaryConv2d(nn.Conv2d):
    def forward(self, x):
        return self._conv_forward(x, Sign.apply(self.weight), None)


class BinaryLinear(nn.Linear):
    def forward(self, x):
        return F.linear(x, Sign.apply(self.weight))


class Digits(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = BinaryConv2d(1, 32, 3, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(32)
        self.conv2 = BinaryConv2d(32, 32, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(32)
        self.fc1 = BinaryLinear(32 * 4 * 4, 128, bias=False)
        self.norm3 = nn.BatchNorm1d(128)
        self.fc2 = BinaryLinear(128, 10, bias=False)
        self.norm4 = nn.BatchNorm1d(10)
        self.sign = Sign.apply

    def forward(self, x):
        x = self.sign(self.norm1(self.conv1(x)))
        x = self.sign(self.norm2(F.max_pool2d(self.conv2(x), 2)))
        x = self.sign(self.norm3(self.fc1(torch.flatten(x, 1))))
        return self.norm4(self.fc2(x))


def shift(images, generator):
    """Moves each image by up to one pixel, which is all an 8x8 digit bears."""
    padded = F.pad(images, (1, 1, 1, 1))
    dy, dx = torch.randint(0, 3, (2,), generator=generator).tolist()
    return padded[:, :, dy:dy + 8, dx:dx + 8]


def train(images, labels):
    torch.manual_seed(7)
    generator = torch.Generator().manual_seed(7)
    model = Digits()
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, EPOCHS)
    for epoch in range(EPOCHS):
        model.train()
        for batch in torch.randperm(len(images), generator=generator).split(BATCH):
            loss = F.cross_entropy(model(shift(images[batch], generator)), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            with torch.no_grad():
                for layer in (model.conv1, model.conv2, model.fc1, model.fc2):
                    layer.weight.clamp_(-1, 1)
        schedule.step()
    return model.eval()


def deploy(model):
    """The trained network with the signs of its weights in place of them."""
    one = torch.tensor(1.0)
    for layer in (model.conv1, model.conv2, model.fc1, model.fc2):
        layer.weight.data = torch.where(layer.weight >= 0, one, -one)
        layer.forward = layer.__class__.__bases__[0].forward.__get__(layer)
    model.sign = lambda x: torch.where(x >= torch.tensor(0.0), one, -one)
    return model.eval()


def main():
    digits = load_digits()
    images = digits.images.astype(np.uint8)[:, None]
    labels = digits.target.astype(np.uint8)
    train_x, test_x, train_y, test_y = train_test_split(
        images, labels, test_size=597, random_state=7, stratify=labels)
    model = train(torch.tensor(train_x, dtype=torch.float32),
                  torch.tensor(train_y, dtype=torch.int64))

    deployed = deploy(model)
    path = FOLDER / "digits-bnn.onnx"
    torch.onnx.export(deployed, torch.zeros(1, 1, 8, 8), str(path), opset_version=13,
                      input_names=["image"], output_names=["scores"],
                      training=torch.onnx.TrainingMode.EVAL,
                      do_constant_folding=False,
                      dynamic_axes={"image": {0: "N"}, "scores": {0: "N"}})
    network = onnx.load(str(path))
    network.doc_string = "binary network for scikit-learn's 8x8 digits; input 0..16"
    onnx.checker.check_model(network)
    onnx.save(network, str(path))

    with torch.no_grad():
        scores = deployed(torch.tensor(test_x, dtype=torch.float32)).numpy()
    accuracy = float((scores.argmax(1) == test_y).mean() * 100)
    np.savez_compressed(FOLDER / "eval.npz", images=test_x, labels=test_y, scores=scores)
    (FOLDER / "accuracy.json").write_text(json.dumps(
        {"samples": len(test_y), "accuracy_percent": round(accuracy, 2),
         "computed_by": f"PyTorch {torch.__version__}"}, indent=1) + "\n")
    print(f"{accuracy:.2f} % of {len(test_y)} images")


if __name__ == "__main__":
    main()
