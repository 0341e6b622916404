#!/usr/bin/env bash
# Secure Boot is not bypassed: under it, kboot does not start an image's kernel that nobody signed, although the image itself is
# signed by a trusted key, and the screen says so. boot_medium.sh has the boot of a signed one.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/boot_lib.sh"
need_machine
need xorriso mcopy mkfs.fat sbattach sbverify
[ -f /usr/share/OVMF/OVMF_CODE_4M.ms.fd ] || skip 'ovmf is not installed'
release=$(cat "$fixture/release")

step "an image whose kernel has no signature"
mkdir -p "$work"/{root/{boot,bin,lib/modules,etc,proc,sys,dev,run},store}
cp "$fixture/tftp/vmlinuz" "$work/root/boot/vmlinuz-$release"
sbverify --list "$work/root/boot/vmlinuz-$release" | grep -q 'signature 1' || fail 'the kernel has none to remove'
sbattach --remove "$work/root/boot/vmlinuz-$release"
cp -a "$fixture/kernel/lib/modules/$release" "$work/root/lib/modules/"
cp "$(command -v busybox)" "$work/root/bin/busybox"
ln -s busybox "$work/root/bin/sh"
store=$work/store
publish "$work/root" unsigned:1 | grep '^boot'
start_nginx
"$rootstream" kboot build --out "$work/kboot" --compress zstd --hardware virtual --media iso --media-cmdline console=ttyS0,115200 \
  --url "${server_url/127.0.0.1/10.0.2.2}/unsigned:1" --pubkey "$key.pub" 2>&1 | grep iso

boot 400 '' --medium "$work/kboot/kboot.iso" --firmware secure-boot --memory 768 -- \
  expect 'the image is signed by a key' expect 'verified' expect 'could not boot' expect 'why .*kexec refused the kernel' \
  expect 'do .*Lockdown or Secure Boot refuses this kernel' type s expect 'kboot#' \
  send 'mount -t securityfs s /sys/kernel/security; cat /sys/kernel/security/lockdown' expect '\[integrity\]' \
  send 'poweroff -f' end ''
