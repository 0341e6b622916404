#!/bin/bash
# What a mounted filesystem reports about itself: statfs and df, holes through lseek, setuid, read-only,
# permissions for ordinary users.
. "$(dirname "$0")/lib.sh"
need_root
need_mount

mkdir -p "$work/source/folder"
noise 5000000 1 >"$work/source/noise"
truncate -s 100M "$work/source/sparse"
noise 100000 2 | dd of="$work/source/sparse" bs=4096 seek=10000 conv=notrunc status=none
cp /usr/bin/id "$work/source/id"
chmod 4755 "$work/source/id"
echo secret >"$work/source/folder/secret"
chmod 600 "$work/source/folder/secret"
mkfifo "$work/source/fifo"
mknod "$work/source/null" c 1 3
chmod 666 "$work/source/null"
publish "$work/source" tree >/dev/null
mount_image "file://$store/tree" "$work/mount" -o suid,dev,allow_other

step "statfs"
read -r type block blocks free files files_free name_length < <(stat -f -c '%T %S %b %f %c %d %l' "$work/mount")
echo "type $type, $blocks blocks of $block, $free free; $files files, $files_free free; names of $name_length"
bytes=$((block * blocks))
[ "$bytes" -ge 5100000 ] && [ "$bytes" -le 120000000 ] || fail "size of $bytes bytes"
[ "$free" = 0 ] && [ "$files_free" = 0 ] || fail "a read-only image has room"
[ "$files" -ge 8 ] && [ "$files" -le 9 ] || fail "$files files"
[ "$name_length" = 255 ] || fail "names of $name_length bytes"
df "$work/mount" >"$work/df"
grep -q '100%' "$work/df" || fail "$(cat "$work/df")"
df -i "$work/mount" >/dev/null
grep " $work/mount " /proc/self/mountinfo | grep -q " ro[, ].* - fuse.rootstream file://$store/tree:latest ro," ||
  fail "mountinfo: $(grep " $work/mount " /proc/self/mountinfo)"
[ "$(findmnt -n -o FSTYPE "$work/mount")" = fuse.rootstream ] || fail "another type"

step "holes"
[ "$(du --block-size=1 "$work/mount/sparse" | cut -f 1)" -lt 1000000 ] || fail "a hole counts as blocks"
[ "$(du --block-size=1 "$work/mount/noise" | cut -f 1)" -ge 5000000 ] || fail "too few blocks"
cp --sparse=auto "$work/mount/sparse" "$work/copy" # finds holes by SEEK_HOLE
cmp "$work/source/sparse" "$work/copy"
[ "$(du --block-size=1 "$work/copy" | cut -f 1)" -lt 1000000 ] || fail "lseek finds no hole"

step "modes and owners"
[ "$(as_nobody "$work/mount/id" -u)" = 0 ] || fail "setuid does not work with -o suid"
echo x >"$work/mount/null"
! as_nobody cat "$work/mount/folder/secret" 2>/dev/null || fail "an ordinary user reads a 600 file"
cat "$work/mount/folder/secret" >/dev/null

step "read-only"
for command in "touch $work/mount/new" "rm $work/mount/noise" "chmod 644 $work/mount/noise" \
  "mkdir $work/mount/new" "ln -s x $work/mount/new" "truncate -s 0 $work/mount/noise"; do
  ! $command 2>"$work/error" || fail "$command"
  grep -q 'Read-only file system' "$work/error" || fail "$(cat "$work/error")"
done
unmount "$work/mount"

step "nosuid and nodev are the default"
mount_image "file://$store/tree" "$work/mount" -o allow_other
[ "$(as_nobody "$work/mount/id" -u)" = 65534 ] || fail "setuid works unasked"
! cat "$work/mount/null" 2>/dev/null || fail "devices work unasked"
unmount "$work/mount"

step "without allow_other only for who mounted"
mount_image "file://$store/tree" "$work/mount"
! as_nobody ls "$work/mount" >/dev/null 2>&1 || fail "another user sees the mount"
unmount "$work/mount"
