"""Runs a command with 100000 chips on a pseudo terminal until its bar has told
the time that is left, and with 400 chips to its end: progress.py COMMAND..."""
import os
import pty
import re
import subprocess
import sys

leader, follower = pty.openpty()
run = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=follower)
os.close(follower)
seen = ""
while not re.search(r"\[#* *\] \d+/100000 chips, (\d+ (s|min|h|d) ?)+left", seen):
    assert run.poll() is None, seen
    seen += os.read(leader, 1000).decode()
run.kill()
run.wait()
os.close(leader)
shares = [int(n) for n in re.findall(r"\] (\d+)/100000", seen)]
assert shares == sorted(shares), shares

# A run that ends wipes its bar out.
leader, follower = pty.openpty()
few = [part if part != "100000" else "100" for part in sys.argv[1:]]
run = subprocess.Popen(few, stdout=subprocess.DEVNULL, stderr=follower)
os.close(follower)
text = ""
try:
    while part := os.read(leader, 1000).decode():
        text += part
except OSError:  # nobody holds the other end any more
    pass
assert run.wait() == 0 and text.endswith("\r\x1b[K"), repr(text)
