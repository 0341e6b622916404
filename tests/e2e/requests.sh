#!/bin/bash
# The requests to the server: few to open an image, none for the same byte twice with many readers, and
# none for cached data.
. "$(dirname "$0")/lib.sh"
need_mount
need nginx

mkdir "$work/source"
noise 20000000 1 >"$work/source/large"
for folder in $(seq 20); do
  mkdir "$work/source/$folder"
  (cd "$work/source/$folder" && seq 1000 | xargs touch)
done
publish "$work/source" tree >/dev/null
start_nginx
requests() { wc -l <"$work/access.log"; }
sent() { awk '{ sum += $3 } END { print sum + 0 }' "$work/access.log"; }

step "opening"
mount_image "$server_url/tree" "$work/mount" --cache "$work/cache"
ls "$work/mount" >/dev/null
echo "$(requests) requests, $(sent) bytes for the first listing of 20,000 entries"
[ "$(requests)" -le 3 ] || fail "$(requests) requests: $(cat "$work/access.log")"
[ "$(sent)" -le 65536 ] || fail "$(sent) bytes"

step "32 readers of one file"
: >"$work/access.log"
readers=()
for i in $(seq 32); do
  cmp "$work/source/large" "$work/mount/large" &
  readers+=($!)
done
for reader in "${readers[@]}"; do wait "$reader" || fail "a reader failed"; done
echo "$(requests) requests, $(sent) bytes for 20,000,000"
[ "$(sent)" -le 20600000 ] || fail "bytes were fetched twice"
[ "$(requests)" -le 100 ] || fail "neighbouring chunks were not fetched together"

step "again, without the page cache; again, mounted anew"
: >"$work/access.log"
drop_page_cache
cmp "$work/source/large" "$work/mount/large"
unmount "$work/mount"
mount_image "$server_url/tree" "$work/mount" --cache "$work/cache"
cmp "$work/source/large" "$work/mount/large"
ls "$work/mount" >/dev/null
! grep packs "$work/access.log" || fail "asked for what is cached"

step "a part of a file fetches a part"
unmount "$work/mount"
: >"$work/access.log"
mount_image "$server_url/tree" "$work/mount" --cache none
dd if="$work/mount/large" bs=1 skip=10000000 count=1 status=none >/dev/null
echo "$(sent) bytes for one"
[ "$(sent)" -le 1500000 ] || fail "one byte of a file fetched $(sent)"
unmount "$work/mount"

step "who names the file he wants gets no neighbours of it"
mkdir "$work/files"
for name in a b c d e f g; do noise 200000 "$name" >"$work/files/$name"; done
publish "$work/files" files >/dev/null
: >"$work/access.log"
"$rootstream" cat --pubkey "$key.pub" --cache none "$server_url/files" /d | cmp - "$work/files/d"
echo "$(sent) bytes for a file of 200,000"
[ "$(sent)" -le 210000 ] || fail "more than the file was fetched"
