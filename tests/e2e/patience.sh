#!/bin/bash
# Servers in trouble: what passes is waited for by every command, what does not pass ends it in time, and each kind is
# called by its name.
. "$(dirname "$0")/lib.sh"
need_mount
need python3

mkdir "$work/source"
noise 3000000 1 >"$work/source/noise"
seq 1 1000 >"$work/source/text"
publish "$work/source" tree >/dev/null
pick_port
start_server python3 "$repository/tests/support/trouble_server.py" "$store" "$port"
await_server "http://127.0.0.1:$port" trouble_server.py
client=(--pubkey "$key.pub" --cache none)

# ends_within SECONDS COMMAND...: its exit code, however it ends.
ends_within() {
  local result=0
  timeout "$@" >"$work/stdout" 2>"$work/stderr" </dev/null || result=$?
  [ $result != 124 ] || fail "does not end: $*: $(cat "$work/stderr")"
  return $result
}

step "503 with Retry-After: 86400"
ends_within 50 "$rootstream" cat "$server_url/busy-1-cat/tree" /text "${client[@]}" || fail "cat: $(cat "$work/stderr")"
cmp "$work/source/text" "$work/stdout"
mount_image "$server_url/busy-2-mount/tree" "$work/mount" --on-network-loss fail:20
compare "$work/source" "$work/mount"
unmount "$work/mount"
ends_within 80 "$rootstream" verify "$server_url/busy-2-verify/tree" --pubkey "$key.pub" || fail "verify: $(cat "$work/stderr")"
ends_within 80 "$rootstream" mirror "$server_url/busy-1-mirror" "$work/copy" tree --pubkey "$key.pub" ||
  fail "mirror: $(cat "$work/stderr")"

step "a few bytes a second"
mkdir -p "$work/mount"
! ends_within 40 "$rootstream" mount "$server_url/drip-20/tree" "$work/mount" "${client[@]}" --on-network-loss fail:2 ||
  fail "mounted by a ref that drips"
grep -q "$server_url/drip-20/images/tree/latest: " "$work/stderr" || fail "no URL: $(cat "$work/stderr")"
! ends_within 200 "$rootstream" verify "$server_url/drip-150/tree" --pubkey "$key.pub" || fail "verified what drips"
! grep -q damaged "$work/stdout" "$work/stderr" || fail "a slow server is called damage"
grep -q "$server_url/drip-150/" "$work/stderr" || fail "no URL: $(cat "$work/stderr")"

step "a login page"
expect_fail "$server_url/login/images/tree/latest: .*login page" 1 \
  "$rootstream" ls "$server_url/login/tree" / "${client[@]}" --on-network-loss fail:1
mount_image "$server_url/good/tree" "$work/mount" --on-network-loss fail:20
unmount "$work/mount"
ends_within 50 "$rootstream" cat "$server_url/login-4/tree" /noise "${client[@]}" || fail "cat: $(cat "$work/stderr")"
cmp "$work/source/noise" "$work/stdout"

step "no server"
dead=$server_url/good
stop_server
expect_fail "$dead/images/tree/latest: .*([Cc]onnect|refused)" 1 \
  "$rootstream" ls "$dead/tree" / "${client[@]}" --on-network-loss fail:0
! ends_within 120 "$rootstream" verify "$dead/tree" --pubkey "$key.pub" || fail "verified nothing"
! grep -q damaged "$work/stdout" "$work/stderr" || fail "a refused connection is called damage"

step "a proxy that wants a login"
same_port=1 start_server python3 "$repository/tests/support/trouble_server.py" "$store" "$port"
await_server "http://127.0.0.1:$port" trouble_server.py
http_proxy=http://127.0.0.1:$port expect_fail "http://elsewhere.invalid/images/tree/latest: HTTP 407 .*http_proxy" 1 \
  "$rootstream" ls "http://elsewhere.invalid/tree" / "${client[@]}" --on-network-loss fail:1
