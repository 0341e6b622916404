#!/bin/bash
# The cache never exceeds --cache-size by more than 5 %, while three times as much is read.
. "$(dirname "$0")/lib.sh"
need_mount
need nginx

mkdir "$work/source"
for i in $(seq 52); do noise 1000000 "$i" >"$work/source/$i"; done
publish "$work/source" tree >/dev/null
start_nginx
limit=$((16 << 20))
limit=$((limit + limit / 20))
most=0

poll() {
  local now
  # Files may vanish while they are counted.
  now=$(du -s --block-size=1 "$work/cache" 2>/dev/null | cut -f 1 || true)
  [ -n "$now" ] || return 0
  [ "$now" -le "$most" ] || most=$now
  [ "$now" -le $limit ] || fail "the cache holds $now bytes: $(ls -lsR "$work/cache")"
}

read_all() {
  mount_image "$server_url/tree" "$work/mount" --cache "$work/cache" --cache-size 16M
  "$tree_compare" "$work/source" "$work/mount" >"$work/compare.log" &
  local reader=$!
  until is_gone $reader; do poll; done
  wait $reader || fail "differs: $(head -3 "$work/compare.log")"
  poll
  "$rootstream" status "$work/mount" --json | grep -q '"cache_limit": 16777216' || fail "status tells another limit"
  unmount "$work/mount"
  poll
}

read_all
echo "at most $most bytes"
[ $most -gt $((8 << 20)) ] || fail "the cache is hardly used"
read_all
step "without its index"
rm "$work/cache/index.seal"
read_all
step "made smaller"
mount_image "$server_url/tree" "$work/mount" --cache "$work/cache" --cache-size 8M
cat "$work"/mount/* >/dev/null
limit=$(((8 << 20) + (8 << 20) / 20))
poll
unmount "$work/mount"
poll
