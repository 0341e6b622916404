#!/usr/bin/env bash
# A store of format version 1 must be readable for ever, with the same contents (tests/golden/make_store.sh made it).
# Covers: fusefs/commands/inspect.cc.
. "$(dirname "$0")/lib.sh"
need_mount
need_root
golden=$repository/tests/golden
store=$work/store key=$golden/test-key.pem
cp -r "$golden/store" "$store"
mkdir "$work/mnt"
for tag in plain 1; do
  url=file://$store/golden:$tag
  mount_image "$url" "$work/mnt" --cache "$work/cache-$tag" -o suid,dev
  python3 "$repository/tests/support/list_tree.py" "$work/mnt" >"$work/list"
  unmount "$work/mnt"
  diff "$golden/store.list" "$work/list" || fail "golden:$tag is not what it was"
done
"$rootstream" inspect "$url" --pubkey "$key.pub" --json | diff "$golden/store.inspect" - || fail "its manifest is not read as it was"
"$rootstream" verify "$store" --pubkey "$key.pub"
"$rootstream" prefetch "$url" --pubkey "$key.pub" --cache "$work/hot" | grep -q 'of the hot range'
