#!/usr/bin/env python3
"""Cold starts over slow lines, beside other tools: prints a Markdown table, and draws a chart.

  sudo tests/bench/cold.py [--lines NAME,...] [--tools NAME,...] [--svg FILE] [--work FOLDER]

Makes a Debian root (mmdebstrap), publishes it, runs programs.sh in a chroot of the mount while that is recorded,
and publishes again with what was recorded. Then, for each line (line.py) and tool: mounts with empty caches and
runs a trace. Two kinds: `reads` (what the programs read, by pread, one thread) and `programs` (the programs
themselves). --work keeps the inputs for the next run. Needs what test.sh calls BENCH_PACKAGES.
"""
import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
ROOTSTREAM = os.path.join(ROOT, "build/default/bin/rootstream")
SERVER = 18975  # nginx
LINE = 18976    # line.py

# name: Mbit/s, round trip in ms, stalls
LINES = {
    "100-20": (100, 20, ""),
    "20-80": (20, 80, ""),
    "20-80-stalls": (20, 80, "2/10"),
    "20-300": (20, 300, ""),
    "2-150": (2, 150, ""),
    "loopback": None,
}
LONGEST = 900  # seconds of one trace; a tool that needs more is given up


def run(*command, **options):
    return subprocess.run(command, check=True, **options)


