#!/bin/bash
# gc removes only what no image needs, also beside mounts and publishers, and when it is killed at any moment.
# Covers: server-tools/commands/gc.cc.
. "$(dirname "$0")/lib.sh"

for version in 1 2 3; do
  mkdir "$work/$version"
  for i in 1 2 3; do noise 1000000 "common $i" >"$work/$version/common-$i"; done
  for i in $(seq 20); do noise 1000000 "$version $i" >"$work/$version/own-$i"; done
done
make_key

must_verify() {
  "$rootstream" verify "$store" --pubkey "$key.pub" >"$work/verify.log" 2>&1 || fail "$(cat "$work/verify.log")"
}
must_match() {
  rm -rf "$work/exported"
  "$rootstream" export "file://$store/$2" "$work/exported" --pubkey "$key.pub" --cache none
  compare "$work/$1" "$work/exported"
}
count() { find "$store/$1" -type f | wc -l; }
gc() { "$rootstream" gc "$store" "$@"; }
field() { awk -F'[ ,:]+' -v name="\"$1\"" '$2 == name { print $3 }'; }

step "nothing to do"
publish "$work/1" tree >/dev/null
gc --grace 0 --keep 0 >"$work/gc.log"
grep -q '^freed *0.00 MiB' "$work/gc.log" || fail "$(cat "$work/gc.log")"
must_verify

step "an old version, by its age"
publish "$work/2" tree >/dev/null
packs=$(count packs)
gc >/dev/null
[ "$(count packs)" = "$packs" ] && [ "$(count manifests)" = 2 ] || fail "what is young was removed"
find "$store" -exec touch -d '3 days ago' {} +
gc >/dev/null
[ "$(count manifests)" = 2 ] || fail "a version of three days was removed without --keep"
freed=$(gc --keep 2 --dry-run --json | field bytes_freed)
[ "$(count manifests)" = 2 ] && [ "$(count packs)" = "$packs" ] || fail "a dry run removed something"
[ "$freed" -gt 1000000 ] || fail "a dry run would free $freed bytes"
before=$(du -sb "$store/packs" "$store/manifests" "$store/versions" | awk '{ n += $1 } END { print n }')
[ "$(gc --keep 2 --json | field bytes_freed)" = "$freed" ] || fail "the dry run told another figure"
after=$(du -sb "$store/packs" "$store/manifests" "$store/versions" | awk '{ n += $1 } END { print n }')
[ $((before - after)) -ge "$freed" ] || fail "$((before - after)) bytes went, not $freed"
[ "$(count manifests)" = 1 ] || fail "the old manifest is still there"
must_verify
must_match 2 tree

step "an image that was removed"
publish "$work/3" other >/dev/null
rm "$store/images/other/latest"
gc --grace 0 --keep 0 >/dev/null
[ ! -e "$store/images/other" ] || fail "the empty folder is still there"
must_verify
must_match 2 tree

step "killed at any moment"
for delay in 0.001 0.003 0.006 0.01 0.02; do
  publish "$work/3" other >/dev/null
  rm "$store/images/other/latest"
  for signal in INT KILL; do
    env --default-signal=INT "$rootstream" gc "$store" --grace 0 --keep 0 >"$work/gc.log" 2>&1 &
    collector=$!
    sleep $delay
    kill -$signal $collector 2>/dev/null || true
    wait $collector 2>/dev/null || true
    must_verify
  done
done
gc --grace 0 --keep 0 >/dev/null
must_match 2 tree

step "a publisher at work"
(
  exec 9<"$store/lock"
  flock -s 9
  exec sleep 20
) &
holder=$!
sleep 0.3
expect_fail "$store: publish, mirror or another gc is at work" 1 "$rootstream" gc "$store" --wait 1
gc --dry-run >/dev/null || fail "a dry run does not run beside a publisher"
kill $holder
wait $holder 2>/dev/null || true

step "publishers and collectors at once"
publish "$work/1" one >/dev/null
pids=()
for round in 1 2 3; do
  publish "$work/3" "round$round" >"$work/publish-$round.log" 2>&1 &
  pids+=($!)
  gc --grace 0 --keep 0 >>"$work/gc.log" 2>&1 &
  pids+=($!)
done
for pid in "${pids[@]}"; do wait "$pid" || fail "$(cat "$work"/publish-*.log "$work/gc.log")"; done
gc --grace 0 --keep 0 >/dev/null
must_verify
for round in 1 2 3; do must_match 3 "round$round"; done
must_match 1 one

step "a damaged shard"
shard=$(for f in "$store"/packs/*/*; do echo "$(stat -c %s "$f") $f"; done | sort -n | head -1 | cut -d' ' -f2)
cp "$shard" "$work/saved"
printf x | dd of="$shard" bs=1 seek=$(($(stat -c %s "$shard") - 20)) conv=notrunc status=none
find "$store" -type f | sort >"$work/before"
expect_fail "$store: nothing was removed: .*(shard|chunk list) .*${shard##*/}" 1 "$rootstream" gc "$store" --grace 0 --keep 0
find "$store" -type f | sort | cmp - "$work/before" || fail "something was removed"
cat "$work/saved" >"$shard"
must_verify

step "wrong usage"
expect_fail "" 2 "$rootstream" gc
expect_fail "grace" 2 "$rootstream" gc "$store" --grace -1
expect_fail "No such file" 1 "$rootstream" gc "$work/nothing"
expect_fail "" 1 bash -c "'$rootstream' gc '$store' >/dev/full"

step "progress"
if command -v script >/dev/null; then
  script -qec "'$rootstream' gc '$store'" "$work/terminal" >/dev/null </dev/null
  grep -q $'\r.*MiB read: ' "$work/terminal" || fail "no progress on a terminal: $(head -c 300 "$work/terminal")"
fi
gc 2>"$work/stderr" >/dev/null
[ ! -s "$work/stderr" ] || fail "on stderr of no terminal: $(cat "$work/stderr")"
