# kboot.img: for a USB stick or another disk; by BIOS, by UEFI, and with Secure Boot. Its first partition is a FAT filesystem
# that people can write kboot.conf and keys to; its second one, of --cache-room, is where kboot keeps the cache.
# Sourced by steps/media.sh.
#
# shellcheck shell=bash disable=SC2154  # kboot-build's variables

. "$share/media/disk.sh"
echo 'making kboot.img' >&2
first=2048 # sector of the first partition: at 1 MiB
mkdir "$part/fat"
kernel_tree "$part/fat"
fat_tree "$part/fat"
syslinux_menu >"$part/fat/syslinux.cfg"
fat_mib=$(($(mib_of "$part/fat") + 32)) # with room for a newer kboot
fat_image "$part/fat" "$part/fat.img" $fat_mib $first
# The installer works on a file, and need not be installed itself.
syslinux=$(package_file syslinux usr/bin/syslinux)
"$syslinux" --install "$part/fat.img" >"$work/syslinux.log" 2>&1 || fail "img: syslinux: $(tail -n 1 "$work/syslinux.log")"

image=$part/kboot.img
mbr=$(package_file syslinux usr/lib/SYSLINUX/mbr.bin)
second=$((first + fat_mib * 2048))
truncate -s $((second * 512 + cache_bytes)) "$image"
{
  echo "label: dos"
  echo "label-id: 0x$(sha256sum "$out/initramfs" | cut -c9-16)"
  echo "start=$first, size=$((fat_mib * 2048)), type=ef, bootable"
  [ "$cache_bytes" = 0 ] || echo "start=$second, type=83"
} | sfdisk --quiet "$image" >"$work/sfdisk.log" 2>&1 || fail "img: sfdisk: $(tail -n 1 "$work/sfdisk.log")"
dd if="$mbr" of="$image" conv=notrunc status=none
dd if="$part/fat.img" of="$image" bs=1M seek=1 conv=notrunc,sparse status=none
if [ "$cache_bytes" != 0 ]; then
  uuid=$(sha256sum "$out/initramfs" | sed 's/^\(.\{8\}\)\(.\{4\}\).\(.\{3\}\).\(.\{3\}\)\(.\{12\}\).*/\1-\2-4\3-8\4-\5/')
  E2FSPROGS_FAKE_TIME=$built mke2fs -q -t ext4 -L rootstream -m 0 -U "$uuid" -E "hash_seed=$uuid,offset=$((second * 512))" \
    "$image" "$((cache_bytes >> 10))k" 2>"$work/mke2fs.log" || fail "img: mke2fs: $(tail -n 1 "$work/mke2fs.log")"
fi
put_medium "$image" kboot.img
