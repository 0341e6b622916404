"""Reads parts of a file in one of several ways, then prints which of its pages are in the page cache.

  page_reads.py WAY FILE OFFSET:LENGTH...    WAY: read, mmap, sendfile or readahead

Prints two lines of pages, as BEGIN-END, where END is not included: the pages that were asked for, and the pages
that are cached (mincore(2)).
"""
import ctypes
import mmap
import os
import sys
import time

PAGE = 4096
libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
libc.mincore.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_char_p]
libc.munmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
libc.readahead.argtypes = [ctypes.c_int, ctypes.c_long, ctypes.c_size_t]


def cached(fd):
    size = os.fstat(fd).st_size
    pages = (size + PAGE - 1) // PAGE
    at = libc.mmap(None, size, mmap.PROT_READ, mmap.MAP_SHARED, fd, 0)
    states = ctypes.create_string_buffer(pages)
    if libc.mincore(at, size, states) != 0:
        raise OSError(ctypes.get_errno(), "mincore")
    libc.munmap(at, size)
    return {page for page in range(pages) if states.raw[page] & 1}


def ranges(pages):
    out = []
    for page in sorted(pages):
        if out and out[-1][1] == page:
            out[-1][1] = page + 1
        else:
            out.append([page, page + 1])
    return " ".join(f"{begin}-{end}" for begin, end in out)


def touch(way, fd, offset, length):
    if way == "read":
        assert len(os.pread(fd, length, offset)) == length
    elif way == "sendfile":
        with open(os.devnull, "wb") as null:
            while length > 0:
                sent = os.sendfile(null.fileno(), fd, offset, length)
                offset, length = offset + sent, length - sent
    elif way == "mmap":
        with mmap.mmap(fd, 0, prot=mmap.PROT_READ) as bytes_of_file:
            for at in range(offset, offset + length, PAGE):
                bytes_of_file[at]
    else:
        assert libc.readahead(fd, offset, length) == 0


def main(way, path, *parts):
    fd = os.open(path, os.O_RDONLY)
    asked = set()
    for part in parts:
        offset, length = (int(number) for number in part.split(":"))
        touch(way, fd, offset, length)
        asked.update(range(offset // PAGE, (offset + length - 1) // PAGE + 1))
    before = None
    while way == "readahead" and cached(fd) != before:  # readahead(2) does not wait
        before = cached(fd)
        time.sleep(0.5)
    print(ranges(asked))
    print(ranges(cached(fd)))


main(*sys.argv[1:])
