"""Files of a laboratory for the worked example of docs/image-format.md, whose
neuron n and input i meet in subarray 0, row n, column i; and what the network
then computes, in plain integers.
"""
import itertools
import sys

import numpy as np

folder = sys.argv[1]
w = np.load(folder + "/w.npy").astype(int)
x = np.array(list(itertools.product([-1, 1], repeat=3)))


def outputs(one, zero):
    """`one` and `zero`: the weight that each cell acts as on input 1 and 0."""
    acc = (np.where(x[:, None, :] > 0, one, -zero)).sum(axis=2)
    return np.stack([np.where(acc[:, 0] >= 1, 1, -1), np.where(acc[:, 1] >= -1, -1, 1),
                     np.ones(len(x))], axis=1).astype(np.float32)


def save(name, text):
    open(f"{folder}/{name}", "w").write(text)


# A cell that is wrong, one whose latch is wrong on input 1 only.
one, zero = w.copy(), w.copy()
one[0, 1] = zero[0, 1] = 1
one[1, 0] = 1
np.save(folder + "/reads.npy", outputs(one, zero))
header = "chip,subarray,row,col,x,vdd_V,n_reads,n_one,n_zero\n"
lines = [f"A1,0,{n},{i},{bit},1.2,10,{10 * ((one if bit else zero)[n, i] == (1 if bit else -1))},"
         for n in range(3) for i in range(3) for bit in (0, 1)]
save("reads.csv", "# chip: A1\n# date: 2026-01-01\n" + header + "\n".join(lines) + "\n")
save("two-supplies.csv", header + "\n".join(lines + [lines[0].replace("1.2", "0.6")]) + "\n")
# One cell wavers, nine in ten times right.
save("wavering.csv", header + "\n".join(lines[:-1] + ["A1,0,2,2,1,1.2,10,9,"]) + "\n")

# Each defect that decides, and one that does no harm.
one = w.copy()
one[0, 0] = -1              # +1 with BL open
one[0, 1] = 1               # -1 that reads as +1
one[2, 0] = -1              # +1 with BLb shorted
one[1, :] = -1              # a row
np.save(folder + "/defects.npy", outputs(one, one))
header = "chip,subarray,row,col,device,kind,r_ohm,confidence\n"
save("defects.csv", header + """A1,0,0,0,BL,open,1e9,1
A1,0,0,1,cell,reads_plus,,
A1,0,0,2,BL,stuck_lrs,5e3,
A1,0,2,0,BLb,short,,
A1,0,1,,row,reads_minus,,
""")
# Both devices of a +1 in LRS: a coin toss of each chip.
save("toss.csv", header + "A1,0,0,0,BLb,stuck_lrs,,\n")
save("half.csv", header + "A1,0,0,0,cell,reads_minus,,0.25\n")

# Every decision wrong, the constant neuron has none; then none wrong.
y = np.load(folder + "/y.npy")
y[:, :2] *= -1
np.save(folder + "/margin.npy", y)
header = "fan_in,vdd_V,t_clk_ns,delta,n_trials,n_errors\n"
save("always.csv", header + "3,1.2,10,0,100,100\n")
save("never.csv", header + "3,1.2,10,0,100,0\n3,1.2,10,2,100,0\n3,0.6,10,0,100,100\n")

for name, text in {
        "e-column.csv": "subarray,row,col,device,kind,color\n",
        "e-missing.csv": "subarray,row,col,device\n",
        "e-kind.csv": "subarray,row,col,device,kind\n0,0,0,BL,melted\n",
        "e-device.csv": "subarray,row,col,device,kind\n0,0,0,BL,reads_plus\n",
        "e-place.csv": "subarray,row,col,device,kind\n0,7,0,BL,open\n",
        "e-fields.csv": "subarray,row,col,device,kind\n\n0,0,0,BL\n",
        "e-twice.csv": "subarray,row,col,device,kind\n0,0,0,BL,open\n0,0,0,BL,short\n",
        "e-chips.csv": "chip,subarray,row,col,device,kind\nA,0,0,0,BL,open\nB,0,0,1,BL,short\n",
        "e-confidence.csv": "subarray,row,col,device,kind,confidence\n0,0,0,BL,open,2\n",
        "e-unit.csv": "subarray,row,col,device,kind,r_ohm\n0,0,0,BL,open,5kohm\n",
        "e-empty.csv": "# nothing\n",
        "e-delta.csv": "delta,n_trials,n_errors\n0.3,1,0\n",
        "e-errors.csv": "delta,n_trials,n_errors\n0,1,2\n",
        "e-reads.csv": "subarray,row,col,x,n_reads,n_one\n0,0,0,1,4,5\n",
        "e-x.csv": "subarray,row,col,x,n_reads,n_one\n0,0,0,2,4,4\n",
        "e-ternary.csv": "subarray,row,col,x,n_reads,n_one,n_zero\n0,0,0,1,4,2,1\n",
}.items():
    save(name, text)
