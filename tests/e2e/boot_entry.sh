#!/bin/bash
# The kernels of a published root are its boot entries, and kboot picks the one for this machine.
# Covers: boot/main.cc, fusefs/commands/cat.cc, fusefs/commands/client_flags.cc.
. "$(dirname "$0")/lib.sh"
kboot=$build/libexec/rootstream/kboot
options=()
entry() { "$kboot" entry "$@" "${options[@]}"; }
expect() { [ "$1" = "$2" ] || fail "'$1' is not '$2'"; }

mkdir -p "$work/source/boot" "$work/source/etc/kernel" "$work/plain" "$work/sys/class/dmi/id"
for version in 6.1.0-9-amd64 6.1.0-47-amd64; do
  echo "kernel $version" >"$work/source/boot/vmlinuz-$version"
  echo "initrd $version" >"$work/source/boot/initrd.img-$version"
done
ln -s boot/vmlinuz-6.1.0-47-amd64 "$work/source/vmlinuz"
echo "PRETTY_NAME=\"Debian's own\"" >"$work/source/etc/os-release"
echo "root=/dev/sda1 ro quiet" >"$work/source/etc/kernel/cmdline"
echo "flags : fpu avx2" >"$work/cpuinfo"
echo "ACME Inc." >"$work/sys/class/dmi/id/sys_vendor"

step "found"
publish "$work/source" found >"$work/summary"
trusted=(--pubkey "$key.pub" --cache none)
options=("${trusted[@]}" --sysfs "$work/sys" --cpuinfo "$work/cpuinfo")
grep -q "^boot  *Debian's own, 6.1.0-47-amd64 (default)$" "$work/summary"
grep -q "^boot  *Debian's own, 6.1.0-9-amd64$" "$work/summary"
eval "$(entry "file://$store/found")"
# shellcheck disable=SC2154
expect "$title|$kernel|$initrd|$cmdline" \
  "Debian's own, 6.1.0-47-amd64|/boot/vmlinuz-6.1.0-47-amd64|/boot/initrd.img-6.1.0-47-amd64|quiet"
expect "$("$rootstream" cat "file://$store/found" "$kernel" "${trusted[@]}")" "kernel 6.1.0-47-amd64"
expect "$(entry "file://$store/found" --label 6.1.0-9-amd64 | grep ^kernel)" \
  "kernel='/boot/vmlinuz-6.1.0-9-amd64'"
expect "$(entry "file://$store/found" --list | cut -f 1,3,4 | tr '\t\n' '  ')" \
  "0 /boot/vmlinuz-6.1.0-47-amd64 fits 1 /boot/vmlinuz-6.1.0-9-amd64 fits "

step "given, with rules"
publish "$work/source" given --kernel /vmlinuz --title plain \
  --kernel /boot/vmlinuz-6.1.0-9-amd64 --title acme --match 'dmi:sys_vendor=ACME*' --match cpu:avx2 \
  --initrd /boot/initrd.img-6.1.0-9-amd64 --initrd /boot/initrd.img-6.1.0-47-amd64 >/dev/null
expect "$(entry "file://$store/given" | tr '\n' ' ')" \
  "title='acme' kernel='/boot/vmlinuz-6.1.0-9-amd64' initrd='/boot/initrd.img-6.1.0-9-amd64' initrd='/boot/initrd.img-6.1.0-47-amd64' cmdline='' image='file://$store/given:latest' "
echo "flags : fpu" >"$work/cpuinfo"
expect "$(entry "file://$store/given" | tr '\n' ' ')" \
  "title='plain' kernel='/boot/vmlinuz-6.1.0-47-amd64' cmdline='' image='file://$store/given:latest' "
expect "$(entry "file://$store/given" --list | cut -f 2,4 | tr '\t\n' '  ')" "plain fits acme no "

step "nothing to boot"
publish "$work/plain" plain >/dev/null
publish "$work/source" other --kernel /vmlinuz --match arch:z80 >/dev/null
nothing_at() { expect_fail "$1" "$2" "$kboot" entry "${@:3}" "${options[@]}"; }
nothing_at "image file://.*/plain:latest has no boot entry$" 3 "file://$store/plain"
nothing_at "image file://.*/other:latest has no boot entry that fits" 3 "file://$store/other"
nothing_at "has no boot entry 'nope'" 1 "file://$store/found" --label nope

step "of several layers, one has the kernel"
expect "$(entry "file://$store/plain,found" | grep '^kernel\|^image' | tr '\n' ' ')" \
  "kernel='/boot/vmlinuz-6.1.0-47-amd64' image='file://$store/found:latest' "
nothing_at "images found:latest and given:latest both bring a kernel" 12 "file://$store/found,plain,given"
nothing_at "images/absent/latest" 4 "file://$store/plain,absent"

step "trust"
expect_fail "pubkey.*insecure" 2 "$kboot" entry "file://$store/found"
"$rootstream" keygen "$work/other-key" >/dev/null
expect_fail "not signed by a trusted key" 7 \
  "$kboot" entry "file://$store/found" --pubkey "$work/other-key.pub" --cache none
