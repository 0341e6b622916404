#!/usr/bin/env python3
"""Simulates a switch port with one tagged VLAN (IEEE 802.1Q) between a QEMU machine and a TAP device.

  vlan_port.py VLAN TAP OWN-PORT MACHINE-PORT

The machine's card is `-netdev socket,udp=127.0.0.1:OWN-PORT,localaddr=127.0.0.1:MACHINE-PORT`. Its frames with the tag of
VLAN go to TAP without the tag, frames from TAP go to it with the tag, and all other frames are dropped. The program
attaches to TAP (tuntap.txt of the kernel's documentation), and does not change its settings.
"""
import fcntl
import os
import select
import socket
import struct
import sys

TUNSETIFF = 0x400454CA
IFF_TAP, IFF_NO_PI = 0x2, 0x1000
TAGGED = b"\x81\x00"


def untagged(frame, vlan):
    """The frame without its tag, or None if it does not have the tag of `vlan`."""
    if frame[12:14] != TAGGED or struct.unpack("!H", frame[14:16])[0] & 0xFFF != vlan:
        return None
    return frame[:12] + frame[16:]


def tagged(frame, vlan):
    return frame[:12] + TAGGED + struct.pack("!H", vlan) + frame[12:]


def main():
    vlan, tap_name, own, machine = int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), ("127.0.0.1", int(sys.argv[4]))
    tap = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(tap, TUNSETIFF, struct.pack("16sH22x", tap_name.encode(), IFF_TAP | IFF_NO_PI))
    port = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    port.bind(("127.0.0.1", own))
    while True:
        for ready in select.select([tap, port], [], [])[0]:
            if ready is port:
                frame = untagged(port.recv(65536), vlan)
                if frame:
                    os.write(tap, frame)
            else:
                try:
                    port.sendto(tagged(os.read(tap, 65536), vlan), machine)
                except ConnectionRefusedError:
                    pass  # the machine has not started yet, or has ended


if __name__ == "__main__":
    main()
