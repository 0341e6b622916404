#!/usr/bin/env bash
# Settings in files: those of a machine make a mount without options, and those of a publish make one without arguments.
# Covers: fusefs/commands/mounts.cc, server-tools/commands/publish_steps.cc.
. "$(dirname "$0")/lib.sh"
need_mount

make_small_tree "$work/tree"
make_key
export ROOTSTREAM_SETTINGS=$work/settings
mkdir -p "$ROOTSTREAM_SETTINGS/keys.d" "$work/mnt"

step "a publish by its file, with hooks and copies"
cat >"$work/lab.conf" <<END
# comment
source = $work/tree
store = $store
image = lab:1
key = $key
level = 3
exclude = /no-such-file
before = echo before "\$ROOTSTREAM_IMAGE" >$work/hooks
copy = $work/copy
after = echo after "\$ROOTSTREAM_IMAGE" "\$ROOTSTREAM_SERIAL" >>$work/hooks; echo to the log
END
"$rootstream" publish --config "$work/lab.conf" --json >"$work/json"
python3 -c 'import json, sys; assert json.load(sys.stdin)["serial"] == 1' <"$work/json" || fail "$(cat "$work/json")"
[ "$(cat "$work/hooks")" = "$(printf 'before lab:1\nafter lab:1 1')" ] || fail "hooks: $(cat "$work/hooks")"
diff -r "$store/images" "$work/copy/images" || fail 'the copy differs'
"$rootstream" verify "$work/copy" --pubkey "$key.pub" >/dev/null
expect_fail "--before 'exit 3': exit code 3" 1 "$rootstream" publish --config "$work/lab.conf" --before 'exit 3'
expect_fail "--after 'kill -9 .*': killed by signal 9" 1 "$rootstream" publish --config "$work/lab.conf" --after 'kill -9 $$'
[ "$("$rootstream" history "$store" lab:1 | grep -c '^[* ] *[0-9]')" -ge 2 ] || fail "$("$rootstream" history "$store" lab:1)"
mkdir "$work/foreign" && touch "$work/foreign/file"
expect_fail 'foreign: not a store' 1 "$rootstream" publish --config "$work/lab.conf" --copy "$work/foreign"
sed 's/^level/levle/' "$work/lab.conf" >"$work/typo.conf"
expect_fail "typo.conf: line 6: there is no setting 'levle', but source, store, image" 2 "$rootstream" publish --config "$work/typo.conf"
expect_fail '--config: .*none' 2 "$rootstream" publish --config "$work/none"

step "a dry run writes nothing"
find "$store" -type f | sort | xargs sha256sum >"$work/before"
cp -a "$work/tree" "$work/changed"
echo more >"$work/changed/more"
"$rootstream" publish "$work/changed" "$store" lab:1 --key "$key" --level 3 --dry-run >"$work/dry"
grep -q '^dry run    lab:1 serial 4$' "$work/dry" || fail "$(cat "$work/dry")"
"$rootstream" publish "$work/tree" "$work/none" new:1 --level 3 --dry-run --json >"$work/dry"
[ ! -e "$work/none" ] || fail 'a dry run made a store'
find "$store" -type f | sort | xargs sha256sum | diff "$work/before" - || fail 'a dry run changed the store'

step "a mount by the machine's settings"
image=file://$store/lab:1
expect_fail 'give --pubkey FILE' 2 "$rootstream" mount "$image" "$work/mnt"
cp "$key.pub" "$ROOTSTREAM_SETTINGS/keys.d/lab.pub"
printf 'cache = %s\n[file://%s]\non-network-loss = fail:5\n' "$work/cache" "$store" >"$ROOTSTREAM_SETTINGS/rootstream.conf"
"$rootstream" mount "$image" "$work/mnt"
"$rootstream" ls "$image" >/dev/null
compare "$work/tree" "$work/mnt"
[ -d "$work/cache/segments" ] || fail 'the cache is elsewhere'
"$rootstream" mounts >"$work/mounts"
grep -q "^$work/mnt  .*lab.*  serial 3, online" "$work/mounts" || fail "$(cat "$work/mounts")"
"$rootstream" mounts --json | python3 -c 'import json, sys; assert any(m["status"]["serial"] == 3 for m in json.load(sys.stdin))'
"$rootstream" status --metrics >"$work/metrics"
grep -q "^rootstream_serial{mountpoint=\"$work/mnt\",.*} 3$" "$work/metrics" || fail "$(cat "$work/metrics")"
timeout 5 "$rootstream" status --watch "$work/mnt" >"$work/watch" || [ $? = 124 ] || [ $? = 0 ] || fail 'status --watch'
[ "$(grep -c '^image' "$work/watch")" -ge 2 ] || fail "$(cat "$work/watch")"
expect_fail 'MOUNTPOINT is missing' 2 "$rootstream" status
"$rootstream" umount "$work/mnt"

step "what is wrong in them is told by file and line"
echo 'cach = /x' >>"$ROOTSTREAM_SETTINGS/rootstream.conf"
expect_fail "rootstream.conf: line 4: there is no setting 'cach'" 1 "$rootstream" mount "$image" "$work/mnt"
expect_fail "rootstream.conf: line 4: there is no setting 'cach'" 1 "$rootstream" cat "$image" file
: >"$ROOTSTREAM_SETTINGS/rootstream.conf"
echo nonsense >"$ROOTSTREAM_SETTINGS/keys.d/other.pub"
expect_fail 'other.pub: not an Ed25519 public key' 1 "$rootstream" ls "$image"
"$rootstream" ls "$image" --pubkey "$key.pub" --cache none >/dev/null || fail 'a key that was given needs no others'
