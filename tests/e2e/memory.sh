#!/bin/bash
# While 16 processes read everything, the daemon's own memory (RssAnon and locked) stays within 64 MiB.
. "$(dirname "$0")/lib.sh"
need_mount
need nginx
! is_sanitized || skip "a sanitizer needs memory of its own"

mkdir -p "$work/source/many"
for i in $(seq 8); do noise 16000000 "$i" >"$work/source/$i"; done
seq 3000000 >"$work/source/text"
(cd "$work/source/many" && seq 3000 | split -l 1 -a 4)
publish "$work/source" tree >/dev/null
start_nginx
mount_image "$server_url/tree" "$work/mount" --cache "$work/cache"

readers=()
for i in $(seq 16); do
  # Each reads in a different order, so that they need different objects at the same time.
  (cd "$work/mount" && find . -type f | shuf --random-source=<(noise 2000000 "$i") | xargs cat >/dev/null) &
  readers+=($!)
done
all_gone() {
  local reader
  for reader in "${readers[@]}"; do is_gone "$reader" || return 1; done
}
most=0
limit=$((64 << 20))
until all_gone; do
  now=$("$rootstream" status "$work/mount" --json | awk -F'[ ,]+' '/"rss_anon"/ { print $3 }')
  [ "$now" -le "$most" ] || most=$now
  [ "$now" -le $limit ] || fail "the daemon uses $now bytes"
  sleep 0.1
done
for reader in "${readers[@]}"; do wait "$reader" || fail "a reader failed"; done
pid=$(daemon_of "$work/mount")
measured=$(awk '/^(RssAnon|VmLck):/ { sum += $2 } END { print sum * 1024 }' "/proc/$pid/status")
echo "at most $((most >> 10)) KiB; at the end $((measured >> 10)) KiB by /proc"
[ "$measured" -le $limit ] || fail "the daemon uses $measured bytes"
[ "$most" -gt 1000000 ] || fail "status tells no rss_anon"
compare "$work/source" "$work/mount"
unmount "$work/mount"
