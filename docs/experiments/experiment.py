"""What the scripts of this folder share: running the tools, tables, figures, checks."""

import csv
import json
import math
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]


def tool(name):
    """A tool of this project: from PATH, else from the build tree."""
    found = shutil.which(name) or ROOT / "build" / "bin" / name
    if not pathlib.Path(found).exists():
        sys.exit(f"error: {name} is neither in PATH nor in build/bin; build it first (./bootstrap.sh build)")
    return str(found)


def run(command):
    done = subprocess.run([str(part) for part in command], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        sys.exit(f"error: {shlex.join(map(str, command))}\n{done.stdout}")
    return done.stdout


def compile_network(network, work, *options):
    """Compiles to work/<name>.rimg; returns the image's path and the summary."""
    work = pathlib.Path(work)
    image, report = (work / f"{pathlib.Path(network).stem}.{end}" for end in ("rimg", "report.json"))
    run([tool("bnn-compile"), network, *options, "--quiet", "-o", image, "--report", report])
    return image, json.loads(report.read_text())


def simulate(image, inputs, labels, *options):
    """One call of bnn-sim; returns its JSON, with the command as it can be typed."""
    with tempfile.TemporaryDirectory() as folder:
        result = pathlib.Path(folder) / "result.json"
        command = [tool("bnn-sim"), image, "--inputs", inputs, "--labels", labels, *map(str, options)]
        run([*command, "--json", result])
        found = json.loads(result.read_text())
    found["command"] = " ".join(["bnn-sim", *(pathlib.Path(part).name if "/" in str(part) else str(part)
                                              for part in command[1:])])
    return found


def columns_of(point):
    """The figures of a point that tables keep, in percent and percentage points."""
    accuracy, loss = point["accuracy_percent"], point["loss_points"]
    return {"chips": accuracy["chips"], "accuracy_percent": accuracy["mean"],
            "accuracy_low": accuracy["interval_95"][0], "accuracy_high": accuracy["interval_95"][1],
            "median_percent": accuracy["median"], "worst_percent": accuracy["worst"],
            "loss_points": loss["mean"], "loss_low": loss["interval_95"][0],
            "loss_high": loss["interval_95"][1], "loss_upper_bound_95": loss["upper_bound_95"],
            "loss_test_set_error": loss["test_set_standard_error"]}


def text(column, value, digits):
    """A rate as it is, another number with that many digits."""
    if isinstance(value, float):
        return f"{value:g}" if column in ("ber", "rate") else f"{value:.{digits}f}"
    return str(value)


def interval(mean, low, high):
    """A mean with its interval; nothing for what was not measured."""
    return "" if mean == "" else "{:.1f} ({:.1f} to {:.1f})".format(*(round(value, 1) + 0.0 for value in (mean, low, high)))


def write_csv(path, rows):
    with open(path, "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(rows[0])
        writer.writerows([text(column, value, 4) for column, value in row.items()] for row in rows)


def print_table(rows, columns):
    lines = [columns] + [[text(column, row[column], 2) for column in columns] for row in rows]
    widths = [max(map(len, column)) for column in zip(*lines)]
    for line in lines:
        print("  ".join(cell.rjust(width) for cell, width in zip(line, widths)))
    print()


def t_quantile_one_sided_95(degrees):
    """Student's 95 % quantile (Cornish-Fisher, Abramowitz and Stegun 26.7.5; within 0.001 from 10 degrees on)."""
    z = 1.6448536269514722
    return (z + (z**3 + z) / (4 * degrees) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * degrees**2) +
            (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * degrees**3))


def lower_bound_95(values):
    """One-sided 95 % lower bound of the mean over chips."""
    mean = sum(values) / len(values)
    spread = math.sqrt(sum((value - mean)**2 for value in values) / (len(values) - 1))
    return mean - t_quantile_one_sided_95(len(values) - 1) * spread / math.sqrt(len(values))


def losses(result, point):
    """Loss of each chip in percentage points, in the order of the chips."""
    return [100 * (result["noise_free"]["correct"] - correct) / result["images"]
            for correct in result["points"][point]["correct"]]


def gnuplot(figure, script):
    """Draws an SVG where gnuplot is installed; says so where it is not. Files of the script lie beside the figure."""
    program = shutil.which("gnuplot")
    if not program:
        print(f"gnuplot is not installed: {figure.name} is not drawn")
        return
    head = (f"set terminal svg size 720,480 font 'sans,13' background 'white'\nset output '{figure.name}'\n"
            "set datafile separator ','\nset border 3\nset tics nomirror\nset grid lc rgb '#dddddd'\n")
    subprocess.run([program, "-"], input=head + script, text=True, check=True, cwd=figure.parent)


NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")


def quoted(sentence, page):
    """Whether a page has a sentence, its numbers about the same: other chips of the same rates may give a little other ones."""
    numbers = [float(number) for number in NUMBER.findall(sentence)]
    pattern = f"({NUMBER.pattern})".join(re.escape(part) for part in NUMBER.split(sentence))
    return any(all(abs(float(found) - number) <= 0.3 + 0.2 * abs(number) for found, number in zip(match.groups(), numbers))
               for match in re.finditer(pattern, page))


class Judge:
    """Says of each claim whether it holds; `done` ends with status 1 where one fails."""

    def __init__(self, check):
        self.check = check
        self.sentences = []
        self.failed = 0

    def fail(self, sentence):
        print("FAILS ", sentence)
        self.failed += 1

    def holds(self, good, sentence):
        self.sentences.append(sentence)
        if good:
            print("holds ", sentence)
        else:
            self.fail(sentence)

    def table(self, rows):
        """Prints rows as Markdown, which the page has to quote as well."""
        lines = [list(rows[0]), ["---"] * len(rows[0]), *(map(str, row.values()) for row in rows)]
        for line in lines:
            self.sentences.append(" ".join(f"| {' | '.join(line)} |".split()))
            print(self.sentences[-1])
        print()

    def compare(self, path, rows, drawn, skipped=()):
        """With --check: the rows are those of a table kept beside the script.

        A column of `drawn`, {mean: (low, high)}, depends on which chips were
        drawn, which another placement changes: its mean may be 1.5 times the
        width of the kept interval away, some four standard errors of the
        difference. Those of `skipped` may be anything, all others are equal.
        """
        if not self.check:
            return
        with open(path, newline="") as file:
            kept = list(csv.DictReader(file))
        if len(kept) != len(rows):
            self.fail(f"{path.name} has {len(kept)} rows, not {len(rows)}")
        free = {*skipped, *(column for limits in drawn.values() for column in limits)}
        for line, (old, row) in enumerate(zip(kept, rows), 2):
            for column in row.keys() - free:
                new = text(column, row[column], 4)
                room = 0
                if column in drawn and new and old[column]:
                    low, high = drawn[column]
                    room = 1.5 * (float(old[high]) - float(old[low])) + 0.02
                if new != old[column] and not (room and abs(float(new) - float(old[column])) <= room):
                    self.fail(f"{path.name}, line {line}: {column} is {old[column]}, now {new}")

    def done(self, readme):
        """With --check, the page beside the script has to quote every sentence and row."""
        page = " ".join(readme.read_text().split()) if self.check else ""
        for sentence in self.sentences if self.check else []:
            if not quoted(sentence, page):
                self.fail(f"{readme.name} does not say: {sentence}")
        sys.exit(1 if self.check and self.failed else 0)
