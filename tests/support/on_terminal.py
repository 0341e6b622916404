"""Runs a command on a pseudo-terminal and types keys: on_terminal.py KEYS COMMAND...

KEYS, with Python's escapes (\\r, \\x03), are typed once the command has shown something. KEYS "SIGTERM" sends
that signal instead. Prints the command's standard output, then "exit CODE" (negative: the signal that ended
it) and "restored" or "raw", the state of the terminal afterwards.
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
