"""Shared by the benchmarks: a Debian root with its stores and images behind nginx, and the tools that mount them."""
import contextlib
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
LONGEST = 900  # seconds for one trace; a tool that needs more is stopped


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
        if not os.path.exists(self.path("www-casync.caidx")):
            run("casync", "make", "--chunk-size=262144", "--store=" + self.path("www-casync.castr"),
                self.path("www-casync.caidx"), self.tree, stdout=subprocess.DEVNULL)
        server = self.serve()
        try:
            if not os.path.exists(self.path("images.done")):
                self.publish_all()
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
http {{ log_format bytes '$bytes_sent $uri $http_range'; access_log {self.path('access')} bytes; sendfile on; tcp_nopush on;
  keepalive_requests 1000000;
  server {{ listen 127.0.0.1:{SERVER}; root {self.work}; autoindex on; }} }}
""")
        os.chmod(self.work, 0o755)
        return subprocess.Popen(["nginx", "-c", config])

    def publish(self, tree, store, name, profile=None):
        words = ["--profile", profile] if profile else []
        out = output(ROOTSTREAM, "publish", tree, self.path(store), name, "--key", self.key, "--json", *words)
        return json.loads(out)

    def record(self, store, image, profile, trace):
        mount = Rootstream(self, image, ["--record", profile, "--cache", "none"], store)
        mount.start(SERVER)
        trace(mount.folder)
        mount.stop()

    def publish_all(self):
        print("publishing and recording", file=sys.stderr)
        if not os.path.exists(self.key):
            run(ROOTSTREAM, "keygen", self.key, stdout=subprocess.DEVNULL)
        self.publish(self.tree, "store", "plain")
        for name, profile, trace in (("programs", self.programs, run_programs),
                                     ("reads", self.reads, lambda folder: replay(self.programs, folder)),
                                     ("other", self.path("other.profile"), run_other)):
            self.record("store", "plain", profile, trace)
            self.publish(self.tree, "store", name, profile)
        open(self.path("images.done"), "w").close()


@contextlib.contextmanager
def prepared(work):
    """Yields the inputs while nginx serves them. They are in folder `work`, or in a temporary folder."""
    folder = os.path.abspath(work) if work else tempfile.mkdtemp(prefix="rootstream-bench-", dir="/var/tmp")
    os.makedirs(folder, exist_ok=True)
    inputs = Inputs(folder)
    server = inputs.make()
    try:
        yield inputs
    finally:
        stop(server)
        if not work:
            shutil.rmtree(folder)


def run_programs(folder):
    with open(os.path.join(HERE, "programs.sh"), encoding="ascii") as file:
        script = file.read()
    start = time.monotonic()
    subprocess.run(["timeout", str(LONGEST), "chroot", folder, "/bin/bash", "-c", script], check=True,
                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.monotonic() - start


def run_other(folder):
    """Runs a program that the traces do not contain."""
    places = ["usr/share/zoneinfo", "usr/share/doc", "usr/share/perl", "usr/share/vim"]
    subprocess.run(["grep", "-r", "no such text"] + [os.path.join(folder, place) for place in places], check=False)


def replay(profile, folder, waits=None):
    command = ["timeout", str(LONGEST), sys.executable, os.path.join(HERE, "replay.py"), profile, folder]
    out = output(*command, *([waits] if waits else []))
    return float(out.split()[0])


class Rootstream:
    def __init__(self, inputs, image, options=(), store="store"):
        self.inputs, self.image, self.options, self.store = inputs, image, list(options), store
        self.folder = inputs.path("mnt")
        self.cache = inputs.path("cache")

    def start(self, port, keep=False):
        os.makedirs(self.folder, exist_ok=True)
        if not keep:
            shutil.rmtree(self.cache, ignore_errors=True)
        options = self.options if "--cache" in self.options else self.options + ["--cache", self.cache]
        run(ROOTSTREAM, "mount", f"http://127.0.0.1:{port}/{self.store}/{self.image}", self.folder, "--pubkey",
            self.inputs.key + ".pub", "-o", "suid,dev", *options)

    def stop(self):
        run(ROOTSTREAM, "umount", self.folder)


class OnSquashfs:
    """A tool that shows the squashfs image as a file, which is then loop-mounted."""

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
        subprocess.run(["umount", self.folder], check=False)
        subprocess.run(["fusermount3", "-u", self.files], check=False, stderr=subprocess.DEVNULL)
        stop(self.process)


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


class Casync:
    """casync's own mount and chunks, with 256 KiB on average, since its default of 64 KiB is slower."""

    def __init__(self, inputs):
        self.inputs = inputs
        self.folder = inputs.path("mnt")
        self.cache = inputs.path("peer-cache")

    def start(self, port):
        shutil.rmtree(self.cache, ignore_errors=True)
        for folder in (self.folder, self.cache):
            os.makedirs(folder, exist_ok=True)
        server = f"http://127.0.0.1:{port}/www-casync"
        self.process = subprocess.Popen(["casync", "mount", f"--store={server}.castr", f"{server}.caidx", self.folder],
                                        env={**os.environ, "TMPDIR": self.cache, "XDG_CACHE_HOME": self.cache},
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(lambda: os.path.ismount(self.folder), "casync's mount")

    def stop(self):
        subprocess.run(["umount", self.folder], check=False)
        stop(self.process)


def drop_pages():
    os.sync()
    with open("/proc/sys/vm/drop_caches", "w", encoding="ascii") as file:
        file.write("3")
