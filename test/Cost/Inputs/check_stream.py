"""Sends samples through the layers of a report, cycle by cycle, and compares.

    check_stream.py REPORT.json

A layer takes a sample once the layer before has finished it and its own reads
of the sample before are over: its drivers and adders are a pipeline, its arrays
are not. Between two layers any number of samples may wait.
"""
import json
import sys

SAMPLES = 12
report = json.load(open(sys.argv[1]))
layers = [layer["cycles"] for layer in report["layers"] if layer["place"] == "arrays"]

waiting = [list(range(SAMPLES))] + [[] for _ in layers]  # samples in front of each layer, and those that are through
reading = [None] * len(layers)   # (sample, cycles of reads left), fill included
busy = [-1] * len(layers)        # the last cycle in which a layer read
draining = [[] for _ in layers]  # [sample, cycles left]
finished, now = {}, 0
while len(finished) < SAMPLES:
    now += 1
    arrived = []
    for i, layer in enumerate(layers):
        # What drains this cycle was read before it.
        for entry in draining[i]:
            entry[1] -= 1
        arrived += [(i + 1, sample) for sample, left in draining[i] if left == 0]
        draining[i] = [entry for entry in draining[i] if entry[1]]
        if reading[i] is None and waiting[i]:
            sample = waiting[i].pop(0)
            # The drivers of a sample that waits are filled while the one before is read.
            reading[i] = [sample, layer["steady"] + (0 if busy[i] == now - 1 else layer["fill"])]
        if reading[i] is not None:
            busy[i] = now
            reading[i][1] -= 1
            if reading[i][1] == 0:
                draining[i].append([reading[i][0], layer["drain"]])
                reading[i] = None
    for i, sample in arrived:
        if i == len(layers):
            finished[sample] = now
        else:
            waiting[i].append(sample)

times = [finished[sample] for sample in range(SAMPLES)]
steps = {b - a for a, b in zip(times[SAMPLES // 2:], times[SAMPLES // 2 + 1:])}
cycles = report["cycles"]
assert times[0] == cycles["latency"], (times[0], cycles)
assert steps == {cycles["interval"]}, (steps, cycles)
print(f"{len(layers)} layers, {SAMPLES} samples: the first after {times[0]} cycles, then one each {cycles['interval']}")
