#!/usr/bin/env bash
# Every failure shows a screen that says what failed, why, and what to do, and that leads back to the prompt.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/boot_lib.sh"
need_machine
store=$work/store
cp -al "$fixture/store" "$store"
cp "$fixture/tftp/vmlinuz" "$store/vmlinuz"
start_nginx 'location /portal/ { return 302 http://portal.test/login?from=kboot; }'
inside=${server_url/127.0.0.1/10.0.2.2}

step "images that cannot boot"
tree() {
  rm -rf "$work/tree"
  mkdir -p "$work/tree/boot"
}
put() { "$rootstream" publish "$work/tree" "$store" "$@" --key "$key" --level 3 >/dev/null; }
tree
cp "$rootstream" "$work/tree/boot/vmlinuz-6.1.0-arm64"
printf '\xb7' | dd of="$work/tree/boot/vmlinuz-6.1.0-arm64" bs=1 seek=18 conv=notrunc status=none
put arm:1
# A kernel other than the running one, because kboot would not load the running one.
tree
cp "$fixture/stock/vmlinuz" "$work/tree/boot/vmlinuz-another"
put nomodules:1
tree
put expired:1 --expires 1
put noinit:1
mkdir "$work/tftp"
cp "$fixture/tftp/vmlinuz" "$work/tftp/vmlinuz"
# Damages the signature, which is at the end of the file.
printf 'x' | dd of="$work/tftp/vmlinuz" bs=1 seek=$(($(stat -c %s "$work/tftp/vmlinuz") - 300)) conv=notrunc status=none

at_prompt=(expect 'kboot: \s*$')
fails() { at_prompt+=(send "$1" expect "could not do: " expect "why .*$2" expect "do .*$3" type p expect 'kboot: \s*$'); }
fails "image:$inside/nothing:1" 'HTTP 404' 'NAME:TAG'
# There is a kernel at this address and no image, but kboot must still take the address for that of an image.
fails "$inside/vmlinuz" 'HTTP 404' 'NAME:TAG'
fails "http://10.0.2.2:1/store/debian:12" '[Rr]efused|connect' 'server'
fails "$inside/expired:1" 'expired' 'publish it again'
fails "$inside/arm:1" 'is a kernel for aarch64, and this machine is x86_64' 'other hardware'
fails "$inside/nomodules:1" "no /lib/modules/[0-9].*-amd64" 'modules of its kernel'
fails "$inside/noinit:1" 'no init' 'log'
fails "tftp://10.0.2.2/vmlinuz" 'kexec refused the kernel' 'sign it'
fails "$inside/portal/debian:12" 'captive portal .*: http://portal\.test/login' 'Log in'
fails "nonsense://x" 'neither a label nor an address' 'help'

step "each has its screen"
boot 500 own --direct --pubkey "$key.pub" --tftp "$work/tftp" --cmdline "lockdown=integrity" -- \
  "${at_prompt[@]}" send 'poweroff' end '' -- -rtc base=2031-01-01
! grep -aiE 'kernel panic|oops' "$work/console" || fail "errors on the console"

step "no network card"
boot 200 own --direct --nic none --pubkey "$key.pub" --url "$inside/debian:12" -- \
  expect 'no network address' expect 'why .*no network interface' expect 'do .*more modules' type s \
  expect 'kboot# ' send 'poweroff -f' end ''

step "nobody answers DHCP, then the machine tries again by itself"
pick_port
boot 300 own --direct --nic none --pubkey "$key.pub" --url "$inside/debian:12" -- \
  expect 'no network address' expect 'why .*no DHCP server and no IPv6 router answered on eth0' expect 'do .*ip=ADDRESS' \
  expect 'trying again in 2 s' expect 'why .*no DHCP' type s expect 'kboot# ' send 'poweroff -f' end '' -- \
  -nic "socket,listen=127.0.0.1:$port,model=virtio-net-pci"
