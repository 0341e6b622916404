#!/bin/bash
# A full disk: publish reports it in one line and leaves a store that verifies; a cache that cannot be
# written never makes a read fail.
. "$(dirname "$0")/lib.sh"
need_root
need_mount
need nginx

mkdir "$work/source" "$work/first" "$work/disk"
for i in $(seq 40); do noise 1000000 "$i" >"$work/source/$i"; done
cp "$work/source/1" "$work/first"
mount -t tmpfs -o size=20M tmpfs "$work/disk"

step "a store"
store=$work/disk/store
publish "$work/first" tree >/dev/null
expect_fail "$store.*No space left" 1 \
  "$rootstream" publish "$work/source" "$store" tree --key "$key" --level 3
"$rootstream" verify "$store" --pubkey "$key.pub" >"$work/verify.log" 2>&1 || fail "$(cat "$work/verify.log")"
"$rootstream" export "file://$store/tree" "$work/exported" --pubkey "$key.pub" --cache none
compare "$work/first" "$work/exported"
mount -o remount,size=200M "$work/disk"
publish "$work/source" tree >/dev/null
"$rootstream" verify "$store" --pubkey "$key.pub" >/dev/null
[ -z "$(ls -A "$store/tmp")" ] || fail "left in tmp: $(ls "$store/tmp")"

step "full from the start"
umount "$work/disk"
store=$work/store
publish "$work/source" tree >/dev/null
start_nginx
for free in 0 4 100 5000; do
  mount -t tmpfs -o size=10M tmpfs "$work/disk"
  head -c $((10240 - free))K /dev/zero >"$work/disk/ballast" 2>/dev/null || true
  mount_image "$server_url/tree" "$work/mount" --cache "$work/disk/cache" --cache-size 1G
  compare "$work/source" "$work/mount"
  "$rootstream" status "$work/mount" --json >"$work/status"
  grep -q '"cache_problem": ".*[Ss]pace' "$work/status" || fail "status does not tell that the disk is full: $(grep problem "$work/status")"
  unmount "$work/mount"
  mount_image "$server_url/tree" "$work/mount" --cache "$work/disk/cache" --cache-size 1G
  compare "$work/source" "$work/mount"
  unmount "$work/mount"
  umount "$work/disk"
done

step "filled while in use"
mount -t tmpfs -o size=30M tmpfs "$work/disk"
mount_image "$server_url/tree" "$work/mount" --cache "$work/disk/cache" --cache-size 1G
cmp "$work/source/1" "$work/mount/1"
cat /dev/zero >"$work/disk/ballast" 2>/dev/null || true
compare "$work/source" "$work/mount"
drop_page_cache
compare "$work/source" "$work/mount"
rm "$work/disk/ballast"
unmount "$work/mount"
