#!/usr/bin/env python3
"""Measures what an update of an image costs over a slow line: prints a Markdown table.

  sudo tests/bench/update.py [--line NAME] [--work FOLDER]

The older version is the bench's Debian root with a few packages from before their last updates. The start of the
older version is recorded. The newer version is published twice: with that profile, and with a profile of its own.
Then the newer version is started three times: with an empty cache and each of the two profiles, and with the cache
that a start of the older version has filled.
"""
import argparse
import filecmp
import os
import shutil
import subprocess

from measure import measure, touched_bytes
from tools import SERVER, Rootstream, prepared, replay, run, run_programs
from replay import reads

PACKAGES = ("libssl3", "openssh-client", "openssh-server", "perl-base", "libexpat1")
STORE = "update-store"


def make_older_tree(inputs):
    """Makes the tree with the oldest version of each of PACKAGES that the archive has."""
    older, debs = inputs.path("older"), inputs.path("debs")
    if os.path.exists(inputs.path("older.done")):
        return older
    for folder in (older, debs):
        shutil.rmtree(folder, ignore_errors=True)
    os.mkdir(debs)
    os.chmod(debs, 0o777)
    run("cp", "-a", inputs.tree, older)
    for package in PACKAGES:
        versions = subprocess.run(["apt-cache", "madison", package], check=True, stdout=subprocess.PIPE,
                                  text=True).stdout.splitlines()
        oldest = versions[-1].split("|")[1].strip()
        run("apt-get", "download", "-qq", f"{package}={oldest}", cwd=debs)
    for deb in os.listdir(debs):
        # The packages have /lib, which is a symlink to usr/lib in the tree.
        run("sh", "-c", 'dpkg-deb --fsys-tarfile "$1" | tar -C "$2" --keep-directory-symlink -xpf -', "sh",
            os.path.join(debs, deb), older)
    open(inputs.path("older.done"), "w").close()
    return older


def paths_of(profile):
    return {path for path, _, _ in reads(profile)}


def changed_bytes(inputs, older, profile):
    """The files of the profile that differ between the two versions: their number and their compressed bytes."""
    files, size = 0, 0
    for path in paths_of(profile):
        before, now = (os.fsencode(tree) + path for tree in (older, inputs.tree))
        if os.path.exists(before) and filecmp.cmp(before, now, shallow=False):
            continue
        done = subprocess.run(["zstd", "-19", "-c", "-q", now], check=True, stdout=subprocess.PIPE)
        files, size = files + 1, size + len(done.stdout)
    return files, size


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--line", default="20-80")
    parser.add_argument("--work", default="")
    options = parser.parse_args()
    with prepared(options.work) as inputs:
        shutil.rmtree(inputs.path(STORE), ignore_errors=True)
        older = make_older_tree(inputs)
        inputs.publish(older, STORE, "lab:bare")
        recorded = inputs.path("older.profile")
        if os.path.exists(recorded):
            os.unlink(recorded)
        inputs.record(STORE, "lab:bare", recorded, run_programs)
        inputs.publish(older, STORE, "lab:1", recorded)
        summary = inputs.publish(inputs.tree, STORE, "lab:2", recorded)
        print("| the newer version | trace | seconds | MB | |\n|---|---|---|---|---|", flush=True)
        for kind in ("reads", "programs"):
            trace = run_programs if kind == "programs" else lambda folder: replay(inputs.programs, folder)
            profile = inputs.programs if kind == "programs" else inputs.reads
            _, compressed = touched_bytes(inputs, profile)

            def start(name, image, store, note, keep=False):
                seconds, wire, _ = measure(inputs, Rootstream(inputs, image, store=store), options.line, trace, keep=keep)
                print(f"| {name} | {kind} | {seconds:.2f} | {wire / 1e6:.2f} | {note(seconds, wire)} |", flush=True)
                return seconds

            fresh = start("its own profile", kind, "store", lambda _, wire: f"{wire / compressed:.2f} × the touched bytes")
            start("the older version's profile", "lab:2", STORE, lambda seconds, _: f"{seconds / fresh:.2f} × (≤ 1.3)")
            mount = Rootstream(inputs, "lab:1", store=STORE)
            mount.start(SERVER)
            run_programs(mount.folder)
            mount.stop()
            files, changed = changed_bytes(inputs, older, profile)
            start("the older version in the cache", "lab:2", STORE,
                  lambda _, wire: f"{files} changed files read, {changed / 1e6:.2f} MB compressed: {wire / changed:.2f} × "
                  f"(≤ 3); {summary['hot_new_bytes'] / 1e6:.2f} MB of the hot range changed: "
                  f"{wire / summary['hot_new_bytes']:.2f} × (≤ 1.3)", keep=True)


main()
