#!/usr/bin/env python3
"""Programs that get signals while they use a mount.
  interrupted.py timer FOLDER SECONDS    walks FOLDER again and again, with a 50 Hz timer; exits 4 if a call
                                         returned EINTR, 3 if one failed
  interrupted.py stat PATH [HANDLED]     one lookup; with HANDLED, SIGALRM has a handler that does nothing (SA_RESTART)
  interrupted.py direct PATH             one read with O_DIRECT
  interrupted.py killed PATH COUNT       COUNT lookups of names below PATH, each in a process that is killed while it waits
  interrupted.py readers PATH COUNT      COUNT threads, each of which reads a different page; prints "parked" when all
                                         wait, and exits 0 if all bytes equal those of the file $WANTED
"""
import mmap, os, random, signal, sys, threading, time


def handle(signum):
    signal.signal(signum, lambda *_: None)
    signal.siginterrupt(signum, False)


def timer(folder, seconds):
    handle(signal.SIGALRM)
    signal.setitimer(signal.ITIMER_REAL, 0.02, 0.02)
    end, cut = time.time() + float(seconds), 0
    while time.time() < end:
        for top, folders, files in os.walk(folder):
            for name in files + folders:
                try:
                    path = os.path.join(top, name)
                    if not os.access(path, os.R_OK):
                        raise OSError("not readable: " + path)
                    os.lstat(path)
                except InterruptedError:
                    cut += 1
                except OSError as error:
                    print(error)
                    return 3
    signal.setitimer(signal.ITIMER_REAL, 0)
    return 4 if cut else 0


def direct(path):
    fd = os.open(path, os.O_RDONLY | os.O_DIRECT)
    return 0 if os.preadv(fd, [mmap.mmap(-1, 4096)], 1 << 20) == 4096 else 1


def killed(path, count):
    for i in range(int(count)):
        pid = os.fork()
        if pid == 0:
            try:
                os.lstat(f"{path}/name-{i}")
            finally:
                os._exit(0)
        while open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()[0] == "R":
            pass
        os.kill(pid, signal.SIGKILL if i % 2 else signal.SIGINT)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        if code >= 0:
            print(f"look-up {i} was answered: exit {code}")
            return 1
    return 0


def readers(path, count):
    count, wrong, asked = int(count), [], threading.Semaphore(0)
    wanted = open(os.environ["WANTED"], "rb")
    fd = os.open(path, os.O_RDONLY)
    pages = random.Random(1).sample(range(os.fstat(fd).st_size // 4096), count)
    threading.stack_size(64 << 10)

    def read(page):
        asked.release()
        if os.pread(fd, 4096, page * 4096) != os.pread(wanted.fileno(), 4096, page * 4096):
            wrong.append(page)

    threads = [threading.Thread(target=read, args=(page,)) for page in pages]
    for thread in threads:
        thread.start()
    for _ in threads:
        asked.acquire()
    time.sleep(1)
    print("parked", flush=True)
    for thread in threads:
        thread.join()
    return 1 if wrong else 0


if __name__ == "__main__":
    what, arguments = sys.argv[1], sys.argv[2:]
    for signum in (signal.SIGINT, signal.SIGQUIT):  # background processes of a shell ignore them, and Python handles them
        signal.signal(signum, signal.SIG_DFL)
    if what == "stat":
        if len(arguments) > 1:
            handle(signal.SIGALRM)
        os.lstat(arguments[0])
        sys.exit(0)
    sys.exit({"timer": timer, "direct": direct, "killed": killed, "readers": readers}[what](*arguments))
