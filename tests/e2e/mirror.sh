#!/bin/bash
# mirror makes a copy that serves the same bytes, continues where it was stopped, and leaves a copy that
# verifies when it is stopped at any moment.
# Covers: server-tools/commands/keygen.cc, server-tools/commands/mirror.cc, server-tools/pack_download.cc.
. "$(dirname "$0")/lib.sh"

for version in 1 2; do
  mkdir "$work/$version"
  for i in $(seq 20); do noise 1000000 "common $i" >"$work/$version/common-$i"; done
  for i in $(seq 30); do noise 1000000 "$version $i" >"$work/$version/own-$i"; done
done
make_small_tree "$work/other"
make_key
publish "$work/1" tree >/dev/null
publish "$work/other" other:2 >/dev/null
copy=$work/copy

mirror() { "$rootstream" mirror "$@" --pubkey "$key.pub"; }
# refuse REGEX CODE FROM TO...: mirror must fail
refuse() {
  local regex=$1 code=$2
  shift 2
  expect_fail "$regex" "$code" "$rootstream" mirror "$@" --pubkey "$key.pub"
}
must_verify() {
  "$rootstream" verify "$copy" --pubkey "$key.pub" >"$work/verify.log" 2>&1 || fail "$1: $(cat "$work/verify.log")"
}
must_match() {
  rm -rf "$work/exported"
  "$rootstream" export "file://$copy/$2" "$work/exported" --pubkey "$key.pub" --cache none
  compare "$work/$1" "$work/exported"
}
same_files() {
  diff -r "$store/packs" "$copy/packs" && diff -r "$store/manifests" "$copy/manifests" && diff -r "$store/images" "$copy/images"
}
field() { awk -F'[ ,:]+' -v name="\"$1\"" '$2 == name { print $3 }'; }
fetched() { field packs_fetched <"$work/mirror.json"; }

step "all of a folder"
mirror "$store" "$copy" --json >"$work/mirror.json"
same_files || fail "the copy differs"
[ "$(fetched)" = "$(find "$store/packs" -type f | wc -l)" ] || fail "$(cat "$work/mirror.json")"
must_verify "after the first"
must_match 1 tree
must_match other other:2
mirror "$store" "$copy" --json >"$work/mirror.json"
[ "$(fetched)" = 0 ] || fail "fetched again: $(cat "$work/mirror.json")"
[ "$(grep -c '"unchanged"' "$work/mirror.json")" = 2 ] || fail "$(cat "$work/mirror.json")"

step "chosen images, over HTTP"
start_nginx
rm -rf "$copy"
mirror "$server_url/" "$copy" other:2 --json >"$work/mirror.json"
[ "$(find "$copy/images" -type f)" = "$copy/images/other/2" ] || fail "more than one image"
must_verify "one image"
must_match other other:2
: >"$work/access.log"
mirror "$server_url" "$copy" tree other:2 >"$work/mirror.log"
grep -q 'tree:latest .*copied' "$work/mirror.log" && grep -q 'other:2 .*unchanged' "$work/mirror.log" || fail "$(cat "$work/mirror.log")"
# Everything except the two refs is fetched once; the transferred bytes are those of the packs.
[ "$(awk '/packs/ { print $NF }' "$work/access.log" | sort | uniq -d | wc -l)" = 0 ] || fail "a pack was fetched twice"
same_files || fail "the copy differs"
must_match 1 tree

step "an update"
publish "$work/2" tree >/dev/null
before=$(find "$copy/packs" -type f | wc -l)
mirror "$server_url" "$copy" tree --json >"$work/mirror.json"
new=$(($(find "$copy/packs" -type f | wc -l) - before))
[ "$(fetched)" = "$new" ] || fail "fetched $(fetched) packs, $new are new"
must_verify "after an update"
must_match 2 tree

step "an older copy is refused"
cp "$store/images/tree/latest" "$work/ref-2"
stop_server
rm -rf "$work/older"
cp -r "$store" "$work/older"
publish "$work/1" tree >/dev/null
mirror "$store" "$copy" tree >/dev/null
refuse "image tree:latest: its serial 2 is lower than 3 in $copy" 1 "$work/older" "$copy"
must_match 1 tree
cmp "$store/images/tree/latest" "$copy/images/tree/latest"

step "stopped at any moment"
same_port=1 start_nginx "limit_rate 40m;"
rm -rf "$copy"
stopped=0
for signal in INT TERM KILL INT KILL; do
  for delay in 0.05 0.15 0.3; do
    env --default-signal=INT "$rootstream" mirror "$server_url" "$copy" tree --pubkey "$key.pub" >"$work/mirror.log" 2>&1 &
    mirror=$!
    sleep $delay
    kill -$signal $mirror 2>/dev/null || true
    result=0
    wait $mirror 2>/dev/null || result=$?
    case $result in
      0) rm -rf "$copy" ;;
      1)
        stopped=$((stopped + 1))
        [ "$(cat "$work/mirror.log")" = "rootstream: interrupted" ] || fail "$(cat "$work/mirror.log")"
        ;;
      130 | 143 | 137) stopped=$((stopped + 1)) ;;
      *) fail "exit $result: $(cat "$work/mirror.log")" ;;
    esac
    [ ! -d "$copy/packs" ] || must_verify "SIG$signal after $delay s"
  done
