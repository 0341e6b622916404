#!/usr/bin/env bash
# kboot build --media: the same input gives the same bytes. People can write to the FAT partition of the media, and it has what
# they need. Wrong usage gives a clear error, before anything is made.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/boot_lib.sh"
need_machine
need xorriso mcopy mkfs.fat sfdisk mke2fs objcopy
release=$(cat "$fixture/release")
build() {
  "$rootstream" kboot build --hardware virtual --compress zstd --kernel "$fixture/tftp/vmlinuz" --modules "$fixture/kernel/lib/modules/$release" \
    "$@" >"$work/log" 2>"$work/errors" || fail "$(cat "$work/errors")"
}

step "twice the same"
all=iso,img,efi,ipxe,pxelinux,grub,dnsmasq,iso
for folder in one two; do build --out "$work/kboot" --media $all --cache-room 64M && mv "$work/kboot" "$work/$folder"; done
diff -r "$work/one" "$work/two"
cat "$work/log"

step "each part's size is told"
for file in kboot.iso kboot.img kboot.efi boot.ipxe pxelinux.0 pxelinux.cfg/default grub.cfg dnsmasq.conf; do
  grep -q "^$file  *$(stat -c %s "$work/one/$file") bytes$" "$work/log" || fail "$file: $(cat "$work/log")"
done

step "partitions: of a stick, and of the ISO on a stick"
start_of() { sfdisk -J "$1" | python3 -c "import json, sys; print(json.load(sys.stdin)['partitiontable']['partitions'][$2]['start'])"; }
stick=$work/one/kboot.img@@$(($(start_of "$work/one/kboot.img" 0) * 512))
iso=$work/one/kboot.iso@@$(($(start_of "$work/one/kboot.iso" 1) * 512))
for fat in "$stick" "$iso"; do
  mlabel -s -i "$fat" | grep -q KBOOT
  mtype -i "$fat" ::kboot.conf | grep -q '#timeout='
  mcopy -i "$fat" "$key.pub" ::keys/site.pub
  mdir -b -i "$fat" ::EFI/BOOT | grep -qi BOOTX64.EFI
done
head -c $((64 << 20)) <(tail -c $((64 << 20)) "$work/one/kboot.img") >"$work/cache"
e2fsck -fn "$work/cache" >/dev/null 2>&1 || fail "the cache's filesystem is damaged"
[ "$(blkid -o value -s LABEL "$work/cache")" = rootstream ] || fail "no label: $(blkid "$work/cache")"
build --out "$work/none" --media img --cache-room 0
[ "$(sfdisk -J "$work/none/kboot.img" | grep -c '"start"')" = 1 ] || fail "a partition for no cache"

step "wrong uses"
wrong() { expect_fail "$1" 2 "$rootstream" kboot build --out "$work/x" "${@:2}"; }
wrong "there is no 'cd'" --media iso,cd
wrong "there is no ''" --media iso,,efi
for text in 'a="b"' $'a\nb' 'a;reboot' 'a || b' 'a ${b}' 'a {' '*'; do wrong 'may have letters' --media iso --media-cmdline "$text"; done
wrong 'nothing to offer' --media iso,dnsmasq
wrong 'is not an http or https address' --media efi,dnsmasq --media-url server/kboot
wrong 'lots is not a size' --media img --cache-room lots
wrong '0, or 64M to 1T, not 1M' --media img --cache-room 1M
[ ! -e "$work/x" ] || fail "something was half-made"

step "interrupted while it writes: nothing is half-written"
mkdir "$work/half"
"$rootstream" kboot build --hardware virtual --compress zstd --kernel "$fixture/tftp/vmlinuz" --modules "$fixture/kernel/lib/modules/$release" \
  --out "$work/half" --media img >"$work/log" 2>&1 &
wait_for 60 [ -e "$work/half/initramfs.new" ]
kill -TERM $!
! wait $! || fail 'it was not interrupted'
[ -z "$(ls "$work/half")" ] || fail "left behind: $(ls "$work/half")"
