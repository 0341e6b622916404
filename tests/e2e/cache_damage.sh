#!/bin/bash
# Damage of any kind to the cache folder does not change the bytes that are read. Offline, the cache serves reads.
. "$(dirname "$0")/lib.sh"
need_mount
need nginx od dd

make_small_tree "$work/source"
publish "$work/source" tree >/dev/null
start_nginx
cache=$work/cache

mount_all() { mount_image "$server_url/tree" "$work/mount" --cache "$cache" "$@"; }

check() {
  local seen
  seen=$(ls -R "$cache" 2>/dev/null || true)
  mount_all || fail "does not mount with a cache that has $1: $seen"
  compare "$work/source" "$work/mount"
  unmount "$work/mount"
}

flip() {
  local byte
  byte=$(od -An -tu1 -j "$2" -N 1 "$1")
  printf "\\x$(printf %02x $((byte ^ ${3:-255})))" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

renew() {
  rm -rf "$cache"
  cp -a "$work/warm" "$cache"
}

step "warm"
check "nothing"
cp -a "$cache" "$work/warm"
segment=$(cd "$cache" && ls segments/*.seg | head -1)
[ -s "$cache/index.seal" ] && [ -s "$cache/index" ] || fail "the index was not sealed"
size=$(stat -c %s "$cache/$segment")
: >"$work/access.log"
check "all"
! grep -q packs "$work/access.log" || fail "a warm cache asked for packs"

step "bytes of a segment"
for at in 0 7 8 12 16 30 47 48 52 100 $((size / 3)) $((size / 2)) $((size - 1)); do
  renew
  flip "$cache/$segment" "$at"
  check "byte $at of its segment flipped"
done
for at in 8 $((size / 2)); do # a scan finds the damage, too
  renew
  flip "$cache/$segment" "$at"
  rm "$cache/index.seal"
  check "byte $at of its segment flipped and no seal"
done

step "truncated segments"
for length in 0 1 8 20 52 60 $((size / 3)) $((size / 2)) $((size - 1)); do
  renew
  truncate -s "$length" "$cache/$segment"
  check "its segment cut to $length"
done
renew
truncate -s $((size + 5000)) "$cache/$segment"
check "a segment with zeros at its end"
renew
noise 5000 9 >>"$cache/$segment"
rm "$cache/index.seal"
check "a segment with garbage at its end"
renew
noise "$size" 9 >"$cache/$segment"
check "a segment of garbage"
renew
rm "$cache/$segment"
check "no segment"
renew
rm -r "$cache/segments"
check "no segments folder"

step "index and seal"
index_size=$(stat -c %s "$cache/index")
for at in 0 16 24 $((index_size / 3)) $((index_size / 2)) $((index_size - 1)); do
  renew
  flip "$cache/index" "$at" $((1 << RANDOM % 8))
  check "byte $at of its index flipped"
done
for length in 0 1 31 32 $((index_size / 2)) $((index_size - 1)); do
  renew
  truncate -s "$length" "$cache/index"
  check "its index cut to $length"
done
for length in 0 1 31; do
  renew
  truncate -s "$length" "$cache/index.seal"
  check "its seal cut to $length"
done
renew
flip "$cache/index.seal" 3
check "a wrong seal"
for file in index index.seal lock; do
  renew
  rm -f "$cache/$file"
  check "no $file"
  renew
  noise 20000 7 >"$cache/$file"
  check "garbage as $file"
  renew
  rm -f "$cache/$file"
  mkdir "$cache/$file"
  check "a folder as $file"
done
renew
for ref in "$cache"/refs/*; do noise 500 7 >"$ref"; done
check "garbage as refs"
renew
mkdir "$cache/segments/00000099.seg"
echo odd >"$cache/segments/odd"
check "strangers among its segments"

step "killed in the middle of reading"
for delay in 0.02 0.05 0.1 0.2; do
  rm -rf "$cache"
  mount_all
  cat "$work"/mount/usr/share/* >/dev/null 2>&1 &
  reader=$!
  sleep "$delay"
  kill -KILL "$(daemon_of "$work/mount")"
  wait $reader || true
  umount -l "$work/mount" 2>/dev/null || fusermount3 -uz "$work/mount"
  check "lost its daemon after $delay s"
done

step "two daemons on one folder"
rm -rf "$cache"
mount_all
mount_image "$server_url/tree" "$work/mount-2" --cache "$cache"
"$tree_compare" "$work/source" "$work/mount" >/dev/null &
first=$!
compare "$work/source" "$work/mount-2"
wait $first || fail "the other daemon's mount differs"
unmount "$work/mount" # its daemon is the writer; the other daemon continues
drop_page_cache
compare "$work/source" "$work/mount-2"
unmount "$work/mount-2"
check "been shared"

if [ "$(id -u)" = 0 ]; then
  step "a read-only folder"
  for state in warm cold; do
    renew
    [ $state = warm ] || rm -rf "${cache:?}"/*
    mount --bind "$cache" "$cache"
    mount -o remount,ro,bind "$cache"
    check "no way to write to it ($state)"
    umount "$cache"
  done
  renew
fi

step "offline"
stop_server
renew
mount_all --on-network-loss fail:2
compare "$work/source" "$work/mount"
"$rootstream" status "$work/mount" --json | grep -q '"offline": true' || fail "status does not say offline"
unmount "$work/mount"
rm "$cache/index.seal"
check "no seal and no server"
