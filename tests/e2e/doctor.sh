#!/usr/bin/env bash
# doctor finds what keeps an image from being mounted, one kind after another, and says what to do.
# Covers: fusefs/commands/doctor.cc, fusefs/commands/probe.cc.
. "$(dirname "$0")/lib.sh"
need_mount
need nginx

make_small_tree "$work/tree"
make_key
publish "$work/tree" lab >/dev/null
start_nginx

# finds REGEX ADVICE URL [OPTION...]: doctor fails, and says both.
finds() {
  local regex=$1 advice=$2 code=0
  shift 2
  "$rootstream" doctor "$@" --cache "$work/cache" >"$work/out" 2>"$work/err" || code=$?
  [ $code = 1 ] || fail "exit code $code: $(cat "$work/out" "$work/err")"
  grep -qE "^BAD   $regex" "$work/out" || fail "not found: $regex in: $(cat "$work/out")"
  grep -qE "^ +-> .*$advice" "$work/out" || fail "not advised: $advice in: $(cat "$work/out")"
  [ "$(wc -l <"$work/err")" = 1 ] || fail "$(cat "$work/err")"
}
# notes REGEX URL [OPTION...]: doctor notes it, and succeeds.
notes() {
  local regex=$1
  shift
  "$rootstream" doctor "$@" --cache "$work/cache" >"$work/out" || fail "$(cat "$work/out")"
  grep -qE "^note  $regex" "$work/out" || fail "not noted: $regex in: $(cat "$work/out")"
}

step "all is well"
"$rootstream" doctor "$server_url/lab" --pubkey "$key.pub" --cache "$work/cache" >"$work/out"
cat "$work/out"
! grep -qvE '^good  (kernel|cache|name|line|clock|image|data) ' "$work/out" || fail "more than that: $(cat "$work/out")"
"$rootstream" doctor "file://$store/lab" --insecure --cache none >"$work/out" || fail "$(cat "$work/out")"

step "name, line and server"
finds 'name .*no-such-host.invalid' 'resolv.conf' http://no-such-host.invalid/store/lab --pubkey "$key.pub"
pick_port
finds 'line .*connect' 'firewall' "http://127.0.0.1:$port/lab" --pubkey "$key.pub"
finds 'image .*none:latest: HTTP 404' 'images.list' "$server_url/none" --pubkey "$key.pub"

step "keys and what they sign"
"$rootstream" keygen "$work/other" >/dev/null
finds 'image .*not signed by a trusted key' 'keys.d' "$server_url/lab" --pubkey "$work/other.pub"
finds 'keys .*tree' 'pub file' "$server_url/lab" --pubkey "$work/tree"
expect_fail 'give --pubkey FILE' 2 "$rootstream" doctor "$server_url/lab"
expect_fail 'not an image' 1 "$rootstream" doctor nonsense --insecure

step "cache, mirrors and expiry"
touch "$work/file"
code=0
"$rootstream" doctor "$server_url/lab" --pubkey "$key.pub" --cache "$work/file/x" >"$work/out" 2>/dev/null || code=$?
[ $code = 1 ] && grep -q '^BAD   cache' "$work/out" || fail "$(cat "$work/out")"
cp -r "$store" "$work/copy"
publish "$work/tree" lab --expires 2 >/dev/null
notes 'expiry .*in [12] days' "$server_url/lab" --pubkey "$key.pub"
notes 'mirror .*copy: serial 1' "$server_url/lab" --pubkey "$key.pub" --mirror "file://$work/copy"

step "damaged data"
for pack in "$store"/packs/*/*; do
  chmod u+w "$pack"
  dd if=/dev/zero of="$pack" bs=1 seek=40 count=$(($(stat -c %s "$pack") - 40)) conv=notrunc status=none
done
finds 'data .*packs/' 'repair' "$server_url/lab" --pubkey "$key.pub"
