"""Reads what a profile says was read, in its order, with one thread: open and pread.

  replay.py PROFILE FOLDER    prints seconds, bytes and the longest single read in seconds
"""
import os
import re
import sys
import time


def unescape(text):
    return re.sub(rb"\\([0-9a-f]{2})", lambda m: bytes([int(m[1], 16)]), text)


def reads(profile):
    for line in open(profile, "rb").read().splitlines():
        words = line.split(b" ", 5)
        if words[0] == b"read":
            yield unescape(words[5]), int(words[3]), int(words[4])


def main(profile, folder):
    files = {}
    start = time.monotonic()
    total, longest = 0, 0.0
    for path, offset, length in reads(profile):
        begin = time.monotonic()
        if path not in files:
            files[path] = os.open(os.fsencode(folder) + path, os.O_RDONLY)
        got = len(os.pread(files[path], length, offset))
        if got != length:
            sys.exit(f"replay.py: {path}: {got} bytes of {length} at {offset}")
        total += got
        longest = max(longest, time.monotonic() - begin)
    print(f"{time.monotonic() - start:.3f} {total} {longest:.3f}")


if __name__ == "__main__":
    main(*sys.argv[1:])
