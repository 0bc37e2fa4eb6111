"""Binary and ternary layers for training, and their export to ONNX.

Behind each binary or ternary weight stands a real one; the forward pass sees
the sign of it, the backward pass the straight-through estimator (gradients
pass where the real value lies in [-1, 1]). A layer may be trained with bit
errors: each batch then sees other weights, with every stored value wrong at
the given rate, as on a chip that was programmed so.
"""

import json
import pathlib
import warnings

import numpy as np
import onnx
import torch
from torch import nn
from torch.nn import functional as F


REAL = (nn.Linear, nn.Conv1d, nn.Conv2d)


class _Sign(torch.autograd.Function):
    """+1 for x >= 0, else -1; the gradient passes where |x| <= 1."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return torch.where(x >= 0, 1.0, -1.0)

    @staticmethod
    def backward(ctx, gradient):
        (x,) = ctx.saved_tensors
        return gradient * (x.abs() <= 1)


class _Ternary(torch.autograd.Function):
    """-1, 0 or +1: 0 where |x| is at most 0.7 of the mean |x| (ternary weight networks, Li 2016)."""

    @staticmethod
    def forward(ctx, x):
        return torch.where(x.abs() > 0.7 * x.abs().mean(), torch.sign(x), torch.zeros(()))

    @staticmethod
    def backward(ctx, gradient):
        return gradient


class Sign(nn.Module):
    """The activation between binary layers; exported as x >= 0 ? +1 : -1."""

    deployed = False

    def forward(self, x):
        if self.deployed:
            one = torch.tensor(1.0)
            return torch.where(x >= torch.tensor(0.0), one, -one)
        return _Sign.apply(x)


class Quantized:
    """Mixed into a layer of PyTorch: its weights are the signs (or -1, 0, +1) of `weight`.

    `error_rate` is the probability that a stored weight has the wrong sign in a batch of training.
    """

    levels = 2
    error_rate = 0.0
    deployed = False

    def stored(self):
        return _Ternary.apply(self.weight) if self.levels == 3 else _Sign.apply(self.weight)

    def used(self):
        if self.deployed:
            return self.weight
        weight = self.stored()
        if self.training and self.error_rate > 0:
            weight = torch.where(torch.rand_like(weight) < self.error_rate, -weight, weight)
        return weight

    def start(self):
        """Spread real weights over (-1, 1), so that training can turn their signs at any rate."""
        nn.init.uniform_(self.weight, -0.3, 0.3)
        return self


class Linear(Quantized, nn.Linear):
    def forward(self, x):
        return F.linear(x, self.used(), self.bias)


class Conv1d(Quantized, nn.Conv1d):
    def forward(self, x):
        return self._conv_forward(x, self.used(), self.bias)


class Conv2d(Quantized, nn.Conv2d):
    def forward(self, x):
        return self._conv_forward(x, self.used(), self.bias)


def quantized(model):
    """The binary and ternary layers of a network."""
    return [module for module in model.modules() if isinstance(module, Quantized)]


def set_errors(model, rate):
    for layer in quantized(model):
        layer.error_rate = rate


def fit(model, inputs, labels, *, seed, epochs, batch, rate, augment=None, decay=0.0, smooth=0.0):
    """Train with Adam at a learning rate that falls as a cosine to zero; seeded."""
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=rate, weight_decay=decay)
    batches = epochs * ((len(inputs) + batch - 1) // batch)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, batches)
    for _ in range(epochs):
        model.train()
        for chosen in torch.randperm(len(inputs), generator=generator).split(batch):
            x = inputs[chosen]
            if augment is not None:
                x = augment(x, generator)
            loss = F.cross_entropy(model(x), labels[chosen], label_smoothing=smooth)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            with torch.no_grad():
                for layer in quantized(model):
                    layer.weight.clamp_(-1, 1)
    return model.eval()


def deploy(model):
    """The network with what is stored in place of the real weights; nothing of training is left."""
    for layer in quantized(model):
        layer.weight.data = layer.stored().detach()
        layer.deployed = True
    for module in model.modules():
        if isinstance(module, Sign):
            module.deployed = True
    return model.eval()


def scores_of(model, inputs):
    with torch.no_grad():
        return torch.cat([model(x) for x in inputs.split(256)]).numpy()


def export(model, path, example, name, about):
    """Write a deployed network with torch.onnx.export, the first dimension left open."""
    path = pathlib.Path(path)
    warnings.simplefilter("ignore", torch.jit.TracerWarning)  # 0, 1 and -1 are to be constants
    torch.onnx.export(model, example, str(path), opset_version=13, input_names=[name],
                      output_names=["scores"], training=torch.onnx.TrainingMode.EVAL,
                      do_constant_folding=False,
                      dynamic_axes={name: {0: "N"}, "scores": {0: "N"}})
    network = onnx.load(str(path))
    network.doc_string = about
    onnx.checker.check_model(network)
    onnx.save(network, str(path))


def figures(model, scores, labels):
    """What accuracy.json says of a network: layers on the arrays, real-valued ones, accuracy."""
    linear = [module for module in model.modules() if isinstance(module, REAL)]
    return {"accuracy_percent": round(float((scores.argmax(1) == np.asarray(labels)).mean() * 100), 2),
            "array_layers": len(quantized(model)),
            "host_layers": len(linear) - len(quantized(model))}


def write_accuracy(path, samples, networks):
    """accuracy.json: {networks: {file: figures}}, sorted by file; networks not trained this time keep their figures."""
    path = pathlib.Path(path)
    known = json.loads(path.read_text())["networks"] if path.exists() else {}
    known.update(networks)
    path.write_text(json.dumps(
        {"samples": samples, "computed_by": f"PyTorch {torch.__version__}",
         "networks": {name: known[name] for name in sorted(known)}}, indent=1) + "\n")
