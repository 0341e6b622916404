"""Prints everything in a tree that an image keeps, one line for each name: list_tree.py FOLDER"""
import hashlib
import os
import stat
import sys


def holes(fd, size):
    """The offsets at which data and holes alternate."""
    out, at, kind = [], 0, os.SEEK_HOLE
    while at < size:
        try:
            at = os.lseek(fd, at, kind)
        except OSError:
            break
        out.append(at)
        kind = os.SEEK_DATA if kind == os.SEEK_HOLE else os.SEEK_HOLE
    return out


def line(root, path):
    full = os.path.join(root, path)
    info = os.lstat(full)
    words = [repr(path), oct(info.st_mode), info.st_uid, info.st_gid, info.st_nlink, info.st_mtime_ns]
    if stat.S_ISREG(info.st_mode):
        fd = os.open(full, os.O_RDONLY)
        digest = hashlib.sha256(os.pread(fd, info.st_size, 0)).hexdigest()
        words += [info.st_size, digest, holes(fd, info.st_size)]
        os.close(fd)
    elif stat.S_ISLNK(info.st_mode):
        words.append(repr(os.readlink(full)))
    elif stat.S_ISCHR(info.st_mode) or stat.S_ISBLK(info.st_mode):
        words.append((os.major(info.st_rdev), os.minor(info.st_rdev)))
    names = sorted(os.listxattr(full, follow_symlinks=False))
    words += [f"{name}={os.getxattr(full, name, follow_symlinks=False).hex()}" for name in names]
    print(*words)


def main(root):
    root = os.fsencode(root)
    line(root, b".")
    for folder, folders, files in os.walk(root):
        folders.sort()
        for name in sorted(folders + files):
            line(root, os.path.relpath(os.path.join(folder, name), root))


main(sys.argv[1])
