"""Runs an exported network on the firmware under QEMU and compares its scores.

    firmware.py NETWORK [--target T] [--schedule S] [--replicate N] --array RxC --samples N [--material DIR] --source DIR --work DIR
                [--form bin|c]

NETWORK is one of the material folder, or one of the demonstration networks
`digits` and `digits-votes`.

What the host does is done here, from docs/image-format.md: codes of the
inputs, and the network's tensors out of the chip's integers. They equal those
of bnn-sim bit by bit; their arg-max is the class of the network's output, by
bnn-sim and by the independent runtime that the golden file comes from.
"""

import argparse
import pathlib
import subprocess

import numpy as np

import image_file
import networks
from run_golden import run

VALUES, RECORD = 25, 8


def text(words, at):
    start, length = words[at:at + 2]
    return words[start:].tobytes()[:length].decode()


def ports(words, at):
    """Name and elements of each input (word 21) or output (word 23)."""
    start, count = words[at:at + 2]
    for number in words[start:start + count]:
        record = int(words[VALUES] + RECORD * number)
        yield text(words, record), int(words[record + 2])


def codes_of(image, value, inputs, trace):
    """[samples, elements]: round(x / scale - offset) of the declared input, or
    of what the host makes of it in front of the arrays."""
    (encode,) = [op for op in image_file.operators(image) if value in op.outputs]
    assert encode.kind == type(encode).ENCODE
    ports = [port for port in image.inputs if port.value == encode.inputs[0]]
    if not ports:
        (entry,) = image.values[value].traces
        inputs = trace[entry.tensor]
    codes = np.rint(inputs.astype(np.float64) / encode.scale - encode.offset)
    low, high = image.values[value].code_min, image.values[value].code_max
    if codes.min() < low or codes.max() > high:
        raise SystemExit(f"FAIL: input {image.values[value].name}: codes outside {low}..{high}")
    return codes.astype("<i4").reshape(len(codes), -1)


def emulate(elf, *words, status=0):
    """What the firmware prints, ended with `status`. It reads and writes files through the emulator."""
    arguments = "".join(f",arg={word}" for word in ("firmware",) + words)
    done = subprocess.run(
        ["qemu-system-arm", "-M", "mps2-an386", "-display", "none", "-monitor", "none", "-serial", "none",
         "-kernel", str(elf), "-semihosting-config", "enable=on,target=native" + arguments],
        text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=600)
    if done.returncode != status:
        raise SystemExit(f"FAIL: firmware {words[0]}: exit status {done.returncode}: {done.stdout}")
    return done.stdout.strip()


def build(source, work, program=None):
    done = subprocess.run(
        ["make", "-s", "-C", str(pathlib.Path(source) / "firmware"), f"OUT={work.resolve()}"] +
        ([f"PROGRAM={program.resolve()}"] if program else []),
        text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        raise SystemExit(f"FAIL: firmware does not build\n{done.stdout}")
    return work / "bnn-mps2.elf"


def demonstration(name, source):
    """The model of the networks of models/, and the data."""
    folder = pathlib.Path(source) / "models"
    model = {"digits": "digits/digits-bnn.onnx", "digits-votes": "digits-majority/group256-seed1.onnx"}[name]
    return folder / model, np.load(folder / "digits" / "eval.npz")


def load(options, samples):
    """The model, `--input`, that many inputs, and what an independent runtime
    made of them; None where a norm behind the scores decides on the class."""
    if options.network.startswith("digits"):
        model, data = demonstration(options.network, options.source)
        return model, "image=u5", data["images"][:samples].astype(np.float32), None
    material, network = pathlib.Path(options.material), networks.NETWORKS[options.network]
    golden = np.load(material / "golden" / f"{options.network}.npz")
    return (material / "models" / f"{options.network}.onnx", f"{network.input}={network.declared}",
            golden["inputs"][:samples], golden["outputs"])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("network", choices=[*sorted(networks.NETWORKS), "digits", "digits-votes"])
    parser.add_argument("--target", default="hfox130-kilobit")
    parser.add_argument("--schedule", default="auto")
    parser.add_argument("--replicate")
    parser.add_argument("--material")
    for option in ("--array", "--samples", "--source", "--work"):
        parser.add_argument(option, required=True)
    parser.add_argument("--form", choices=("bin", "c"), default="bin")
    options = parser.parse_args()
    samples, work = int(options.samples), pathlib.Path(options.work)
    work.mkdir(parents=True, exist_ok=True)
    model, declared, inputs, golden = load(options, samples)

    path = work / "net.rimg"
    run("bnn-compile", model, "--input", declared, "--target", options.target, "--schedule", options.schedule,
        "--array", options.array, *(("--replicate", options.replicate) if options.replicate else ()), "-o", path)
    np.save(work / "inputs.npy", inputs)
    run("bnn-sim", path, "--inputs", work / "inputs.npy", "--outputs", work / "outputs.npy",
        "--trace", work / "trace.npz")
    run("bnn-image", "export", "--format", "bin", "-o", work / "net.bin", path)
    program = "-"
    if options.form == "c":
        run("bnn-image", "export", "--format", "c", "-o", work / "net.c", path)
    else:
        program = work / "net.bin"
    elf = build(options.source, work, work / "net.c" if options.form == "c" else None)

    image = image_file.load(image_file.schema(options.source, work), path)
    numbers = {value.name: i for i, value in enumerate(image.values)}
    words = np.fromfile(work / "net.bin", "<u4")
    ((name, _),) = ports(words, 21)
    trace = np.load(work / "trace.npz")
    codes_of(image, numbers[name], inputs, trace).tofile(work / "inputs.i32")
    print(emulate(elf, "run", program, work / "inputs.i32", work / "outputs.i32"))

    ((name, elements),) = ports(words, 23)
    chip = np.fromfile(work / "outputs.i32", "<i4").reshape(len(inputs), elements)
    held = image.values[numbers[name]]
    for entry in held.traces:
        scores = entry.scale * chip.astype(np.float64) + entry.offset
        wanted = trace[entry.tensor].reshape(scores.shape)
        different = scores.astype(wanted.dtype) != wanted
        if different.any():
            raise SystemExit(f"FAIL: {different.sum()} of {scores.size} scores '{entry.tensor}' differ\n"
                             f"{scores[0]}\n{wanted[0]}")
    for source, outputs in () if golden is None else (
            ("bnn-sim", np.load(work / "outputs.npy")), ("golden", golden)):
        outputs = outputs[:samples].reshape(samples, -1)
        found = scores[:, 0] if elements == 1 else scores.argmax(axis=1)
        classes = outputs[:, 0] if outputs.shape[1] == 1 else outputs.argmax(axis=1)
        if not np.array_equal(found, classes):
            raise SystemExit(f"FAIL: classes {found} instead of {classes} ({source})")
    print(f"{options.network}: {scores.size} scores '{entry.tensor}' of {len(inputs)} samples identical to bnn-sim's")


if __name__ == "__main__":
    main()
