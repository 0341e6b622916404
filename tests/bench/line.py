"""Simulates a slow line between clients and one server, in user space.

  line.py --to PORT --rtt MS --rate MBIT [--stall SECONDS/EVERY] [--listen PORT] [--stats FILE]

Listens on the loopback and prints its port. All connections share the rate and take turns (as with fair queueing
at a bottleneck), and every byte is delayed by half of the round trip. A new connection costs a round trip before
its first byte leaves, like TCP's handshake; TLS's own round trips follow from its messages. A stall ("2/10": two
seconds in every ten, of which the first eight are free) stands for loss: nothing passes while it lasts. There is
no slow start. SIGTERM ends the program, which then writes its counts to FILE: connections, bytes to the client,
bytes to the server, seconds of stall while bytes waited.
"""
import argparse
import asyncio
import collections
import json
import os
import signal

PIECE = 4096         # bytes that pass at a time
BACKLOG = 256 << 10  # bytes that a sender may have waiting


class Stalls:
    def __init__(self, text, start):
        self.length, self.every = (float(x) for x in text.split("/")) if text else (0.0, 1.0)
        self.start = start

    def free_at(self, time):
        """The first moment at or after `time` that is not within a stall."""
        within = (time - self.start) % self.every
        return time if within < self.every - self.length else time - within + self.every


class Direction:
    """Sends pieces of all flows in turn, at the line's rate. Each piece arrives `delay` seconds after it was sent."""

    def __init__(self, rate, delay, stalls):
        self.rate, self.delay, self.stalls = rate, delay, stalls
        self.waiting = collections.deque()
        self.some = asyncio.Event()
        self.passed = 0
        self.stalled = 0.0

    def put(self, flow):
        if not flow.queued:
            flow.queued = True
            self.waiting.append(flow)
            self.some.set()

    async def run(self):
        loop = asyncio.get_running_loop()
        free = loop.time()
        while True:
            if not self.waiting:
                self.some.clear()
                await self.some.wait()
                free = max(free, loop.time())
            flow = self.waiting.popleft()
            flow.queued = False
            piece = flow.take()
            if not piece:
                continue
            # While bytes wait, `free` is the line's own clock, so that a sleep that was too long is made up for.
            start = self.stalls.free_at(free)
            self.stalled += start - free
            free = start + len(piece) / self.rate
            self.passed += len(piece)
            loop.call_at(free + self.delay, flow.deliver, piece)
            if flow.pending:
                self.put(flow)
            if free - loop.time() > 0.002:
                await asyncio.sleep(free - loop.time())


class Flow:
    """One direction of one connection."""

    def __init__(self, direction, reader, writer):
        self.direction, self.reader, self.writer = direction, reader, writer
        self.pending = bytearray()
        self.queued = False
        self.ended = False
        self.in_flight = 0
        self.room = asyncio.Event()

    def take(self):
        piece = bytes(self.pending[:PIECE])
        del self.pending[:PIECE]
        self.in_flight += 1 if piece else 0
        if len(self.pending) < BACKLOG:
            self.room.set()
        return piece

    def deliver(self, piece):
        self.in_flight -= 1
        if not self.writer.is_closing():
            self.writer.write(piece)
        self.close_if_done()

    def close_if_done(self):
        if self.ended and not self.pending and self.in_flight == 0:
            self.writer.close()

    def drop(self):
        self.pending.clear()
        self.room.set()

    async def run(self):
        try:
            while data := await self.reader.read(65536):
                self.pending += data
                self.direction.put(self)
                while len(self.pending) >= BACKLOG and not self.writer.is_closing():
                    self.room.clear()
                    await self.room.wait()
        except ConnectionError:
            pass
        self.ended = True
        self.close_if_done()


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--to", type=int, required=True)
    parser.add_argument("--rtt", type=float, required=True)
    parser.add_argument("--rate", type=float, required=True)
    parser.add_argument("--stall", default="")
    parser.add_argument("--listen", type=int, default=0)
    parser.add_argument("--stats", default="")
    options = parser.parse_args()
    rate, rtt = options.rate * 1e6 / 8, options.rtt / 1e3
    loop = asyncio.get_running_loop()
    stalls = Stalls(options.stall, loop.time())
    down = Direction(rate, rtt / 2, stalls)
    up = Direction(rate, rtt / 2, stalls)
    connections = 0

    async def connect(reader, writer):
        nonlocal connections
        connections += 1
        await asyncio.sleep(rtt)
        try:
            server_reader, server_writer = await asyncio.open_connection("127.0.0.1", options.to)
        except OSError:
            writer.close()
            return
        to_client = Flow(down, server_reader, writer)
        to_server = Flow(up, reader, server_writer)
        task = asyncio.create_task(to_client.run())
        await to_server.run()
        # The client is gone. The server learns this half a round trip later; its unsent bytes are dropped.
        await asyncio.sleep(rtt / 2)
        if writer.is_closing() or reader.at_eof():
            to_client.drop()
            server_writer.close()
            writer.close()
        await task

    server = await asyncio.start_server(connect, "127.0.0.1", options.listen)
    print(server.sockets[0].getsockname()[1], flush=True)
    tasks = [asyncio.create_task(direction.run()) for direction in (down, up)]  # else garbage-collected
    end = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end.set)
    await end.wait()
    assert not any(task.done() for task in tasks)
    if options.stats:
        with open(options.stats, "w", encoding="ascii") as file:
            json.dump({"connections": connections, "down": down.passed, "up": up.passed, "stalled": down.stalled}, file)
    os._exit(0)  # without messages about connections that are still open


asyncio.run(main())
