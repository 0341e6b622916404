#!/bin/bash
# SIGTERM, SIGINT and SIGHUP end `mount --foreground` as umount does: unmounted, exit 0, cache sealed.
# Covers: fusefs/commands/umount.cc, fusefs/mount/daemon.cc, fusefs/mount/fuse_session.cc.
. "$(dirname "$0")/lib.sh"
need_mount

make_small_tree "$work/source"
publish "$work/source" tree >/dev/null
mkdir "$work/mount"

check() {
  rm -rf "$work/cache"
  env --default-signal=INT "$rootstream" mount "file://$store/tree" "$work/mount" --pubkey "$key.pub" \
    --cache "$work/cache" --foreground >"$work/log" 2>&1 &
  local daemon=$! result=0
  wait_for 10 is_mounted "$work/mount" || fail "does not mount: $(cat "$work/log")"
  compare "$work/source" "$work/mount"
  ! [ -e "$work/cache/index.seal" ] || fail "sealed while in use"
  case $1 in
    umount) "$rootstream" umount "$work/mount" ;;
    *) kill "-$1" $daemon ;;
  esac
  wait_for 10 is_gone $daemon || fail "lives 10 s after $1"
  wait $daemon || result=$?
  [ $result = 0 ] || fail "exit $result after $1: $(cat "$work/log")"
  ! is_mounted "$work/mount" || fail "still mounted after $1"
  [ -s "$work/cache/index.seal" ] || fail "not sealed after $1"
  [ ! -s "$work/log" ] || fail "$1: $(cat "$work/log")"
}

for way in umount TERM INT HUP; do
  step "$way"
  check $way
done

step "the daemon of a mount, by a signal"
mount_image "file://$store/tree" "$work/mount" --cache "$work/cache"
daemon=$(daemon_of "$work/mount")
kill -TERM "$daemon"
wait_for 10 is_gone "$daemon" || fail "the daemon lives"
! is_mounted "$work/mount" || fail "still mounted"
[ -s "$work/cache/index.seal" ] || fail "not sealed"

step "a signal while it is busy"
mount_image "file://$store/tree" "$work/mount" --cache "$work/cache"
daemon=$(daemon_of "$work/mount")
tail -f "$work/mount/etc/small" >/dev/null 2>&1 &
reader=$!
sleep 0.2
kill -TERM "$daemon"
wait_for 10 is_gone "$daemon" || fail "the daemon lives"
kill $reader
! is_mounted "$work/mount" || fail "still mounted"

step "a signal while readers wait for a server that is stopped"
start_nginx
mount_image "$server_url/tree" "$work/mount" --on-network-loss wait
daemon=$(daemon_of "$work/mount")
kill -STOP "$server_pid"
cat "$work/mount/usr/share/noise-5" >/dev/null 2>&1 &
reader=$!
sleep 0.3
! is_gone $reader || fail "the reader did not wait"
kill -TERM "$daemon"
wait_for 5 is_gone "$daemon" || fail "the daemon lives"
wait_for 5 is_gone $reader || fail "the reader hangs"
! is_mounted "$work/mount" || fail "still mounted"
kill -CONT "$server_pid"
stop_server

step "^C while it waits to open an image"
no_process() { [ -z "$(processes_with "$server_url/tree")" ]; }
for mode in --foreground ""; do
  # As from a terminal, the signal goes to the whole process group.
  env --default-signal=INT setsid "$rootstream" mount "$server_url/tree" "$work/mount" \
    --pubkey "$key.pub" --cache none --on-network-loss wait $mode >"$work/log" 2>&1 &
  daemon=$!
  sleep 0.7
  ! is_gone $daemon || fail "mount $mode does not wait: $(cat "$work/log")"
  kill -INT -- -$daemon
  wait_for 5 is_gone $daemon || fail "mount $mode lives 5 s after SIGINT"
  result=0
  wait $daemon || result=$?
  [ $result != 0 ] || fail "mount $mode: exit 0 though nothing is mounted"
  wait_for 5 no_process || fail "mount $mode left a process behind that waits on"
done
