#!/usr/bin/env bash
# A mount of several images, the layers of a root filesystem: each is a folder, one daemon and one cache serve them all, and
# overlayfs makes one tree of them.
. "$(dirname "$0")/lib.sh"
need_root
need_mount
need nginx
enter_mount_namespace

make_small_tree "$work/base"
mkdir -p "$work/site/etc" "$work/site/usr/share" "$work/room-1/etc" "$work/room-2/etc"
echo 'of the site' >"$work/site/etc/site"
seq 1 9 >"$work/site/etc/small"
mknod "$work/site/usr/share/text" c 0 0 # hides the file below: Documentation/filesystems/overlayfs.rst, "whiteouts"
for room in 1 2; do echo "room-$room" >"$work/room-$room/etc/hostname"; done
setfattr -n user.note -v 'only here' "$work/room-1/etc/hostname" || skip 'no xattrs in the temporary folder'
for image in base site room-1 room-2; do publish "$work/$image" $image >/dev/null; done
start_nginx
layers=$server_url/base,site,room

step "each layer is a folder"
mount_image "$layers-1" "$work/mount" --cache "$work/cache"
[ "$(ls "$work/mount")" = $'1\n2\n3' ] || fail "not three layers: $(ls "$work/mount")"
[ "$(ls -a "$work/mount" | head -n 2 | tr '\n' ' ')" = '. .. ' ]
compare "$work/base" "$work/mount/1"
compare "$work/site" "$work/mount/2"
compare "$work/room-1" "$work/mount/3"
[ "$(find "$work/mount" -mindepth 1 -type f -links 1 -printf '%i\n' | sort | uniq -d)" = '' ] || fail 'files share an inode number'
[ "$(stat -c %i "$work/mount/2/..")" = "$(stat -c %i "$work/mount")" ] || fail '.. of a layer is not the folder of the layers'
! cat "$work/mount/0" "$work/mount/4" "$work/mount/11" 2>/dev/null || fail 'a layer that is not there'
getfattr --absolute-names -n user.note --only-values "$work/mount/3/etc/hostname" | grep -qx 'only here'
getfattr --absolute-names -d "$work/mount" "$work/mount/1" >/dev/null # a layer without xattrs, beside one that has them
stat -f "$work/mount" >/dev/null

step "one tree"
mkdir "$work/upper" "$work/work" "$work/merged"
mount -t overlay overlay -o "lowerdir=$work/mount/3:$work/mount/2:$work/mount/1,upperdir=$work/upper,workdir=$work/work" "$work/merged"
[ "$(cat "$work/merged/etc/hostname")" = room-1 ]
cmp "$work/site/etc/small" "$work/merged/etc/small"
[ ! -e "$work/merged/usr/share/text" ] || fail 'the whiteout of the second layer is not one'
cmp "$work/base/usr/share/noise-3" "$work/merged/usr/share/noise-3"
echo changed >"$work/merged/etc/small"
cmp "$work/site/etc/small" "$work/mount/2/etc/small"
umount "$work/merged"

step "status tells all layers"
"$rootstream" status --json "$work/mount" | tr -d '\n ' | grep -q '"layers":\[{"image":"base","tag":"latest","serial":1},{"image":"site".*"room-1"' ||
  fail "$("$rootstream" status --json "$work/mount")"
"$rootstream" status "$work/mount" | grep -q '^  above   site:latest (serial 1)'
grep -q " $work/mount .* fuse.rootstream $server_url/base:latest,site:latest,room-1:latest ro" /proc/self/mountinfo || fail "$(grep "$work/mount" /proc/self/mountinfo)"
unmount "$work/mount"

step "another machine's layers come from the cache, but for its own"
before=$(bytes_sent)
mount_image "$layers-2" "$work/mount" --cache "$work/cache"
compare "$work/base" "$work/mount/1"
compare "$work/site" "$work/mount/2"
[ "$(cat "$work/mount/3/etc/hostname")" = room-2 ]
unmount "$work/mount"
echo "bytes for the second machine: $(($(bytes_sent) - before)), of $(bytes_sent)"
[ $(($(bytes_sent) - before)) -lt 20000 ] || fail 'more than the refs and the third layer came over the network'

step "all of it at a stated rate, then without a server"
mount_image "$layers-2" "$work/mount" --cache "$work/full" --fill max
wait_for 60 sh -c "'$rootstream' status --json '$work/mount' | tr -d '\n ' | grep -q '\"fill\":{.*\"ended\":true,.*\"problem\":\"\"'" ||
  fail "$("$rootstream" status "$work/mount")"
unmount "$work/mount"
stop_server
mount_image "$layers-2" "$work/mount" --cache "$work/full" --on-network-loss fail:2
compare "$work/base" "$work/mount/1"
compare "$work/room-2" "$work/mount/3"
unmount "$work/mount"

step "wrong uses"
url=file://$store
refuses() { expect_fail "$1" "$2" "$rootstream" mount "$3" "$work/mount" --pubkey "$key.pub" --cache none; } # REGEX CODE URL
refuses 'images/absent/latest' 1 "$url/base,absent,site"
refuses 'base:latest is in it twice' 1 "$url/base,site,base"
refuses 'layers come from one store' 1 "$url/base,$url/site"
refuses 'more than 8 layers' 1 "$url/a,b,c,d,e,f,g,h,i"
refuses "the image's name is missing" 1 "$url/base,"
"$rootstream" keygen "$work/other" >/dev/null
"$rootstream" publish "$work/site" "$store" foreign --key "$work/other" >/dev/null
refuses 'foreign:latest' 1 "$url/base,foreign"
expect_fail 'names several images, where one is wanted' 1 "$rootstream" ls "$url/base,site" --pubkey "$key.pub"
! is_mounted "$work/mount" || fail 'something is mounted'
