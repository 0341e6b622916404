#!/usr/bin/env bash
# The fill brings the whole image into the cache after all reads, at a limited rate, and continues where it stopped.
# Covers: fusefs/ahead/fill.cc, fusefs/commands/prefetch.cc.
. "$(dirname "$0")/lib.sh"
need_mount
make_small_tree "$work/source"
publish "$work/source" image >/dev/null
start_nginx
mkdir "$work/mnt"
field() { "$rootstream" status "$work/mnt" --json | python3 -c "import json, sys; print(json.load(sys.stdin)['fill']['$1'])"; }
is_full() { [ "$(field ended)" = True ] && [ "$(field "done")" = "$(field total)" ] && [ -z "$(field problem)" ]; }
has_begun() { [ "$(field "done")" -gt 0 ]; }

step "without a limit; then everything is there without a server"
mount_image "$server_url/image" "$work/mnt" --cache "$work/cache" --fill max
wait_for 30 is_full || fail "$("$rootstream" status "$work/mnt")"
stop_server
compare "$work/source" "$work/mnt"
unmount "$work/mnt"

step "with a limit, in two mounts and with the server away for a while: each byte comes once"
rm "$work/access.log"
start_nginx
mount_image "$server_url/image" "$work/mnt" --cache "$work/slow" -o fill=600K,on-network-loss=fail:1
wait_for 20 has_begun
"$rootstream" status "$work/mnt" | grep -q '^fill .* of .*, at most 600.0 KiB/s$' || fail "$("$rootstream" status "$work/mnt")"
before=$(field "done")
unmount "$work/mnt"
mount_image "$server_url/image" "$work/mnt" --cache "$work/slow" -o fill=600K,on-network-loss=fail:1
went_on() { [ "$(field "done")" -gt "$before" ]; }
wait_for 20 went_on
stop_server
sleep 3
same_port=1 start_nginx
wait_for 60 is_full || fail "$("$rootstream" status "$work/mnt")"
unmount "$work/mnt"
sent=$(awk '{ sum += $3 } END { print sum }' "$work/access.log")
stored=$(du -sb "$store/packs" | cut -f1)
[ "$sent" -lt $((stored + stored / 5)) ] || fail "$sent bytes were sent of a store of $stored"

step "prefetch --all does the same at once"
"$rootstream" prefetch --all "$server_url/image" --pubkey "$key.pub" --cache "$work/all" | grep -q 'fetched, the cache holds'
"$rootstream" prefetch --all "$server_url/image" --pubkey "$key.pub" --cache "$work/all" | grep -q '^[0-9]* bytes fetched'

step "a mount that finds its cache folder in use fills it once it is free"
mkdir "$work/other"
mount_image "$server_url/image" "$work/other" --cache "$work/shared"
mount_image "$server_url/image" "$work/mnt" --cache "$work/shared" --fill max
waits() { [ "$(field hindered_by)" = "another process writes this cache folder" ]; }
wait_for 10 waits || fail "$("$rootstream" status "$work/mnt")"
unmount "$work/other"
wait_for 30 is_full || fail "$("$rootstream" status "$work/mnt")"
unmount "$work/mnt"

step "wrong uses"
expect_fail "'fast' is not a rate" 2 "$rootstream" mount "$server_url/image" "$work/mnt" --pubkey "$key.pub" --fill fast
expect_fail "'0' is not a rate" 2 "$rootstream" mount "$server_url/image" "$work/mnt" --pubkey "$key.pub" -o fill=0
expect_fail "no cache folder to fill" 1 "$rootstream" mount "$server_url/image" "$work/mnt" --pubkey "$key.pub" --cache none --fill max
noise 12000000 big >"$work/source/big"
publish "$work/source" big >/dev/null
expect_fail "the image has 15 MiB, more than the cache may hold .8 MiB." 1 "$rootstream" prefetch --all "$server_url/big" --pubkey "$key.pub" --cache "$work/tiny" --cache-size 8M
mount_image "$server_url/image" "$work/mnt" --cache "$work/all"
expect_fail "another process writes the cache folder" 1 "$rootstream" prefetch --all "$server_url/image" --pubkey "$key.pub" --cache "$work/all"
unmount "$work/mnt"
