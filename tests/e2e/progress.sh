#!/bin/bash
# Progress is drawn on a terminal only.
. "$(dirname "$0")/lib.sh"
need script

mkdir "$work/source"
for i in $(seq 80); do noise 1000000 "$i" >"$work/source/$i"; done
make_key

step "publish"
command="'$rootstream' publish '$work/source' '$store' tree --key '$key' --level 3"
script -qec "$command" "$work/terminal" >/dev/null </dev/null
grep -q $'\r.*[0-9.]* MiB ' "$work/terminal" || fail "no progress on a terminal: $(head -c 300 "$work/terminal")"
grep -q 'entries *81 ' "$work/terminal" || fail "no summary on a terminal"
rm -rf "$store"
bash -c "$command" >"$work/stdout" 2>"$work/stderr"
[ ! -s "$work/stderr" ] || fail "on stderr of no terminal: $(head -c 300 "$work/stderr")"
! grep -q $'[\r\033]' "$work/stdout" || fail "progress on a redirected standard output"
for word in published manifest entries bytes unique compressed new time; do
  grep -q "^$word " "$work/stdout" || fail "the summary lacks '$word': $(cat "$work/stdout")"
done

step "a share, and no more than 60 columns"
# columns_of FILE: the columns of the widest line that was drawn.
columns_of() { tr '\r' '\n' <"$1" | sed 's/\x1b\[[0-9;]*[A-Za-z]//g' | awk '{ if (length > most) most = length } END { print most + 0 }'; }
# drawn REGEX COMMAND: the command must draw lines that match and are not too wide.
drawn() {
  script -qec "stty cols 200; $2" "$work/terminal" >/dev/null </dev/null
  sed -i '1d; /^Script done/d' "$work/terminal" # script's own lines
  tr '\r' '\n' <"$work/terminal" | grep -a "$1" >"$work/drawn" || fail "not like '$1': $2: $(head -c 300 "$work/terminal")"
  [ "$(columns_of "$work/drawn")" -le 60 ] || fail "wider than 60 columns: $(sort "$work/drawn" | tail -1)"
}
mkdir "$work/odd"
noise 40000000 1 >"$work/odd/$(printf 'n\033[2J%.0s' $(seq 20))"
drawn 'MiB' "'$rootstream' publish '$work/odd' '$store' odd --key '$key' --level 1"
! grep -qa $'\033\[2J' "$work/terminal" || fail "a file's name cleared the terminal"
tar -C "$work/odd" -cf "$work/odd.tar" .
drawn '% .*MiB' "'$rootstream' publish '$work/odd.tar' '$store' odd-tar --key '$key' --level 1"
drawn '% .*MiB' "'$rootstream' export 'file://$store/tree' '$work/exported' --pubkey '$key.pub' --cache none"
drawn '% .*MiB' "'$rootstream' export 'file://$store/tree' - --pubkey '$key.pub' --cache none >/dev/null"
drawn '% .*MiB' "'$rootstream' verify '$store'"

step "prefetch"
command="'$rootstream' prefetch 'file://$store/tree' --all --pubkey '$key.pub' --cache '$work/cache'"
script -qec "$command" "$work/terminal" >/dev/null </dev/null
grep -q $'\r' "$work/terminal" && grep -q '%\|MiB' "$work/terminal" || fail "no bar of prefetch: $(head -c 300 "$work/terminal")"
rm -rf "$work/cache"
bash -c "$command" >"$work/stdout" 2>"$work/stderr"
[ ! -s "$work/stderr" ] || fail "on stderr of no terminal: $(head -c 300 "$work/stderr")"
! grep -q $'[\r\033]' "$work/stdout" || fail "progress on a redirected standard output"

step "a server that does not answer"
pick_port
for command in "verify http://127.0.0.1:$port/store/tree" "mirror http://127.0.0.1:$port/store '$work/copy' tree"; do
  drawn "waiting: " "! timeout 3 '$rootstream' $command --pubkey '$key.pub'"
done
