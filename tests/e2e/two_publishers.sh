#!/bin/bash
# Concurrent publishers into one store, of the same and of different images, lose nothing.
. "$(dirname "$0")/lib.sh"

for tree in a b c; do
  mkdir "$work/$tree"
  for i in $(seq 20); do noise 1000000 "common $i" >"$work/$tree/common-$i"; done
  for i in $(seq 10); do noise 700000 "$tree $i" >"$work/$tree/$i"; done
done
make_key

check() {
  "$rootstream" verify "$store" --pubkey "$key.pub" >"$work/verify.log" 2>&1 || fail "$(cat "$work/verify.log")"
  [ -z "$(ls -A "$store/tmp")" ] || fail "left in tmp: $(ls "$store/tmp")"
}

matches() {
  local source=$1 image=$2
  rm -rf "$work/exported"
  "$rootstream" export "file://$store/$image" "$work/exported" --pubkey "$key.pub" --cache none
  "$tree_compare" "$work/$source" "$work/exported" >"$work/compare.log"
}

# publish_at_once SOURCE IMAGE [SOURCE IMAGE...]
publish_at_once() {
  local publishers=() pid
  while [ $# -gt 0 ]; do
    publish "$work/$1" "$2" >"$work/publish-$1.log" 2>&1 &
    publishers+=($!)
    shift 2
  done
  for pid in "${publishers[@]}"; do
    wait "$pid" || fail "a publisher failed: $(cat "$work"/publish-*.log)"
  done
}

step "different names, a new store"
publish_at_once a one b two c three
check
matches a one || fail "one differs"
matches b two || fail "two differs"
matches c three || fail "three differs"

step "the same name"
publish_at_once a same b same c same
check
matches a same || matches b same || matches c same || fail "same is none of the three"
serial=$("$rootstream" inspect "file://$store/same" --pubkey "$key.pub" --cache none --json |
  awk -F'[ ,]+' '/"serial"/ { print $3 }')
[ "$serial" = 3 ] || fail "three publishers ended at serial $serial"
[ "$(find "$store/manifests" -type f | wc -l)" = 3 ] || fail "not the three manifests of a, b and c"

step "the same tree, a new store"
rm -rf "$store"
publish_at_once a one a two a one
check
matches a one || fail "one differs"
matches a two || fail "two differs"
