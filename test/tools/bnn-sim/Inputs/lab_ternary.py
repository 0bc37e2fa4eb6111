"""Measurements of the ternary sample image, whose neuron 0 and input i < 50 or
so meet in subarray 1, row 1, column i; and the accumulators that follow.
"""
import sys

import numpy as np

folder = sys.argv[1]
w = np.load(folder + "/tw.npy").astype(int)
x = np.random.default_rng(1).integers(-4, 4, (5, 6, 100))
np.save(folder + "/tx.npy", x.astype(np.int8))


def outputs(weights):
    """Codes are three planes of +-1 with weights 1, 2, -4: twice the code and 1
    more; the sample's biases are 67 and 66, its divisor is 2."""
    return ((2 * x + 1) @ weights.T + [67, 66]).astype(np.int32) // 2


np.save(folder + "/ty.npy", outputs(w))
first, other = w.copy(), w.copy()
first[0, 0] = 0  # two devices above R_th
first[0, 1] = 1  # the lower one of BL
np.save(folder + "/tz.npy", outputs(first))
header = "subarray,row,col,x,n_reads,n_one,n_zero\n"
same = header + "1,1,0,0,4,0,4\n1,1,0,1,4,0,4\n1,1,1,0,4,0,0\n1,1,1,1,4,4,0\n"
open(folder + "/t-reads.csv", "w").write(same)
# To input 1 as +1, 0, -1, -1; input 0, which was not measured, likewise.
open(folder + "/t-waver.csv", "w").write(header + "1,1,2,1,4,1,1\n")
share = {1: 0.25, 0: 0.25, -1: 0.5}[w[0, 2]]
open(folder + "/t-wrong.txt", "w").write(str(2 * (1 - share)))
states = {1: ("LRS", "HRS"), 0: ("HRS", "HRS"), -1: ("HRS", "LRS")}
rows = "subarray,row,col,device,target_state,r_ohm\n"
for i, ohms in enumerate([(2e5, 3e5), (9e4, 2e5)]):
    for device, state, ohm in zip(("BL", "BLb"), states[w[0, i]], ohms):
        rows += f"1,1,{i},{device},{state},{ohm}\n"
open(folder + "/t-array.csv", "w").write(rows)
