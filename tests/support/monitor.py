"""Sends commands to the monitor of a QEMU (its human one, on a Unix socket): monitor.py SOCKET COMMAND...

Prints what the monitor answers to them."""
import socket
import sys

PROMPT = b"(qemu) "


def answer(connection):
    seen = b""
    while not seen.endswith(PROMPT):
        data = connection.recv(4096)
        if not data:
            raise SystemExit("monitor.py: the monitor has gone")
        seen += data
    return seen


with socket.socket(socket.AF_UNIX) as connection:
    connection.settimeout(60)
    connection.connect(sys.argv[1])
    answer(connection)
    for command in sys.argv[2:]:
        connection.sendall(command.encode() + b"\n")
        lines = answer(connection).decode(errors="replace").splitlines()[1:-1]
        print("\n".join(lines))
