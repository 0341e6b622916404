#!/usr/bin/env bash
# Of two mirrors the client asks the faster one, in whichever order they are named. When that dies, it asks the other.
. "$(dirname "$0")/lib.sh"
need_mount
need nginx python3
make_small_tree "$work/source"
publish "$work/source" image >/dev/null
start_nginx
mkdir "$work/mnt"

passed() { sed 's/.*"down": \([0-9]*\).*/\1/' "$work/$1.json"; }

step "the slow one first"
start_line slow 2
start_line fast 60
mount_image "http://127.0.0.1:$slow_port/image" "$work/mnt" --mirror "http://127.0.0.1:$fast_port"
compare "$work/source" "$work/mnt"
unmount "$work/mnt"
stop_process "$slow_pid"
stop_process "$fast_pid"
echo "slow $(passed slow) bytes, fast $(passed fast) bytes"
[ "$(passed slow)" -lt $(($(passed fast) / 4)) ] || fail "the slow mirror was asked for too much"

step "the fast one dies"
start_line slow 10
start_line fast 60
mount_image "http://127.0.0.1:$fast_port/image" "$work/mnt" --mirror "http://127.0.0.1:$slow_port"
cmp "$work/source/usr/share/noise-1" "$work/mnt/usr/share/noise-1"
kill -KILL "$fast_pid"
compare "$work/source" "$work/mnt"
unmount "$work/mnt"
stop_process "$slow_pid"
[ "$(passed slow)" -gt 1000000 ] || fail "the other mirror was not asked"
