"""Measured resistances for the worked example of docs/image-format.md, whose
neuron n and input i meet in subarray 0, row n, column i; what the network then
computes, in plain integers; and files with one fault each.
"""
import itertools
import json
import math
import sys
from statistics import NormalDist

import numpy as np

folder = sys.argv[1]
w = np.load(folder + "/w.npy").astype(int)
x = np.array(list(itertools.product([-1, 1], repeat=3)))


def outputs(weights):
    acc = x @ weights.T
    return np.stack([np.where(acc[:, 0] >= 1, 1, -1), np.where(acc[:, 1] >= -1, -1, 1),
                     np.ones(len(x))], axis=1).astype(np.float32)


def save(name, text):
    open(f"{folder}/{name}", "w").write(text)


# The array: a cell whose two devices overlap, and all others as they should be.
header = "chip,subarray,row,col,device,target_state,cycle,t_after_s,temp_C,r_ohm,compliance_hit\n"
lines = []
for n in range(3):
    for i in range(3):
        for device in ("BL", "BLb"):
            low = (device == "BL") == (w[n, i] > 0)
            ohm = 5000 + 100 * n if low else 80000 + 1000 * i
            if (n, i) == (0, 1):
                ohm = 30000 if low else 20000
            lines.append(f"A1,0,{n},{i},{device},{'LRS' if low else 'HRS'},1,10,25,{ohm},{int(low)}")
wrong = w.copy()
wrong[0, 1] *= -1
np.save(folder + "/array.npy", outputs(wrong))
save("array.csv", "# chip: A1\n# date: 2026-01-01\n# instrument: none\n" + header + "\n".join(lines) + "\n")
later = [line.replace(",1,10,25,", ",1,1000,25,") for line in lines]
save("array-times.csv", header + "\n".join(lines + later) + "\n")
# A virgin device is what it is measured to be.
virgin = [line.replace("HRS", "virgin") if line.startswith("A1,0,2,2") else line for line in lines]
save("array-virgin.csv", header + "\n".join(virgin) + "\n")
# Reads of the same chip: the cell that overlaps, and a latch.
one, zero = wrong.copy(), wrong.copy()
one[1, 0] *= -1
reads = "chip,subarray,row,col,x,vdd_V,temp_C,t_sense_ns,n_reads,n_one\n"
save("array-reads.csv", reads + "".join(
    f"A1,0,{n},{i},{bit},1.2,25,10,10,{10 * ((one if bit else zero)[n, i] == (1 if bit else -1))}\n"
    for n in range(3) for i in range(3) for bit in (0, 1)))
save("other-reads.csv", reads + "B2,0,0,0,1,1.2,25,10,10,10\n")
save("warm-reads.csv", reads + "A1,0,0,0,1,1.2,25,10,10,10\nA1,0,0,0,1,1.2,85,10,10,10\n")
save("slow-reads.csv", reads + "A1,0,0,0,1,1.2,25,10,10,10\nA1,0,0,1,1,1.2,25,20,10,10\n")

# Laws: 1000 devices a state, at cycle 1 and, closer together, at cycle 100.
n = 1000


def lognormal(median, sigma):
    return [median * math.exp(sigma * NormalDist().inv_cdf((i + 0.5) / n)) for i in range(n)]


def rows(state, values, cycle, condition="weak", times=""):
    device = {"LRS": "BL", "HRS": "BLb"}[state]
    return [f"0,{i // 32},{i % 32},{device},{state},{condition},{cycle},{times},25,0.1,{value:.6g}\n"
            for i, value in enumerate(values)]


head = "subarray,row,col,device,target_state,condition,cycle,t_after_s,temp_C,v_read_V,r_ohm\n"
lrs, fresh, worn = lognormal(6988, 0.6), lognormal(96200, 0.6), lognormal(50300, 0.6)
cycles = rows("LRS", lrs, 1) + rows("HRS", fresh, 1) + rows("LRS", lrs, 100) + rows("HRS", worn, 100)
save("devices.csv", head + "".join(cycles))
save("unnamed.csv", head.replace(",condition", "") + "".join(cycles).replace(",weak", ""))
save("times.csv", head + "".join(rows("LRS", lrs, 1, times=10) + rows("HRS", fresh, 1, times=10) +
                                 rows("LRS", lrs, 1, times=1000) + rows("HRS", worn, 1, times=1000)))
