"""Logical weights of an ONNX file, computed with numpy from its initializers."""

import numpy as np
import onnx
from onnx import numpy_helper


def attribute(node, name, default=None):
    for entry in node.attribute:
        if entry.name == name:
            return onnx.helper.get_attribute_value(entry)
    return default


def quant(x, scale, zero, bits, signed, narrow):
    """QONNX Quant with round half to even."""
    bits = int(bits)
    if bits == 1 and signed:
        return np.where(x >= 0, 1, -1) * scale
    low = -(2 ** (bits - 1)) + bool(narrow) if signed else 0
    high = 2 ** (bits - 1) - 1 if signed else 2 ** bits - 1 - bool(narrow)
    return (np.round(np.clip(x / scale + zero, low, high)) - zero) * scale


def constants(model):
    """Every tensor of the graph that depends on initializers only."""
    values = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer}
    for node in model.graph.node:
        args = [values.get(name) for name in node.input if name]
        if node.op_type == "Constant":
            values[node.output[0]] = numpy_helper.to_array(attribute(node, "value"))
        elif any(a is None for a in args):
            continue
        elif node.op_type == "BipolarQuant":
            values[node.output[0]] = np.where(args[0] >= 0, 1, -1) * args[1]
        elif node.op_type == "Quant":
            values[node.output[0]] = quant(*args[:4], attribute(node, "signed"),
                                           attribute(node, "narrow"))
        elif node.op_type == "Transpose":
            values[node.output[0]] = np.transpose(args[0], attribute(node, "perm"))
        elif node.op_type == "Reshape":
            values[node.output[0]] = args[0].reshape(args[1])
        elif node.op_type == "Identity":
            values[node.output[0]] = args[0]
    return values


def linear_nodes(model):
    """(names the compiler may use, weights [neurons, fan_in]) of each linear node."""
    values = constants(model)
    found = []
    for node in model.graph.node:
        if node.op_type not in ("Conv", "Gemm", "MatMul", "MVAU_hls", "MVAU_rtl", "MVAU"):
            continue
        weights = values[node.input[1]].astype(np.float64)
        if node.op_type == "Conv":
            weights = weights.reshape(weights.shape[0], -1)
        elif not (node.op_type == "Gemm" and attribute(node, "transB", 0)):
            weights = weights.T
        found.append(({node.name, f"{node.op_type}:{node.output[0]}"} - {""}, weights))
    return found
