"""Opens a page in headless Chromium at some widths and asks how wide it is.

    browser.py report.html WIDTH ...
"""

import os
import re
import subprocess
import sys
import tempfile

page = open(sys.argv[1]).read()
probe = """<script>
const wide = document.documentElement.scrollWidth, bars = [...document.querySelectorAll('.bar b')];
const plan = document.querySelector('svg').getBoundingClientRect();
document.title = [wide, window.innerWidth, Math.round(plan.width), bars.length,
                  Math.max(...bars.map(bar => bar.getBoundingClientRect().width))].join(' ');
</script></body>"""
with tempfile.TemporaryDirectory() as folder:
    name = os.path.join(folder, "page.html")
    open(name, "w").write(page.replace("</body>", probe))
    for width in sys.argv[2:]:
        # Windows have a least width, frames do not.
        frame = os.path.join(folder, "frame.html")
        open(frame, "w").write('<iframe id="f" src="page.html" style="width:%spx;height:2000px;border:0"></iframe>'
                               "<script>onload = () => document.title = "
                               "document.getElementById('f').contentDocument.title</script>" % width)
        dom = subprocess.run(["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files",
                              "--user-data-dir=" + os.path.join(folder, "profile"), "--dump-dom", "file://" + frame],
                             check=True, capture_output=True, text=True, timeout=300).stdout
        found = re.search("<title>([0-9. ]+)</title>", dom)
        assert found, dom[:500]
        wide, window, plan, bars, longest = (float(x) for x in found[1].split())
        assert wide <= window == float(width), (wide, window)
        assert 100 < plan <= window and bars == 8 and longest > 50, (plan, bars, longest)
