#!/bin/bash
# SIGTERM, SIGINT and SIGHUP end `mount --foreground` as umount does: unmounted, exit 0, cache sealed.
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
