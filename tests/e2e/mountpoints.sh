#!/bin/bash
# Mountpoints with odd names, by relative paths, through a symlink, from inside, of a dead daemon; URLs
# with a tag and a query; several mounts at once.
# Covers: fusefs/commands/mount.cc, fusefs/mount/mount.cc, fusefs/mount/mount_table.cc.
. "$(dirname "$0")/lib.sh"
need_mount

make_small_tree "$work/source"
publish "$work/source" tree >/dev/null
start_embedded
url=$server_url/tree
serves() { cmp "$work/source/etc/small" "$1/etc/small" || fail "does not serve: $1"; }
tells() { "$rootstream" status "$1" | grep -q 'tree:latest' || fail "status of $1"; }

step "odd names"
for name in 'a b' 'a,b' 'a\b' 'a\040b' $'new\nline' $'byte\xff' '-x' "quo'te\"" '%s' 'café'; do
  mount_image "$url" "$work/$name"
  serves "$work/$name"
  tells "$work/$name"
  "$rootstream" umount "$work/$name"
  ! [ -e "$work/$name/etc" ] || fail "still mounted: $name"
done

step "relative paths"
cd "$work" || exit 1
mkdir -p mount elsewhere
cp key.pub elsewhere
mount_image "$url" mount
for path in mount ./mount mount/ elsewhere/../mount; do tells "$path"; done
(cd mount && tells .)
"$rootstream" umount ./mount/
cd elsewhere || exit 1
"$rootstream" mount "$url" ../mount -o pubkey=key.pub,cache=here
[ -d here/segments ] || fail "cache=here is not here"
serves ../mount
"$rootstream" umount ../mount
cd "$work" || exit 1

step "URLs"
for form in "$url:latest" "$url?a=b/c:d" "$url:latest?x" "file://$store/tree" "file://$store/tree:latest"; do
  mount_image "$form" "$work/mount"
  serves "$work/mount"
  unmount "$work/mount"
done

step "several at once"
for i in 1 2 3 4 5; do
  publish "$work/source" "image-$i" >/dev/null
  mount_image "$server_url/image-$i" "$work/mount-$i"
done
for i in 1 2 3 4 5; do
  "$rootstream" status "$work/mount-$i" --json | grep -q "image-$i\"" || fail "status of another mount"
  serves "$work/mount-$i"
done
"$rootstream" umount "$work/mount-3"
! is_mounted "$work/mount-3" || fail "not unmounted"
for i in 1 2 4 5; do
  serves "$work/mount-$i"
  unmount "$work/mount-$i"
done

step "a daemon that died"
mount_image "$url" "$work/mount"
kill -KILL "$(daemon_of "$work/mount")"
wait_for 5 sh -c "! ls '$work/mount' 2>/dev/null" || fail "serves without a daemon"
expect_fail "$work/mount: no daemon" 1 "$rootstream" status "$work/mount"
expect_fail "$work/mount: busy" 1 "$rootstream" mount "$url" "$work/mount" --pubkey "$key.pub" --cache none
"$rootstream" umount "$work/mount"
mount_image "$url" "$work/mount"
serves "$work/mount"
unmount "$work/mount"

step "a symlink to itself"
ln -s loop "$work/loop"
expect_fail "$work/loop: Too many levels of symbolic links" 1 "$rootstream" mount "$url" "$work/loop" --pubkey "$key.pub" --cache none
for verb in status umount; do expect_fail "$work/loop: nothing is mounted" 1 "$rootstream" $verb "$work/loop"; done
(
  mkdir "$work/gone"
  cd "$work/gone" || exit 1
  rmdir "$work/gone"
  expect_fail "mountpoint there: No such file" 1 "$rootstream" mount "$url" there --pubkey "$key.pub" --cache none
  expect_fail "there: nothing is mounted" 1 "$rootstream" status there
)

step "through a symlink"
ln -s mount "$work/link"
mount_image "$url" "$work/link"
serves "$work/mount"
tells "$work/mount"
tells "$work/link"
"$rootstream" umount "$work/link"
! is_mounted "$work/mount" || fail "not unmounted"
