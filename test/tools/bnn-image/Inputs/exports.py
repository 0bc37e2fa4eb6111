"""Exports images, imports them again, and damages what was exported.

    exports.py WORK IMAGE...

Every form but C must give the image again, byte by byte. Of the damaged
exports (a bit, a byte, a line, the end) none may be imported, nor leave a file.
"""

import pathlib
import subprocess
import sys
import zlib

FORMS = ("bin", "memh", "ihex", "json")
BITS = 8


def bnn_image(*arguments):
    return subprocess.run(["bnn-image", *map(str, arguments)], text=True, capture_output=True)


def words_of(form, data):
    """The words of the forms that are words, read from the page's description."""
    if form == "memh":
        lines = [line.split(b"//")[0].strip() for line in data.splitlines()]
        return b"".join(int(line, 16).to_bytes(4, "little") for line in lines if line)
    if form == "ihex":
        records = [bytes.fromhex(line[1:].decode()) for line in data.splitlines()]
        assert all(sum(record) % 256 == 0 for record in records)
        return b"".join(record[4:-1] for record in records if record[3] == 0)
    return data


def damaged(form, data):
    """Pairs of a name and bytes that are no export."""
    for i in range(BITS):
        at = (2 * i + 1) * len(data) // (2 * BITS)
        if form == "bin":
            yield f"bit {at}", data[:at] + bytes([data[at] ^ 1 << i % 8]) + data[at + 1:]
        else:
            # Another digit of the line that holds it; comments may change.
            start = data.rfind(b"\n", 0, at) + 1
            end = data.find(b"\n", at)
            line = data[start:end]
            if b"//" in line or not any(48 <= c <= 57 for c in line):
                continue
            digit = max(k for k, c in enumerate(line) if 48 <= c <= 57)
            swapped = line[:digit] + (b"1" if line[digit:digit + 1] == b"0" else b"0") + line[digit + 1:]
            yield f"digit {start + digit}", data[:start] + swapped + data[end:]
    yield "end", data[:-12]
    yield "start", data[4:]
    yield "twice", data + data
    yield "nothing", b""


def main(work, *images):
    work = pathlib.Path(work)
    for image in map(pathlib.Path, images):
        original = image.read_bytes()
        binary = None
        for form in FORMS:
            path, back = work / f"{image.stem}.{form}", work / f"{image.stem}.{form}.rimg"
            done = bnn_image("export", "--format", form, "-o", path, image)
            assert done.returncode == 0, done.stderr
            done = bnn_image("import", "-o", back, path)
            assert done.returncode == 0, done.stderr
            assert back.read_bytes() == original, f"{path}: another image"
            data = path.read_bytes()
            if form != "json":
                words = words_of(form, data)
                binary = binary or words
                assert words == binary, f"{path}: other words than bin"
                assert int.from_bytes(words[12:16], "little") == zlib.crc32(words[16:])
            broken, none = work / "broken", work / "none.rimg"
            for name, bad in damaged(form, data):
                broken.write_bytes(bad)
                done = bnn_image("import", "-o", none, broken)
                assert done.returncode == 1 and done.stderr.startswith("bnn-image: error: "), \
                    f"{path}, {name}: {done.returncode} {done.stderr}"
                assert not none.exists(), f"{path}, {name}: imported"
        print(f"{image.name}: the same again from {', '.join(FORMS)}; no damaged export was taken")


main(*sys.argv[1:])
