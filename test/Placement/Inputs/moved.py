"""Moves a small network away from the defects of a chip, and computes what the chip then answers in plain integers: from
the cells that a programmer would write, the tables of the image as docs/image-format.md describes them, and the defects
where the file puts them. bnn-sim must give the same scores.

    moved.py SOURCE WORK NETWORK.onnx TARGET.yaml NAME=VALUE... [-- AVOID OPTIONS]

NAME=VALUE sets a line of the target file; spare_rows and spare_columns add one.
"""

import pathlib
import re
import subprocess
import sys

import numpy as np
import onnx
from onnx import numpy_helper

source, work, network, target = sys.argv[1:5]
settings = dict(setting.split("=") for setting in sys.argv[5:] if "=" in setting)
avoid_options = sys.argv[sys.argv.index("--") + 1:] if "--" in sys.argv else []
sys.path.insert(0, str(pathlib.Path(source) / "test" / "EndToEnd" / "Inputs"))
import image_file  # noqa: E402

SIDE = 16
work = pathlib.Path(work)
rng = np.random.default_rng(int(settings.pop("seed", 1)))
schedule = settings.pop("schedule", "auto")


def run(*command):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, command))}: {done.stderr}")
    return done.stdout


def write_target():
    text = pathlib.Path(target).read_text()
    for key, value in settings.items():
        if key.startswith("spare_"):
            unit = key.removeprefix("spare_")
            text = text.replace("geometry:\n", f"geometry:\n  {key}: {{value: {value}, unit: {unit}, standing: assumed, "
                                               "source: a test}\n")
        elif re.search(rf"^  {key}: ", text, re.M):
            text = re.sub(rf"^  {key}: .*$", f"  {key}: {value}", text, flags=re.M)
        else:
            text = text.replace("capabilities:\n", f"capabilities:\n  {key}: {value}\n")
    (work / "target.yaml").write_text(text)


def write_defects(subarrays, rows, columns):
    """Defects that decide, whatever is stored: no coin tosses. A whole row and a whole column are among them."""
    lines, answers = ["chip,subarray,row,col,device,kind"], {}
    for s, r, c in np.argwhere(rng.random((subarrays, rows, columns)) < 0.05):
        device, kind = [("BL", "open"), ("BLb", "open"), ("BL", "short"), ("BLb", "short"), ("cell", "reads_plus"),
                        ("cell", "reads_minus")][rng.integers(6)]
        lines.append(f"A,{s},{r},{c},{device},{kind}")
        answers[s, r, c] = (device, kind)
    lines += ["A,0,3,,row,reads_plus", "A,1,,5,column,reads_minus"]
    for i in range(columns):
        answers[0, 3, i] = ("cell", "reads_plus")
    for i in range(rows):
        answers[1, i, 5] = ("cell", "reads_minus")
    # A place may have a defect of its own in a broken row or column: the file's last word is that of the row.
    keep = [line for line in lines[1:] if not (line.split(",")[1:3] == ["0", "3"] and line.split(",")[3])
            and not (line.split(",")[1] == "1" and line.split(",")[3] == "5" and line.split(",")[2])]
    (work / "defects.csv").write_text("\n".join([lines[0]] + keep) + "\n")
    return answers


def answer_of(stored, defect, ternary):
    """What a cell answers as, with (LRS, HRS) on (BL, BLb) for +1."""
    if defect is None:
        return stored
    device, kind = defect
    if kind.startswith("reads"):
        return 1 if kind == "reads_plus" else -1
    rank = {1: [1, 2], -1: [2, 1], 0: [2, 2]}[stored]  # LRS 1, HRS 2, on BL and BLb
    rank[device == "BLb"] = {"short": 0, "open": 3}[kind]
    if ternary and min(rank) >= 2:
        return 0
    if rank[0] == rank[1]:
        raise SystemExit("a coin toss, which the test does not draw")
    return 1 if rank[0] < rank[1] else -1


def pictures(path):
    """The programmed cells of each subarray, from `bnn-image dump --cells`."""
    chip, rows = [], None
    for line in run("bnn-image", "dump", "--cells", path).splitlines():
        if line.startswith("subarray"):
            chip.append([])
        else:
            chip[-1].append(["-0+.".index(cell) - 1 for cell in line])
    return np.array(chip)


