#!/usr/bin/env bash
# Makes tests/golden/store, a small store with every kind of entry, a hot range and a boot entry, and the lists of its
# expected contents. Run by hand, as root, when the format gets a new version; stores of earlier versions are kept.
. "$(dirname "$0")/../e2e/lib.sh"
golden=$repository/tests/golden
tree=$work/tree
umask 022
mkdir -p "$tree"/{boot,etc,dev,usr/bin,usr/share/many,empty}
noise 200000 kernel >"$tree/boot/vmlinuz-6.1.0-1-amd64"
printf 'ID=golden\nPRETTY_NAME="Golden Linux 1"\n' >"$tree/etc/os-release"
printf 'hello, world\n' >"$tree/etc/motd"
ln "$tree/etc/motd" "$tree/usr/share/motd"
ln -s ../etc/motd "$tree/usr/link"
seq 1 100000 >"$tree/usr/share/text"
: >"$tree/etc/nothing"
truncate -s 1M "$tree/usr/share/holes" && printf end | dd of="$tree/usr/share/holes" bs=1 seek=500000 conv=notrunc 2>/dev/null
for i in $(seq 1 1500); do echo "file $i" >"$tree/usr/share/many/$i"; done
printf x >"$tree/usr/share/$(printf 'not \xff utf-8\n')"
printf '#!/bin/sh\n' >"$tree/usr/bin/tool" && chmod 4755 "$tree/usr/bin/tool"
chown 1000:100000 "$tree/etc/nothing"
mknod "$tree/dev/null" c 1 3 && mknod "$tree/dev/disk" b 259 70000 && mkfifo "$tree/dev/pipe"
setfattr -n user.colour -v blue "$tree/etc/motd"
setcap cap_net_raw+ep "$tree/usr/bin/tool"
setfacl -m u:1000:r "$tree/etc/os-release"
chmod 1777 "$tree/empty"
find "$tree" -exec touch -h -d '2001-09-09 01:46:40.123456789 UTC' {} +
touch -d '1930-01-01 UTC' "$tree/etc/nothing"
cat >"$work/profile" <<END
rootstream profile 1
image golden:1
manifest $(printf '' | sha256sum | cut -d' ' -f1)
look 0 0 /etc
file 1 0 588895 1000000000 /usr/share/text
read 1 0 100000 5000 /usr/share/text
read 2 0 0 13 /etc/motd
list 3 0 /usr/share
END
rm -rf "$golden/store"
key=$golden/test-key.pem store=$golden/store
"$rootstream" publish "$tree" "$store" golden:plain --key "$key" --level 3 >/dev/null
"$rootstream" publish "$tree" "$store" golden:1 --key "$key" --level 3 --profile "$work/profile"
rm -f "$store"/lock* && rmdir "$store/tmp"
openssl pkey -in "$key" -pubout -out "$golden/test-key.pem.pub"
python3 "$repository/tests/support/list_tree.py" "$tree" >"$golden/store.list"
"$rootstream" inspect "file://$store/golden:1" --pubkey "$golden/test-key.pem.pub" --json >"$golden/store.inspect"
