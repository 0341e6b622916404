#!/bin/bash
# Sources and stores that are not what they seem: each source is published whole, or refused with one line that
# names it. Nothing is written or deleted in a folder that is not a store.
. "$(dirname "$0")/lib.sh"
need_root
need script
enter_mount_namespace
make_key
mkdir -p "$work/src/etc" "$work/empty"
echo hello >"$work/src/hello"
noise 100000 f >"$work/src/etc/f"

refuse() { # PATTERN SOURCE STORE [FLAG...]
  local pattern=$1 code=0
  shift
  "$rootstream" publish "$1" "$2" image --key "$key" --level 1 "${@:3}" >"$work/out" 2>"$work/err" || code=$?
  [ $code = 1 ] || [ $code = 2 ] || fail "publish $*: exit $code: $(cat "$work/err")"
  [ "$(wc -l <"$work/err")" = 1 ] || fail "publish $*: not one line: $(cat "$work/err")"
  grep -qE "$pattern" "$work/err" || fail "publish $*: $(cat "$work/err")"
  [ -z "$(find "$work/new" -path '*/images/*' -o -path '*/packs/*' 2>/dev/null)" ] || fail "publish $*: it wrote something"
  rm -rf "$work/new"
}
read_back() { "$rootstream" cat "file://$1/image" "$2" --pubkey "$key.pub" --cache none; }

step "entries that no image can hold"
/usr/bin/python3 - "$work" <<'P' || skip "no python3"
import io, sys, tarfile
def make(kind, name="bad-entry", data=b"x", **more):
    with tarfile.open(f"{sys.argv[1]}/{kind}.tar", "w", format=tarfile.PAX_FORMAT) as t:
        i = tarfile.TarInfo(name); i.size = len(data)
        for key, value in more.items(): setattr(i, key, value)
        t.addfile(i, io.BytesIO(data))
make("xattr-value", pax_headers={"SCHILY.xattr.user.a": "v" * 65537})
make("xattr-count", pax_headers={f"SCHILY.xattr.user.n{n}": "v" for n in range(1025)})
make("xattr-name", pax_headers={"SCHILY.xattr.user." + "n" * 300: "v"})
make("acl-size", pax_headers={"SCHILY.acl.access": "user::rw-,group::r--,other::r--,mask::rwx," + ",".join(f"user:{n}:r--" for n in range(9000))})
make("acl-name", pax_headers={"SCHILY.acl.access": "user::rw-,user:nobody-knows-me:r--,group::r--,mask::r--,other::r--"})
make("symlink", data=b"", type=tarfile.SYMTYPE, linkname="y" * 5000)
make("uid", uid=2**32)
make("gid", gid=-1)
make("time", pax_headers={"mtime": "soon"})
make("device", data=b"", type=tarfile.CHRTYPE, devmajor=5000, devminor=1)
make("size", pax_headers={"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.realsize": str(2**62 + 1), "GNU.sparse.name": "bad-entry"}, data=b"1\n0\n0\n".ljust(512, b"\0"))
make("name", name="d/" + "bad-entry" * 30)
make("dots", name="a/../bad-entry")
P
for kind in xattr-value xattr-count xattr-name acl-size acl-name symlink uid gid time device size name dots; do
  refuse bad-entry "$work/$kind.tar" "$store"
done
[ ! -e "$store/images/image" ] || fail "one of them was published"

step "what is neither a tar nor a disk image"
for magic in hsqs 070701 'PK\003\004' '7z\274\257\047\034' 'QFI\373' KDMV; do
  printf "$magic" >"$work/blob"
  truncate -s 1M "$work/blob"
  refuse "$work/blob: neither a directory nor a tar nor a disk image but a" "$work/blob" "$work/new"
done
tar -C "$work/src" -czf "$work/src.tgz" .
size=$(stat -c %s "$work/src.tgz")
for at in 200 $((size / 2)) $((size - 6)); do
  {
    head -c $at "$work/src.tgz"
    printf damage
    tail -c +$((at + 7)) "$work/src.tgz"
  } >"$work/damaged.tgz"
  [ "$(stat -c %s "$work/damaged.tgz")" = "$size" ] || fail "the test damaged its size"
  refuse "$work/damaged.tgz" "$work/damaged.tgz" "$work/new"
done
head -c $((size / 2)) "$work/src.tgz" >"$work/truncated.tgz"
refuse "$work/truncated.tgz" "$work/truncated.tgz" "$work/new"

step "a tar on standard input"
tar -C "$work/src" -c . | "$rootstream" publish - "$store" image --key "$key" --level 1 >/dev/null
[ "$(read_back "$store" /hello)" = hello ] || fail "it is not what the tar holds"
code=0
"$rootstream" publish - "$work/new" image --key "$key" --level 1 <"$work/src.tgz" >/dev/null || code=$?
[ $code = 0 ] || fail "a compressed one: exit $code"
rm -r "$work/new"

