"""Runs a trace on a mount behind a simulated line, and measures its time and its traffic."""
import contextlib
import json
import os
import subprocess
import sys
import time

from tools import HERE, ROOT, SERVER, Rootstream, drop_pages, output, stop

LINE = 18976  # line.py's port

# name: Mbit/s, round trip in ms, stalls
LINES = {
    "100-20": (100, 20, ""),
    "20-80": (20, 80, ""),
    "20-80-stalls": (20, 80, "2/10"),
    "20-300": (20, 300, ""),
    "2-150": (2, 150, ""),
    "loopback": None,
}


def start_line(rate, rtt, stall, port, stats):
    """Starts line.py in front of the server. Returns its process once it listens."""
    simulator = subprocess.Popen(
        [sys.executable, os.path.join(HERE, "line.py"), "--to", str(SERVER), "--rate", str(rate), "--rtt", str(rtt),
         "--stall", stall, "--listen", str(port), "--stats", stats], stdout=subprocess.PIPE)
    if not simulator.stdout.readline():
        raise RuntimeError(f"line.py does not listen on port {port}")
    return simulator


def measure(inputs, tool, line, trace, **start_options):
    """Seconds from the start of the mount to the end of the trace, bytes to the client, and seconds of stall."""
    open(inputs.path("access"), "w").close()
    stats = inputs.path("line.json")
    port, simulator = SERVER, None
    with contextlib.ExitStack() as stack:
        if LINES[line]:
            simulator = start_line(*LINES[line], LINE, stats)
            stack.callback(stop, simulator)
            port = LINE
        drop_pages()
        start = time.monotonic()
        stack.callback(tool.stop)
        tool.start(port, **start_options)
        trace(tool.folder)
        seconds = time.monotonic() - start
    if not simulator:
        time.sleep(0.2)
        with open(inputs.path("access"), encoding="ascii") as file:
            return seconds, sum(int(text.split()[0]) for text in file), 0.0
    with open(stats, encoding="ascii") as file:
        passed = json.load(file)
    return seconds, passed["down"], passed["stalled"]


def measure_warm(inputs, kind, trace):
    mount = Rootstream(inputs, kind)
    mount.start(SERVER)
    trace(mount.folder)
    mount.stop()
    mount.start(SERVER, keep=True)
    drop_pages()
    seconds = trace(mount.folder)
    mount.stop()
    return seconds


def touched_bytes(inputs, profile):
    """The touched bytes; and their compressed size (pieces of 128 KiB, level 19) with that of the needed shards."""
    out = output(sys.executable, os.path.join(ROOT, "tests/support/touched.py"), profile, inputs.tree, "19")
    plain, compressed, shards = (int(x) for x in out.split())
    return plain, compressed + shards


def bound(line, compressed, stalled, warm):
    """The bound of docs/performance.md for a cold start with a profile, in seconds."""
    rate, rtt, _ = LINES[line]
    return 1.15 * (compressed / (rate * 125e3) + 6 * rtt / 1e3 + stalled) + warm
