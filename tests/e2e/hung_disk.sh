#!/bin/bash
# A file:// store on a file server that hangs: other mirrors serve, and the daemon ends on request.
. "$(dirname "$0")/lib.sh"
need_mount
need nginx

mkdir "$work/source"
for i in 1 2 3; do noise 2000000 "$i" >"$work/source/$i"; done
publish "$work/source" tree >/dev/null

step "a pipe in place of a pack"
cp -r "$store" "$work/piped"
for pack in $(cd "$work/piped/packs" && find . -type f); do
  rm "$work/piped/packs/$pack"
  mkfifo "$work/piped/packs/$pack"
done
expect_fail "file://$work/piped/packs/.*not a file" 1 timeout 30 \
  "$rootstream" ls "file://$work/piped/tree" / --pubkey "$key.pub" --cache none --on-network-loss wait

step "a file server that hangs"
# The file server is a rootstream mount whose web server is stopped.
cp -r "$store" "$work/store itself"
publish "$work/store itself" store >/dev/null
start_nginx
mount_image "$server_url/store" "$work/served" --on-network-loss wait
kill -STOP "$server_pid"
hung=file://$work/served
timeout 30 "$rootstream" cat "$hung/tree" /1 --mirror "file://$store" --pubkey "$key.pub" --cache none >"$work/1" ||
  fail "exit $?: a hung store keeps a mirror from serving"
cmp "$work/source/1" "$work/1"
"$rootstream" ls "$hung/tree" / --pubkey "$key.pub" --cache none --on-network-loss wait >/dev/null 2>&1 &
waiting=$!
sleep 1
! is_gone $waiting || fail "ls ended without its store"
kill -TERM $waiting
wait_for 10 is_gone $waiting || fail "SIGTERM does not end who reads a hung store"
kill -CONT "$server_pid"
unmount "$work/served"
