"""Repeats the reads of a profile, in its order, in one thread: open and pread.

  replay.py PROFILE FOLDER [WAITS]    prints seconds, bytes and the longest single read in seconds; WAITS: a file
                                      for the duration of each read in milliseconds, one per line
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


def main(profile, folder, waits_file=None):
    files, waits = {}, []
    start = time.monotonic()
    total = 0
    for path, offset, length in reads(profile):
        begin = time.monotonic()
        if path not in files:
            files[path] = os.open(os.fsencode(folder) + path, os.O_RDONLY)
        got = len(os.pread(files[path], length, offset))
        if got != length:
            sys.exit(f"replay.py: {path}: {got} bytes of {length} at {offset}")
        total += got
        waits.append(time.monotonic() - begin)
    print(f"{time.monotonic() - start:.3f} {total} {max(waits):.3f}")
    if waits_file:
        with open(waits_file, "w", encoding="ascii") as file:
            file.writelines(f"{1e3 * wait:.2f}\n" for wait in waits)


if __name__ == "__main__":
    main(*sys.argv[1:])
