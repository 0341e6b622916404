# pxelinux.0 with its configuration, for network boot by BIOS: the folder is what a TFTP server serves.
# Sourced by steps/media.sh.
#
# shellcheck shell=bash disable=SC2154  # kboot-build's variables

copy_package_file pxelinux usr/lib/PXELINUX/pxelinux.0 "$part/pxelinux.0"
copy_package_file syslinux-common usr/lib/syslinux/modules/bios/ldlinux.c32 "$part/ldlinux.c32"
# IPAPPEND 2 adds BOOTIF=, the card that it was started from.
cat >"$part/default" <<CFG
DEFAULT kboot
LABEL kboot
  KERNEL vmlinuz
  INITRD initramfs
  APPEND $media_cmdline
  IPAPPEND 2
CFG
mkdir -p "$out/pxelinux.cfg"
for file in pxelinux.0 ldlinux.c32; do put_medium "$part/$file" $file; done
put_medium "$part/default" pxelinux.cfg/default
