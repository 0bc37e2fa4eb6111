"""Checks that the tables of a report page hold the numbers of the JSON report.

    check_page.py report.html report.json
"""

import json
import math
import re
import sys
from html.parser import HTMLParser

import floor_plan


class Tables(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tables, self.row, self.cell = {}, None, None

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "table":
            self.table = self.tables.setdefault(attributes["id"], [])
        elif tag == "tr":
            self.row = []
            self.table.append(self.row)
        elif tag in ("td", "th"):
            self.row.append("")
            self.cell = True

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self.cell = None

    def handle_data(self, data):
        if self.cell:
            self.row[-1] += data


page = open(sys.argv[1]).read()
report = json.load(open(sys.argv[2]))
parser = Tables()
parser.feed(page)


def text(value):
    return str(value) if value else ""


expected = []
for row in report["layers"]:
    arrays = row["place"] == "arrays"
    cycles = row.get("cycles", {})
    expected.append([row["name"] or "-", row["operation"], row["place"],
                     row["schedule"] + ", " + row["accumulation"] if arrays else "",
                     text(row["fanIn"]), text(row["neurons"]), text(row["positions"]),
                     text(row.get("inputBits")), text(row["thresholds"]), text(row["ties"]),
                     text(row.get("subarrays")), "%.1f" % (100 * row["utilization"]) if arrays else "",
                     text(row.get("rowReads")), text(cycles.get("fill")), text(cycles.get("steady")),
                     text(cycles.get("drain")), text(row.get("bufferBits"))])
assert parser.tables["layers"][1:] == expected, (parser.tables["layers"][1:], expected)

keys = ["rowReads", "senses", "popcountBits", "adderBits", "compareBits", "bufferBits", "set", "reset"]
cost = report["cost"]
lines = [[layer["name"]] + [str(layer[key]) for key in keys] for layer in cost["layers"]]
lines.append(["total"] + [str(cost["operations"][key]) for key in keys])
assert parser.tables["operations"][1:] == lines, parser.tables["operations"]

parts = [line for line in parser.tables["cost"][1:] if len(line) == 6]
wanted = [part for kind in ("energy", "programmingEnergy", "area") for part in cost[kind]["parts"]]
assert [line[1] for line in parts] == [part["name"] for part in wanted]
assert [line[3] for line in parts] == ["%d %s" % (part["count"], part["of"]) for part in wanted]
assert [line[2].startswith("unknown") for line in parts] == ["total" not in part for part in wanted]
# Of chips with few subarrays each tile is drawn; of others bars, each of the
# subarrays of a line whose first tiles are of one layer.
pictures = re.findall("<svg .*?</svg>", page, re.DOTALL)
assert len(pictures) == len(report["floorPlan"]["chips"])
titles = [re.findall("<title>(.*?)</title>", picture) for picture in pictures]
detailed = ["empty" in picture for picture in pictures]
wanted = floor_plan.expected(report)
plan = floor_plan.expand(report)
for chip, found, shows_tiles, picture in zip(report["floorPlan"]["chips"], titles, detailed, pictures):
    assert shows_tiles == (chip["subarrays"] <= 1500)
    if shows_tiles:
        assert found == [title for number, title, *_ in wanted if number == chip["chip"]]
        continue
    across = math.ceil(math.sqrt(1.8 * chip["subarrays"]))
    boxes = [tuple(map(float, box)) for box in re.findall('<rect x="(.*?)" y="(.*?)" width="(.*?)" height="(.*?)"', picture)]
    at = 0
    for title, (x, y, width, height) in zip(found, boxes, strict=True):
        name, first, last = re.fullmatch("(.*): subarrays (.*) to (.*)", title).groups()
        first, last = int(first), int(last)
        assert first == at and all(plan[chip["chip"], i][1][0].layer == name for i in range(first, last + 1))
        assert (x, y, width) == (24 * (first % across), 24 * (first // across), 24 * (last - first) + 20)
        assert x + width <= 24 * across - 4 and height == 20
        at = last + 1
    assert at == chip["subarrays"]
# Nothing comes from elsewhere.
for word in ("http", "src=", "url(", "@import", "<script"):
    assert word not in page, word
