#!/usr/bin/env bash
# kboot build: the same input gives the same bytes, which are small without modules. Wrong usage gives a clear error.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/boot_lib.sh"
need_machine
need wpa_supplicant
release=$(cat "$fixture/release")
kernel=("--kernel" "$fixture/tftp/vmlinuz" "--modules" "$fixture/kernel/lib/modules/$release")
build() { "$rootstream" kboot build --hardware virtual "${kernel[@]}" "$@" >"$work/log"; }

step "twice the same"
build --out "$work/a" --compress none --url http://h/s/i --pubkey "$key.pub"
build --out "$work/b" --compress none --url http://h/s/i --pubkey "$key.pub"
cmp "$work/a/initramfs" "$work/b/initramfs"
cmp "$work/a/vmlinuz" "$fixture/tftp/vmlinuz"

mkdir "$work/files"
(cd "$work/files" && cpio -idm --quiet <"$work/a/initramfs" && rm -rf lib/modules lib/firmware)
small() { # small MIB
  local size
  size=$(cd "${folder:-$work/files}" && find . | cpio -o -H newc --quiet | xz -9 --check=crc32 | wc -c)
  echo "$size bytes"
  [ "$size" -le $(($1 << 20)) ] || fail "$size bytes"
}
step "without modules, with ssh: at most 11 MiB by xz"
small 11
step "without ssh: at most 8 MiB"
(cd "$work/files" && rm -f usr/sbin/dropbear usr/bin/db* usr/bin/dropbearkey usr/bin/ssh lib/*/libtom*)
small 8

step "with Wi-Fi and ssh, without modules: at most 11 MiB"
printf 'ctrl_interface=/run/mine\nnetwork={\n  ssid="lab"\n  psk="correct horse"\n  mac_addr=1\n}\n' >"$work/wifi.conf"
build --out "$work/wifi" --compress none --wifi "$work/wifi.conf"
mkdir "$work/wifi-files"
(cd "$work/wifi-files" && cpio -idm --quiet <"$work/wifi/initramfs" && rm -rf lib/modules lib/firmware)
folder=$work/wifi-files small 11
[ "$(stat -c %a "$work/wifi/initramfs" "$work/wifi-files/etc/kboot/wifi.conf" | tr '\n' ' ')" = '600 600 ' ] || fail "others may read the pass phrase"
printf 'network={\n  ssid="lab"\n  psk="correct horse"\n}\n' | cmp - "$work/wifi-files/etc/kboot/wifi.conf"

step "the settings are in it"
grep -q 'rootstream=http://h/s/i' "$work/files/etc/kboot/cmdline"
cmp "$work/files/etc/kboot/keys/0.pub" "$key.pub"
for file in "$work"/files/init "$work"/files/lib/kboot/*.sh; do busybox ash -n "$file"; done

step "wrong uses"
wrong() { expect_fail "$@"; }
wrong '--out DIR is missing' 2 "$rootstream" kboot build
wrong "not 'kboot make'" 2 "$rootstream" kboot make
wrong '--kernel needs --modules' 2 "$rootstream" kboot build --out "$work/x" --kernel /nope
wrong '/nope: no such file' 1 "$rootstream" kboot build --out "$work/x" --kernel /nope --modules /
wrong 'is not a folder lib/modules' 1 "$rootstream" kboot build --out "$work/x" --kernel "$fixture/tftp/vmlinuz" --modules "$work"
wrong 'not a public key' 1 "$rootstream" kboot build --out "$work/x" "${kernel[@]}" --pubkey "$fixture/tftp/vmlinuz"
for each in 'hello' 'network={\n  ssid="a"\n  psk="short"\n}' 'network={\n  ssid="a"'; do
  printf "$each\n" >"$work/wifi.bad"
  wrong 'is not a wpa_supplicant.conf.*line [1-3] is wrong' 1 "$rootstream" kboot build --out "$work/x" "${kernel[@]}" --wifi "$work/wifi.bad"
done
printf 'country=DE\n' >"$work/wifi.bad"
wrong 'names no network' 1 "$rootstream" kboot build --out "$work/x" "${kernel[@]}" --wifi "$work/wifi.bad"
printf 'network={\n  ssid="a"\n  key_mgmt=WPA-EAP\n  ca_cert="/nope.pem"\n}\n' >"$work/wifi.bad"
wrong 'names /nope.pem: no such file' 1 "$rootstream" kboot build --out "$work/x" "${kernel[@]}" --wifi "$work/wifi.bad"
wrong '/nope: no such file' 1 "$rootstream" kboot build --out "$work/x" "${kernel[@]}" --wifi /nope
wrong 'virtual, common or all' 2 "$rootstream" kboot build --out "$work/x" --hardware some
wrong 'is amd64, arm64 or s390x, not vax' 2 "$rootstream" kboot build --out "$work/x" --architecture vax
wrong 'needs --rootstream DIR' 2 "$rootstream" kboot build --out "$work/x" --architecture arm64
wrong "for arm64; there is no 'iso'" 2 "$rootstream" kboot build --out "$work/x" --architecture arm64 --rootstream "$build" --media iso
wrong 'kboot is for x86_64, and this kboot for aarch64' 1 "$rootstream" kboot build --out "$work/x" --architecture arm64 --rootstream "$build"
wrong '/nope/libexec/rootstream/kboot: no such file' 1 "$rootstream" kboot build --out "$work/x" --rootstream /nope
{
  head -c 56 /dev/zero
  printf 'ARMd'
} >"$work/arm"
wrong 'is a kernel for aarch64, and this kboot for x86_64' 1 "$rootstream" kboot build --out "$work/x" --kernel "$work/arm" --modules /
wrong 'give --kboot DIR' 2 "$rootstream" boot http://h/s/i
wrong 'give an image, or --menu' 2 "$rootstream" boot --kboot "$work/a"
wrong 'has no vmlinuz' 1 "$rootstream" boot http://h/s/i --kboot "$work"
wrong 'not a public key' 1 "$rootstream" boot http://h/s/i --kboot "$work/a" --pubkey "$work/log"
wrong "Couldn't connect|refused" 1 "$rootstream" boot http://127.0.0.1:1/s/i --kboot "$work/a" --pubkey "$key.pub"
[ ! -e "$work/x/initramfs" ] || fail "something was half-written"