done
echo "stopped $stopped of 15 in time"
[ $stopped -ge 3 ] || fail "too few were stopped in time to tell"

step "what a stopped one left is used"
rm -rf "$copy"
cp -r "$store" "$copy"
rm -rf "$copy"/packs/* "$copy"/images/* "$copy"/manifests/*
largest=$(find "$store/packs" -type f -printf '%s %p\n' | sort -n | tail -1 | cut -d' ' -f2)
head -c 10000000 "$largest" >"$copy/tmp/part-${largest##*/}"
: >"$work/access.log"
mirror "$server_url" "$copy" tree >/dev/null
grep "${largest##*/}" "$work/access.log" | grep -q '^206 .*"bytes=10000000-' || fail "the part was not used: $(cat "$work/access.log")"
must_verify "after taking up"
must_match 1 tree
[ -z "$(ls -A "$copy/tmp")" ] || fail "left in tmp: $(ls "$copy/tmp")"

step "a server that goes away and comes back"
rm -rf "$copy"
mirror "$server_url" "$copy" tree >"$work/mirror.log" 2>&1 &
mirror=$!
sleep 0.2
stop_server
sleep 1
same_port=1 start_nginx
wait $mirror || fail "it did not outlive its server's restart: $(cat "$work/mirror.log")"
must_match 1 tree

step "memory"
if ! is_sanitized && [ -x /usr/bin/time ]; then
  rm -rf "$copy"
  /usr/bin/time -f %M -o "$work/rss" "$rootstream" mirror "$server_url" "$copy" tree --pubkey "$key.pub" >/dev/null
  [ "$(cat "$work/rss")" -lt 100000 ] || fail "$(cat "$work/rss") KiB"
fi

step "a damaged pack of the origin"
rm -rf "$copy"
cp "$largest" "$work/saved"
printf x | dd of="$largest" bs=1 seek=5000000 conv=notrunc status=none
refuse "image tree:latest: .*pack ${largest##*/}: its bytes have another hash" 1 "$server_url" "$copy" tree
[ ! -e "$copy/images/tree" ] || fail "the ref was written"
must_verify "without the damaged one"
cat "$work/saved" >"$largest"
mirror "$server_url" "$copy" tree >/dev/null
must_match 1 tree

step "a pack that the copy lost"
rm "$(find "$copy/packs" -type f | head -1)"
mirror "$server_url" "$copy" tree >/dev/null
must_verify "mended"

step "beside gc"
flock -x "$copy/lock" sleep 1 &
holder=$!
mirror "$server_url" "$copy" tree >/dev/null
is_gone $holder || fail "it did not wait for gc"
"$rootstream" gc "$copy" --grace 0 --keep 0 >/dev/null
must_verify "after gc"
must_match 1 tree

step "all that a web server lists"
mirror "$server_url" "$work/all" --json >"$work/mirror.json"
diff -r "$store/images" "$work/all/images" || fail "the copy differs"
mv "$store/images.list" "$work/"
refuse "it has no images.list: name the images" 1 "$server_url" "$work/none"
[ ! -e "$work/none" ] || fail "made a store for nothing"
echo 'No Name' >"$store/images.list"
refuse "images.list: .* is not an image name" 1 "$server_url" "$work/none"
mv "$work/images.list" "$store/"

step "wrong usage"
expect_fail "give --pubkey FILE, or --insecure" 2 "$rootstream" mirror "$server_url" "$copy" tree
refuse "BAD" 2 "$server_url" "$copy" BAD
expect_fail "" 2 "$rootstream" mirror "$server_url"
refuse "image missing:latest: $server_url/images/missing/latest: HTTP 404" 1 "$server_url" "$work/new" missing
[ ! -e "$work/new" ] || fail "made a store for an image that is not there"
refuse "$work/nothing.*No such file" 1 "$work/nothing" "$work/new"
refuse "$work/1: not a store" 1 "$work/1" "$work/new"
refuse "$work/1: not a store, and not empty" 1 "$store" "$work/1"
refuse "$store/.: it is the store to copy from" 1 "$store" "$store/."
"$rootstream" keygen "$work/other-key" >/dev/null
expect_fail "image tree:latest: it is not signed by a trusted key" 1 \
  "$rootstream" mirror "$store" "$work/new" tree --pubkey "$work/other-key.pub"
[ ! -e "$work/new" ] || fail "made a store for an image that it does not trust"
expect_fail "" 1 bash -c "'$rootstream' mirror '$store' '$copy' tree --pubkey '$key.pub' >/dev/full"

step "progress"
if command -v script >/dev/null; then
  rm -rf "$copy"
  script -qec "'$rootstream' mirror '$server_url' '$copy' tree --pubkey '$key.pub'" "$work/terminal" >/dev/null </dev/null
  grep -q $'\r.*MiB tree:latest' "$work/terminal" || fail "no progress on a terminal: $(head -c 300 "$work/terminal")"
fi
