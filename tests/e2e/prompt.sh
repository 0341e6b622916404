#!/bin/bash
# kboot's prompt as its scripts call it: it prints a line on standard output, sets its exit code, and restores the terminal.
. "$(dirname "$0")/lib.sh"
need python3
kboot=$build/libexec/rootstream/kboot
type_keys() { python3 "$repository/tests/support/on_terminal.py" "$1" "$kboot" prompt "${@:2}" 'kboot: ' | tr '\n' '|'; }
expect() { [ "$1" = "$2" ] || fail "'$1' is not '$2'"; }

step "a line, ^D, ^C, a signal"
expect "$(type_keys 'hello word\x1b[Dl\r')" "hello world|exit 0|restored|"
expect "$(type_keys '\x04')" "exit 1|restored|"
expect "$(type_keys 'hello\x03')" "exit 130|restored|"
expect "$(type_keys SIGTERM)" "exit -15|restored|"

step "history"
for line in one two; do type_keys "$line\r" --history "$work/history" >/dev/null; done
expect "$(type_keys '\x1b[A\x1b[A more\r' --history "$work/history")" "one more|exit 0|restored|"
expect "$(tr '\n' '|' <"$work/history")" "one|two|one more|"

step "no terminal"
expect "$(printf 'one\ntwo\n' | {
  "$kboot" prompt x
  read -r rest
  echo "rest $rest"
} | tr '\n' '|')" "one|rest two|"
result=0
"$kboot" prompt x </dev/null >"$work/out" || result=$?
expect "$result$(cat "$work/out")" 1
