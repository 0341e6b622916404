# grub.cfg: a menu entry for a machine that starts by GRUB, with kboot in its /boot/kboot.
# Sourced by steps/media.sh.
#
# shellcheck shell=bash disable=SC2154  # kboot-build's variables

cat >"$part/entry" <<CFG
# Copy vmlinuz and initramfs to /boot/kboot, and this file to /boot/grub/custom.cfg.
menuentry "kboot" {
  if ! search --no-floppy --set=root --file /boot/kboot/vmlinuz; then
    search --no-floppy --set=root --file /kboot/vmlinuz
  fi
  if [ -e /boot/kboot/vmlinuz ]; then set kboot=/boot/kboot; else set kboot=/kboot; fi
  linux \$kboot/vmlinuz $media_cmdline
  initrd \$kboot/initramfs
}
CFG
put_medium "$part/entry" grub.cfg
