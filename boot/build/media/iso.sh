# kboot.iso: for a CD drive or, written to a stick as it is, for a USB port; by BIOS, by UEFI, and with Secure Boot. On a
# stick, its second partition is a FAT filesystem that people can write kboot.conf and keys to.
# Sourced by steps/media.sh.
#
# shellcheck shell=bash disable=SC2154  # kboot-build's variables

. "$share/media/disk.sh"
echo 'making kboot.iso' >&2
mkdir -p "$part"/{iso/isolinux,fat}
kernel_tree "$part/iso"
copy_package_file isolinux usr/lib/ISOLINUX/isolinux.bin "$part/iso/isolinux/isolinux.bin"
copy_package_file syslinux-common usr/lib/syslinux/modules/bios/ldlinux.c32 "$part/iso/isolinux/ldlinux.c32"
syslinux_menu >"$part/iso/isolinux/isolinux.cfg"
fat_tree "$part/fat"
fat_image "$part/fat" "$part/fat.img" $(($(mib_of "$part/fat") + 8)) 0
find "$part/iso" -exec touch -h -d "@$built" {} +
hybrid=$(package_file isolinux usr/lib/ISOLINUX/isohdpfx.bin)
xorriso -report_about WARNING -as mkisofs -quiet -o "$part/kboot.iso" -V KBOOT_ISO -r -J \
  -b isolinux/isolinux.bin -c isolinux/boot.cat -no-emul-boot -boot-load-size 4 -boot-info-table \
  -isohybrid-mbr "$hybrid" -append_partition 2 0xef "$part/fat.img" \
  -eltorito-alt-boot -e --interval:appended_partition_2:all:: -no-emul-boot \
  "$part/iso" >"$work/xorriso.log" 2>&1 || fail "iso: xorriso: $(tail -n 1 "$work/xorriso.log")"
put_medium "$part/kboot.iso" kboot.iso
