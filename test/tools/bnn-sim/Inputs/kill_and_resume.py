"""Kills a run in its midst, starts it again, and compares with one that was
left alone.

    kill_and_resume.py [--ranks MPIRUN] FOLDER ARGUMENTS OF BNN-SIM

With --ranks the run that is killed has two ranks, the one that goes on three.
"""
import json
import os
import signal
import subprocess
import sys
import time

mpirun = sys.argv[2].split() if sys.argv[1] == "--ranks" else []
folder, *arguments = sys.argv[3 if mpirun else 1:]
chips = int(arguments[arguments.index("--chips") + 1])
checkpoint = os.path.join(folder, "run.ckpt")


def command(name, ranks, *more):
    launcher = [*mpirun, "-np", str(ranks)] if mpirun else []
    return [*launcher, "bnn-sim", *arguments, *more, "--json", os.path.join(folder, name)]


def chips_in(path):
    with open(path) as file:
        return [len(point["correct"]) for point in json.load(file)["points"]]


resumable = ["--resume", checkpoint, "--save-every", "0"]
# In a group of processes of its own: mpirun ends its group with it.
killed = subprocess.Popen(command("resumed.json", 2, *resumable), stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL if mpirun else None, start_new_session=True)
while not os.path.exists(checkpoint):
    assert killed.poll() is None, "the run ended before it could be killed"
    time.sleep(0.002)
# mpirun hands SIGTERM on to its ranks.
killed.send_signal(signal.SIGTERM if mpirun else signal.SIGKILL)
assert killed.wait() != 0
done = chips_in(checkpoint)  # the file is whole, whenever the kill came
assert 0 < sum(done) < len(done) * chips, done
assert not os.path.exists(os.path.join(folder, "resumed.json"))
subprocess.run(command("resumed.json", 3, *resumable), check=True, stdout=subprocess.DEVNULL)
assert chips_in(checkpoint) == [chips] * len(done)
subprocess.run(["bnn-sim", *arguments, "--json", os.path.join(folder, "whole.json")],
               check=True, stdout=subprocess.DEVNULL)
resumed, whole = (open(os.path.join(folder, name), "rb").read()
                  for name in ("resumed.json", "whole.json"))
assert resumed == whole
print("killed after", done, "chips, the same bytes")
