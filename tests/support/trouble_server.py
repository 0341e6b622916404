#!/usr/bin/env python3
"""A web server with faults: trouble_server.py STORE PORT, on the loopback.

The first part of the path names the fault, the rest names a file of the store:
  /good/…       none; ranges are served
  /drip-N/…     N bytes a second
  /busy-N/…     the first N requests are answered 503 with Retry-After: 86400; /busy-N-WORD/… has its own count
  /login/…      a login page, with 200
  /login-N/…    a login page for the first N requests
  /chance-N/…   a third of the requests get a random fault with the seed N: 503, 404, a closed connection, half of the
                answer, a flipped bit, the whole file instead of a range, seconds of silence, a login page
A request for an absolute URL, as proxies get them, is answered 407.
"""
import http.server
import os
import random
import re
import sys
import time

STORE, PORT = sys.argv[1], int(sys.argv[2])
PAGE = b"<!DOCTYPE html>\n<html><body>Log in, please" + b"." * 20000 + b"</body></html>"
counts = {}
chances = {}
FAULTS = ["busy", "missing", "closed", "half", "flipped", "no range", "silence", "login"]


def fault_of(trouble):
    chance = chances.setdefault(trouble, random.Random(trouble))
    return chance.choice(FAULTS) if chance.random() < 1 / 3 else ""


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.path.startswith("http:"):
            return self.answer(407, b"", {"Proxy-Authenticate": "Basic"})
        trouble, _, path = self.path.lstrip("/").partition("/")
        name, limit = (trouble.split("-") + [""])[:2]
        counts[trouble] = counts.get(trouble, 0) + 1
        in_trouble = not limit or counts[trouble] <= int(limit)
        fault = fault_of(trouble) if name == "chance" else ""
        if fault == "silence":
            time.sleep(3)
        if fault == "closed":
            self.close_connection = True
            return
        if fault == "busy":
            return self.answer(503, b"", {})
        if name == "busy" and in_trouble:
            return self.answer(503, b"", {"Retry-After": "86400"})
        if name == "login" and in_trouble or fault == "login":
            return self.answer(200, PAGE, {"Content-Type": "text/html"})
        try:
            with open(os.path.join(STORE, path), "rb") as file:
                body = file.read()
        except OSError:
            return self.answer(404, b"", {})
        if fault == "missing":
            return self.answer(404, b"", {})
        status, headers = 200, {}
        wanted = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        if wanted and fault != "no range":
            first, last = int(wanted[1]), min(int(wanted[2]), len(body) - 1)
            headers["Content-Range"] = f"bytes {first}-{last}/{len(body)}"
            status, body = 206, body[first : last + 1]
        if fault == "flipped" and body:
            at = len(body) // 2
            body = body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :]
        if fault == "half":
            headers["Content-Length"] = str(len(body))
            body = body[: len(body) // 2]
            self.close_connection = True
        self.answer(status, body, headers, rate=int(limit) if name == "drip" else 0)

    def answer(self, status, body, headers, rate=0):
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        try:
            if not rate:
                return self.wfile.write(body)
            step = max(1, rate // 10)
            for i in range(0, len(body), step):
                self.wfile.write(body[i : i + step])
                time.sleep(step / rate)
        except OSError:
            self.close_connection = True

    def log_message(self, *arguments):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", PORT), Handler)
server.daemon_threads = True
server.serve_forever()
