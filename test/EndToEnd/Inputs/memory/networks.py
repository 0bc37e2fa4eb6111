#!/usr/bin/python3
"""Networks whose memory is known from their lists of layers, random weights.

    networks.py eeg|eeg-trained|mobilenet|mobilenet-binary OUT.onnx

eeg: motor imagery, 64 electrodes, 960 samples: temporal convolution 30x1 x40,
spatial convolution 1x64 x40, average pool 30 stride 15, dense 80 and 2, no
biases: 103,600 weights in the convolutions, 201,760 in the classifier.
eeg-trained: the same with +-1 weights and signs in the classifier.
mobilenet: MobileNet V1 at width 1, input 224; mobilenet-binary: its classifier
replaced by two binary layers, 1024-2816-1000 (5.7 million weights).
"""

import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

random = np.random.default_rng(1)


class Network:
    """An ONNX graph that grows node by node; `last` is the newest tensor."""

    def __init__(self, name, shape):
        self.name, self.shape, self.last = name, shape, "x"
        self.nodes, self.initializers = [], []

    def add(self, operator, *constants, **attributes):
        node = f"{operator}_{len(self.nodes)}"
        names = []
        for i, constant in enumerate(constants):
            names.append(f"{node}.{i}")
            self.initializers.append(numpy_helper.from_array(np.asarray(constant), names[-1]))
        self.nodes.append(helper.make_node(operator, [self.last, *names], [node + "_out"],
                                           name=node, **attributes))
        self.last = node + "_out"

    def conv(self, filters, channels, kernel, **attributes):
        self.add("Conv", real(filters, channels, *kernel), kernel_shape=kernel, **attributes)

    def norm(self, channels):
        self.add("BatchNormalization", *(real(channels) for _ in range(3)),
                 np.square(real(channels)) + 1)

    def activation(self, binary):
        """Two values: 0 becomes +1."""
        if not binary:
            self.add("Relu")
            return
        self.add("Sign")
        self.add("Add", np.float32(0.1))
        self.add("Sign")

    def save(self, path, classes):
        graph = helper.make_graph(
            self.nodes, self.name,
            [helper.make_tensor_value_info("x", TensorProto.FLOAT, self.shape)],
            [helper.make_tensor_value_info(self.last, TensorProto.FLOAT, [1, classes])],
            self.initializers)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
        model.ir_version = 8
        onnx.save(model, path)


def real(*shape):
    return random.standard_normal(shape, dtype=np.float32)


def signs(*shape):
    return np.where(random.integers(0, 2, shape, dtype=np.int8), 1, -1).astype(np.float32)


def eeg(binary):
    weights = signs if binary else real
    network = Network("eeg", [1, 1, 960, 64])
    network.conv(40, 1, [30, 1], pads=[15, 0, 14, 0])
    network.conv(40, 40, [1, 64])
    network.add("AveragePool", kernel_shape=[30, 1], strides=[15, 1])
    network.add("Flatten")
    network.activation(binary)
    network.add("MatMul", weights(2520, 80))
    network.activation(binary)
    network.add("MatMul", weights(80, 2))
    return network, 2


def mobilenet(binary):
    network = Network("mobilenet", [1, 3, 224, 224])

    def layer(filters, channels, kernel, stride, groups=1):
        size = 1 if kernel == 3 else 0
        network.conv(filters, channels // groups, [kernel, kernel], strides=[stride, stride],
                     group=groups, pads=[size, size, size, size])
        network.norm(filters)
        network.add("Relu")

    layer(32, 3, 3, 2)
    channels = 32
    for filters, stride in [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2),
                            *[(512, 1)] * 5, (1024, 2), (1024, 1)]:
        layer(channels, channels, 3, stride, groups=channels)
        layer(filters, channels, 1, 1)
        channels = filters
    network.add("GlobalAveragePool")
    network.add("Flatten")
    if not binary:
        network.add("Gemm", real(1000, 1024), real(1000), transB=1)
        return network, 1000
    network.activation(binary)
    network.add("MatMul", signs(1024, 2816))
    network.norm(2816)
    network.activation(binary)
    network.add("MatMul", signs(2816, 1000))
    network.add("Add", real(1000))
    return network, 1000


def main():
    kind, path = sys.argv[1:]
    build = eeg if kind.startswith("eeg") else mobilenet
    network, classes = build(binary="-" in kind)
    network.save(path, classes)


if __name__ == "__main__":
    main()
