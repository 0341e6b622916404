#!/usr/bin/env bash
# boot_initrd.sh INITRD: boots an image by an initrd of initrds.sh, which its distribution made, from a local loader and from the
# network, checks it, and shuts it down; then from the disk with the cache alone; and what it says where it cannot boot. Writes a
# row of the table in docs/boot.md to the fixture's initrds/INITRD.row.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/boot_lib.sh"
. "$(dirname "$0")/systems.sh"
. "$(dirname "$0")/initrds.sh"
need qemu-system-x86_64 python3 nginx mmdebstrap mkfs.ext4 ssh-keygen debugfs dumpe2fs dhcpcd kmod strip
need_root
initrd=${1:?boot_initrd.sh INITRD}
case " $initrds " in *" $initrd "*) ;; *) fail "there is no initrd $initrd, but $initrds" ;; esac
describe_initrd "$initrd"
folder=$fixture/initrds
mkdir -p "$folder"
rm -f "$folder/$initrd.row"

if [ "$(cat "$folder/$initrd.packages" 2>/dev/null)" != "$suite $packages" ]; then
  step "a root: $title"
  mmdebstrap --quiet --variant=minbase "${mmdebstrap_options[@]}" --include="$packages" "$suite" "$work/root.tar" || fail "mmdebstrap failed"
  mv "$work/root.tar" "$folder/$initrd.tar"
  echo "$suite $packages" >"$folder/$initrd.packages"
fi
root=$work/root
mkdir "$root"
tar -C "$root" --xattrs --xattrs-include='*' --numeric-owner -xf "$folder/$initrd.tar"
fit_system ifupdown "$root"
# An initrd's udev may name the card.
sed -i 's/^auto eth0$/allow-hotplug ens3\niface ens3 inet dhcp/' "$root/etc/network/interfaces"
step "its initrd: $title"
make_initrd "$root"
mkdir "$work/loader" "$work/tftp" "$work/other"
cp -L "$root"/boot/vmlinuz-* "$work/loader/vmlinuz"
cp -L "$root"/boot/initrd.img-* "$work/loader/initramfs"
image=$initrd:1
publish "$root" "$image" >/dev/null
rm -rf --one-file-system "$root"
echo no >"$work/other/file"
"$rootstream" keygen "$work/stranger" >/dev/null
"$rootstream" publish "$work/other" "$store" other:1 --key "$work/stranger" >/dev/null
ln -s "$work/loader" "$store/loader"
start_nginx
truncate -s 16M "$work/local.disk"
truncate -s 600M "$work/cache.disk"
mkfs.ext4 -q -L local "$work/local.disk"
mkfs.ext4 -q -L rootstream "$work/cache.disk"
inside=$(url_inside)
at_exit() { cat "$work/marker" 2>/dev/null; }

# machine OPTION… -- STEP…: boots the machine with a root of its own, runs the steps, and waits until it is off.
machine() {
  local options=()
  while [ "$1" != -- ]; do
    options+=("$1")
    shift
  done
  shift
  rm -f "$work/marker"
  boot 900 "${options[@]}" --memory 768 --disk "$work/local.disk" -- "$@" expect 'reboot: Power down' end ''
  ! grep -aiE 'i/o error|transport endpoint|kernel panic|oops|blocked for more than' "$work/console" || fail "errors on the console"
}
from_disk=("$work/loader" --direct --disk "$work/cache.disk" --cmdline "root=rootstream:$inside")
log_in=(expect 'login: $' send root expect '[#] $')
is_clean() { # is_clean DISK
  dumpe2fs -h "$work/$1.disk" 2>/dev/null | grep -q '^Filesystem state: *clean' || fail "the $1 disk is not clean"
  ! dumpe2fs -h "$work/$1.disk" 2>/dev/null | grep -q needs_recovery || fail "the $1 disk was not unmounted"
}
is_sealed() {
  is_clean local
  is_clean cache
  debugfs -R 'stat /index.seal' "$work/cache.disk" 2>/dev/null | grep -q 'Type: regular' || fail "the cache was not sealed"
}

step "it comes up by a local loader, and powers off after memory was used up"
began=$(date +%s)
machine "${from_disk[@]}" -- expect 'cache on /dev/vd' expect 'handing over to' expect 'login: $' run "date +%s >'$work/login'" send root expect '[#] $' \
  send check expect 'checks are done' send 'check pressure' expect 'memory was used up' expect '[#] $' send poweroff
row="$title | $(stat -c %s "$work/loader/initramfs" | awk '{ printf "%.0f", $1 / 1048576 }') | $(($(cat "$work/login") - began))"
for column in card names disk ssh install; do
  value=$(sed -n "s/^$column: //p" "$work/marker" | tail -n 1)
  row="$row | ${value:-no}"
  [ "$value" = yes ] || complaints="${complaints-} $column"
done
is_sealed
[ -z "${complaints-}" ] || fail "not as it should be:$complaints"

step "it comes up from the network, without a disk for the cache"
cat >"$work/tftp/boot.ipxe" <<END
#!ipxe
kernel ${inside%/"$image"}/loader/vmlinuz console=ttyS0 root=rootstream:$inside BOOTIF=01-\${netX/mac:hexhyp}
initrd ${inside%/"$image"}/loader/initramfs
boot
END
machine '' --network-boot --tftp "$work/tftp" --dhcp-file boot.ipxe -- expect 'handing over to' "${log_in[@]}" send poweroff
row="$row | yes"

step "what it says where it cannot boot"
# says REGEX OPTION…: what the screen shows before the shell of the initrd.
says() {
  local regex=$1
  shift
  boot 600 "$work/loader" --direct --memory 768 "$@" -- expect "rootstream: cannot mount the root.*$regex" \
    expect '\(initramfs\)|[Ee]mergency|for maintenance|root account is locked' type $'\x01x' end ''
}
says 'HTTP 404.* check NAME:TAG' --cmdline "root=rootstream:${inside%/*}/nothing:1"
says 'other:1.*[Dd]o not go on without' --cmdline "root=rootstream:${inside%/*}/other:1"
says 'its init, /bin/sh, is not systemd.*Boot this image with kboot' --cmdline "root=rootstream:$inside init=/bin/sh"
says 'no network interface.*Put its driver into the initrd' --nic none --cmdline "root=rootstream:$inside"
row="$row | yes"

step "offline: the server is gone, and then the network, too"
stop_server
machine "${from_disk[@]}" -- expect 'cache on /dev/vd' expect 'handing over to' "${log_in[@]}" send poweroff
is_sealed
machine "${from_disk[@]}" --nic none -- expect 'going on with what the disk holds' expect 'handing over to' "${log_in[@]}" send poweroff
is_sealed
echo "| $row | yes | <!-- $initrd -->" | tee "$folder/$initrd.row"
