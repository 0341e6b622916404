#!/usr/bin/env python3
"""Compares two versions of rootstream on large reads over a slow line: prints a Markdown table.

  sudo tests/bench/exact.py --other FILE [--rounds N] [--line NAME] [--work FOLDER]

--other: the rootstream program of another version. The trace is 90 reads of 64 to 500 KiB, at the beginning or in the
middle of files of the bench's root. Each version records the trace and publishes the root with that profile. Then each
version reads the trace from both images, with empty caches.
"""
import argparse
import os
import random
import statistics

import tools
from measure import LINES, measure
from tools import Rootstream, prepared, replay, wait_for

SIZES = [64 << 10, 128 << 10, 200 << 10, 400 << 10, 500 << 10]
LEAST_FILE = 700_000


def make_trace(inputs, path):
    files = []
    for folder, _, names in os.walk(os.path.join(inputs.tree, "usr")):
        for name in names:
            file = os.path.join(folder, name)
            if not os.path.islink(file) and os.path.getsize(file) > LEAST_FILE:
                files.append(file)
    chosen = random.Random(5).sample(sorted(files), min(90, len(files)))
    with open(path, "w", encoding="ascii") as out:
        for number, file in enumerate(chosen):
            at = 0 if number % 2 else (os.path.getsize(file) - 600_000) // 4096 * 4096
            out.write(f"read 0 0 {at} {SIZES[number % len(SIZES)]} {file[len(inputs.tree):]}\n")


def bytes_read(profile):
    with open(profile, "rb") as lines:
        return sum(int(line.split(b" ", 5)[4]) for line in lines if line.startswith(b"read "))


def publish_recorded(inputs, image, trace):
    profile = inputs.path(image + ".profile")
    if os.path.exists(profile):
        os.unlink(profile)
    inputs.record("store", "plain", profile, lambda folder: replay(trace, folder))
    wait_for(lambda: os.path.exists(profile), profile)
    inputs.publish(inputs.tree, "store", image, profile)
    return bytes_read(profile)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--other", required=True)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--line", default="20-80", choices=LINES)
    parser.add_argument("--work", default="")
    options = parser.parse_args()
    clients = {"this": tools.ROOTSTREAM, "other": os.path.abspath(options.other)}
    with prepared(options.work) as inputs:
        trace = inputs.path("large.trace")
        make_trace(inputs, trace)
        print(f"{bytes_read(trace) / 1e6:.2f} MB are read\n\n| recorded by | recorded, MB | read by | seconds | MB |"
              "\n|---|---|---|---|---|", flush=True)
        for recorder, program in clients.items():
            tools.ROOTSTREAM = program
            recorded = publish_recorded(inputs, "by-" + recorder, trace)
            for reader, client in clients.items():
                tools.ROOTSTREAM = client
                runs = [measure(inputs, Rootstream(inputs, "by-" + recorder), options.line,
                                lambda folder: replay(trace, folder)) for _ in range(options.rounds)]
                print(f"| {recorder} | {recorded / 1e6:.2f} | {reader} | {statistics.median(run[0] for run in runs):.2f} | "
                      f"{statistics.median(run[1] for run in runs) / 1e6:.2f} |", flush=True)


main()
