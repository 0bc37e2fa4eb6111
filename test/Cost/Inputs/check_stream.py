"""Sends samples through the layers of a report, cycle by cycle, and compares.

    check_stream.py REPORT.json [--together]

A layer takes a sample once the layer before has finished it and its own reads
of the sample before are over: its drivers and adders are a pipeline, its arrays
are not. Between two layers any number of samples may wait. Copies of a
convolution's weights are layers one after another, or with --together work at
the same time, each on its part of the sample.
"""
import json
import re
import sys

SAMPLES = 12
report = json.load(open(sys.argv[1]))
together = sys.argv[2:] == ["--together"]
names = [layer["name"] for layer in report["layers"] if layer["place"] == "arrays"]
layers = [layer["cycles"] for layer in report["layers"] if layer["place"] == "arrays"]

# Stages that a sample passes in turn, of one layer each or of all copies.
stages = []
for i, name in enumerate(names):
    name = re.sub(r"\.copy\d+$", "", name) if together else name
    if not stages or stages[-1][0] != name:
        stages.append((name, []))
    stages[-1][1].append(i)
stage_of = {i: number for number, (_, members) in enumerate(stages) for i in members}

waiting = [[] for _ in layers]   # samples in front of each layer
missing = {}                     # (stage, sample): layers that have not finished it


def enter(stage, sample):
    if stage == len(stages):
        finished[sample] = now
        return
    missing[stage, sample] = len(stages[stage][1])
    for i in stages[stage][1]:
        waiting[i].append(sample)


reading = [None] * len(layers)   # (sample, cycles of reads left), fill included
busy = [-1] * len(layers)        # the last cycle in which a layer read
draining = [[] for _ in layers]  # [sample, cycles left]
finished, now = {}, 0
for sample in range(SAMPLES):
    enter(0, sample)
while len(finished) < SAMPLES:
    now += 1
    arrived = []
    for i, layer in enumerate(layers):
        # What drains this cycle was read before it.
        for entry in draining[i]:
            entry[1] -= 1
        arrived += [(stage_of[i], sample) for sample, left in draining[i] if left == 0]
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
    for stage, sample in arrived:
        missing[stage, sample] -= 1
        if not missing[stage, sample]:
            enter(stage + 1, sample)

times = [finished[sample] for sample in range(SAMPLES)]
steps = {b - a for a, b in zip(times[SAMPLES // 2:], times[SAMPLES // 2 + 1:])}
cycles = report["cycles"]
if together:
    shortest = sum(max(sum(layers[i].values()) for i in members) for _, members in stages)
    assert times[0] == shortest < cycles["latency"], (times[0], shortest, cycles)
else:
    assert times[0] == cycles["latency"], (times[0], cycles)
assert steps == {cycles["interval"]}, (steps, cycles)
print(f"{len(layers)} layers, {SAMPLES} samples: the first after {times[0]} cycles, then one each {cycles['interval']}")
