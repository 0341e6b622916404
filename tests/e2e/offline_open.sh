#!/bin/bash
# After prefetch --all an image opens and reads without a server.
. "$(dirname "$0")/lib.sh"
need_mount
need nginx

make_small_tree "$work/source"
(cd "$work/source/empty" && seq 5000 | xargs touch) # several shards
publish "$work/source" tree >/dev/null
start_nginx
client=(--pubkey "$key.pub" --cache "$work/cache" --on-network-loss fail:2)

"$rootstream" prefetch "$server_url/tree" --all "${client[@]}" >/dev/null
requests=$(wc -l <"$work/access.log")
"$rootstream" prefetch "$server_url/tree" --all "${client[@]}" >/dev/null
again=$(($(wc -l <"$work/access.log") - requests))
echo "$requests requests; again $again"
[ $again -le 2 ] || fail "the second prefetch asked $again times"
stop_server

step "offline"
began=$(milliseconds)
mount_image "$server_url/tree" "$work/mount" --cache "$work/cache" --on-network-loss fail:2
echo "mounted in $(($(milliseconds) - began)) ms"
[ $(($(milliseconds) - began)) -le 5000 ] || fail "mounted late"
compare "$work/source" "$work/mount"
"$rootstream" status "$work/mount" --json | grep -q '"offline": true' || fail "status does not say offline"
unmount "$work/mount"

mount_image "$server_url/tree" "$work/mount" --cache "$work/cache" --on-network-loss wait
compare "$work/source" "$work/mount"
unmount "$work/mount"

"$rootstream" export "$server_url/tree" "$work/exported" "${client[@]}"
compare "$work/source" "$work/exported"
[ "$("$rootstream" cat "$server_url/tree" /etc/small "${client[@]}" | cksum)" = "$(cksum <"$work/source/etc/small")" ]
"$rootstream" ls "$server_url/tree" /etc "${client[@]}" >/dev/null
