# What kboot.iso and kboot.img share: the boot loaders' menus, and the FAT partition that people can write to.
# Sourced by their scripts.
#
# shellcheck shell=bash disable=SC2154  # kboot-build's variables

# A loader finds the disk that it belongs to by a file of this name.
mark=kboot/$(sha256sum "$out/initramfs" | cut -c1-16).id

# kernel_tree FOLDER: what the loaders start, and GRUB's menu, which GRUB reads from the filesystem that it came from: on a CD
# that is the ISO's own.
kernel_tree() {
  mkdir -p "$1/kboot" "$1/boot/grub"
  grub_menu >"$1/boot/grub/grub.cfg"
  cp "$out/vmlinuz" "$out/initramfs" "$1/kboot/"
  : >"$1/$mark"
}

# SYSLINUX and ISOLINUX, for firmware of the BIOS kind.
syslinux_menu() {
  cat <<CFG
SERIAL 0 115200
DEFAULT kboot
PROMPT 1
TIMEOUT 30
SAY kboot starts in 3 seconds. For a serial console type: serial
LABEL kboot
  KERNEL /kboot/vmlinuz
  INITRD /kboot/initramfs
  APPEND $media_cmdline
LABEL serial
  KERNEL /kboot/vmlinuz
  INITRD /kboot/initramfs
  APPEND $media_cmdline console=tty0 console=ttyS0,115200
CFG
}

grub_menu() {
  cat <<CFG
set timeout=3
search --no-floppy --set=root --file /$mark
menuentry "kboot" {
  linux /kboot/vmlinuz $media_cmdline
  initrd /kboot/initramfs
}
menuentry "kboot, serial console" {
  linux /kboot/vmlinuz $media_cmdline console=tty0 console=ttyS0,115200
  initrd /kboot/initramfs
}
CFG
}

# fat_tree FOLDER: Debian's signed shim and GRUB at the path that firmware of the UEFI kind starts (UEFI 2.10, 3.5.1.1), and
# the files for people.
fat_tree() {
  copy_package_file shim-signed usr/lib/shim/shimx64.efi.signed "$1/EFI/BOOT/BOOTX64.EFI"
  copy_package_file shim-helpers-amd64-signed usr/lib/shim/mmx64.efi.signed "$1/EFI/BOOT/mmx64.efi"
  copy_package_file grub-efi-amd64-signed usr/lib/grub/x86_64-efi-signed/gcdx64.efi.signed "$1/EFI/BOOT/grubx64.efi"
  mkdir -p "$1/boot/grub" "$1/keys"
  grub_menu >"$1/boot/grub/grub.cfg"
  cat >"$1/kboot.conf" <<'CFG'
# kboot reads this file when it starts from this stick. Lines that begin with # do nothing. For example:
#
#timeout=10
#default=classroom
#classroom=http://server/store/debian:12
#
# Put the public key that signs your images (site.key.pub) into the folder keys, unless kboot has one built in.
CFG
  sed -i 's/$/\r/' "$1/kboot.conf"
}

# fat_image TREE FILE MIB SECTOR: a FAT filesystem, labelled KBOOT, for a partition that begins at SECTOR.
fat_image() {
  local id
  id=$(sha256sum "$out/initramfs" | cut -c1-8)
  truncate -s "$3M" "$2"
  mkfs.fat --invariant -i "$id" -n KBOOT -h "$4" "$2" >/dev/null
  find "$1" -exec touch -h -d "@$built" {} +
  (cd "$1" && find . -mindepth 1 -type d | LC_ALL=C sort | while read -r folder; do mmd -i "$2" "::${folder#.}"; done)
  (cd "$1" && find . -type f | LC_ALL=C sort | while read -r file; do mcopy -m -i "$2" "$file" "::${file#.}"; done)
}

mib_of() { echo $((($(du -sb "$1" | cut -f1) >> 20) + 1)); }
