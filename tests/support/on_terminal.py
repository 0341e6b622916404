"""Runs a command on a terminal of its own and types: on_terminal.py KEYS COMMAND...

KEYS are written once the command has shown something, with Python's escapes (\\r, \\x03); KEYS "SIGTERM"
sends that signal instead. Prints the command's standard output, then "exit CODE" (negative: the signal that
ended it) and "restored" or "raw", for how the terminal is left.
"""
import os
import pty
import signal
import subprocess
import sys
import termios

keys, command = sys.argv[1], sys.argv[2:]
screen, terminal = pty.openpty()
before = termios.tcgetattr(terminal)
child = subprocess.Popen(command, stdin=terminal, stdout=subprocess.PIPE, stderr=terminal)
os.read(screen, 1)
if keys == "SIGTERM":
    child.send_signal(signal.SIGTERM)
else:
    os.write(screen, keys.encode().decode("unicode_escape").encode())
output = child.communicate(timeout=20)[0]
sys.stdout.write(output.decode())
print("exit", child.returncode)
print("restored" if termios.tcgetattr(terminal) == before else "raw")
