#!/usr/bin/env bash
# A Debian that runs from its own disk, with its own initrd, goes over to an image by `rootstream boot`. What cannot work is said
# before anything ends.
# Covers: boot/build/boot.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/boot_lib.sh"
need_machine
need mmdebstrap mkfs.ext4

step "a Debian with kexec-tools and rootstream, on a disk"
suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
root=$work/root
mkdir "$root"
libraries=$(ldd "$rootstream" | awk '$3 ~ /^\// { print $3 }' | xargs -n 1 readlink -f | xargs -n 1 basename |
  xargs -n 1 dpkg -S 2>/dev/null | cut -d: -f1 | sort -u | paste -sd,)
mmdebstrap --quiet --variant=minbase \
  --include="systemd-sysv,udev,linux-image-cloud-amd64,iproute2,ifupdown,isc-dhcp-client,netbase,passwd,login,kexec-tools,fuse3,$libraries" \
  "$suite" "$root" || fail "mmdebstrap failed"
DESTDIR=$root cmake --install "$build" --strip >/dev/null
sed -i 's/^root:[^:]*:/root::/' "$root/etc/shadow"
printf 'auto lo\niface lo inet loopback\nallow-hotplug ens3\niface ens3 inet dhcp\nallow-hotplug eth0\niface eth0 inet dhcp\n' >"$root/etc/network/interfaces"
mkdir "$root/kboot" "$work/loader"
cp "$fixture/own/vmlinuz" "$fixture/own/initramfs" "$root/kboot/"
cp "$key.pub" "$root/kboot/key.pub"
cp -L "$root"/boot/vmlinuz-* "$work/loader/vmlinuz"
cp -L "$root"/boot/initrd.img-* "$work/loader/initramfs"
truncate -s 3G "$work/disk"
mkfs.ext4 -q -d "$root" "$work/disk"
rm -rf --one-file-system "$root"

step "it goes over to the image"
start_nginx
inside=${server_url/127.0.0.1/10.0.2.2}
go="rootstream boot $inside/missing:1 --pubkey /kboot/key.pub"
boot 1800 "$work/loader" --direct --own-time --memory 1024 --disk "$work/disk" --cmdline "root=/dev/vda rw net.ifnames=0" -- \
  expect 'login: $' send root expect '[#] $' \
  send "$go" expect 'rootstream: boot: give --kboot DIR' expect '[#] $' \
  send "$go --kboot /etc" expect 'rootstream: boot: /etc has no vmlinuz' expect '[#] $' \
  send "$go --kboot /kboot" expect 'rootstream: .*missing.*HTTP 404' expect '[#] $' \
  send "rootstream boot $inside/$image --pubkey /kboot/key.pub --kboot /kboot init=/usr/lib/small/init" \
  expect 'kexec_core: Starting new kernel|Starting new kernel' expect 'kboot: kboot ' expect 'signed by a key' \
  expect 'handing over to' expect 'login: $' end ''
expect_clean_run
echo "$(login_seconds 'init=/usr/lib/small/init') s from the command to the login; $(bytes_sent) bytes crossed the line"
