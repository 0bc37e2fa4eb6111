"""The networks of the material folder: how to feed, compile and judge each.

Each entry says the input's name, the declaration for `--input` (None: the
input stays real), how the data set becomes that input, how many linear nodes
must be on the arrays, and how many samples the slow replay executor runs.
"""

import collections
import pathlib

import numpy as np

Network = collections.namedtuple(
    "Network", "input declared prepare on_arrays on_host replay")


def archive(folder, name):
    return np.load(pathlib.Path(folder) / "data" / name)


def mnist(folder):
    data = archive(folder, "mnist-t10k-first5000.npz")
    return data["images"].astype(np.float32), data["labels"]


def mnist_scaled(shape):
    def prepare(folder):
        images, labels = mnist(folder)
        return (images / np.float32(255)).reshape((-1,) + shape), labels
    return prepare


def mnist_raw(folder):
    images, labels = mnist(folder)
    return images[:, None], labels


def mnist_normalised(folder):
    images, labels = mnist(folder)
    return normalise(images)[:, None], labels


def normalise(images):
    scaled = images / np.float32(255)
    return (scaled - np.float32(0.1307)) / np.float32(0.3081)


def mnist_10x10(folder):
    from PIL import Image
    data = archive(folder, "mnist-t10k-first5000.npz")
    small = np.stack([np.asarray(Image.fromarray(image).resize((10, 10), Image.BILINEAR))
                      for image in data["images"]])
    return normalise(small.astype(np.float32))[:, None], data["labels"]


def gtsrb(size):
    def prepare(folder):
        data = archive(folder, f"gtsrb-{size}.npz")
        return data["images"].astype(np.float32), data["labels"]
    return prepare


def cifar(folder):
    data = archive(folder, "cifar10-jpeg-even1000.npz")
    return data["images"].transpose(0, 3, 1, 2).astype(np.float32), data["labels"]


def cifar_fixed_point(folder):
    images, labels = cifar(folder)
    scaled = np.floor((images.astype(np.float64) / 255 * 2 - 1) * 128) / 128
    return np.clip(scaled, -1, 127 / 128).astype(np.float32), labels


def cifar_normalised(folder):
    images, labels = cifar(folder)
    mean = np.array([.4914, .4822, .4465], np.float32)[:, None, None]
    deviation = np.array([.2471, .2435, .2616], np.float32)[:, None, None]
    return (images / np.float32(255) - mean) / deviation, labels


def keywords(folder):
    data = archive(folder, "kws01-first500.npz")
    features = data["features"].astype(np.float32) - data["zero_point"].astype(np.float32)
    return (features * data["scale"]).astype(np.float32)[..., None], data["labels"]


# Annotation codes of the MIT format, by AAMI class N S V F Q.
AAMI = {code: label for label, codes in enumerate(
    [(1, 2, 3, 34, 11), (8, 4, 7, 9), (5, 10), (6,), (12, 38, 13)]) for code in codes}


def annotations(path):
    """(sample, code) of each annotation of an .atr file."""
    words = np.fromfile(path, "<u2")
    time, at = 0, 0
    while at < len(words):
        code, interval = int(words[at]) >> 10, int(words[at]) & 1023
        at += 1
        if code == 0 and interval == 0:
            return
        if code == 59:      # skip: a long interval, high word first
            time += np.int32((int(words[at]) << 16 | int(words[at + 1])) & 0xFFFFFFFF)
            at += 2
        elif code == 63:    # auxiliary text, padded to a whole word
            at += (interval + 1) // 2
        elif code not in (60, 61, 62):
            time += interval
            yield int(time), code


def heart_beats(folder):
    beats, labels = [], []
    for header in sorted((pathlib.Path(folder) / "data" / "mitbih").glob("*.hea")):
        fields = header.read_text().splitlines()[1].split()
        gain, zero = float(fields[2].split("/")[0].split("(")[0]), float(fields[4])
        raw = np.fromfile(header.with_suffix(".dat"), np.uint8).reshape(-1, 3).astype(np.int32)
        first = raw[:, 0] | (raw[:, 1] & 15) << 8
        lead = (np.where(first > 2047, first - 4096, first) - zero) / gain
        for sample, code in annotations(header.with_suffix(".atr")):
            if code in AAMI and 128 <= sample <= len(lead) - 128:
                window = lead[sample - 128:sample + 128]
                beats.append((window - window.mean()) / window.std())
                labels.append(AAMI[code])
    return np.array(beats, np.float32)[:, None], np.array(labels, np.uint8)


NETWORKS = {
    "gtsrb-30": Network("quant_conv2d_20_input", "u8", gtsrb(30), 3, 0, 2),
    "gtsrb-48": Network("quant_conv2d_3_input", "u8", gtsrb(48), 5, 0, 2),
    "tfc-w1a1.qonnx": Network("0", "u8:1/255", mnist_scaled((1, 28, 28)), 4, 0, 8),
    "tfc-w1a2.qonnx": Network("0", "u8:1/255", mnist_scaled((1, 28, 28)), 4, 0, 8),
    "tfc-w2a2.qonnx": Network("0", "u8:1/255", mnist_scaled((1, 28, 28)), 4, 0, 8),
    "tfc-w1a1.finn": Network("global_in", "u8", mnist_raw, 4, 0, 8),
    "lfc-w1a1": Network("image", "u8:1/255", mnist_scaled((28, 28, 1)), 4, 0, 4),
    "cnv-w1a1": Network("image", "s8:1/128", cifar_fixed_point, 9, 0, 2),
    "npaq-mnist100-1blk_100": Network("input", None, mnist_10x10, 2, 0, 8),
    "npaq-mnist100-2blk_25_10": Network("input", None, mnist_10x10, 3, 0, 8),
    "npaq-mnist100-1blk_50-sparse": Network("input", None, mnist_10x10, 2, 0, 8),
    "bnn-fc1.qonnx": Network("x.1", None, None, 1, 0, 64),
    "unsw-w2a2.qonnx": Network("onnx::Add_0", "bipolar", None, 4, 0, 8),
    "cybsec.finn": Network("global_in", "bipolar", None, 4, 0, 8),
    "mnist-cnn-cntk": Network("Input3", None, mnist_raw, 0, 3, 4),
    "lenet-fyh620": Network("input.1", None, mnist_normalised, 0, 5, 4),
    "mnist-mlp-256x2": Network("0", None, mnist_scaled((784, 1)), 0, 3, 4),
    "cifar-resnet2b": Network("input.1", None, cifar_normalised, 0, None, 4),
    "kws-alibaba": Network("x:0", None, keywords, 0, None, 4),
    "ecg-adii": Network("input_ecg", None, heart_beats, 0, None, 4),
}

# Dense layers after a Flatten of [N,H,W,C], and H, W, C.
FLATTENED = {
    "sequential_10/quant_dense_10/MatMul": (27, 27, 32),
    "sequential_1/quant_dense_1/MatMul": (7, 7, 64),
}
