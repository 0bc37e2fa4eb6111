"""Opens a page in headless Chromium at some widths, asks how wide it is, and
where it drew the tiles of the floor plan: where the JSON report says.

    browser.py report.html report.json WIDTH ...
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.parse

import floor_plan

page = open(sys.argv[1]).read()
report = json.load(open(sys.argv[2]))
# Boxes are measured as laid out, in cells of the square of their subarray.
probe = """<script>
const wide = document.documentElement.scrollWidth, bars = [...document.querySelectorAll('.bar b')];
const plan = document.querySelector('svg').getBoundingClientRect(), drawn = [];
document.querySelectorAll('svg').forEach((svg, chip) => {
  let square;
  svg.querySelectorAll('rect').forEach(rect => {
    const box = rect.getBoundingClientRect();
    if (rect.classList.contains('empty'))
      square = box;
    drawn.push([chip, rect.querySelector('title').textContent, (box.top - square.top) / square.height * ROWS,
                (box.left - square.left) / square.width * COLUMNS, box.height / square.height * ROWS,
                box.width / square.width * COLUMNS, square.left, square.top]);
  });
});
document.title = encodeURIComponent(JSON.stringify({
    wide, window: window.innerWidth, plan: plan.width, bars: bars.length,
    longest: Math.max(...bars.map(bar => bar.getBoundingClientRect().width)), drawn}));
</script></body>""".replace("ROWS", str(report["rows"])).replace("COLUMNS", str(report["columns"]))


def check(found, width):
    assert found["wide"] <= found["window"] == float(width), (found["wide"], found["window"])
    on_arrays = sum(layer["place"] == "arrays" for layer in report["layers"])
    kinds = 1 + any("total" in part for part in report["cost"]["energy"]["parts"])  # cycles, energy
    assert found["bars"] == kinds * on_arrays, found["bars"]
    assert 100 < found["plan"] <= found["window"] and found["longest"] > 50, (found["plan"], found["longest"])
    wanted = floor_plan.expected(report)
    assert len(found["drawn"]) == len(wanted), (len(found["drawn"]), len(wanted))
    squares = set()
    chips = sorted({chip for chip, *_ in wanted})
    for (chip, title, *box, left, top), expected in zip(found["drawn"], wanted):
        assert (chips[chip], title) == expected[:2], (title, expected)
        assert all(abs(a - b) < 0.05 for a, b in zip(box, expected[2:])), (title, box, expected)
        if title.startswith("subarray"):
            squares.add((chip, round(left, 2), round(top, 2)))
    assert len(squares) == sum(chip["subarrays"] for chip in report["floorPlan"]["chips"]), "squares lie on each other"


with tempfile.TemporaryDirectory() as folder:
    name = os.path.join(folder, "page.html")
    open(name, "w").write(page.replace("</body>", probe))
    for width in sys.argv[3:]:
        # Windows have a least width, frames do not.
        frame = os.path.join(folder, "frame.html")
        open(frame, "w").write('<iframe id="f" src="page.html" style="width:%spx;height:2000px;border:0"></iframe>'
                               "<script>onload = () => document.title = "
                               "document.getElementById('f').contentDocument.title</script>" % width)
        dom = subprocess.run(["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files",
                              "--user-data-dir=" + os.path.join(folder, "profile"), "--dump-dom", "file://" + frame],
                             check=True, capture_output=True, text=True, timeout=300).stdout
        found = re.search("<title>(%7B.*?)</title>", dom)
        assert found, dom[:500]
        check(json.loads(urllib.parse.unquote(found[1])), width)
