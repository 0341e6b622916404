#!/usr/bin/env python3
"""Compares a good mirror alone with a good one beside a mirror of a tenth of its speed and one that dies midway.

  sudo tests/bench/mirrors.py [--work FOLDER]

All mirrors are one server, each behind its own line.py: 20 Mbit/s, 2 Mbit/s, and one of 20 Mbit/s that dies, all with
80 ms. Repeats the reads of the bench's trace. A read that fails ends the benchmark.
"""
import argparse
import contextlib
import threading
import time

from measure import LINE, start_line
from tools import Rootstream, drop_pages, prepared, replay, stop

GOOD, SLOW, DYING = LINE, LINE + 1, LINE + 2  # ports
RATES = {GOOD: 20, SLOW: 2, DYING: 20}        # Mbit/s
DIES_AFTER = 1.5                              # seconds
CASES = {
    "the slow one is named second": [GOOD, SLOW],
    "the slow one is named first": [SLOW, GOOD],
    "the dying one is named first": [DYING, GOOD],
    "the dying one is named first, then the slow one": [DYING, SLOW, GOOD],
}


def timed(inputs, image, ports):
    """Seconds of the trace, with the store at `ports[0]` and mirrors at the others."""
    mirrors = [word for port in ports[1:] for word in ("--mirror", f"http://127.0.0.1:{port}/store")]
    mount = Rootstream(inputs, image, mirrors)
    with contextlib.ExitStack() as stack:
        lines = {port: start_line(RATES[port], 80, "", port, inputs.path(f"line-{port}.json")) for port in ports}
        for line in lines.values():
            stack.callback(stop, line)
        drop_pages()
        start = time.monotonic()
        if DYING in lines:
            killer = threading.Timer(DIES_AFTER, stop, [lines[DYING]])
            stack.callback(killer.join)
            stack.callback(killer.cancel)
            killer.start()
        mount.start(ports[0])
        stack.callback(mount.stop)
        replay(inputs.programs, mount.folder)
        return time.monotonic() - start


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--work", default="")
    options = parser.parse_args()
    with prepared(options.work) as inputs:
        print("| image | mirrors | seconds | ÷ the good one alone (≤ 1.2) |\n|---|---|---|---|", flush=True)
        for image in ("reads", "plain"):
            alone = timed(inputs, image, [GOOD])
            print(f"| {image} | the good one alone | {alone:.2f} | |", flush=True)
            for name, ports in CASES.items():
                seconds = timed(inputs, image, ports)
                print(f"| {image} | {name} | {seconds:.2f} | {seconds / alone:.2f} |", flush=True)


main()
