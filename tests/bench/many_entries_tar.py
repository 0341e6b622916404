"""many_entries_tar.py N: a tar of N small files on standard output, 1,000 in a directory (ustar, pax(5))."""
import sys


def header(name, size, kind):
    fields = (name.encode().ljust(100, b"\0") + b"0000644\0" + b"0000000\0" + b"0000000\0" + b"%011o\0" % size +
              b"14000000000\0" + b" " * 8 + kind + b"\0" * 100 + b"ustar\0" + b"00" + b"\0" * 247)
    return fields[:148] + b"%06o\0 " % sum(fields) + fields[156:]


def main():
    out = sys.stdout.buffer
    for number in range(int(sys.argv[1])):
        if number % 1000 == 0:
            out.write(header(f"d{number // 1000:05d}/", 0, b"5"))
        content = b"content %d\n" % number
        out.write(header(f"d{number // 1000:05d}/file-{number:07d}", len(content), b"0"))
        out.write(content.ljust(512, b"\0"))
    out.write(b"\0" * 1024)


main()
