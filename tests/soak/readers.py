"""The readers of a soak. Each process reads a mount in many ways, as its seed chooses, and compares all that it sees
with the folder that was published. It runs until it is killed, or exits with 1 and a line that says what was wrong."""
import ctypes
import errno
import mmap
import os
import random
import resource
import signal
import sys

DEADLY = {signal.SIGINT, signal.SIGQUIT, signal.SIGTERM}
LIBC = ctypes.CDLL(None, use_errno=True)


class Wrong(Exception):
    pass


class Reader:
    def __init__(self, source, mount, names, seed):
        self.source, self.mount, self.names = source, mount, names
        self.random = random.Random(seed)
        self.ways = [self.whole, self.pieces, self.direct, self.mapped, self.sent, self.seen, self.listed, self.sought]

    def run(self):
        while True:
            self.random.choice(self.ways)(self.random.choice(self.names))

    def compare(self, name, what, seen, wanted):
        if seen != wanted:
            raise Wrong(f"{name}: {what} differs from what was published")

    def wanted(self, name, at=0, size=None):
        with open(os.path.join(self.source, name), "rb") as file:
            return os.pread(file.fileno(), size if size is not None else os.fstat(file.fileno()).st_size, at)

    def open(self, name, flags=0):
        return os.fdopen(os.open(os.path.join(self.mount, name), os.O_RDONLY | flags), "rb", buffering=0)

    def whole(self, name):
        with self.open(name) as file:
            self.compare(name, "all of it", file.read(), self.wanted(name))

    def pieces(self, name):
        with self.open(name) as file:
            size = os.fstat(file.fileno()).st_size
            for _ in range(8):
                at, length = self.random.randrange(size + 5000), self.random.randrange(1, 200000)
                self.compare(name, f"{length} at {at}", os.pread(file.fileno(), length, at), self.wanted(name, at, length))

    def direct(self, name):
        with self.open(name, os.O_DIRECT) as file:
            page = mmap.mmap(-1, 8192)
            at = self.random.randrange(os.fstat(file.fileno()).st_size // 4096 + 1) * 4096
            got = os.preadv(file.fileno(), [page], at)
            self.compare(name, f"O_DIRECT at {at}", page[:got], self.wanted(name, at, 8192))

    def mapped(self, name):
        with self.open(name) as file:
            size = os.fstat(file.fileno()).st_size
            if size == 0:
                return
            with mmap.mmap(file.fileno(), size, prot=mmap.PROT_READ) as pages:
                for _ in range(4):
                    at = self.random.randrange(size)
                    self.compare(name, f"mapped at {at}", pages[at : at + 5000], self.wanted(name, at, 5000))

    def sent(self, name):
        with self.open(name) as file, open(os.memfd_create("sent"), "r+b") as into:
            while os.sendfile(into.fileno(), file.fileno(), None, 1 << 20):
                pass
            into.seek(0)
            self.compare(name, "sent", into.read(), self.wanted(name))

    def seen(self, name):
        mounted, source = os.lstat(os.path.join(self.mount, name)), os.lstat(os.path.join(self.source, name))
        for field in ("st_mode", "st_size", "st_mtime_ns", "st_uid", "st_nlink"):
            self.compare(name, field, getattr(mounted, field), getattr(source, field))
        try:
            os.lstat(os.path.join(self.mount, name + ".not"))
        except FileNotFoundError:
            return
        raise Wrong(f"{name}.not is there")

    def listed(self, name):
        folder = os.path.dirname(name)
        self.compare(folder, "its names", sorted(os.listdir(os.path.join(self.mount, folder))),
                     sorted(os.listdir(os.path.join(self.source, folder))))

    def sought(self, name):
        """Seeks to an arbitrary position: this must give an error or names of this folder, and nothing else."""
        folder = os.path.dirname(name)
        fd = os.open(os.path.join(self.mount, folder), os.O_RDONLY | os.O_DIRECTORY)
        try:
            at = self.random.choice([self.random.getrandbits(62), self.random.getrandbits(16), 1 << self.random.randrange(62)])
            LIBC.lseek(fd, ctypes.c_long(at), os.SEEK_SET)
            names = os.listdir(fd) if self.random.random() < 0.5 else []
        except OSError as error:
            if error.errno not in (errno.EINVAL, errno.ENOENT):
                raise
            names = []
        finally:
            os.close(fd)
        strangers = set(names) - set(os.listdir(os.path.join(self.source, folder)))
        if strangers:
            raise Wrong(f"{folder}: position {at} shows {sorted(strangers)[:3]}")


def read_until_killed(source, mount, names, seed, with_timer):
    """The body of a process; does not return."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # no core dump by SIGQUIT
    for signum in DEADLY:
        signal.signal(signum, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, DEADLY)
    if with_timer:
        signal.signal(signal.SIGALRM, lambda *_: None)
        signal.setitimer(signal.ITIMER_REAL, 0.02, 0.02)
        signal.siginterrupt(signal.SIGALRM, False)
    try:
        Reader(source, mount, names, seed).run()
    except (Wrong, OSError, ValueError) as error:
        print(f"WRONG (seed {seed}): {type(error).__name__}: {error}", flush=True)
    os._exit(1)
