#!/bin/bash
# --on-network-loss: fail:SECONDS gives EIO after that time, wait survives an outage of 8 seconds; cached
# files can always be read.
# Covers: fusefs/mount/daemon_log.cc.
. "$(dirname "$0")/lib.sh"
need_mount
need nginx

mkdir "$work/source"
for i in 1 2 3; do noise 12000000 "$i" >"$work/source/$i"; done
publish "$work/source" tree >/dev/null
start_nginx
mount_image "$server_url/tree" "$work/fails" --cache none --on-network-loss fail:3
mount_image "$server_url/tree" "$work/waits" --cache "$work/cache" --on-network-loss wait
cmp "$work/source/1" "$work/fails/1"
cmp "$work/source/1" "$work/waits/1"
stop_server

outage=$SECONDS
cmp "$work/source/2" "$work/waits/2" &
waiting=$!

step "fail:3"
began=$(milliseconds)
! cat "$work/fails/2" >/dev/null 2>"$work/error" || fail "read without a server"
took=$(($(milliseconds) - began))
grep -q 'Input/output error' "$work/error" || fail "not EIO: $(cat "$work/error")"
echo "EIO after $took ms"
[ $took -ge 2000 ] && [ $took -le 10000 ] || fail "EIO after $took ms"

step "wait"
cmp "$work/source/1" "$work/waits/1"
wait_for 5 sh -c "'$rootstream' status '$work/waits' --json | grep -q '\"offline\": true'" ||
  fail "status does not say offline"
while [ $((SECONDS - outage)) -lt 8 ]; do sleep 0.2; done
! is_gone $waiting || fail "the waiting reader ended in the outage"
same_port=1 start_nginx
began=$(milliseconds)
wait $waiting || fail "the waiting reader failed"
echo "went on $(($(milliseconds) - began)) ms after the server was back"
[ $(($(milliseconds) - began)) -le 8000 ] || fail "went on late"

step "online again"
compare "$work/source" "$work/waits"
compare "$work/source" "$work/fails"
"$rootstream" status "$work/waits" --json | grep -q '"offline": false' || fail "status still says offline"
unmount "$work/waits"
unmount "$work/fails"
