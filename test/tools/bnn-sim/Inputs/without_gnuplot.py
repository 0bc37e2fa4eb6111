"""Runs bnn-sim with a PATH that has nothing in it: IMAGE INPUTS FIGURE."""
import shutil
import subprocess
import sys

image, inputs, figure = sys.argv[1:]
done = subprocess.run([shutil.which("bnn-sim"), image, "--inputs", inputs, "--noise", "ber:0.1",
                       "--plot", "yield=" + figure], env={"PATH": "/nonexistent"})
assert done.returncode == 1, done
