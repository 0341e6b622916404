#!/usr/bin/env python3
"""Holds the code against the project's rules: format, clang-tidy with the locks' annotations, shell scripts, layout,
tests that mirror the tree. What passed is remembered by its contents in build/lint, so that a second run is quick.
Usage: tests/lint.py [--all]    --all: looks at everything anew"""
import concurrent.futures
import hashlib
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
os.chdir(ROOT)
INCLUDE = re.compile(r'^#include "([^"]+)"', re.M)
CLANG = ['-std=c++20', '-I.', '-isystem/usr/include/fuse3', '-D_FILE_OFFSET_BITS=64', '-DROOTSTREAM_VERSION="0"',
         '-Wall', '-Wextra', '-Wno-missing-field-initializers', '-Wthread-safety', '-Wthread-safety-beta']


def tracked():
    out = subprocess.run(['git', 'ls-files', '--cached', '--others', '--exclude-standard'], check=True,
                         capture_output=True, text=True).stdout.split('\n')
    return sorted(f for f in out if f and os.path.isfile(f) and not os.path.islink(f))


FILES = tracked()
CXX = [f for f in FILES if f.endswith(('.cc', '.h'))]
PRODUCT = [f for f in CXX if not f.startswith('tests/')]


def text_of(path):
    with open(path, encoding='utf-8', errors='replace') as file:
        return file.read()


def is_script(path):
    if path.endswith('.sh'):
        return True
    if '.' in os.path.basename(path):
        return False
    with open(path, 'rb') as file:
        return re.match(rb'#!.*\b(ba)?sh\b', file.readline()) is not None


class Passed:
    """The digests of what passed."""

    def __init__(self, anew):
        self.path = 'build/lint/passed'
        self.known = set() if anew or not os.path.exists(self.path) else set(text_of(self.path).split())
        self.now = set()

    def has(self, digest):
        if digest in self.known:
            self.now.add(digest)
        return digest in self.known

    def save(self):
        os.makedirs('build/lint', exist_ok=True)
        with open(self.path, 'w', encoding='utf-8') as file:
            file.write('\n'.join(sorted(self.now)))


def with_headers(path, seen):
    """The path, and all headers of ours that it leads to."""
    if path in seen or not os.path.exists(path):
        return seen
    seen.add(path)
    for header in INCLUDE.findall(text_of(path)):
        with_headers(header, seen)
    return seen


def digest(kind, paths):
    sha = hashlib.sha256(kind.encode())
    for path in sorted(paths):
        sha.update(path.encode() + b'\0' + open(path, 'rb').read())
    return sha.hexdigest()


def run(command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode == 0:
        return ''
    said = [line for line in (done.stdout + done.stderr).split('\n') if not re.match(r'\d+ warnings? generated', line)]
    return '\n'.join(said).replace(ROOT + '/', '').strip() or f'{command[0]}: {done.returncode}'


def format_of(path):
    return run(['clang-format', '--dry-run', '--Werror', path])


def tidy(path):
    return run(['clang-tidy', '--quiet', path, '--'] + CLANG)


def shell(path):
    first = text_of(path).split('\n', 1)[0]
    dialect = [] if first.startswith('#!') else ['-s', 'dash' if path.startswith(('boot/initramfs/', 'tests/boot/')) else 'bash']
    return '\n'.join(filter(None, [run(['shellcheck', '-S', 'warning', '-f', 'gcc'] + dialect + [path]),
                                   run(['shfmt', '-i', '2', '-ci', '-d', path])]))


def untested():
    """Each source has a test of its name, or is named in the first lines of one: "Covers: a/b.cc, ...". """
    named = set()
    for path in FILES:
        if path.startswith('tests/') and path.endswith(('.cc', '.sh')):
            head = re.search(r'Covers: ([^.]*(?:\.cc[^.]*)*)', text_of(path)[:2000])
            if head:
                named.update(re.findall(r'[\w/-]+\.cc', head.group(1)))
    for path in sorted(named):
        if not os.path.exists(path):
            yield f'{path}: a test says that it covers it, and it is not there'
    for path in PRODUCT:
        if path.endswith('.cc') and path not in named and not os.path.exists(f'tests/{path[:-3]}_test.cc'):
            yield f'{path}: no test has its name (tests/{path[:-3]}_test.cc) or says that it covers it'


def headers():
    for path in PRODUCT:
        if not path.endswith('.h'):
            continue
        text = text_of(path)
        head = text[:text.find('#pragma once')]
        if not head.startswith('// '):
            yield f'{path}: does not begin with what it is'
        elif re.search(r'^class \w+.*[^;]$', text, re.M) and 'thread' not in head.lower():
            yield f'{path}: has a class, and does not begin with what threads may do with it'


def each_as_it_ends(pool, due):
    """Runs the checks of the jobs in the pool: pairs of a job's key and its failure, None if it passed."""
    keys = {pool.submit(check, path): key for check, path, key in due}
    for number, done in enumerate(concurrent.futures.as_completed(keys), 1):
        yield keys[done], done.result()
        if sys.stderr.isatty():
            print(f'\rlint: {number} of {len(due)}', end='\n' if number == len(due) else '', file=sys.stderr)


def look(due, passed):
    """The failures of the jobs that are due."""
    failures = []
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        try:
            for key, failure in each_as_it_ends(pool, due):
                if failure:
                    failures.append(failure)
                else:
                    passed.now.add(key)
        except KeyboardInterrupt:
            pool.shutdown(cancel_futures=True)
            sys.exit(130)
    return failures


def main():
    if sys.argv[1:] not in ([], ['--all']):
        sys.exit(__doc__)
    passed = Passed(anew=bool(sys.argv[1:]))
    rules = text_of('.clang-tidy') + text_of('.clang-format') + text_of('tests/lint.py')
    jobs = [(format_of, f, digest('format' + rules, [f])) for f in CXX]
    jobs += [(shell, f, digest('shell' + rules, [f])) for f in FILES if is_script(f)]
    jobs += [(tidy, f, digest('tidy' + rules, with_headers(f, set()))) for f in PRODUCT if f.endswith('.cc')]
    due = [job for job in jobs if not passed.has(job[2])]
    failures = list(untested()) + list(headers())
    failures += filter(None, [run(['tests/architecture/includes.sh', ROOT])])
    try:
        failures += look(due, passed)
    finally:
        passed.save()
    print('\n'.join(failures) or f'lint: {len(jobs)} checks held, {len(due)} of them looked at now')
    sys.exit(1 if failures else 0)


if __name__ == '__main__':
    main()
