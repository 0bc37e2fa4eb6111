"""Images optimized for a goal are no worse in it than those with one schedule.

    check_goals.py FOLDER    with p2s.json, s2p.json, latency.json, energy.json, area.json
"""
import json
import pathlib
import sys

folder = pathlib.Path(sys.argv[1])
reports = {name: json.loads((folder / f"{name}.json").read_text())
           for name in ("p2s", "s2p", "latency", "energy", "area")}


def costs(report):
    return {"latency": report["cycles"]["latency"], "energy": report["cost"]["energy"]["total"],
            "area": report["subarrays"]}


for goal in ("latency", "energy", "area"):
    found = costs(reports[goal])[goal]
    assert all(found <= costs(report)[goal] * (1 + 1e-12) for report in reports.values()), \
        (goal, {name: costs(report)[goal] for name, report in reports.items()})
    print(f"{goal}:", ", ".join(f"{layer['name']} {layer['schedule']}"
                                for layer in reports[goal]["layers"] if layer["place"] == "arrays"))
    print("  ", {name: costs(report)[goal] for name, report in reports.items()})
