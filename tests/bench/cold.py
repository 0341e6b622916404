#!/usr/bin/env python3
"""Compares cold starts over slow lines with those of other tools: prints a Markdown table, and draws a chart.

  sudo tests/bench/cold.py [--lines NAME,...] [--tools NAME,...] [--svg FILE] [--work FOLDER]

Makes a Debian root (mmdebstrap), publishes it, records programs.sh in a chroot of the mount, and publishes the root
again with the recorded profile. Then, for each line (line.py) and tool, mounts with empty caches and runs a trace.
There are two kinds of trace: `reads` (the recorded reads, by pread in one thread) and `programs` (the programs
themselves). --work keeps the inputs for the next run. Needs the BENCH_PACKAGES of test.sh.
"""
import argparse
import subprocess
import sys

from measure import LINES, bound, measure, measure_warm, touched_bytes
from tools import Casync, Download, Httpdirfs, Nbdkit, Rclone, Rootstream, prepared, replay, run_programs

TOOLS = {
    "profile": lambda inputs, kind: Rootstream(inputs, kind),
    "plain": lambda inputs, kind: Rootstream(inputs, "plain"),
    "other-profile": lambda inputs, kind: Rootstream(inputs, "other"),
    "nbdkit-256K": lambda inputs, kind: Nbdkit(inputs, "256K"),
    "nbdkit-64K": lambda inputs, kind: Nbdkit(inputs, "64K"),
    "rclone": lambda inputs, kind: Rclone(inputs),
    "httpdirfs": lambda inputs, kind: Httpdirfs(inputs),
    "download": lambda inputs, kind: Download(inputs),
    "casync": lambda inputs, kind: Casync(inputs),
}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--lines", default="100-20,20-80,20-80-stalls,20-300,2-150,loopback")
    parser.add_argument("--tools", default=",".join(TOOLS))
    parser.add_argument("--kinds", default="reads,programs")
    parser.add_argument("--work", default="")
    parser.add_argument("--svg", default="")
    options = parser.parse_args()
    for known, named in ((LINES, options.lines), (TOOLS, options.tools), (("reads", "programs"), options.kinds)):
        if unknown := set(named.split(",")) - set(known):
            parser.error(f"not known: {', '.join(sorted(unknown))}; there are: {', '.join(known)}")
    rows = []
    with prepared(options.work) as inputs:
        for kind in options.kinds.split(","):
            profile = inputs.programs if kind == "programs" else inputs.reads
            trace = run_programs if kind == "programs" else lambda folder: replay(inputs.programs, folder)
            plain, compressed = touched_bytes(inputs, profile)
            warm = measure_warm(inputs, kind, trace)
            print(f"\n{kind}: {plain / 1e6:.1f} MB touched, {compressed / 1e6:.2f} MB compressed; on a warm mount "
                  f"{warm:.2f} s\n\n| line | tool | seconds | MB | ours with a profile: times faster, or bound |"
                  "\n|---|---|---|---|---|", flush=True)
            for line in options.lines.split(","):
                ours = None
                for name in options.tools.split(","):
                    try:
                        seconds, wire, stalled = measure(inputs, TOOLS[name](inputs, kind), line, trace)
                    except (subprocess.SubprocessError, RuntimeError) as error:
                        print(error, file=sys.stderr)
                        print(f"| {line} | {name} | it failed | | |", flush=True)
                        continue
                    note = f"{seconds / ours:.1f} ×" if ours else ""
                    if name == "profile":
                        ours = seconds
                        if LINES[line]:
                            most = bound(line, compressed, stalled, warm)
                            note = f"≤ {most:.2f} s, ≤ {1.1 * compressed / 1e6:.2f} MB"
                    rows.append((kind, line, name, seconds))
                    print(f"| {line} | {name} | {seconds:.2f} | {wire / 1e6:.2f} | {note} |", flush=True)
    if options.svg:
        from chart import draw
        with open(options.svg, "w", encoding="utf-8") as file:
            file.write(draw(rows))


main()
