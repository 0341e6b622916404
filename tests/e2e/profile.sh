#!/usr/bin/env bash
# Records the requests to a mount, from its first request on or for a while; shows and merges profiles.
# Covers: fusefs/commands/profile.cc, server-tools/commands/profile.cc, server-tools/profile_table.cc.
. "$(dirname "$0")/lib.sh"
need_mount
make_small_tree "$work/source"
publish "$work/source" image >/dev/null
url=file://$store/image:latest
mkdir "$work/mnt"

# bytes_of PROFILE PATH: the number of bytes of PATH that were read.
bytes_of() { awk -v path="$2" '$1 == "read" && $6 == path { sum += $5 } END { print sum + 0 }' "$1"; }
has() { [ "$(bytes_of "$1" "$3")" = "$2" ] || fail "$1 has not $2 bytes of $3: $(cat "$1")"; }

step "from the first request, to the end of the mount"
mount_image "$url" "$work/mnt" --record "$work/whole"
cat "$work/mnt/etc/small" >/dev/null
ls "$work/mnt/usr/share/doc" >/dev/null
! ls "$work/mnt/etc/absent" 2>/dev/null || fail "a name that is not there"
dd if="$work/mnt/usr/share/noise-3" of=/dev/null bs=4096 skip=50 count=1 2>/dev/null
unmount "$work/mnt"
has "$work/whole" 141 /etc/small
grep -q '^list [0-9]* [0-9]* /usr/share/doc$' "$work/whole"
grep -q '^look [0-9]* [0-9]* /etc/absent$' "$work/whole"
sed -n 4p "$work/whole" | grep -q '^shard ' || fail "the root shard comes first: $(cat "$work/whole")"
touched=$(bytes_of "$work/whole" /usr/share/noise-3)
[ "$touched" -le 16384 ] || fail "$touched bytes of noise-3 for a block of 4096"

step "again: the profile goes on"
mount_image "$url" "$work/mnt" -o "record=$work/whole"
cat "$work/mnt/usr/share/noise-1" >/dev/null
unmount "$work/mnt"
has "$work/whole" 141 /etc/small
has "$work/whole" 300000 /usr/share/noise-1

step "for a while, on a mount that is there"
mount_image "$url" "$work/mnt"
"$rootstream" profile record "$work/mnt" -o "$work/part" >"$work/record.log" 2>&1 &
recording=$!
servers+=("$recording")
# Whether the recording has begun: the lookup of a new name is an event.
begun() {
  ls "$work/mnt/absent-$RANDOM" 2>/dev/null || true
  "$rootstream" status "$work/mnt" --json | grep -q '"recorded": [1-9]'
}
wait_for 10 begun || fail "nothing is recorded"
cat "$work/mnt/usr/share/noise-4" >/dev/null
kill -INT "$recording"
wait "$recording" || fail "record: $(cat "$work/record.log")"
has "$work/part" 1200000 /usr/share/noise-4
unmount "$work/mnt"

step "the other commands record, too"
"$rootstream" cat "$url" /usr/share/noise-5 --pubkey "$key.pub" --cache none --record "$work/cat" | cmp - "$work/source/usr/share/noise-5"
has "$work/cat" 1500000 /usr/share/noise-5

step "shown and merged"
"$rootstream" profile show "$work/whole" | grep -q '/usr/share/noise-1$'
"$rootstream" profile show "$work/whole" --svg "$work/picture.svg"
python3 -c 'import sys, xml.dom.minidom; xml.dom.minidom.parse(sys.argv[1])' "$work/picture.svg"
grep -q '<title>/usr/share/noise-1, ' "$work/picture.svg"
"$rootstream" profile merge "$work/whole" "$work/part" "$work/cat" -o "$work/all"
has "$work/all" 1500000 /usr/share/noise-5
has "$work/all" 300000 /usr/share/noise-1
"$rootstream" profile merge "$work/all" "$work/all" | cmp - "$work/all"

step "bad input"
echo '<html>' >"$work/html"
expect_fail "profile .*/html: not a profile" 1 "$rootstream" profile show "$work/html"
expect_fail "profile: .*/nothing: No such file" 1 "$rootstream" profile show "$work/nothing"
expect_fail "html: not a profile" 1 "$rootstream" mount "$url" "$work/mnt" --pubkey "$key.pub" --record "$work/html"
sed 's/^image image/image other/' "$work/cat" >"$work/other"
expect_fail "does not go with" 1 "$rootstream" profile merge "$work/cat" "$work/other"
expect_fail "is of image other" 1 "$rootstream" cat "$url" /etc/small --pubkey "$key.pub" --cache none --record "$work/other"
expect_fail "nothing is mounted there" 1 "$rootstream" profile record "$work" -o "$work/x"
expect_fail "--output is required" 2 "$rootstream" profile record "$work/mnt"
[ "$(cat "$work/html")" = '<html>' ] || fail "a file that is no profile was written over"
