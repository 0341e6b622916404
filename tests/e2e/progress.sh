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

step "prefetch"
command="'$rootstream' prefetch 'file://$store/tree' --all --pubkey '$key.pub' --cache '$work/cache'"
script -qec "$command" "$work/terminal" >/dev/null </dev/null
grep -q $'\r' "$work/terminal" && grep -q '%\|MiB' "$work/terminal" || fail "no bar of prefetch: $(head -c 300 "$work/terminal")"
rm -rf "$work/cache"
bash -c "$command" >"$work/stdout" 2>"$work/stderr"
[ ! -s "$work/stderr" ] || fail "on stderr of no terminal: $(head -c 300 "$work/stderr")"
! grep -q $'[\r\033]' "$work/stdout" || fail "progress on a redirected standard output"