step "places that are no store"
mkdir -p "$work/site/images" "$work/site/packs" "$work/site/tmp"
echo important >"$work/site/tmp/new-upload"
refuse "not a store, and not empty" "$work/src" "$work/site"
[ "$(cat "$work/site/tmp/new-upload")" = important ] || fail "a file of the site is gone"
[ ! -e "$work/site/rootstream-store" ] || fail "the site has a mark"
cd "$work/empty" || exit 1
refuse "path is empty" "$work/src" ""
for url in http://127.0.0.1:1/store sftp://host/store file:///srv; do refuse "$url" "$work/src" "$url"; done
[ -z "$(ls -A)" ] || fail "a URL became a folder"
cd /
refuse "in its own source.*--exclude /etc/store" "$work/src" "$work/src/etc/store"
ln -s src/etc "$work/link"
refuse "in its own source" "$work/src" "$work/link/store"
"$rootstream" publish "$work/src" "$work/src/etc/store" image --key "$key" --exclude /etc/store --level 1 >/dev/null
[ ! -e "$work/src/etc/store/images/image/etc" ] && "$rootstream" ls "file://$work/src/etc/store/image" /etc --pubkey "$key.pub" --cache none >"$work/ls"
[ "$(cat "$work/ls")" = f ] || fail "with --exclude: $(cat "$work/ls")"
rm -r "$work/src/etc/store"

step "what is mounted in a source"
mkdir "$work/src/proc" "$work/src/mnt"
mount -t proc proc "$work/src/proc"
refuse "src/proc: the kernel's proc file system.*--one-file-system.*--exclude" "$work/src" "$work/new"
mount -t tmpfs tmpfs "$work/src/mnt"
echo there >"$work/src/mnt/there"
"$rootstream" publish "$work/src" "$store" image --key "$key" --level 1 --one-file-system >/dev/null
"$rootstream" ls "file://$store/image" / --pubkey "$key.pub" --cache none >"$work/ls"
[ "$(tr '\n' ' ' <"$work/ls")" = "etc hello mnt proc " ] || fail "with --one-file-system: $(cat "$work/ls")"
[ -z "$("$rootstream" ls "file://$store/image" /mnt --pubkey "$key.pub" --cache none)" ] || fail "a mount was published"
"$rootstream" publish "$work/src" "$store" image --key "$key" --level 1 --exclude /proc >/dev/null
[ "$(read_back "$store" /mnt/there)" = there ] || fail "with --exclude /proc, a mount was left out"
umount "$work/src/proc" "$work/src/mnt"

step "flags"
cat "$key" "$key" >"$work/two.key"
code=0
"$rootstream" publish "$work/src" "$work/new" image --key "$work/two.key" 2>"$work/err" || code=$?
[ $code = 1 ] && grep -q "several keys" "$work/err" || fail "two keys in one file: exit $code: $(cat "$work/err")"
refuse "expires" "$work/src" "$work/new" --expires 0
refuse "ftp://host/store" "$work/src" "$work/new" --mirror ftp://host/store
for serial in -1 010 18446744073709551616 1x ""; do refuse "min-serial" "$work/src" "$work/new" --min-serial "$serial"; done
refuse "exclude" "$work/src" "$work/new" --exclude /
refuse "the source's path is empty" "" "$work/new"

step "the last serial"
"$rootstream" publish "$work/src" "$store" image --key "$key" --level 1 --min-serial 18446744073709551615 >/dev/null
cp "$store/images/image/latest" "$work/last"
refuse "images/image/latest: its serial 18446744073709551615 is the last" "$work/src" "$store"
cmp "$work/last" "$store/images/image/latest" || fail "the ref was replaced"

step "under any umask"
(umask 077 && "$rootstream" publish "$work/src" "$work/private" image --key "$key" --level 1 >/dev/null)
[ -z "$(find "$work/private" \( -type d ! -perm -005 -o -type f ! -perm -004 \))" ] || fail "parts of it cannot be read"

step "names on a terminal"
mkdir "$work/escapes"
noise 30000000 a >"$work/escapes/$(printf 'a\033]0;PWNED\007b')"
script -qec "'$rootstream' publish '$work/escapes' '$work/other' escapes --key '$key' --level 1" /dev/null </dev/null \
  >"$work/terminal" || fail "$(cat "$work/terminal")"
grep -qF 'a\x1b]0;PWNED\x07b' "$work/terminal" || fail "its name was not shown: $(head -c 300 "$work/terminal")"
! grep -q "$(printf '\033]0;PWNED')" "$work/terminal" || fail "a name reached the terminal as it is"
