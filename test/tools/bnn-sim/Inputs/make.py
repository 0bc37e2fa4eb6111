"""Inputs for the worked example of docs/image-format.md, and their outputs."""
import itertools
import sys

import numpy as np

folder, weights = sys.argv[1:]
x = np.array(list(itertools.product([-1, 1], repeat=3)), np.float32)
acc = x @ np.load(weights).astype(np.float32).T
y = np.stack([np.where(acc[:, 0] >= 1, 1, -1), np.where(acc[:, 1] >= -1, -1, 1),
              np.ones(len(x))], axis=1).astype(np.float32)
np.save(folder + "/x.npy", x)
np.save(folder + "/y.npy", y)
np.savez(folder + "/data.npz", x=x.astype(np.int8), labels=y.argmax(1), half=y.argmax(1)[:4],
         far=np.full(len(x), 3))
np.savez(folder + "/empty.npz")
np.savez_compressed(folder + "/packed.npz", x=np.asfortranarray(x.astype(">f8")))
np.save(folder + "/flat.npy", x[0])
np.save(folder + "/wrong.npy", np.where(np.arange(24).reshape(8, 3) == 7, 0.5, x))
np.save(folder + "/wide.npy", np.ones((8, 4), np.float32))
open(folder + "/x.npy.short", "wb").write(open(folder + "/x.npy", "rb").read()[:-1])
