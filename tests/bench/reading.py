#!/usr/bin/env python3
"""Compares reading from a near server and from a warm cache with other tools: prints a Markdown table of ratios.

  sudo tests/bench/reading.py [--rounds N] [--work FOLDER]

Reads a file (the bench's Debian root as one tar, 350 MB) and the root itself. The two sides of each row run alternately;
the table shows the median of the ratios. "warm": everything is in the client's cache, and the page cache is dropped.
"""
import argparse
import os
import statistics
import subprocess
import time

from tools import SERVER, Download, Httpdirfs, Nbdkit, Rclone, Rootstream, drop_pages, prepared, run


def seconds(command):
    drop_pages()
    start = time.monotonic()
    run("bash", "-c", "set -o pipefail; " + command)
    return time.monotonic() - start


class Local:
    """An image file, loop-mounted."""

    def __init__(self, inputs, image, kind):
        self.image, self.kind = image, kind
        self.folder = inputs.path("local")

    def start(self, _):
        os.makedirs(self.folder, exist_ok=True)
        run("mount", "-t", self.kind, "-o", "loop,ro", self.image, self.folder)

    def stop(self):
        run("umount", self.folder)


class Warm(Rootstream):
    def start(self, port):
        super().start(port, keep=True)


def timed(mount, command):
    mount.start(SERVER)
    try:
        return seconds(command.format(mount.folder))
    finally:
        mount.stop()


def make_file(inputs):
    """Makes big/file, a copy compressed by zstd, its image in the store, and an ext4 image that contains it."""
    big = inputs.path("big")
    if os.path.exists(inputs.path("big.done")):
        return
    os.makedirs(big, exist_ok=True)
    file = os.path.join(big, "file")
    run("tar", "-C", inputs.tree, "--sort=name", "-cf", file, ".")
    run("zstd", "-q", "-f", "-15", file, "-o", inputs.path("big.zst"))
    inputs.publish(big, "store", "big")
    image = inputs.path("big.ext4")
    with open(image, "wb") as out:
        out.truncate(os.path.getsize(file) * 5 // 4)
    run("mkfs.ext4", "-q", "-F", "-d", big, image)
    open(inputs.path("big.done"), "w").close()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--work", default="")
    options = parser.parse_args()
    with prepared(options.work) as inputs:
        profile = inputs.path("bench.profile")

        def row(name, promised, ours, theirs):
            ratios = []
            for _ in range(options.rounds):
                ratios.append((theirs(), ours()))
            ratio = statistics.median(b / a for a, b in ratios)
            print(f"| {name} | {ratio:.2f} | {promised} | {statistics.median(b for _, b in ratios):.2f} |", flush=True)

        def recorded():
            if os.path.exists(profile):
                os.unlink(profile)
            return timed(Warm(inputs, "big", ["--record", profile]), read)

        make_file(inputs)
        read, tree = "cat {}/file >/dev/null", "tar -C {} -cf - . | cat >/dev/null"
        big = Rootstream(inputs, "big")
        print("| what | our time ÷ theirs | promised | ours, s |\n|---|---|---|---|", flush=True)
        row("a file, cold, from loopback; curl piped through zstd -d", "≤ 1.25", lambda: timed(big, read),
            lambda: seconds(f"curl -s http://127.0.0.1:{SERVER}/big.zst | zstd -dqc >/dev/null"))
        row("a file, warm; ext4", "≤ 1.7", lambda: timed(Warm(inputs, "big"), read),
            lambda: timed(Local(inputs, inputs.path("big.ext4"), "ext4"), read))
        row("a file, warm; the same while it is recorded", "≤ 1.02 (recorded ÷ not)", recorded,
            lambda: timed(Warm(inputs, "big"), read))
        plain = Rootstream(inputs, "plain")
        for name, peer in (("nbdkit, 256 KiB", Nbdkit(inputs, "256K")), ("nbdkit, 64 KiB", Nbdkit(inputs, "64K")),
                           ("rclone", Rclone(inputs)), ("httpdirfs", Httpdirfs(inputs)), ("download", Download(inputs))):
            what = f"the tree by tar, cold, from loopback; {name}"
            try:
                row(what, "< 1", lambda: timed(plain, tree), lambda: timed(peer, tree))
            except subprocess.CalledProcessError:
                print(f"| {what} | it failed | < 1 | |", flush=True)
        row("the tree by tar, warm; squashfs", "≤ 1.5", lambda: timed(Warm(inputs, "plain"), tree),
            lambda: timed(Local(inputs, inputs.path("www-squash.img"), "squashfs"), tree))


main()
