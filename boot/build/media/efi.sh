# kboot.efi: kernel, initramfs and command line in one file that firmware starts, from a disk, by TFTP or by HTTP: a unified
# kernel image (systemd-stub(7)). As one file it can be signed by a key of one's own.
# Sourced by steps/media.sh.
#
# shellcheck shell=bash disable=SC2154  # kboot-build's variables

echo 'making kboot.efi' >&2
stub=$(package_file systemd-boot-efi "usr/lib/systemd/boot/efi/linux$efi.efi.stub")
printf '%s ' "$media_cmdline" >"$part/cmdline"
printf 'ID=rootstream\nNAME=kboot\nPRETTY_NAME="kboot %s"\nVERSION_ID=%s\n' "$(cat "$root/etc/kboot/version")" \
  "$(cat "$root/etc/kboot/version")" >"$part/osrel"
echo "$release" >"$part/uname"

# Sections follow one another behind those of the stub, each at a multiple of its alignment.
next=$("${binutils}objdump" -h "$stub" | awk '$1 ~ /^[0-9]+$/ { print $3, $4 }' | while read -r size address; do
  echo $((0x$size + 0x$address))
done | sort -n | tail -n 1)
base=$((0x$("${binutils}objdump" -p "$stub" | awk '$1 == "ImageBase" { print $2 }')))
sections=()
for section in osrel:osrel uname:uname cmdline:cmdline linux:vmlinuz initrd:initramfs; do
  file=${section#*:}
  case "$file" in vmlinuz | initramfs) file=$out/$file ;; *) file=$part/$file ;; esac
  next=$(((next + 0xfff) & ~0xfff))
  sections+=(--add-section ".${section%:*}=$file" --change-section-vma ".${section%:*}=$next")
  next=$((next + $(stat -L -c %s "$file")))
done
[ $((next - base)) -lt $((1 << 31)) ] || fail 'efi: kboot is too large for one file of this kind (2 GiB)'
"${binutils}objcopy" "${sections[@]}" "$stub" "$part/kboot.efi" 2>"$work/objcopy.log" || fail "efi: objcopy: $(tail -n 1 "$work/objcopy.log")"
# The time of linking, and the checksum that depends on it, which firmware does not read: the same input gives the same bytes
# (PE Format, "COFF File Header" and "Optional Header").
header=$(od -A n -t u4 -j 60 -N 4 "$part/kboot.efi")
for at in 8 88; do printf '\0\0\0\0' | dd of="$part/kboot.efi" bs=1 seek=$((header + at)) conv=notrunc status=none; done
put_medium "$part/kboot.efi" kboot.efi
# Firmware needs memory in one piece for the file, and some cannot load one of 358 MiB (systemd's issue 36706).
mebibytes=$(($(stat -c %s "$out/kboot.efi") >> 20))
if [ $mebibytes -gt 256 ]; then
  echo "rootstream: kboot build: efi: kboot.efi has $mebibytes MiB, and some firmware cannot load so much; leave out what these machines do not need (--hardware common, fewer --add), and give --compress xz" >&2
fi
