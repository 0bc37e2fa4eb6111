"""Reads programming images in Python, independently of the project's reader.

The protobuf classes come from the project's image.proto; header, bit order and
polarity are written here again from docs/image-format.md.
"""

import hashlib
import importlib
import pathlib
import subprocess
import sys

import numpy as np

HEADER = 64


def schema(source, work):
    """The module with the protobuf classes, generated into `work`."""
    work = pathlib.Path(work)
    work.mkdir(parents=True, exist_ok=True)
    folder = pathlib.Path(source) / "lib" / "Image"
    subprocess.run(["protoc", f"--python_out={work}", f"-I{folder}",
                    str(folder / "image.proto")], check=True)
    sys.path.insert(0, str(work))
    return importlib.import_module("image_pb2")


def load(module, path):
    """The verified payload of an image file as a protobuf message."""
    data = pathlib.Path(path).read_bytes()
    length = int.from_bytes(data[12:20], "little")
    payload = data[HEADER:]
    if len(payload) != length:
        raise SystemExit(f"{path}: header says {length} bytes, {len(payload)} follow")
    if hashlib.sha256(payload).digest() != data[20:52]:
        raise SystemExit(f"{path}: SHA-256 of the payload differs from the header's")
    image = module.Image()
    image.ParseFromString(payload)
    return image


def layers(image):
    return [step.array for step in image.steps if step.WhichOneof("kind") == "array"]


def operators(image):
    return [step.op for step in image.steps if step.WhichOneof("kind") == "op"]


def cell_weights(image):
    """int8 [subarrays, rows, columns]; don't-care cells are 2."""
    rows, columns = image.target.rows, image.target.columns
    stride = (2 * columns + 7) // 8
    raw = np.frombuffer(image.cells, np.uint8).reshape(image.num_subarrays, rows, stride)
    fields = np.stack([raw >> shift & 3 for shift in (0, 2, 4, 6)], axis=-1)
    codes = fields.reshape(image.num_subarrays, rows, stride * 4)[:, :, :columns]
    table = np.full(4, 2, np.int8)
    for entry in image.target.cell_codes:
        table[entry.code] = entry.weight
    return table[codes]


def subarray_of(image, place):
    return place.chip * image.target.subarrays + place.subarray


def by_neuron(layer):
    """A row of a tile is a neuron, else a column is one."""
    return layer.orientation == type(layer).Orientation.Value("ROW_IS_NEURON")


def bands(image, layer):
    """First neuron and neurons of each tile row, or tile column where a row is an
    input: these go group by group."""
    if by_neuron(layer):
        size, whole, groups = image.target.rows, layer.neurons, 1
    else:
        size, groups = image.target.columns, layer.groups
        whole = layer.neurons // groups
    return [(group * whole + first, min(size, whole - first))
            for group in range(groups) for first in range(0, whole, size)]


def block(image, cells, layer, place, neurons, lanes):
    """Cells of a tile as [neurons, lanes]."""
    height, width = (neurons, lanes) if by_neuron(layer) else (lanes, neurons)
    found = cells[subarray_of(image, place), place.row:place.row + height,
                  place.column:place.column + width]
    return found if by_neuron(layer) else found.T


def layer_weights(image, cells, layer):
    """int8 [neurons, fan_in]: -1, 0, +1, read back from the cells."""
    lanes = layer.weight_planes * layer.fan_in
    matrix = np.full((layer.neurons, lanes), 2, np.int8)
    step = image.target.columns if by_neuron(layer) else image.target.rows
    for i, (first, neurons) in enumerate(bands(image, layer)):
        for slice, left in enumerate(range(0, lanes, step)):
            tile = i * layer.tile_columns + slice if by_neuron(layer) else \
                slice * layer.tile_columns + i
            width = min(step, lanes - left)
            matrix[first:first + neurons, left:left + width] = block(
                image, cells, layer, layer.placement[tile], neurons, width)
    if (matrix == 2).any():
        raise SystemExit(f"layer {layer.name}: a used cell is don't-care")
    if layer.weight_planes == 1:
        return matrix
    first, second = matrix[:, :layer.fan_in], matrix[:, layer.fan_in:]
    return (first + second) // 2


def stored_thresholds(image, cells, layer):
    """Thresholds of each function (class, neuron) that the cells hold, without
    the slots that are never reached; None where registers hold them."""
    if layer.threshold_store != type(layer).ThresholdStore.Value("ARRAY_ROWS"):
        return None
    bits, slots = layer.threshold_bits, layer.threshold_slots
    word = layer.border_classes * slots * bits
    step = image.target.columns if by_neuron(layer) else image.target.rows
    matrix = np.full((layer.neurons, word), 2, np.int8)
    places = iter(layer.threshold_placement)
    for first, neurons in bands(image, layer):
        for left in range(0, word, step):
            width = min(step, word - left)
            matrix[first:first + neurons, left:left + width] = block(
                image, cells, layer, next(places), neurons, width)
    if not np.isin(matrix, (-1, 1)).all():
        raise SystemExit(f"layer {layer.name}: a cell of a threshold holds neither +1 nor -1")
    ones = (matrix > 0).reshape(layer.neurons, layer.border_classes, slots, bits)
    values = (ones * (1 << np.arange(bits))).sum(axis=-1)
    return [[int(value) + layer.threshold_base for value in values[neuron, cls]
             if value != (1 << bits) - 1]
            for cls in range(layer.border_classes) for neuron in range(layer.neurons)]
