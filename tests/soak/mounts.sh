#!/usr/bin/env bash
# Mounts and unmounts many times with requests in flight: mounts, starts readers of every kind, and after a moment unmounts,
# unmounts lazily, sends SIGTERM, or first stops the server. Fails if a daemon exits with a code other than 0, or does not exit.
#   tests/soak/mounts.sh COUNT        ROOTSTREAM_BUILD=build/tsan runs it under ThreadSanitizer
. "$(dirname "$0")/../e2e/lib.sh"
need_mount
need python3 nginx
count=${1:?mounts.sh COUNT}
RANDOM=${SEED:-1}
export TSAN_OPTIONS=${TSAN_OPTIONS:-halt_on_error=1}
make_small_tree "$work/tree"
publish "$work/tree" image >/dev/null
start_nginx
mnt=$work/mnt
mkdir "$mnt"

readers=()
read_on() {
  case $1 in
    0) while :; do ls -lR "$mnt"; done ;;
    1) while :; do tar -C "$mnt" -cf - . | cat; done ;;
    2) while :; do find "$mnt" -type f -exec md5sum {} +; done ;;
    3) while :; do timeout -s INT 0.05 grep -r file "$mnt"; done ;;
  esac >/dev/null 2>&1
}

for number in $(seq "$count"); do
  cache=none
  [ $((RANDOM % 2)) = 0 ] || cache=$work/cache
  [ $((RANDOM % 8)) != 0 ] || rm -rf "$work/cache"
  "$rootstream" mount "$server_url/image" "$mnt" --foreground --pubkey "$key.pub" --cache "$cache" --on-network-loss fail:2 >"$work/log" 2>&1 &
  daemon=$!
  wait_for 60 is_mounted "$mnt" || fail "mount $number did not begin: $(cat "$work/log")"
  readers=()
  for kind in 0 1 2 3; do
    read_on $kind &
    readers+=($!)
  done
  sleep "0.$((RANDOM % 6))$((RANDOM % 10))"
  how=$((RANDOM % 4))
  case $how in
    0) ;;
    1) "$rootstream" umount --lazy "$mnt" ;;
    2) kill -TERM $daemon ;;
    3) kill -STOP "$server_pid" ;;
  esac
  for reader in "${readers[@]}"; do kill -KILL "$reader" 2>/dev/null || true; done
  for reader in "${readers[@]}"; do wait "$reader" 2>/dev/null || true; done
  if is_mounted "$mnt"; then "$rootstream" umount --lazy "$mnt" 2>/dev/null || true; fi
  kill -CONT "$server_pid"
  wait_for 60 is_gone $daemon || fail "the daemon of mount $number lives 60 s after its end (way $how)"
  code=0
  wait $daemon || code=$?
  [ $code = 0 ] || fail "the daemon of mount $number ended with $code (way $how): $(cat "$work/log")"
  [ $((number % 50)) != 0 ] || echo "$number mounts"
done
