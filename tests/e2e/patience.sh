#!/bin/bash
# Servers with faults: every command waits for temporary faults to pass, and fails in time if they do not. Its message
# names the kind of fault.
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

here=$work # for output

# ends_within SECONDS COMMAND...: the command must end in time; returns its exit code.
ends_within() {
  local result=0
  timeout "$@" >"$here/stdout" 2>"$here/stderr" </dev/null || result=$?
  [ $result != 124 ] || fail "does not end: $*: $(cat "$here/stderr")"
  return $result
}

# The steps that wait longest run in parallel with the others.
verify_what_drips() {
  ! ends_within 200 "$rootstream" verify "$server_url/drip-150/tree" --pubkey "$key.pub" || fail "verified what drips"
  ! grep -q damaged "$here/stdout" "$here/stderr" || fail "a slow server is called damage"
  grep -q "$server_url/drip-150/" "$here/stderr" || fail "no URL: $(cat "$here/stderr")"
}
verify_nothing() {
  ! ends_within 120 "$rootstream" verify "$dead/tree" --pubkey "$key.pub" || fail "verified nothing"
  ! grep -q damaged "$here/stdout" "$here/stderr" || fail "a refused connection is called damage"
}
mirror_what_is_busy() {
  ends_within 80 "$rootstream" mirror "$server_url/busy-1-mirror" "$here/copy" tree --pubkey "$key.pub" ||
    fail "mirror: $(cat "$here/stderr")"
}
verify_what_is_busy() {
  ends_within 80 "$rootstream" verify "$server_url/busy-2-verify/tree" --pubkey "$key.pub" || fail "verify: $(cat "$here/stderr")"
}
free_port=$(python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
dead=http://127.0.0.1:$free_port/good
for each in verify_what_drips verify_nothing mirror_what_is_busy verify_what_is_busy; do at_once $each; done

step "503 with Retry-After: 86400"
ends_within 50 "$rootstream" cat "$server_url/busy-1-cat/tree" /text "${client[@]}" || fail "cat: $(cat "$work/stderr")"
cmp "$work/source/text" "$work/stdout"
mount_image "$server_url/busy-2-mount/tree" "$work/mount" --on-network-loss fail:20
compare "$work/source" "$work/mount"
unmount "$work/mount"

step "a few bytes a second"
mkdir -p "$work/mount"
! ends_within 40 "$rootstream" mount "$server_url/drip-20/tree" "$work/mount" "${client[@]}" --on-network-loss fail:2 ||
  fail "mounted by a ref that drips"
grep -q "$server_url/drip-20/images/tree/latest: " "$work/stderr" || fail "no URL: $(cat "$work/stderr")"

step "a login page"
expect_fail "$server_url/login/images/tree/latest: .*login page" 1 \
  "$rootstream" ls "$server_url/login/tree" / "${client[@]}" --on-network-loss fail:1
mount_image "$server_url/good/tree" "$work/mount" --on-network-loss fail:20
unmount "$work/mount"
ends_within 50 "$rootstream" cat "$server_url/login-4/tree" /noise "${client[@]}" || fail "cat: $(cat "$work/stderr")"
cmp "$work/source/noise" "$work/stdout"

step "no server"
expect_fail "$dead/images/tree/latest: .*([Cc]onnect|refused)" 1 \
  "$rootstream" ls "$dead/tree" / "${client[@]}" --on-network-loss fail:0

step "a proxy that wants a login"
http_proxy=http://127.0.0.1:$port expect_fail "http://elsewhere.invalid/images/tree/latest: HTTP 407 .*http_proxy" 1 \
  "$rootstream" ls "http://elsewhere.invalid/tree" / "${client[@]}" --on-network-loss fail:1

step "those that wait longest"
await_all
