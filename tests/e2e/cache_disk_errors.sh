#!/bin/bash
# A cache on a disk with unreadable sectors: each is a miss, the daemon keeps running, and nothing that is
# sound is deleted. Then a cache with more segments than a process may open files.
. "$(dirname "$0")/lib.sh"
need_root
need_mount
need nginx

make_small_tree "$work/source"
publish "$work/source" tree >/dev/null
start_nginx
mkdir "$work/real" "$work/disk"
bad=$work/bad # tells failing_folder which reads must fail
: >"$bad"
start_server "$build/bin/failing_folder" "$work/real" "$work/disk" "$bad" -f
wait_for 10 is_mounted "$work/disk" || fail "failing_folder does not mount"
cache=$work/disk/cache

mount_all() { mount_image "$server_url/tree" "$work/mount" --cache "$cache" "$@"; }

# Drops the page cache, too, because reads from it do not fail.
turn_bad() {
  echo "$1 $2" >"$bad"
  echo 3 >/proc/sys/vm/drop_caches
}
read_all() {
  echo 3 >/proc/sys/vm/drop_caches
  compare "$work/source" "$work/mount"
  "$rootstream" status "$work/mount" >/dev/null || fail "the daemon is gone"
}
segments() { (cd "$work/real/cache/segments" && sha256sum -- *.seg); }

mount_all
read_all
unmount "$work/mount"
[ -s "$work/real/cache/index.seal" ] || fail "not sealed"
segments >"$work/segments"

for what in "index 0" "index 4096" "index.seal 0" ".seg 0" ".seg 30" ".seg 500000" "refs/ 0" "cache/ 0"; do
  step "what cannot be read: $what"
  # shellcheck disable=SC2086
  turn_bad $what
  mount_all || fail "does not mount"
  read_all
  : >"$bad"
  read_all
  unmount "$work/mount"
  while read -r line; do
    # Objects that were fetched again are appended.
    file=${line##* }
    size=$(stat -c %s "$work/real/cache/segments/$file") || fail "$file was deleted"
    [ "$size" -gt 0 ] || fail "$file was cut off"
  done <"$work/segments"
done

step "while it is in use"
for what in "index 0" ".seg 0" "cache/ 0"; do
  : >"$bad"
  mount_all
  read_all
  # shellcheck disable=SC2086
  turn_bad $what
  read_all
  unmount "$work/mount"
done
: >"$bad"

step "more segments than files may be open"
rm -rf "$work/real/cache"
mount_all --cache-size 16M
read_all
unmount "$work/mount"
first=$(cd "$work/real/cache/segments" && ls | head -1)
for number in $(seq 1001 1300); do
  cp "$work/real/cache/segments/$first" "$work/real/cache/segments/0000$number.seg"
done
rm "$work/real/cache/index.seal"
count=$(ls "$work/real/cache/segments" | wc -l)
for way in scanned sealed; do
  (ulimit -n 128 && mount_all --cache-size 8G) || fail "does not mount ($way)"
  read_all
  unmount "$work/mount"
  [ "$(ls "$work/real/cache/segments" | wc -l)" -ge "$count" ] || fail "segments were deleted ($way)"
done
