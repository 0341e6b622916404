#!/usr/bin/env python3
"""The advertisements of an IPv6 router: answers each solicitation on an interface (RFC 4861, RFC 8106).

  router.py INTERFACE PREFIX NAME-SERVER DOMAIN [HOP-LIMIT]

PREFIX is a /64. With a HOP-LIMIT other than 255, hosts must ignore the advertisements.
"""
import socket
import struct
import sys


def option(kind, body):
    body += bytes(-(len(body) + 2) % 8)
    return struct.pack("!BB", kind, (len(body) + 2) // 8) + body


def advertisement(prefix, name_server, domain):
    head = struct.pack("!BBHBBHII", 134, 0, 0, 64, 0, 1800, 0, 0)
    on_link_and_autonomous = 0xC0
    names = b"".join(bytes([len(label)]) + label.encode() for label in domain.split(".")) + b"\0"
    return (head
            + option(3, struct.pack("!BBIII", 64, on_link_and_autonomous, 86400, 86400, 0) + socket.inet_pton(socket.AF_INET6, prefix))
            + option(25, struct.pack("!HI", 0, 1800) + socket.inet_pton(socket.AF_INET6, name_server))
            + option(31, struct.pack("!HI", 0, 1800) + names))


def main():
    interface, prefix, name_server, domain = sys.argv[1:5]
    hops = int(sys.argv[5]) if len(sys.argv) > 5 else 255
    index = socket.if_nametoindex(interface)
    link = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
    link.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, hops)
    link.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, index)
    all_routers = socket.inet_pton(socket.AF_INET6, "ff02::2") + struct.pack("@I", index)
    link.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, all_routers)
    while True:
        message, _ = link.recvfrom(2000)
        if message[:1] == b"\x85":
            link.sendto(advertisement(prefix, name_server, domain), ("ff02::1", 0, 0, index))


main()
