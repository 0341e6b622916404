#!/usr/bin/env bash
# verify --repair: a store with damaged and missing files gets them back from a copy behind a web server, and from a folder; what the
# copy lacks is said, and nothing is lost when it is stopped.
# Covers: server-tools/commands/verify.cc.
. "$(dirname "$0")/lib.sh"

for version in 1 2; do
  mkdir "$work/$version"
  for i in 1 2 3; do noise 8000000 "$version $i" >"$work/$version/file-$i"; done
  noise 3000000 common >"$work/$version/common"
done
make_key
publish "$work/1" tree >/dev/null
publish "$work/2" tree >/dev/null
start_nginx
copy=$store
store=$work/damaged
cp -a "$copy" "$store"
repair() { "$rootstream" verify "$store" --pubkey "$key.pub" --repair "$@"; }
verify() { "$rootstream" verify "$store" --pubkey "$key.pub"; }
names() { (cd "$1" && find packs manifests -type f | sort); }
same() { diff -r "$copy/packs" "$store/packs" && diff -r "$copy/manifests" "$store/manifests"; }
damage() { # damage NAME...: each in another way
  local way=0 name
  for name; do
    case $((way++ % 3)) in
      0) rm "$store/$name" ;;
      1) truncate -s 1000 "$store/$name" ;;
      2) printf x | dd of="$store/$name" bs=1 seek=500 conv=notrunc status=none ;;
    esac
  done
}
mapfile -t packs < <(names "$store" | grep ^packs)

step 'nothing to repair'
repair "$server_url" | grep -q '^checked 1 images' || fail 'a sound store'
! grep -q /packs/ "$work/access.log" || fail 'fetched what is there'

step 'from a server'
damage "${packs[@]}"
verify >/dev/null 2>&1 && fail 'the damage is not seen'
repair "$server_url" >"$work/repair.log" || fail "$(cat "$work/repair.log")"
[ "$(grep -c '^repaired: packs/' "$work/repair.log")" = ${#packs[@]} ] || fail "$(cat "$work/repair.log")"
same && verify >/dev/null || fail 'not as it was'

step 'from a folder'
damage "${packs[0]}" "${packs[1]}"
repair "$copy" --json | python3 -c 'import json, sys
report = json.load(sys.stdin)
assert len(report["repaired"]) == 2 and not report["damages"] and not report["not_repaired"], report' || fail 'what --json says'
same || fail 'not as it was'

step 'what the copy lacks'
damage "${packs[0]}" "${packs[1]}"
mv "$copy/${packs[1]}" "$work/kept"
repair "$server_url" >"$work/repair.log" 2>"$work/repair.errors" && fail 'it is not whole'
grep -q "^repaired: ${packs[0]}\$" "$work/repair.log" || fail "$(cat "$work/repair.log")"
grep -q "^not repaired: ${packs[1]}: .*404" "$work/repair.log" || fail "$(cat "$work/repair.log")"
grep -q 'objects are damaged' "$work/repair.errors" || fail "$(cat "$work/repair.errors")"
mv "$work/kept" "$copy/${packs[1]}"

step 'killed at any moment'
for delay in 0.02 0.05 0.1 0.2; do
  damage "${packs[@]}" 2>/dev/null || true
  repair "$server_url" >/dev/null 2>&1 &
  sleep $delay
  kill -9 $! 2>/dev/null || true
  wait $! 2>/dev/null || true
done
repair "$server_url" >/dev/null || fail 'it cannot be repaired any more'
same || fail 'not as it was'

step 'wrong uses'
expect_fail 'it is the store to copy from' 1 "$rootstream" verify "$store" --repair "$store"
expect_fail 'needs the store.s folder' 2 "$rootstream" verify "$server_url/tree" --repair "$copy"
expect_fail 'cannot open store' 1 "$rootstream" verify "$store" --repair "$work/absent"