class Chip:
    """The image's addresses, turned into rows and columns, and what is read there."""

    def __init__(self, module, path, defects):
        self.image = image_file.load(module, path)
        self.cells = pictures(path)
        self.defects = defects
        self.tables = {table.subarray: table for table in self.image.addresses}
        self.original = image_file.cell_weights(self.image)
        self.harmed = 0

    def answer(self, subarray, row, column):
        """The weight that the cell at this address of the subarray acts as."""
        table = self.tables.get(subarray)
        stored_row, stored_column, inverted = row, column, False
        if table:
            if table.rows:
                stored_row = table.rows[row]
            left = [c for c in range(self.cells.shape[2]) if c not in table.skipped_columns]
            stored_column = left[column]
            inverted = row in table.complemented_rows
        stored = self.cells[subarray, stored_row, stored_column]
        sign = -1 if inverted else 1
        answer = answer_of(stored, self.defects.get((subarray, stored_row, stored_column)),
                           self.image.target.ternary_sense)
        self.harmed += answer != stored
        return sign * stored, sign * answer

    def at(self, layer, tiles, across, n, k, column):
        """Row n of the layer, in the k-th tile across, after rows changed places."""
        slot = layer.row_slots[n] if layer.row_slots else n
        place = tiles[slot // SIDE * across + k]
        subarray = image_file.subarray_of(self.image, place)
        return self.answer(subarray, place.row + slot % SIDE, place.column + column)

    def weights(self, layer):
        """Stored and answered weights [neurons, lanes], and what padding columns answer too much, by neuron."""
        shape = (layer.neurons, layer.fan_in * layer.weight_planes)
        stored, answered, padding = np.zeros(shape, int), np.zeros(shape, int), np.zeros(layer.neurons, int)
        neuron_rows = image_file.by_neuron(layer)
        for n in range(layer.neurons):
            for j in range(shape[1]):
                row, column = (n, j) if neuron_rows else (j, n)
                stored[n, j], answered[n, j] = self.at(layer, layer.placement, layer.tile_columns, row, column // SIDE,
                                                       column % SIDE)
            if layer.lane_padding == type(layer).LanePadding.Value("ALTERNATING"):
                for column in range(shape[1] % SIDE or SIDE, SIDE):
                    was, now = self.at(layer, layer.placement, layer.tile_columns, n, layer.tile_columns - 1, column)
                    padding[n] += now - was
        return stored, answered, padding

    def thresholds(self, layer):
        """Of each neuron; the network has one border class."""
        if layer.threshold_store != type(layer).ThresholdStore.Value("ARRAY_ROWS"):
            values = iter(layer.thresholds.thresholds)
            return [[next(values) for _ in range(count)] for count in layer.thresholds.counts]
        bits, slots = layer.threshold_bits, layer.threshold_slots
        word = bits * slots
        pieces = -(-word // SIDE)
        result = []
        for n in range(layer.neurons):
            values = [layer.threshold_base] * slots
            for cell in range(word):
                if image_file.by_neuron(layer):
                    one = self.at(layer, layer.threshold_placement, pieces, n, cell // SIDE, cell % SIDE)[1]
                else:
                    place = layer.threshold_placement[n // SIDE * pieces + cell // SIDE]
                    one = self.answer(image_file.subarray_of(self.image, place), place.row + cell % SIDE,
                                      place.column + n % SIDE)[1]
                values[cell // bits] += (one > 0) << cell % bits
            result.append(values)
        return result

    def run(self, x):
        for layer in image_file.layers(self.image):
            stored, answered, padding = self.weights(layer)
            total = x @ answered.T + padding
            # The count that the periphery compares; bias and unit are those of the image.
            count = (total * layer.divisor - np.array(layer.bias)) // layer.count_unit
            if not layer.HasField("thresholds"):
                return stored, total
            codes = iter(layer.thresholds.codes)
            y = np.zeros_like(total)
            for n, thresholds in enumerate(self.thresholds(layer)):
                table = np.array([next(codes) for _ in range(layer.thresholds.counts[n] + 1)])
                reached = (count[:, n, None] >= np.array(thresholds)[None, :]).sum(axis=1)
                y[:, n] = table[np.minimum(reached, len(table) - 1)]
            x = y
        raise SystemExit("the last layer decides")


write_target()
run("bnn-compile", network, "-o", work / "net.rimg", "-q", "--target", work / "target.yaml", "--array", f"{SIDE}x{SIDE}",
    "--input", "x=bipolar", "--schedule", schedule)
module = image_file.schema(source, work / "schema")
plain = image_file.load(module, work / "net.rimg")
rows, columns = (SIDE + int(settings.get(f"spare_{axis}", 0)) for axis in ("rows", "columns"))
defects = write_defects(plain.num_subarrays, rows, columns)
table = run("bnn-image", "avoid", work / "net.rimg", "--defects", work / "defects.csv", "-o", work / "chip.rimg",
            "--json", work / "avoid.json", *avoid_options)
run("bnn-image", "verify", work / "chip.rimg")

x = rng.choice([-1, 1], (40, 40))
np.save(work / "x.npy", x.astype(np.float32))
arrays = {tensor.name: numpy_helper.to_array(tensor) for tensor in onnx.load(network).graph.initializer}
for name, image_of in (("net", "net.rimg"), ("chip", "chip.rimg")):
    chip = Chip(module, work / image_of, defects)
    stored, expected = chip.run(x)
    assert (stored == arrays["w2"].T).all(), "the cells do not store the network's weights"
    harmed = chip.harmed
    for exec_ in ("fused", "replay"):
        run("bnn-sim", work / image_of, "--inputs", work / "x.npy", "--defects", work / "defects.csv", "--chips", 1,
            "--outputs", work / "scores.npy", "--exec", exec_)
        found = np.load(work / "scores.npy")
        assert (found == expected).all(), f"{name}, {exec_}: {np.abs(found - expected).max()} off"
    # Without defects it is the network itself.
    run("bnn-sim", work / image_of, "--inputs", work / "x.npy", "--outputs", work / "clean.npy")
    hidden = np.where(x @ arrays["w1"] + arrays["b"] > 0, 1, -1)
    assert (np.load(work / "clean.npy") == hidden @ arrays["w2"]).all(), f"{name}: not the network"
    print(f"{name}: {harmed} cells contradicted, {len(chip.tables)} tables, "
          f"{sum(bool(layer.row_slots) for layer in image_file.layers(chip.image))} layers in another order")
print(table, end="")
