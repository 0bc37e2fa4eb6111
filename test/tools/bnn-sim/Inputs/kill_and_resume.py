"""Kills a run in its midst, starts it again, and compares with one that was
left alone.

    kill_and_resume.py FOLDER ARGUMENTS OF BNN-SIM
"""
import json
import os
import signal
import subprocess
import sys
import time

folder, arguments = sys.argv[1], sys.argv[2:]
checkpoint = os.path.join(folder, "run.ckpt")
command = ["bnn-sim", *arguments, "--resume", checkpoint, "--save-every", "0",
           "--json", os.path.join(folder, "resumed.json")]


def chips_in(path):
    with open(path) as file:
        return [len(point["correct"]) for point in json.load(file)["points"]]


killed = subprocess.Popen(command, stdout=subprocess.DEVNULL)
while not os.path.exists(checkpoint):
    assert killed.poll() is None, "the run ended before it could be killed"
    time.sleep(0.002)
killed.send_signal(signal.SIGKILL)
assert killed.wait() == -signal.SIGKILL
done = chips_in(checkpoint)  # the file is whole, whenever the kill came
assert 0 < sum(done) < 2 * 400, done
assert not os.path.exists(os.path.join(folder, "resumed.json"))
subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
assert chips_in(checkpoint) == [400, 400]
subprocess.run(["bnn-sim", *arguments, "--json", os.path.join(folder, "whole.json")],
               check=True, stdout=subprocess.DEVNULL)
resumed, whole = (open(os.path.join(folder, name), "rb").read()
                  for name in ("resumed.json", "whole.json"))
assert resumed == whole
print("killed after", done, "chips, the same bytes")
