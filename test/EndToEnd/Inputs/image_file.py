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


def layer_weights(image, cells, layer):
    """int8 [neurons, fan_in]: -1, 0, +1, read back from the cells."""
    lanes = layer.weight_planes * layer.fan_in
    rows, columns = image.target.rows, image.target.columns
    matrix = np.full((layer.neurons, lanes), 2, np.int8)
    for tile, place in enumerate(layer.placement):
        top = tile // layer.tile_columns * rows
        left = tile % layer.tile_columns * columns
        height = min(rows, layer.neurons - top)
        width = min(columns, lanes - left)
        matrix[top:top + height, left:left + width] = cells[
            place.subarray, place.row:place.row + height, place.column:place.column + width]
    if (matrix == 2).any():
        raise SystemExit(f"layer {layer.name}: a used cell is don't-care")
    if layer.weight_planes == 1:
        return matrix
    first, second = matrix[:, :layer.fan_in], matrix[:, layer.fan_in:]
    return (first + second) // 2
