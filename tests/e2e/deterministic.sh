#!/bin/bash
# The same input into two empty stores gives the same bytes; an unchanged image adds no pack; the tar
# of a tree is the same image.
. "$(dirname "$0")/lib.sh"
need tar

make_small_tree "$work/source"
mkdir -p "$work/source/boot"
for version in 6.1.0-9 6.1.0-47; do echo "$version" >"$work/source/boot/vmlinuz-$version"; done
ln -s vmlinuz-6.1.0-47 "$work/source/boot/vmlinuz"
make_key
into() { "$rootstream" publish "$1" "$2" "$3" --key "$key" --level 3 >/dev/null; }
listing() { (cd "$1" && find packs manifests -type f | sort | xargs sha256sum); }

step "two stores"
into "$work/source" "$work/store-1" tree
into "$work/source" "$work/store-2" tree
listing "$work/store-1" >"$work/list-1"
listing "$work/store-2" >"$work/list-2"
cmp "$work/list-1" "$work/list-2"
[ -s "$work/list-1" ]

step "every file has the name of its bytes"
awk '{ n = split($2, part, "/"); if (part[n] != $1) { print; bad = 1 } } END { exit bad }' "$work/list-1"

step "again, unchanged; under another name"
into "$work/source" "$work/store-1" tree
into "$work/source" "$work/store-1" twin:2
listing "$work/store-1" | diff "$work/list-1" -

step "its tar"
tar -C "$work/source" --format=pax --numeric-owner --sort=name -cf "$work/tree.tar" .
tar -C "$work/source" --format=pax --numeric-owner -czf "$work/tree.tar.gz" .
into "$work/tree.tar" "$work/store-3" tree
into - "$work/store-4" tree <"$work/tree.tar.gz"
listing "$work/store-3" | diff "$work/list-1" -
listing "$work/store-4" | diff "$work/list-1" -

step "one more file"
echo new >"$work/source/etc/new"
into "$work/source" "$work/store-1" tree
new=$(listing "$work/store-1" | diff "$work/list-1" - | grep -c '^>' || true)
bytes=$(($(du -sb "$work/store-1/packs" | cut -f 1) - $(du -sb "$work/store-2/packs" | cut -f 1)))
echo "$new new objects, $bytes bytes"
[ "$bytes" -lt 400000 ] || fail "a file of four bytes costs $bytes"
