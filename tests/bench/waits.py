#!/usr/bin/env python3
"""Measures how long single reads wait, without a profile and with another program's: prints a Markdown table.

  sudo tests/bench/waits.py [--lines NAME,...] [--work FOLDER]

Repeats the reads of the bench. Shows, in milliseconds, those that waited for the network: half a round trip or longer.
"""
import argparse
import statistics

from measure import LINES, measure
from tools import Rootstream, prepared, replay


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--lines", default="100-20,20-80,20-300")
    parser.add_argument("--work", default="")
    options = parser.parse_args()
    lines = options.lines.split(",")
    for line in lines:
        if not LINES.get(line):
            parser.error(f"'{line}' is not a line with a round trip: {', '.join(name for name in LINES if LINES[name])}")
    with prepared(options.work) as inputs:
        path = inputs.path("waits")
        print("| line | image | reads that waited | median | 95th of 100 | 99th | longest |\n|---|---|---|---|---|---|---|",
              flush=True)
        for line in lines:
            for image in ("plain", "other"):
                measure(inputs, Rootstream(inputs, image), line,
                        lambda folder: replay(inputs.programs, folder, waits=path))
                with open(path, encoding="ascii") as file:
                    waits = [float(text) for text in file]
                long = [wait for wait in waits if wait >= LINES[line][1] / 2]
                if len(long) < 2:
                    print(f"| {line} | {image} | {len(long)} of {len(waits)} | | | | |", flush=True)
                    continue
                parts = statistics.quantiles(long, n=100, method="inclusive")
                print(f"| {line} | {image} | {len(long)} of {len(waits)} | {parts[49]:.0f} | {parts[94]:.0f} | "
                      f"{parts[98]:.0f} | {max(long):.0f} |", flush=True)


main()
