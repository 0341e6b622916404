#!/usr/bin/env python3
"""A soak: readers of every kind on one mount, with timers, Ctrl-C, kills, seeks, two servers of which one meets random
faults and both are killed and stopped, and a page cache that is dropped. All choices come from a seed that is printed
first. It fails if the daemon dies, a byte or an error is wrong, a process cannot be killed, or the daemon grows.

Of the two servers, one says what it will: under --on-network-loss wait its lies are never seen by a program. As root,
since the page cache is dropped. --build names a build folder: one with a sanitizer reports leaks at the end.
"""
import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import readers

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TROUBLE_SERVER = os.path.join(ROOT, "tests/support/trouble_server.py")
PORTS = (18991, 18992)
REPORT_EVERY = 30  # seconds
LONGEST_DEATH = 20  # seconds that a killed process may need: its request is answered by then


def make_tree(folder, chance):
    """Some 120 MB in 700 files: noise and text, of a byte to 8 MB."""
    names = []
    for number in range(700):
        name = f"d{number % 24:02}/e{number % 5}/file-{number}"
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        size = chance.choice([chance.randrange(1, 300), chance.randrange(4096, 60000), chance.randrange(100000, 900000)])
        size = chance.randrange(4000000, 8000000) if number % 100 == 0 else size
        with open(path, "wb") as file:
            file.write(chance.randbytes(size) if number % 3 else (b"%d of many lines\n" % number * (size // 16 + 1))[:size])
        names.append(name)
    return names


class Failed(Exception):
    pass


class Soak:
    def __init__(self, arguments, work):
        self.arguments, self.work = arguments, work
        self.chance = random.Random(arguments.seed)
        self.rootstream = os.path.join(os.path.abspath(arguments.build), "bin/rootstream")
        self.source, self.store, self.mount = (os.path.join(work, name) for name in ("source", "store", "mnt"))
        self.servers, self.readers, self.counts = {}, {}, {}

    def run(self, *command):
        subprocess.run([self.rootstream, *command], check=True, stdout=subprocess.DEVNULL)

    def set_up(self):
        os.mkdir(self.mount)
        self.names = make_tree(self.source, self.chance)
        self.run("keygen", self.work + "/key")
        self.run("publish", self.source, self.store, "soak", "--key", self.work + "/key", "--level", "3")
        for port in PORTS:
            self.start_server(port)
        time.sleep(1)
        self.log = open(self.work + "/log", "w+")
        self.daemon = subprocess.Popen(
            [self.rootstream, "mount", f"http://127.0.0.1:{PORTS[0]}/chance-{self.arguments.seed}/soak", self.mount, "--mirror",
             f"http://127.0.0.1:{PORTS[1]}/good", "--pubkey", self.work + "/key.pub", "--cache", self.work + "/cache",
             "--cache-size", "48M", "--on-network-loss", "wait", "--foreground"], stdout=self.log, stderr=self.log)
        end = time.monotonic() + 60
        while not os.path.ismount(self.mount):
            if time.monotonic() > end or self.daemon.poll() is not None:
                raise Failed("it does not mount: " + open(self.work + "/log").read())
            time.sleep(0.1)

    def start_server(self, port):
        self.servers[port] = subprocess.Popen([sys.executable, TROUBLE_SERVER, self.store, str(port)], stderr=subprocess.DEVNULL)

    def start_reader(self):
        seed, with_timer = self.chance.getrandbits(32), self.chance.random() < 0.5
        signal.pthread_sigmask(signal.SIG_BLOCK, readers.DEADLY)  # until the child has restored their handlers
        pid = os.fork()
        if pid == 0:
            readers.read_until_killed(self.source, self.mount, self.names, seed, with_timer)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, readers.DEADLY)
        self.readers[pid] = None  # later the signal that should end it, and the deadline

    def count(self, what):
        self.counts[what] = self.counts.get(what, 0) + 1

    def kill_a_reader(self):
        pid = self.chance.choice(list(self.readers))
        if self.readers[pid] is None:
            signum = self.chance.choice([signal.SIGINT, signal.SIGKILL, signal.SIGTERM, signal.SIGQUIT])
            os.kill(pid, signum)
            self.readers[pid] = (signum, time.monotonic() + LONGEST_DEATH)
            self.count("kills")

    def drop_caches(self):
        with open("/proc/sys/vm/drop_caches", "w") as file:
            file.write(self.chance.choice("123"))
        self.count("drops")

    def kill_a_server(self):
        port = self.chance.choice(PORTS)
        self.servers[port].kill()
        self.servers[port].wait()
        time.sleep(self.chance.random() * 2)
        self.start_server(port)
        self.count("server kills")

    def stop_a_server(self):
        port = self.chance.choice(PORTS)
        self.servers[port].send_signal(signal.SIGSTOP)
        for _ in range(self.chance.randrange(1, 40)):
            self.look_after_readers()
            self.kill_a_reader()
            time.sleep(0.1)
        self.servers[port].send_signal(signal.SIGCONT)
        self.count("server stops")

    def interrupt_a_listing(self):
        process = subprocess.Popen(["ls", "-lR", self.mount], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(self.chance.random() / 10)
        process.send_signal(signal.SIGINT)
        try:
            process.wait(LONGEST_DEATH)
        except subprocess.TimeoutExpired:
            raise Failed("ls lives on after Ctrl-C")
        self.count("Ctrl-C")

    def look_after_readers(self):
        if self.daemon.poll() is not None:
            raise Failed(f"the daemon died: exit {self.daemon.returncode}")
        for pid, dying in list(self.readers.items()):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                if not dying or os.waitstatus_to_exitcode(status) != -dying[0]:
                    raise Failed(f"a reader ended by itself: {os.waitstatus_to_exitcode(status)}")
                del self.readers[pid]
                self.start_reader()
            elif dying and time.monotonic() > dying[1]:
                raise Failed(f"reader {pid} lives {LONGEST_DEATH} s after {signal.Signals(dying[0]).name}")

    def state(self):
        """The daemon's anonymous memory in kB, its threads and its descriptors."""
        fields = dict(line.split(":", 1) for line in open(f"/proc/{self.daemon.pid}/status"))
        return (int(fields["RssAnon"].split()[0]), int(fields["Threads"]), len(os.listdir(f"/proc/{self.daemon.pid}/fd")))

    def soak(self):
        for _ in range(self.arguments.readers):
            self.start_reader()
        began = reported = time.monotonic()
        states = []
        rare = [self.drop_caches] * 8 + [self.interrupt_a_listing] * 12 + [self.kill_a_server, self.stop_a_server]
        while (now := time.monotonic()) < began + self.arguments.seconds:
            self.look_after_readers()
            self.kill_a_reader()
            if self.chance.random() < 0.3:
                self.chance.choice(rare)()
            if now >= reported + REPORT_EVERY:
                reported = now
                states.append(self.state())
                counts = ", ".join(f"{number} {what}" for what, number in sorted(self.counts.items()))
                print(f"{now - began:5.0f} s  {states[-1][0]} kB, {states[-1][1]} threads, {states[-1][2]} descriptors; {counts}",
                      flush=True)
            time.sleep(self.chance.random() / 5)
        return states

    def look_at_status(self):
        """Fails if no request was retried, because the soak then proves nothing."""
        answer = subprocess.run([self.rootstream, "status", self.mount, "--json"], check=True, stdout=subprocess.PIPE)
        status = json.loads(answer.stdout)
        print("status:", ", ".join(f"{status[name]} {name}" for name in ("requests", "retries", "errors", "misses")))
        if status["retries"] == 0:
            raise Failed("no request was tried again: the faults did not come")

    def judge(self, states):
        """Detects leaks: compares the last third with the second. The first third is ignored, because it fills caches."""
        third = len(states) // 3
        if third == 0:
            return
        for index, what, room in ((0, "kB of memory", 1.25), (1, "threads", 1.25), (2, "descriptors", 1.25)):
            before, after = (max(state[index] for state in part) for part in (states[third : 2 * third], states[2 * third :]))
            print(f"{what}: at most {before} in the second third, {after} in the last")
            if after > before * room + 8:
                raise Failed(f"the daemon grows: {before} {what}, then {after}")

    def end(self):
        for pid in self.readers:
            os.kill(pid, signal.SIGKILL)
        for pid in self.readers:
            os.waitpid(pid, 0)
        self.readers = {}
        self.look_at_status()
        self.run("umount", self.mount)
        if self.daemon.wait(60) != 0:
            raise Failed(f"the daemon ended with {self.daemon.returncode}: " + open(self.work + "/log").read())

    def clean_up(self):
        for pid in self.readers:
            os.kill(pid, signal.SIGKILL)
        for server in self.servers.values():
            server.kill()
        if os.path.ismount(self.mount):
            subprocess.run(["umount", "-l", self.mount])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=900)
    parser.add_argument("--readers", type=int, default=24)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().getrandbits(32))
    parser.add_argument("--build", default=os.path.join(ROOT, "build/default"))
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}, {arguments.readers} readers, {arguments.seconds} s", flush=True)
    work = tempfile.mkdtemp(prefix="rootstream-soak-", dir=os.environ.get("TMPDIR", "/var/tmp"))
    soak = Soak(arguments, work)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        soak.set_up()
        states = soak.soak()
        soak.end()
        soak.judge(states)
        print("the daemon lived, no byte was wrong")
        return 0
    except Failed as failure:
        print(f"FAILED (seed {arguments.seed}): {failure}", file=sys.stderr)
        if os.path.exists(work + "/log"):
            sys.stderr.write("".join(open(work + "/log").readlines()[-20:]))
        return 1
    finally:
        soak.clean_up()
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
