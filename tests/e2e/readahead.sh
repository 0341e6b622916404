#!/usr/bin/env bash
# The kernel's readahead of a mount is low for a far server, and that of a disk for a near one. It rises while files are
# read sequentially, and falls again.
. "$(dirname "$0")/lib.sh"
need_mount
need_root
need nginx python3
mkdir -p "$work/source" "$work/mnt"
for n in 1 2 3 4 5 6 7 8; do noise 3000000 "$n" >"$work/source/$n"; done
publish "$work/source" image >/dev/null
start_nginx
readahead() { cat "/sys/class/bdi/$(awk -v at="$work/mnt" '$5 == at { print $3 }' /proc/self/mountinfo)/read_ahead_kb"; }
is() { [ "$(readahead)" = "$1" ]; }
read_runs() {
  local n
  for n in 1 2 3 4 5 6 7 8; do dd if="$work/mnt/$n" of=/dev/null bs=10k 2>/dev/null; done
}
read_scattered() {
  python3 -c "
import os, sys
for name in '12345678':
    fd = os.open(os.path.join(sys.argv[1], name), os.O_RDONLY)
    os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_RANDOM)
    for i in range(60):
        os.pread(fd, 4096, 4096 + i * 7919 % 700 * 4096)
" "$work/mnt"
}

mount_image "$server_url/image" "$work/mnt" --cache "$work/cache"
is 128 || fail "by a near server it is $(readahead)"
unmount "$work/mnt"

start_line far 60
mount_image "http://127.0.0.1:$far_port/image" "$work/mnt" --cache "$work/cache"
is 16 || fail "by a far server it is $(readahead)"
read_runs
wait_for 5 is 512 || fail "read in runs: $(readahead)"
echo 1 >/proc/sys/vm/drop_caches # so that the reads reach the daemon
read_scattered
wait_for 5 is 16 || fail "read here and there: $(readahead)"
unmount "$work/mnt"

step "none where it is recorded, nor until a far hot range has come; then a page"
mount_image "$server_url/image" "$work/mnt" --cache "$work/cache" --record "$work/profile"
read_runs
sleep 1
is 0 || fail "while recorded it is $(readahead)"
unmount "$work/mnt"
publish "$work/source" image:hot --profile "$work/profile" >/dev/null
mount_image "$server_url/image:hot" "$work/mnt" --cache "$work/cache"
read_runs
sleep 1
is 4 || fail "by the profile it is $(readahead)"
unmount "$work/mnt"
mount_image "http://127.0.0.1:$far_port/image:hot" "$work/mnt" --cache "$work/far-cache"
is 0 || fail "by the profile, from afar, it is $(readahead)"
wait_for 30 is 4 || fail "with the hot range here it is $(readahead)"
unmount "$work/mnt"
