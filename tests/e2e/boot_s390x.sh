#!/usr/bin/env bash
# s390x, whose byte order is big-endian: a whole machine with kboot for it mounts an image that was published here, by FUSE over
# HTTP, and compares every entry and every byte with the source, which it has on a disk.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/boot_lib.sh"
. "$(dirname "$0")/foreign_lib.sh"
need_foreign s390x qemu-system-s390x
need mkfs.ext4 losetup

step "a tree with one of everything, on a disk"
truncate -s 1G "$work/disk"
mkfs.ext4 -q -I 256 -L source "$work/disk"
mkdir "$work/source"
mount -o loop "$work/disk" "$work/source" || skip 'no loop device can be had'
"$make_nasty_tree" "$work/source/tree" --big-directory 5000 2>"$work/left-out"
cat "$work/left-out"
publish "$work/source/tree" nasty:1 | grep compressed
umount "$work/source"
start_nginx

step "kboot for s390x, with a program that compares"
"$rootstream" kboot build --architecture s390x --rootstream "$foreign" --out "$kboot" --hardware virtual --compress zstd \
  --add "$foreign/bin/tree_compare" | tail -n 3

step "the machine mounts the image, and compares"
boot 1200 "$kboot" --architecture s390x --disk "$work/disk" --pubkey "$key.pub" -- \
  expect 'kboot: \s*$' send shell expect 'kboot# $' \
  send "uname -m; mkdir /a /b; modprobe fuse; modprobe ext4; mount -o ro /dev/vda /a && rootstream mount ${server_url/127.0.0.1/10.0.2.2}/nasty:1 /b --pubkey /run/kboot/keys/*.pub --cache /run/cache -o suid,dev && echo mounted" \
  expect '^s390x' expect '^mounted' expect 'kboot# $' \
  send 'tree_compare /a/tree /b; echo "compared with $?"' expect '^compared with 0' expect 'kboot# $' \
  send 'echo 3 >/proc/sys/vm/drop_caches; rootstream status /b | head -n 20; rootstream umount /b && echo unmounted' \
  expect '^unmounted' expect 'kboot# $' send 'poweroff -f' end ''
grep -a '^compared ' "$work/console"
! grep -aiE 'i/o error|transport endpoint|kernel panic|oops' "$work/console" || fail "errors on the console"
