"""Drives a program on a pseudo-terminal by what it prints, as a person at a console would.

  console.py --log FILE [--stamps FILE] --timeout SECONDS [--show] STEP... -- PROGRAM ARGUMENT...

--show: also copies the output to standard output. --stamps: lines of the output, each after its time in seconds.

Each step has two words: expect REGEX (waits for output that matches, after the last match), send TEXT (types TEXT
and Return), type TEXT (types only TEXT), run COMMAND (runs it in a shell, while the program continues), wait
SECONDS, end '' (waits until the program ends). Exits with 0 when all steps are done. Otherwise prints the end of
the output, and what it waited for, to standard error. Stops the program in any case.
"""
import argparse
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time

ANSI = re.compile(rb"\x1b\[[0-9;?]*[A-Za-z]")


class Console:
    def __init__(self, command, log, deadline, show, stamps):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execvp(command[0], command)
        self.log = open(log, "wb", buffering=0)
        self.seen = b""
        self.at = 0
        self.ended = False
        self.deadline = deadline
        self.show = show
        self.stamps = open(stamps, "w") if stamps else None
        self.began = time.monotonic()
        self.unstamped = b""

    def read(self, seconds):
        if not select.select([self.fd], [], [], max(0.0, seconds))[0]:
            return
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            data = b""
        if not data:
            self.ended = True
            return
        self.log.write(data)
        self.stamp(data)
        if self.show:
            sys.stdout.buffer.write(data)
            sys.stdout.flush()
        self.seen = ANSI.sub(b"", self.seen + data)

    def stamp(self, data):
        if self.stamps is None:
            return
        self.unstamped += data
        while b"\n" in self.unstamped:
            line, self.unstamped = self.unstamped.split(b"\n", 1)
            self.write_stamp(line)
        if self.unstamped.endswith(b"login: "):
            self.write_stamp(self.unstamped)
            self.unstamped = b""

    def write_stamp(self, line):
        text = ANSI.sub(b"", line).decode(errors="replace").rstrip("\r")
        self.stamps.write(f"{time.monotonic() - self.began:.2f} {text}\n")
        self.stamps.flush()

    def wait(self, done, what):
        while not done():
            if self.ended:
                raise TimeoutError(f"the program ended; waited for {what}")
            left = self.deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError(f"no time left; waited for {what}")
            self.read(min(left, 1.0))

    def expect(self, regex):
        pattern = re.compile(regex.encode(), re.MULTILINE)

        def found():
            match = pattern.search(self.seen, self.at)
            if match:
                self.at = match.end()
            return match is not None

        self.wait(found, regex)

    def end(self):
        while not self.ended:
            self.wait(lambda: self.ended, "the end")


def main():
    arguments = sys.argv[1:]
    split = arguments.index("--")
    options, command = arguments[:split], arguments[split + 1:]
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--log", required=True)
    parser.add_argument("--stamps")
    parser.add_argument("--timeout", type=float, required=True)
    parser.add_argument("--show", action="store_true")
    parser.add_argument("steps", nargs=argparse.REMAINDER)
    given = parser.parse_args(options)
    steps = given.steps
    console = Console(command, given.log, time.monotonic() + given.timeout, given.show, given.stamps)
    try:
        for verb, text in zip(steps[::2], steps[1::2]):
            if verb == "expect":
                console.expect(text)
            elif verb in ("send", "type"):
                os.write(console.fd, text.encode() + (b"\r" if verb == "send" else b""))
            elif verb == "run":
                subprocess.run(text, shell=True, check=True)
            elif verb == "wait":
                until = time.monotonic() + float(text)
                while time.monotonic() < until and not console.ended:
                    console.read(until - time.monotonic())
            elif verb == "end":
                console.end()
            else:
                raise ValueError(f"no step {verb}")
    except TimeoutError as error:
        tail = console.seen[-3000:].decode(errors="replace")
        print(f"{tail}\n\nconsole.py: {error}", file=sys.stderr)
        return 1
    finally:
        if not console.ended:
            os.kill(console.pid, signal.SIGTERM)
            time.sleep(0.2)
        try:
            os.kill(console.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        os.waitpid(console.pid, 0)
    return 0


sys.exit(main())
