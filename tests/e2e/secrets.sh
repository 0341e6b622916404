#!/bin/bash
# The password and the query of a URL appear nowhere that another user can read, and in no message.
. "$(dirname "$0")/lib.sh"
need_mount
need python3

mkdir "$work/source" "$work/mount"
noise 300000 1 >"$work/source/noise"
publish "$work/source" tree >/dev/null
start_embedded
secret=opensesame
with_secrets() { sed "s,://,://someone:$secret@,; s,\$,?token=$secret," <<<"$1"; }
url=$(with_secrets "$server_url/tree")
mirror=$(with_secrets "$server_url")

# Only the test's own shells may have the secret in their command lines.
hidden_in_ps() {
  local pid
  for pid in $(processes_with "$secret"); do
    case "$(readlink "/proc/$pid/exe")" in
      "$build"/*) return 1 ;;
    esac
  done
}

step "a mount"
for how in "--mirror $mirror" "-o mirror=$mirror,ro" "-omirror=$mirror"; do
  # shellcheck disable=SC2086
  "$rootstream" mount "$url" "$work/mount" --pubkey "$key.pub" --cache none $how
  hidden_in_ps || fail "in a command line: $how"
  for place in /proc/mounts /proc/self/mountinfo; do ! grep -q $secret $place || fail "in $place"; done
  "$rootstream" status "$work/mount" >"$work/status"
  "$rootstream" status "$work/mount" --json >>"$work/status"
  ! grep -q $secret "$work/status" || fail "in status"
  expect_fail "busy, $server_url/tree:latest " 1 "$rootstream" mount "$url" "$work/mount" --pubkey "$key.pub" --cache none
  ! grep -q $secret "$work/stderr" || fail "in an error"
  unmount "$work/mount"
done

step "the log, when the server goes"
"$rootstream" mount "$url" "$work/mount" --pubkey "$key.pub" --cache none --foreground --on-network-loss fail:1 2>"$work/log" &
servers+=($!)
wait_for 10 is_mounted "$work/mount" || fail "$(cat "$work/log")"
stop_server
! cat "$work/mount/noise" 2>/dev/null || fail "read without a server"
wait_for 10 grep -q 'no store answers' "$work/log" || fail "$(cat "$work/log")"
! grep -q $secret "$work/log" || fail "in the log: $(cat "$work/log")"
"$rootstream" status "$work/mount" --json >"$work/status"
! grep -q $secret "$work/status" || fail "in status of a mount that is off-line"
"$rootstream" umount "$work/mount"

step "command lines, while they wait"
# A server that accepts connections and never answers.
python3 -c '
import socket, sys, time
s = socket.create_server(("127.0.0.1", 0))
print(s.getsockname()[1], flush=True)
time.sleep(600)' >"$work/port" &
servers+=($!)
wait_for 5 test -s "$work/port"
silent=http://someone:$secret@127.0.0.1:$(cat "$work/port")
trust=(--pubkey "$key.pub")
for command in "mount $silent/tree $work/mount" "ls $silent/tree" "cat $silent/tree /a" "inspect $silent/tree" \
  "prefetch $silent/tree" "export $silent/tree $work/out" "verify $silent/tree" "mirror $silent $work/copy tree"; do
  cache=(--cache "$work/cache-of-${command%% *}")
  case $command in verify* | mirror*) cache=() ;; esac
  # shellcheck disable=SC2086
  "$rootstream" $command "${trust[@]}" "${cache[@]}" >/dev/null 2>"$work/stderr" </dev/null &
  pid=$!
  servers+=("$pid")
  wait_for 5 hidden_in_ps || fail "in the command line of $command"
  kill -0 $pid || fail "did not wait: $command: $(cat "$work/stderr")"
  stop_process $pid
done

step "messages"
told() {
  "$@" >"$here/told" 2>&1 </dev/null && fail "did not fail: $*"
  [ -s "$here/told" ] || fail "told nothing: $*"
  ! grep -q $secret "$here/told" || fail "in a message of $*: $(cat "$here/told")"
}
pick_port
dead=$(with_secrets "http://127.0.0.1:$port/tree")
quick=(--pubkey "$key.pub" --cache none --on-network-loss fail:1)
for verb in ls inspect prefetch; do at_once told "$rootstream" $verb "$dead" "${quick[@]}"; done
at_once told "$rootstream" mount "$dead" "$work/mount" "${quick[@]}"
at_once told "$rootstream" cat "$dead" /a "${quick[@]}"
at_once told "$rootstream" export "$dead" "$work/out" "${quick[@]}"
at_once told "$rootstream" verify "$dead"
at_once told "$rootstream" "$dead" more and more
at_once told "$rootstream" ls "$dead" /a more "${quick[@]}"
at_once told "$rootstream" ls "gopher://someone:$secret@h/tree" "${quick[@]}"
at_once told "$rootstream" ls "http://someone:$secret@h" "${quick[@]}"
at_once told "$rootstream" mount "$dead" "$work/mount" "${quick[@]}" -o "mirorr=$dead"
at_once told "$rootstream" mount "$dead" "$work/mount" "${quick[@]}" --mirror "gopher://someone:$secret@h"
at_once told "$rootstream" mirror "$dead" "$work/copy"
at_once told "$build/libexec/rootstream/kboot" fetch "$dead" "$work/fetched"
at_once told "$build/libexec/rootstream/kboot" entry "$dead" "${quick[@]}"
at_once told "$rootstream" kboot build --out "$work/kboot" --url "http://someone:$secret@h"
await_all
