#!/usr/bin/env bash
# Versions of an image: an update that went wrong is taken back, an image is promoted, deleted and brought back, an expiry is renewed;
# a machine that remembers what it saw takes each of them as the newest. Then two at once, and one that is killed at any moment.
# Covers: server-tools/commands/history.cc, server-tools/commands/tag.cc, server-tools/commands/rollback.cc,
# server-tools/commands/delete.cc, server-tools/commands/resign.cc, server-tools/commands/signing_flags.cc.
. "$(dirname "$0")/lib.sh"

for version in 1 2 3; do
  mkdir "$work/$version"
  echo "version $version" >"$work/$version/version"
  noise 1000000 common >"$work/$version/common"
  noise 500000 "$version" >"$work/$version/own"
done
make_key
start_nginx
# refuses TEXT CODE VERB ARGUMENT...
refuses() { expect_fail "$1" "$2" "$rootstream" "$3" "$store" "${@:4}"; }
change() { "$rootstream" "$1" "$store" "${@:2}" --key "$key"; }
# sees VERSION IMAGE: what a machine with a cache gets, which refuses a serial that is lower than one it has seen.
sees() {
  local seen
  seen=$("$rootstream" cat "$server_url/$2" /version --pubkey "$key.pub" --cache "$work/cache") || fail "$2 cannot be read"
  [ "$seen" = "version $1" ] || fail "$2 is '$seen' instead of version $1"
}
history_of() { "$rootstream" history "$store" "$@"; }
serials() { history_of "$1" | awk '/^[* ] +[0-9]/ { sub(/^[*]/, ""); print $1 }' | tr '\n' ' '; }
must_verify() { "$rootstream" verify "$store" --pubkey "$key.pub" >"$work/verify.log" 2>&1 || fail "$(cat "$work/verify.log")"; }

step 'back, and forward'
for version in 1 2 3; do publish "$work/$version" tree:1 --expires 30 >/dev/null; done
sees 3 tree:1
change rollback tree:1 >/dev/null
sees 2 tree:1
change rollback tree:1 >/dev/null
sees 1 tree:1
refuses 'keeps no version before this one' 1 rollback tree:1 --key "$key"
change rollback tree:1 --to 3 | grep -q '^tree:1 serial 6, .*as it was with serial 3$' || fail 'what rollback says'
sees 3 tree:1
[ "$(serials tree:1)" = '6 5 4 3 2 1 ' ] || fail "the history is $(serials tree:1)"
history_of tree | grep -q '^\* *6 ' || fail 'the present version is not marked'
"$rootstream" history "$store" tree:1 --json | python3 -c 'import json, sys
versions = json.load(sys.stdin)["versions"]
assert [v["serial"] for v in versions] == [6, 5, 4, 3, 2, 1] and versions[0]["current"], versions
assert versions[0]["new_bytes"] == 0 and 500_000 < versions[4]["new_bytes"] < 700_000, versions' || fail 'history --json'
must_verify

step 'an update while it is mounted, and back'
mount_image "$server_url/tree:1" "$work/mnt" --cache "$work/cache-2"
change rollback tree:1 >/dev/null
grep -qx 'version 3' "$work/mnt/version" || fail 'an open mount changed'
"$rootstream" umount "$work/mnt"
sees 2 tree:1

step 'promotion'
change tag tree:1 tree:stable >/dev/null
sees 2 tree:stable
publish "$work/3" tree:1 >/dev/null
sees 2 tree:stable
grep -qx tree:stable "$store/images.list" || fail 'images.list lacks the new tag'

step 'deleted, and brought back'
"$rootstream" delete "$store" tree:1 >/dev/null
expect_fail 'images/tree/1: HTTP 404' 1 "$rootstream" inspect "$server_url/tree:1" --pubkey "$key.pub" --cache none
! grep -qx tree:1 "$store/images.list" || fail 'images.list has what was deleted'
refuses 'no image tree:1' 1 delete tree:1
change rollback tree:1 >/dev/null
sees 3 tree:1

step 'renewed by a timer'
expires() { "$rootstream" inspect "$server_url/$1" --json --pubkey "$key.pub" --cache none | sed -n 's/.*"expires": \([0-9]*\).*/\1/p'; }
publish "$work/1" short --expires 2 >/dev/null
publish "$work/1" ever >/dev/null
change resign --within 14 --expires 60 >"$work/resign.log"
[ "$(cut -d' ' -f1 "$work/resign.log")" = short:latest ] || fail "renewed: $(cat "$work/resign.log")"
[ "$(($(expires short) - $(date +%s)))" -gt 5000000 ] && [ "$(expires ever)" = 0 ] || fail 'the new expiry'
change resign --within 14 | grep -qx 'no image expires in this time' || fail 'renewed what was new'
change resign short --never-expires >/dev/null
[ "$(expires short)" = 0 ] || fail 'it still expires'

step 'wrong uses'
"$rootstream" keygen "$work/other" >/dev/null
refuses 'it is not signed by a trusted key' 1 rollback tree:1 --key "$work/other"
refuses 'it is signed, and no --key was given' 1 tag tree:1 tree:2
refuses 'the tag must be named' 2 delete tree
refuses '--key is missing' 2 resign
refuses 'exclude each other' 2 resign --expires 2 --never-expires --key "$key"
refuses 'no image absent:latest' 1 tag absent tree:2 --key "$key"
refuses 'no image absent' 1 history absent
refuses 'no version with the serial 99' 1 rollback tree:1 --to 99 --key "$key"
expect_fail 'cannot open store' 1 "$rootstream" history "$work/absent" tree
must_verify

step 'two at once'
before=$(serials tree:1 | cut -d' ' -f1)
jobs=()
for i in 1 2 3 4 5 6; do
  change resign tree:1 >/dev/null &
  jobs+=($!)
done
publish "$work/2" tree:1 >/dev/null
wait "${jobs[@]}"
[ "$(serials tree:1 | cut -d' ' -f1)" = $((before + 7)) ] || fail "serials: $(serials tree:1)"
[ "$(serials tree:1 | tr ' ' '\n' | sort | uniq -d | grep -c .)" = 0 ] || fail 'a serial was given twice'
sees 2 tree:1
must_verify

step 'killed at any moment'
for delay in 0.001 0.003 0.006 0.01 0.02 0.04; do
  change rollback tree:1 --to 1 >/dev/null 2>&1 &
  sleep $delay
  kill -9 $! 2>/dev/null || true
  wait $! 2>/dev/null || true
  must_verify
  publish "$work/3" tree:1 >/dev/null
  sees 3 tree:1
done

step 'gc takes what is old'
find "$store" -exec touch -d '3 days ago' {} +
"$rootstream" gc "$store" --keep 2 >/dev/null
[ "$(serials tree:1 | wc -w)" = 1 ] || fail "left: $(serials tree:1)"
refuses 'keeps no version before this one' 1 rollback tree:1 --key "$key"
must_verify
sees 3 tree:1
