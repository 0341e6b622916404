"""Measures the ranges of a profile: joins them, cuts them into pieces of 128 KiB, and compresses each piece alone.

  touched.py PROFILE TREE LEVEL    TREE: the image's root, mounted or as it was published

Prints the touched bytes, their compressed bytes (zstd -LEVEL), and the stored bytes of the shards that were needed.
"""
import os
import re
import subprocess
import sys

PIECE = 128 * 1024


def unescape(text):
    return re.sub(rb"\\([0-9a-f]{2})", lambda m: bytes([int(m[1], 16)]), text)


def compressed(piece, level):
    done = subprocess.run(["zstd", f"-{level}", "-c", "--no-check"], input=piece, stdout=subprocess.PIPE, check=True)
    return len(done.stdout)


def main(profile, tree, level):
    data, shards = [], 0
    for line in open(profile, "rb").read().splitlines():
        words = line.split(b" ", 5)
        if words[0] == b"shard":
            shards += int(words[3])
        if words[0] != b"read":
            continue
        with open(os.fsencode(tree) + unescape(words[5]), "rb") as file:
            data.append(os.pread(file.fileno(), int(words[4]), int(words[3])))
    whole = b"".join(data)
    pieces = [whole[at:at + PIECE] for at in range(0, len(whole), PIECE)]
    print(len(whole), sum(compressed(piece, level) for piece in pieces), shards)


main(*sys.argv[1:])
