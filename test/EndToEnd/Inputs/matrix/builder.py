"""Small ONNX networks, written so that a standard runtime can judge them.

A case is built twice from one function: as the compiler gets it, and with
QONNX and FINN operators spelled in standard ones, for ONNX Runtime.
"""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET = 15
QONNX = "qonnx.custom_op.general"
FINN = "finn.custom_op.general"


class Graph:
    """Collects nodes and constants; every method returns a tensor's name."""

    def __init__(self, standard=False):
        self.standard = standard
        self.nodes, self.initializers, self.inputs, self.outputs = [], [], [], []
        self.domains = set()
        self.rank = 2       # of the tensors that `per_channel` is for
        self.names = {}     # other names of outputs: for pieces that are used several times

    def input(self, name, shape, kind=TensorProto.FLOAT):
        self.inputs.append(helper.make_tensor_value_info(name, kind, ["N", *shape]))
        return name

    def output(self, name, kind=TensorProto.FLOAT):
        self.outputs.append(helper.make_tensor_value_info(name, kind, None))

    def const(self, value, dtype=np.float32, name=None):
        name = name or f"c{len(self.initializers)}"
        self.initializers.append(numpy_helper.from_array(np.asarray(value, dtype), name))
        return name

    def op(self, kind, *inputs, out=None, domain="", outputs=1, **attributes):
        """One node; plain numbers and arrays among the inputs become constants."""
        names = [i if isinstance(i, str) else self.const(i) for i in inputs]
        out = self.names.get(out, out) or f"t{len(self.nodes)}"
        outs = [out] + [f"{out}.{i}" for i in range(1, outputs)]
        self.nodes.append(helper.make_node(kind, names, outs, name=f"{kind}_{len(self.nodes)}",
                                           domain=domain, **attributes))
        if domain:
            self.domains.add(domain)
        return out

    def per_channel(self, values):
        """A constant with one value for each channel, axis 1."""
        return self.const(np.reshape(values, (1, -1) + (1,) * (self.rank - 2)))

    def cast(self, x, kind=TensorProto.FLOAT, out=None):
        return self.op("Cast", x, out=out, to=kind)

    # Operators that the standard does not have.

    def bipolar_quant(self, x, scale=1.0, out=None):
        if not self.standard:
            return self.op("BipolarQuant", x, scale, out=out, domain=QONNX)
        sign = self.op("Where", self.op("GreaterOrEqual", x, 0.0), 1.0, -1.0)
        return self.op("Mul", sign, scale, out=out)

    def quant(self, x, scale, bits, signed=1, narrow=0, zero=0.0, mode="ROUND", out=None):
        if not self.standard:
            return self.op("Quant", x, scale, zero, float(bits), out=out, domain=QONNX,
                           signed=signed, narrow=narrow, rounding_mode=mode)
        if bits == 1 and signed:
            return self.op("Mul", self.op("Where", self.op("GreaterOrEqual", x, 0.0), 1.0, -1.0),
                           scale, out=out)
        low = -(2.0 ** (bits - 1)) + narrow if signed else 0.0
        high = 2.0 ** (bits - 1) - 1 if signed else 2.0 ** bits - 1 - narrow
        scaled = self.op("Add", self.op("Div", x, scale), zero)
        clipped = self.op("Clip", scaled, low, high)
        rounding = {"ROUND": "Round", "FLOOR": "Floor", "CEIL": "Ceil"}[mode]
        return self.op("Mul", self.op("Sub", self.op(rounding, clipped), zero), scale, out=out)

    def multi_threshold(self, x, thresholds, scale=1.0, bias=0.0, out=None):
        """x [N, C, ...], thresholds [C or 1, B]."""
        thresholds = np.asarray(thresholds, np.float32)
        if not self.standard:
            # Without a layout three dimensions have their channels last.
            layout = {"data_layout": "NCW"} if self.rank == 3 else {}
            return self.op("MultiThreshold", x, thresholds, out=out, domain=FINN,
                           out_dtype="INT8", out_scale=scale, out_bias=bias, **layout)
        total = None
        for column in thresholds.T:
            hit = self.cast(self.op("GreaterOrEqual", x, self.per_channel(column)))
            total = hit if total is None else self.op("Add", total, hit)
        return self.op("Add", self.op("Mul", total, float(scale)), float(bias), out=out)

    def xnor_popcount(self, a, weights, out=None):
        """a in {0,1} [N, K], weights in {0,1} [K, M]: the matches."""
        weights = np.asarray(weights, np.float32)
        if not self.standard:
            return self.op("XnorPopcountMatMul", a, weights, out=out, domain=FINN)
        ones = self.op("MatMul", a, weights)
        zeros = self.op("MatMul", self.op("Sub", 1.0, a), 1 - weights)
        return self.op("Add", ones, zeros, out=out)

    # Pieces that most cases share.

    def sign(self, x, out=None):
        """+1 where x >= 0, else -1."""
        return self.op("Where", self.op("GreaterOrEqual", x, 0.0), 1.0, -1.0, out=out)

    def batch_norm(self, x, gamma, beta, mean, var, eps=1e-5, out=None):
        return self.op("BatchNormalization", x, np.float32(gamma), np.float32(beta),
                       np.float32(mean), np.float32(var), out=out, epsilon=eps)

    def model(self, watch=()):
        """The finished model; `watch` are further tensors to put out."""
        known = {output.name for output in self.outputs}
        extra = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None)
                 for name in watch if name not in known]
        graph = helper.make_graph(self.nodes, "matrix", self.inputs, self.outputs + extra,
                                  self.initializers)
        opsets = [helper.make_opsetid("", OPSET)] + [
            helper.make_opsetid(domain, 1) for domain in sorted(self.domains)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=8,
                                 producer_name="bnn-test-matrix")


class Case:
    """One network, its inputs, and what must hold.

    build(graph) makes the network; inputs is [samples, ...]; declared is the
    right side of `--input x=`; watch names inner tensors to compare; arrays is
    the number of layers that must be on the arrays (None: not judged); reason
    is a text that a host operator's reason must contain; copies: convolutions
    must have several copies of their weights.
    """

    def __init__(self, name, build, inputs, declared=None, watch=("act",), arrays=None,
                 array=None, options=(), reason=None, copies=False):
        self.name, self.build, self.inputs, self.declared = name, build, inputs, declared
        self.watch, self.arrays, self.array = watch, arrays, array
        self.options, self.reason, self.copies = options, reason, copies

    def models(self):
        given, judged = Graph(standard=False), Graph(standard=True)
        self.build(given)
        self.build(judged)
        return given.model(), judged.model(self.watch)


def generator(name):
    """A random generator that depends on the case's name only."""
    return np.random.default_rng(list(name.encode()))


def binary(rng, *shape):
    return rng.choice(np.float32([-1, 1]), shape)


def ternary(rng, *shape):
    return rng.choice(np.float32([-1, 0, 1]), shape)
