"""Row reads of bnn-sim --exec replay are those of the report, for two images.

    check_reads.py ONCE.json ONCE-REPORT.json THREE.json THREE-REPORT.json

The second runs its network three times with one plane at the first layer.
"""
import json
import sys

once, once_report, three, three_report = (json.load(open(path)) for path in sys.argv[1:])


def layers(report):
    return [layer for layer in report["layers"] if layer["place"] == "arrays"]


for result, report in ((once, once_report), (three, three_report)):
    assert result["row_reads"] == result["samples"] * sum(layer["rowReads"] for layer in layers(report))
    assert result["cycles"] == result["samples"] * sum(layer["cycles"]["steady"] for layer in layers(report))
reads = [[layer["rowReads"] for layer in layers(report)] for report in (once_report, three_report)]
assert reads[1][0] * 5 == reads[0][0] * 3, reads
assert reads[1][1:] == [3 * each for each in reads[0][1:]], reads
