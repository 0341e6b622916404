#!/bin/bash
# A thief of a key can publish the highest possible serial. The recovery of docs/security.md is a new key, either with
# a new tag, which works at once, or with the same tag, for clients whose memory of refs is removed.
. "$(dirname "$0")/lib.sh"

make_key
thief=$key
key=$work/new-key
make_key
mkdir "$work/1" "$work/2"
echo evil >"$work/1/word"
echo good >"$work/2/word"
read_it() { # TAG KEY
  "$rootstream" cat "file://$store/image:$1" /word --pubkey "$2.pub" --cache "$work/cache" 2>"$work/err"
}
publish_with() { "$rootstream" publish "$1" "$store" "image:$2" --key "$3" --level 1 "${@:4}" >"$work/out" 2>&1; }

step "a thief runs the serials to their end"
publish_with "$work/1" 1 "$thief" --min-serial 18446744073709551615 || fail "$(cat "$work/out")"
[ "$(read_it 1 "$thief")" = evil ] || fail "$(cat "$work/err")"
publish_with "$work/2" 1 "$key" && fail "the serial went past its end"
grep -q '"A stolen key" in docs/security.md' "$work/out" || fail "$(cat "$work/out")"

step "another key and another tag: at once, with the same cache"
publish_with "$work/2" 2 "$key" || fail "$(cat "$work/out")"
[ "$(read_it 2 "$key")" = good ] || fail "$(cat "$work/err")"

step "the same tag: the ref is removed by hand, and clients forget"
rm "$store/images/image/1"
publish_with "$work/2" 1 "$key" || fail "$(cat "$work/out")"
grep -q 'serial 1$' "$work/out" || fail "$(cat "$work/out")"
rm "$work/cache/refs/"* "$work/cache/refs.copy/"*
[ "$(read_it 1 "$key")" = good ] || fail "$(cat "$work/err")"
! read_it 1 "$thief" >/dev/null || fail "the stolen key opens it"
