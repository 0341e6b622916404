#!/usr/bin/env bash
# At shutdown, an init stops every process (killall5(8), systemd-shutdown(8)), even the daemon of its root, and then looks up
# names that are not in the kernel's cache. It must get answers.
. "$(dirname "$0")/lib.sh"
need_root
need_mount
need nginx

make_small_tree "$work/source"
publish "$work/source" tree >/dev/null
start_nginx
mount_image "$server_url/tree" "$work/mount" --cache "$work/cache" --rootfs
daemon=$(daemon_of "$work/mount")
is_stopped() { grep -q '^State:[[:space:]]*T' "/proc/$daemon/status"; }
is_running() { ! is_stopped; }

step "names and files that are not in memory"
for ask in "stat $work/mount/etc/initrd-release" "cmp $work/mount/usr/share/noise-5 $work/source/usr/share/noise-5" \
  "ls $work/mount/usr/share/doc"; do
  echo 3 >/proc/sys/vm/drop_caches
  kill -STOP "$daemon"
  wait_for 2 is_stopped || fail "it cannot be stopped: nothing is shown"
  code=0
  # shellcheck disable=SC2086
  timeout 20 $ask >/dev/null 2>&1 || code=$?
  [ $code != 124 ] || fail "not answered while the daemon is stopped: $ask"
done

step "asked for before the stop"
kill -STOP "$server_pid"
cat "$work/mount/usr/share/noise-4" >"$work/read" 2>/dev/null &
reader=$!
sleep 0.3
kill -STOP "$daemon"
kill -CONT "$server_pid"
wait_for 20 is_gone $reader || fail "a read from before the stop hangs"
wait $reader || fail "it failed"
cmp "$work/read" "$work/source/usr/share/noise-4"

step "stopped again and again"
for _ in 1 2 3 4 5; do
  kill -STOP "$daemon"
  wait_for 10 is_running || fail "it stays stopped"
done
compare "$work/source" "$work/mount"
"$rootstream" umount "$work/mount"
wait_for 10 is_gone "$daemon" || fail "the daemon lives"
