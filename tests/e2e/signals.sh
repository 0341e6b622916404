#!/usr/bin/env bash
# Programs get signals while they use a mount: none of their calls is interrupted, a killed program dies at once and leaves
# nothing behind, and the daemon keeps running.
. "$(dirname "$0")/lib.sh"
need_mount
need nginx python3
interrupted=$repository/tests/support/interrupted.py

mkdir -p "$work/tree"
for folder in $(seq 100 160); do
  mkdir "$work/tree/d$folder"
  for file in $(seq 1 60); do echo "$folder:$file" >"$work/tree/d$folder/f$file"; done
done
noise 3000000 1 >"$work/tree/large"
publish "$work/tree" image >/dev/null
start_nginx
mnt=$work/mnt

step "a program with a timer, and Ctrl-C of ls -lR"
mount_image "$server_url/image" "$mnt" --cache "$work/cache"
daemon=$(daemon_of "$mnt")
"$interrupted" timer "$mnt" 8 || fail "a program with a timer: exit $?"
for i in $(seq 1 60); do
  [ "$(id -u)" != 0 ] || echo 2 >/proc/sys/vm/drop_caches
  ls -lR "$mnt" >/dev/null 2>&1 &
  sleep "0.0$((i % 9))"
  kill -INT $! 2>/dev/null || true
  wait $! || true
  is_gone "$daemon" && fail "the daemon died of Ctrl-C number $i"
done
stat "$mnt/d100/f1" >/dev/null
unmount "$mnt"

step "under network loss, a signal that is handled leaves a look-up waiting; one that kills does not"
mount_image "$server_url/image" "$mnt" --on-network-loss wait
daemon=$(daemon_of "$mnt")
kill -STOP "$server_pid"
waits() { grep -qs request_wait "/proc/$1/wchan"; } # for the daemon's reply
"$interrupted" stat "$mnt/d120/f7" handled &
waiting=$!
wait_for 30 waits $waiting || fail "the look-up did not wait"
for _ in 1 2 3; do
  kill -ALRM $waiting
  sleep 0.2
done
is_gone $waiting && fail "a handled signal cut a look-up short"
for signal in KILL INT TERM QUIT; do
  for what in "stat $mnt/d130/f7" "direct $mnt/large"; do
    # shellcheck disable=SC2086
    "$interrupted" $what 2>/dev/null &
    victim=$!
    wait_for 30 waits $victim || fail "$what did not wait"
    kill "-$signal" $victim
    wait_for 10 is_gone $victim || fail "$what lives 10 s after SIG$signal"
    wait $victim 2>/dev/null || true
  done
done
is_gone $waiting && fail "a look-up that waits ended with others that were killed"

step "killed look-ups leave nothing behind"
anonymous() { awk '/^RssAnon:/ {print $2}' "/proc/$daemon/status"; }
"$interrupted" killed "$mnt/d140" 100
before=$(anonymous)
"$interrupted" killed "$mnt/d140" 1200
after=$(anonymous)
echo "   the daemon's memory: $before kB, 1,200 killed look-ups later $after kB"
is_sanitized || [ $((after - before)) -lt 150 ] || fail "the daemon grew by $((after - before)) kB"

kill -CONT "$server_pid"
wait $waiting || fail "the look-up that waited failed: $?"
is_gone "$daemon" && fail "the daemon died"
cmp "$mnt/large" "$work/tree/large"
unmount "$mnt"
