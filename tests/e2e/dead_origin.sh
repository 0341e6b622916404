#!/bin/bash
# A server that stops answering delays only the processes that need it: with 64 readers stalled, a cached
# file, a known folder, status and umount answer within a second, and the waiting processes can be killed.
. "$(dirname "$0")/lib.sh"
need_mount
need nginx

mkdir -p "$work/source/known" "$work/source/unknown" "$work/source/files"
seq 1 200000 >"$work/source/known/cached"
seq 1 100 >"$work/source/known/other"
for i in $(seq 64); do noise 400000 "$i" >"$work/source/files/$i"; done
(cd "$work/source/unknown" && seq 3000 | xargs touch) # in a shard of its own
publish "$work/source" tree >/dev/null
start_nginx

within_a_second() {
  local began result=0
  began=$(milliseconds)
  timeout 5 "$@" || result=$?
  local took=$(($(milliseconds) - began))
  [ $result = 0 ] || fail "exit $result: $*"
  [ $took -le 1000 ] || fail "took $took ms: $*"
  echo "$took ms: $*" >&2
}

know() {
  cmp "$work/source/known/cached" "$1/known/cached"
  ls -l "$1/known" >/dev/null
  ls -l "$1/files" >/dev/null
}

mount_image "$server_url/tree" "$work/mount" --cache "$work/cache" --on-network-loss wait
mount_image "$server_url/tree" "$work/mount-2" --cache none --on-network-loss wait
mount_image "$server_url/tree" "$work/mount-3" --cache none --on-network-loss wait
know "$work/mount"
know "$work/mount-2"
know "$work/mount-3"
drop_page_cache

kill -STOP "$server_pid"
readers=()
readers_2=()
for i in $(seq 64); do
  cmp "$work/source/files/$i" "$work/mount/files/$i" >"$work/reader-$i.log" 2>&1 &
  readers+=($!)
done
for i in $(seq 8); do
  cat "$work/mount-2/files/$i" >/dev/null 2>&1 &
  readers_2+=($!)
done
sleep 1
for reader in "${readers[@]}"; do
  ! is_gone "$reader" || fail "a reader ended while the server was stopped: $(cat "$work"/reader-*.log)"
done

step "64 readers wait"
within_a_second cmp "$work/source/known/cached" "$work/mount/known/cached"
within_a_second ls -l "$work/mount/known" >/dev/null
within_a_second stat "$work/mount/known/other" >/dev/null
within_a_second "$rootstream" status "$work/mount" --json >"$work/status.json"
within_a_second "$rootstream" status "$work/mount" >"$work/status.txt"
within_a_second stat -f "$work/mount" >/dev/null

step "killed while they wait"
must_end() {
  local began
  ! is_gone "$2" || fail "$3 did not wait"
  began=$(milliseconds)
  kill "-$1" "$2"
  wait_for 5 is_gone "$2" || fail "$3 lives 5 s after SIG$1"
  local took=$(($(milliseconds) - began))
  [ $took -le 1000 ] || fail "$3 was gone only after $took ms"
  echo "$took ms: $3"
}
stat "$work/mount/unknown/17" >/dev/null 2>&1 &
sleep 0.3
must_end KILL $! "a lookup, SIGKILL"
stat "$work/mount/unknown/18" >/dev/null 2>&1 &
sleep 0.3
must_end TERM $! "a lookup, SIGTERM"
ls "$work/mount/unknown" >/dev/null 2>&1 &
sleep 0.3
must_end KILL $! "a listing, SIGKILL"
cat "$work/mount/files/64" >/dev/null 2>&1 &
sleep 0.3
must_end KILL $! "a read, SIGKILL"

step "umount"
cat "$work/mount-3/files/1" >/dev/null 2>&1 &
sleep 0.3
must_end KILL $! "the only reader of a mount"
within_a_second "$rootstream" umount "$work/mount-3"
! is_mounted "$work/mount-3" || fail "still mounted"
daemon=$(daemon_of "$work/mount-2")
within_a_second "$rootstream" umount --lazy "$work/mount-2"
! is_mounted "$work/mount-2" || fail "still mounted"
for reader in "${readers_2[@]}"; do
  wait_for 5 is_gone "$reader" || fail "a reader hangs on a mount that is gone"
done
wait_for 5 is_gone "$daemon" || fail "the daemon hangs on a mount that is gone"
mount_image "file://$store/tree" "$work/mount-2"
unmount "$work/mount-2"

step "the server goes on"
kill -CONT "$server_pid"
for i in $(seq 64); do
  wait "${readers[i - 1]}" || fail "reader $i: $(cat "$work/reader-$i.log")"
done
compare "$work/source" "$work/mount"
unmount "$work/mount"