chead = "condition,i_comp_uA,v_set_V,v_reset_V,cycle_min,cycle_max,e_set_pJ,e_reset_pJ,n_devices,source,standing\n"
crow = "weak,55,2,-1.5,{},{},30,20,2000,made up for a test,assumed\n"
save("conditions.csv", chead + crow.format(1, 10) + crow.format(11, 1000))


def brute(low, high):
    """P(LRS above HRS) over all pairs; a pair of equal ones does not occur."""
    return float(np.mean(np.asarray(low)[:, None] > np.asarray(high)[None, :]))


pooled = sorted(fresh + worn)
json.dump({"fresh": brute(lrs, fresh), "worn": brute(lrs, worn), "pooled": brute(lrs, pooled)},
          open(folder + "/rates.json", "w"))

d = "subarray,row,col,device,target_state,r_ohm\n"
full = "subarray,row,col,device,target_state,condition,cycle,t_after_s,temp_C,v_read_V,r_ohm,compliance_hit\n"
c = "condition,cycle_min,cycle_max,e_set_pJ,n_devices,source,standing\n"
for name, text in {
        "d-column.csv": d.replace("r_ohm", "r_kohm,r_ohm") + "0,0,0,BL,LRS,5,5000\n",
        "d-missing.csv": "subarray,row,col,device,r_ohm\n",
        "d-device.csv": d + "0,0,0,bl,LRS,5000\n",
        "d-state.csv": d + "0,0,0,BL,low,5000\n",
        "d-ohm.csv": d + "0,0,0,BL,LRS,-5000\n",
        "d-unit.csv": d + "0,0,0,BL,LRS,5k\n",
        "d-empty.csv": d + "0,0,0,BL,LRS,\n",
        "d-bound.csv": full + "0,0,0,BL,HRS,,1,,,,1e6,1\n",
        "d-flag.csv": full + "0,0,0,BL,LRS,,1,,,,1e4,yes\n",
        "d-cycle.csv": full + "0,0,0,BL,LRS,,1.5,,,,1e4,0\n",
        "d-time.csv": full + "0,0,0,BL,LRS,,1,-1,,,1e4,0\n",
        "d-place.csv": d + "0,0,9,BL,LRS,5000\n",
        "d-chips.csv": "chip," + d + "A,0,0,0,BL,LRS,5000\nB,0,0,0,BLb,HRS,5000\n",
        "d-twice.csv": d + "0,3,3,BL,LRS,5000\n0,3,3,BL,LRS,5001\n",
        "d-half.csv": d + "0,3,3,BL,LRS,5000\n",
        "d-other.csv": d + f"0,0,0,BL,{'HRS' if w[0, 0] > 0 else 'LRS'},5000\n",
        "l-volt.csv": full + "0,0,0,BL,LRS,,1,,25,0.1,5e3,0\n0,0,1,BL,LRS,,1,,25,0.2,5e3,0\n",
        "l-warm.csv": full + "0,0,0,BL,LRS,,1,,25,0.1,5e3,0\n0,0,1,BL,LRS,,1,,85,0.1,5e3,0\n",
        "l-twice.csv": full + "0,0,0,BL,LRS,,1,,25,0.1,5e3,0\n0,0,0,BL,LRS,,1,,25,0.1,6e3,0\n",
        "l-one.csv": d + "0,0,0,BL,LRS,5000\n",
        "l-nocycle.csv": head + "0,0,0,BL,LRS,weak,,,25,0.1,5e3\n",
        "l-other.csv": head + "0,0,0,BL,LRS,strong,1,,25,0.1,5e3\n",
        "c-name.csv": c + "we:ak,1,2,1,,x,measured\n",
        "c-range.csv": c + "weak,10,2,1,,x,measured\n",
        "c-half.csv": c + "weak,10,,1,,x,measured\n",
        "c-overlap.csv": c + "weak,1,10,1,,x,measured\nweak,10,20,1,,x,measured\n",
        "c-twice.csv": c + "weak,,,1,,x,measured\nweak,10,20,1,,x,measured\n",
        "c-energy.csv": c + "weak,1,2,-1,,x,measured\n",
        "c-source.csv": c + "weak,1,2,1,,,measured\n",
        "c-standing.csv": c + "weak,1,2,1,,x,sure\n",
        "c-count.csv": c + "weak,1,10,1,1024,x,measured\n",
        "c-empty.csv": c,
        "c-column.csv": c.replace("e_set_pJ", "e_set_nJ") + "weak,1,2,1,,x,measured\n",
}.items():
    save(name, text)
