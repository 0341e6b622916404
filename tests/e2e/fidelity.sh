#!/bin/bash
# A tree with difficult entries is the same through the mount, after export to a folder and as a tar. The
# tar of the tree gives the same image as the tree.
# Covers: fusefs/commands/export.cc, fusefs/commands/export_folder.cc, fusefs/commands/export_tar.cc,
# fusefs/mount/fuse_ops.cc.
. "$(dirname "$0")/lib.sh"
need_root
need_mount
need tar

manifest_of() { "$rootstream" inspect "file://$store/$1" --pubkey "$key.pub" --cache none --json | grep -o '"manifest": *"[0-9a-f]*"'; }

"$make_nasty_tree" "$work/source" --big-directory 20000 2>"$work/left-out"
cat "$work/left-out"
publish "$work/source" nasty >/dev/null

step "through the mount"
mount_image "file://$store/nasty" "$work/mount" -o suid,dev,allow_other
compare "$work/source" "$work/mount"
unmount "$work/mount"

step "export to a folder"
"$rootstream" export "file://$store/nasty" "$work/exported" --pubkey "$key.pub" --cache none
compare "$work/source" "$work/exported"
rm -rf "$work/exported"

step "export as a tar"
"$rootstream" export "file://$store/nasty" - --pubkey "$key.pub" --cache none \
  >"$work/exported.tar" 2>"$work/export.log"
grep -q socket "$work/export.log" || fail "export says nothing of the sockets that it left out"
mkdir "$work/extracted"
tar -C "$work/extracted" -xpf "$work/exported.tar" --xattrs --xattrs-include='*' --acls \
  --numeric-owner --same-owner --sparse --warning=none
rm "$work/exported.tar"
# Only the two properties that the archive's writer cannot store may differ (README, Limitations).
differences=$("$tree_compare" "$work/source" "$work/extracted" --ignore-sockets || true)
grep -q '^compared ' <<<"$differences" || fail "the comparison did not end: $differences"
left=$(grep -vE '^compared |^times/[a-z]+ -1\.[0-9]+: mtime: |: xattr user\.name' <<<"$differences" || true)
[ -z "$left" ] || fail "the extracted tar differs: $left"
rm -rf "$work/extracted"

step "the tar is the same image as the tree"
find "$work/source" -type s -printf '%h\0' | sort -zu >"$work/folders"
while IFS= read -r -d '' folder; do
  touch -r "$folder" "$work/time"
  find "$folder" -maxdepth 1 -type s -delete
  touch -r "$work/time" "$folder"
done <"$work/folders"
tar -C "$work/source" --format=pax --xattrs --xattrs-include='*' --acls --sparse --numeric-owner \
  -cf "$work/tree.tar" .
publish "$work/source" from-tree >/dev/null
publish "$work/tree.tar" from-tar >/dev/null
publish - from-pipe <"$work/tree.tar" >/dev/null
mount_image "file://$store/from-tar" "$work/mount" -o suid,dev,allow_other
compare "$work/source" "$work/mount"
unmount "$work/mount"
[ -n "$(manifest_of from-tree)" ] || fail "inspect --json tells no manifest"
[ "$(manifest_of from-tree)" = "$(manifest_of from-tar)" ] || fail "manifests of tree and tar differ"
[ "$(manifest_of from-tree)" = "$(manifest_of from-pipe)" ] || fail "manifests of tar and pipe differ"