def output(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def wait_for(condition, what, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise RuntimeError(f"{what} did not come")
        time.sleep(0.02)


def stop(process):
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class Inputs:
    """The tree, its stores and images, made once and kept in the work folder."""

    def __init__(self, work):
        self.work = work
        self.tree = self.path("v1")
        self.key = self.path("key")
        self.programs = self.path("programs.profile")
        self.reads = self.path("reads.profile")

    def path(self, *names):
        return os.path.join(self.work, *names)

    def make(self):
        if not os.path.exists(self.path("v1.done")):
            self.make_tree()
        server = self.serve()
        try:
            if not os.path.exists(self.path("images.done")):
                self.publish()
        except BaseException:
            stop(server)
            raise
        return server

    def make_tree(self):
        print("making a Debian root", file=sys.stderr)
        shutil.rmtree(self.tree, ignore_errors=True)
        os.mkdir(self.tree)
        with open("/etc/os-release", encoding="utf-8") as file:
            suite = next(line for line in file if line.startswith("VERSION_CODENAME=")).split("=")[1].strip()
        run("mmdebstrap", "--quiet", "--variant=minbase",
            "--include=systemd,udev,python3,openssh-server,perl,vim,git,iproute2", suite, self.path("v1.tar"))
        run("tar", "-C", self.tree, "--xattrs", "--xattrs-include=*", "--numeric-owner", "-xf", self.path("v1.tar"))
        run("mksquashfs", self.tree, self.path("www-squash.img"), "-comp", "zstd", "-Xcompression-level", "15", "-b",
            "131072", "-noappend", "-quiet", "-no-progress", stderr=subprocess.DEVNULL)
        open(self.path("v1.done"), "w").close()

    def serve(self):
        config = self.path("nginx.conf")
        with open(config, "w", encoding="ascii") as file:
            file.write(f"""daemon off; pid {self.path('nginx.pid')}; error_log {self.path('nginx.err')};
events {{ worker_connections 256; }}
http {{ log_format bytes '$bytes_sent'; access_log {self.path('access')} bytes; sendfile on; tcp_nopush on;
  keepalive_requests 1000000;
  server {{ listen 127.0.0.1:{SERVER}; root {self.work}; autoindex on; }} }}
""")
        os.chmod(self.work, 0o755)
        return subprocess.Popen(["nginx", "-c", config])

    def publish(self):
        print("publishing and recording", file=sys.stderr)
        if not os.path.exists(self.key):
            run(ROOTSTREAM, "keygen", self.key, stdout=subprocess.DEVNULL)
        publish = [ROOTSTREAM, "publish", self.tree, self.path("store")]
        run(*publish, "plain", "--key", self.key, stdout=subprocess.DEVNULL)
        for name, profile, trace in (("programs", self.programs, run_programs),
                                     ("reads", self.reads, lambda folder: replay(self.programs, folder)),
                                     ("other", self.path("other.profile"), run_other)):
            mount = Rootstream(self, "plain", ["--record", profile, "--cache", "none"])
            mount.start(SERVER)
            trace(mount.folder)
            mount.stop()
            run(*publish, name, "--key", self.key, "--profile", profile, stdout=subprocess.DEVNULL)
        open(self.path("images.done"), "w").close()


def run_programs(folder):
    with open(os.path.join(HERE, "programs.sh"), encoding="ascii") as file:
        script = file.read()
    start = time.monotonic()
    subprocess.run(["timeout", str(LONGEST), "chroot", folder, "/bin/bash", "-c", script], check=False,
                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.monotonic() - start


def run_other(folder):
    """Another program than the traces' ones."""
    places = ["usr/share/zoneinfo", "usr/share/doc", "usr/share/perl", "usr/share/vim"]
    subprocess.run(["grep", "-r", "no such text"] + [os.path.join(folder, place) for place in places], check=False)


def replay(profile, folder):
    out = output("timeout", str(LONGEST), sys.executable, os.path.join(HERE, "replay.py"), profile, folder)
    return float(out.split()[0])


class Rootstream:
    def __init__(self, inputs, image, options=()):
        self.inputs, self.image, self.options = inputs, image, list(options)
        self.folder = inputs.path("mnt")
        self.cache = inputs.path("cache")

    def start(self, port, keep=False):
        os.makedirs(self.folder, exist_ok=True)
        if not keep:
            shutil.rmtree(self.cache, ignore_errors=True)
        options = self.options if "--cache" in self.options else self.options + ["--cache", self.cache]
        run(ROOTSTREAM, "mount", f"http://127.0.0.1:{port}/store/{self.image}", self.folder, "--pubkey",
            self.inputs.key + ".pub", "-o", "suid,dev", *options)

    def stop(self):
        run(ROOTSTREAM, "umount", self.folder)


class OnSquashfs:
    """A tool that shows the squashfs image as a file, and a loop mount of that."""

    def __init__(self, inputs):
        self.inputs = inputs
        self.files = inputs.path("files")
        self.folder = inputs.path("squash")
        self.cache = inputs.path("peer-cache")

    def start(self, port):
        for folder in (self.files, self.folder):
            os.makedirs(folder, exist_ok=True)
        shutil.rmtree(self.cache, ignore_errors=True)
        os.makedirs(self.cache)
        image = self.show(port)
        wait_for(lambda: os.path.exists(image), "the image")
        run("mount", "-t", "squashfs", "-o", "loop,ro", image, self.folder)

    def stop(self):
        run("umount", self.folder)
        subprocess.run(["fusermount3", "-u", self.files], check=False, stderr=subprocess.DEVNULL)
        self.process.wait()


class Nbdkit(OnSquashfs):
    def __init__(self, inputs, block):
        super().__init__(inputs)
        self.block = block

    def show(self, port):
        self.process = subprocess.Popen(
            ["nbdfuse", "-r", self.files, "[", "nbdkit", "--exit-with-parent", "-f", "-r", "--filter=cache", "curl",
             f"http://127.0.0.1:{port}/www-squash.img", "cache-on-read=true", f"cache-min-block-size={self.block}",
             "]"], env={**os.environ, "TMPDIR": self.cache})
        return os.path.join(self.files, "nbd")


class Rclone(OnSquashfs):
    def show(self, port):
        self.process = subprocess.Popen(
            ["rclone", "mount", ":http:", self.files, "--http-url", f"http://127.0.0.1:{port}/", "--read-only",
             "--vfs-cache-mode", "full", "--vfs-read-chunk-size", "256K", "--buffer-size", "256K", "--cache-dir",
             self.cache, "--config", "/dev/null"], stderr=subprocess.DEVNULL)
        return os.path.join(self.files, "www-squash.img")


class Httpdirfs(OnSquashfs):
    def show(self, port):
        self.process = subprocess.Popen(
            ["httpdirfs", "-f", "--no-range-check", "--cache", "--cache-location", self.cache, "--dl-seg-size", "1",
             f"http://127.0.0.1:{port}/", self.files], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return os.path.join(self.files, "www-squash.img")


class Download(OnSquashfs):
    def show(self, port):
        image = os.path.join(self.cache, "image")
        self.process = subprocess.Popen(["curl", "-s", "-o", image + ".part",
                                         f"http://127.0.0.1:{port}/www-squash.img"])
        self.process.wait(LONGEST)
        os.rename(image + ".part", image)
        return image


def tools(inputs, kind):
    return {
        "profile": Rootstream(inputs, kind),
        "plain": Rootstream(inputs, "plain"),
        "other-profile": Rootstream(inputs, "other"),
        "nbdkit-256K": Nbdkit(inputs, "256K"),
        "nbdkit-64K": Nbdkit(inputs, "64K"),
        "rclone": Rclone(inputs),
        "httpdirfs": Httpdirfs(inputs),
        "download": Download(inputs),
    }


def drop_pages():
    os.sync()
    with open("/proc/sys/vm/drop_caches", "w", encoding="ascii") as file:
        file.write("3")


def measure(inputs, tool, line, trace):
    """Seconds from the mount's begin to the trace's end, and bytes to the client."""
    open(inputs.path("access"), "w").close()
    stats = inputs.path("line.json")
    port, simulator = SERVER, None
    if LINES[line]:
        rate, rtt, stall = LINES[line]
        simulator = subprocess.Popen(
            [sys.executable, os.path.join(HERE, "line.py"), "--to", str(SERVER), "--rate", str(rate), "--rtt", str(rtt),
             "--stall", stall, "--listen", str(LINE), "--stats", stats], stdout=subprocess.PIPE)
        simulator.stdout.readline()
        port = LINE
    drop_pages()
    start = time.monotonic()
    try:
        tool.start(port)
        trace(tool.folder)
        seconds = time.monotonic() - start
    finally:
        tool.stop()
        if simulator:
            stop(simulator)
    if not simulator:
        time.sleep(0.2)
        with open(inputs.path("access"), encoding="ascii") as file:
            return seconds, sum(int(text) for text in file), 0.0
    with open(stats, encoding="ascii") as file:
        passed = json.load(file)
    return seconds, passed["down"], passed["stalled"]


def measure_warm(inputs, kind, trace):
    mount = Rootstream(inputs, kind)
    mount.start(SERVER)
    trace(mount.folder)
    mount.stop()
    mount.start(SERVER, keep=True)
    drop_pages()
    seconds = trace(mount.folder)
    mount.stop()
    return seconds


def touched_bytes(inputs, profile):
    """Compressed, in pieces of 128 KiB at level 19, and the shards that were needed."""
    out = output(sys.executable, os.path.join(ROOT, "tests/support/touched.py"), profile, inputs.tree, "19")
    plain, compressed, shards = (int(x) for x in out.split())
    return plain, compressed + shards


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--lines", default="100-20,20-80,20-80-stalls,20-300,2-150,loopback")
    parser.add_argument("--tools", default="profile,plain,other-profile,nbdkit-256K,nbdkit-64K")
    parser.add_argument("--kinds", default="reads,programs")
    parser.add_argument("--work", default="")
    parser.add_argument("--svg", default="")
    options = parser.parse_args()
    work = options.work or tempfile.mkdtemp(prefix="rootstream-cold-", dir="/var/tmp")
    os.makedirs(work, exist_ok=True)
    inputs = Inputs(os.path.abspath(work))
    server = inputs.make()
    rows = []
    try:
        for kind in options.kinds.split(","):
            profile = inputs.programs if kind == "programs" else inputs.reads
            trace = run_programs if kind == "programs" else lambda folder: replay(inputs.programs, folder)
            plain, compressed = touched_bytes(inputs, profile)
            warm = measure_warm(inputs, kind, trace)
            print(f"\n{kind}: {plain / 1e6:.1f} MB touched, {compressed / 1e6:.2f} MB compressed; on a warm mount "
                  f"{warm:.2f} s\n\n| line | tool | seconds | MB | ours with a profile: times faster, or bound |"
                  "\n|---|---|---|---|---|", flush=True)
            for line in options.lines.split(","):
                ours = None
                for name in options.tools.split(","):
                    seconds, wire, stalled = measure(inputs, tools(inputs, kind)[name], line, trace)
                    note = f"{seconds / ours:.1f} ×" if ours else ""
                    if name == "profile":
                        ours = seconds
                        if LINES[line]:
                            rate, rtt, _ = LINES[line]
                            bound = 1.15 * (compressed / (rate * 125e3) + 6 * rtt / 1e3 + stalled) + warm
                            note = f"≤ {bound:.2f} s, ≤ {1.1 * compressed / 1e6:.2f} MB"
                    rows.append((kind, line, name, seconds))
                    print(f"| {line} | {name} | {seconds:.2f} | {wire / 1e6:.2f} | {note} |", flush=True)
    finally:
        stop(server)
        if not options.work:
            shutil.rmtree(work)
    if options.svg:
        from chart import draw
        with open(options.svg, "w", encoding="utf-8") as file:
            file.write(draw(rows))


main()
