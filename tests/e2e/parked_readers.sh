#!/usr/bin/env bash
# Thousands of reads wait for the network: cached data is still served, and all reads give the right bytes in the end.
# Covers: fusefs/mount/background_limit.cc.
. "$(dirname "$0")/lib.sh"
need_mount
need_root # the kernel allows fewer concurrent reads on an ordinary user's mount
need nginx python3

mkdir -p "$work/tree"
noise 64000000 1 >"$work/tree/large"
noise 300000 2 >"$work/tree/cached"
publish "$work/tree" image >/dev/null
start_nginx
mnt=$work/mnt
mount_image "$server_url/image" "$mnt" --on-network-loss wait --cache "$work/cache"
cmp "$mnt/cached" "$work/tree/cached"
head -c 1 "$mnt/large" >/dev/null
daemon=$(daemon_of "$mnt")

step "5,000 readers wait"
kill -STOP "$server_pid"
WANTED=$work/tree/large "$repository/tests/support/interrupted.py" readers "$mnt/large" 5000 >"$work/readers" &
readers=$!
wait_for 60 grep -q parked "$work/readers" || fail "the readers did not come up"
drop_page_cache
timeout 20 cmp "$mnt/cached" "$work/tree/cached" || fail "a cached file does not answer"
timeout 20 ls -l "$mnt" >/dev/null || fail "a listing does not answer"
"$rootstream" status "$mnt" >/dev/null
memory=$(awk '/^RssAnon:/ {print $2}' "/proc/$daemon/status")
echo "   the daemon's memory meanwhile: $memory kB"
is_sanitized || [ "$memory" -lt 65536 ] || fail "the daemon has $memory kB"

step "and are answered when the server is back"
kill -CONT "$server_pid"
wait $readers || fail "readers got wrong bytes or errors"
unmount "$mnt"
