#!/usr/bin/env bash
# arm64: an image that was published here is booted by a machine of QEMU's kind "virt", by UEFI and kexec, to a login, and goes
# off cleanly. kboot comes from Debian's packages for arm64. What is for another architecture is refused and said so, there and by
# the build.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/boot_lib.sh"
. "$(dirname "$0")/foreign_lib.sh"
need_foreign arm64 qemu-system-aarch64

step "a Debian root for arm64, with systemd and a kernel"
root_of arm64 systemd-sysv,udev,linux-image-cloud-arm64,iproute2,ifupdown,netbase,passwd,login,busybox "$work/root"
sed -i 's/^root:[^:]*:/root::/' "$work/root/etc/shadow"
printf 'auto lo\niface lo inet loopback\nauto eth0\niface eth0 inet dhcp\n' >"$work/root/etc/network/interfaces"
echo '/dev/sdz9 none swap sw 0 0' >"$work/root/etc/fstab"
release=$(basename "$work/root/lib/modules"/*)

step "publish it, and images for other machines"
publish "$work/root" debian:arm64 | grep -E '^(boot|compressed)'
mkdir -p "$work/other/bin" "$work/other/boot"
cp "$(command -v busybox)" "$work/other/bin/busybox"
publish "$work/other" programs:amd64 >/dev/null
{
  head -c 514 /dev/zero
  printf 'HdrS'
  head -c 4000 /dev/zero
} >"$work/other/boot/vmlinuz-6.1.0-9-amd64"
publish "$work/other" kernel:amd64 >/dev/null
start_nginx
inside=${server_url/127.0.0.1/10.0.2.2}

step "kboot for arm64"
build_kboot=("$rootstream" kboot build --architecture arm64 --hardware virtual --compress zstd)
"${build_kboot[@]}" --rootstream "$foreign" --out "$kboot" --media rpi 2>"$work/said" | tail -n 3
expect_fail 'busybox is for x86_64' 1 "${build_kboot[@]}" --out "$work/x" --rootstream "$foreign" --add "$(command -v busybox)"

step "the files for a Raspberry Pi"
for file in vmlinuz initramfs config.txt cmdline.txt bcm2837-rpi-3-b.dtb bcm2711-rpi-4-b.dtb; do
  [ -s "$kboot/rpi/$file" ] || fail "no $file: $(ls "$kboot/rpi")"
done
[ "$(dd if="$kboot/rpi/vmlinuz" bs=1 skip=56 count=4 status=none)" = ARMd ] || fail 'the kernel is no Image (Documentation/arm64/booting.rst)'
cmp "$kboot/initramfs" "$kboot/rpi/initramfs"
[ -s "$kboot/rpi/start4.elf" ] || grep 'the firmware of the Raspberry Pi is left out' "$work/said" || fail "nothing is said of the firmware: $(cat "$work/said")"

step "it boots to a login, by kexec"
began=$(date +%s)
boot 1200 "$kboot" --architecture arm64 --url "$inside/debian:arm64" --pubkey "$key.pub" -- \
  expect 'the image is signed by a key' expect 'MiB, verified' expect 'starting it' expect "Linux version $release" \
  expect 'second stage' expect 'handing over to' expect 'login: $' run "date +%s >'$work/login'" send root expect '[#] $' \
  send 'uname -m; systemctl --failed --plain --no-legend | wc -l; echo written >/root/x; cat /root/x' \
  expect 'aarch64' expect '^0\r*$' expect '^written' expect '[#] $' send poweroff expect 'Power down' end ''
! grep -aiE 'i/o error|transport endpoint|kernel panic|oops' "$work/console" || fail "errors on the console"
echo "$(($(cat "$work/login") - began)) s from power-on to the login; $(bytes_sent) bytes crossed the line"

step "images for other machines"
boot 600 "$kboot" --architecture arm64 --pubkey "$key.pub" -- \
  expect 'kboot: \s*$' send "$inside/kernel:amd64" expect 'why .*is a kernel for x86_64, and this machine is aarch64' expect 'do .*other hardware' \
  type p expect 'kboot: \s*$' send "$inside/programs:amd64" expect "why .*the programs of the image are for x86_64, and this machine is aarch64" \
  type p expect 'kboot: \s*$' send poweroff end ''
