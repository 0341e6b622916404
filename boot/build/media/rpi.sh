# rpi/: what a Raspberry Pi starts from, of the models with 64 bits: the files of a FAT partition on its card, or of the folder that
# its network boot finds by TFTP.
# https://www.raspberrypi.com/documentation/computers/configuration.html#boot-folder-contents
# Sourced by steps/media.sh.
#
# shellcheck shell=bash disable=SC2154  # kboot-build's variables

# The Pi's own firmware is not free software: from --firmware DIR, or from Debian's non-free-firmware if apt knows it.
find_pi_firmware() {
  local folder
  for folder in ${firmware:+"$firmware"} "$work/packages/raspi-firmware/usr/lib/raspi-firmware" /usr/lib/raspi-firmware; do
    if [ -f "$folder/start4.elf" ]; then
      echo "$folder"
      return 0
    fi
  done
  return 1
}
fetch_pi_firmware() {
  mkdir -p "$work/packages/raspi-firmware"
  (cd "$work/packages/raspi-firmware" && apt-get download -qq -o APT::Sandbox::User=root raspi-firmware >/dev/null 2>&1) || return 0
  echo 'fetched raspi-firmware' >&2
  dpkg-deb -x "$work/packages/raspi-firmware"/raspi-firmware_*.deb "$work/packages/raspi-firmware"
}

find_device_trees() {
  local folder
  for folder in "$work/usr/lib/linux-image-$release" "$modules_root/usr/lib/linux-image-$release" "/usr/lib/linux-image-$release"; do
    if [ -d "$folder/broadcom" ]; then
      echo "$folder/broadcom"
      return 0
    fi
  done
  fail "rpi: the kernel $release has no device trees of the Raspberry Pi (usr/lib/linux-image-$release/broadcom, beside its lib/modules)"
}

echo 'making rpi/' >&2
device_trees=$(find_device_trees) || exit 1
find_pi_firmware >/dev/null || fetch_pi_firmware
mkdir -p "$out/rpi"
for file in "$device_trees"/bcm2*-rpi-*.dtb; do
  [ -f "$file" ] || fail "rpi: there is no device tree in $device_trees"
  install -m 644 "$file" "$part/${file##*/}"
done
if pi_firmware=$(find_pi_firmware); then
  for file in "$pi_firmware"/{bootcode.bin,start*.elf,fixup*.dat}; do [ ! -f "$file" ] || install -m 644 "$file" "$part/${file##*/}"; done
else
  echo 'rootstream: kboot build: rpi: the firmware of the Raspberry Pi is left out, without which it does not start: apt knows no raspi-firmware (Debian has it in non-free-firmware); or give --firmware DIR with bootcode.bin, start*.elf and fixup*.dat' >&2
fi
# The firmware does not know a kernel by its contents.
install -m "$mode" "$out/vmlinuz" "$part/vmlinuz"
unpack_kernel "$part/vmlinuz"
install -m "$mode" "$out/initramfs" "$part/initramfs"
cat >"$part/config.txt" <<'CFG'
arm_64bit=1
enable_uart=1
kernel=vmlinuz
initramfs initramfs followkernel
CFG
# ttyS1 is the serial line on the pins.
printf '%s\n' "${media_cmdline:-console=ttyS1,115200 console=tty0}" >"$part/cmdline.txt"
for file in "$part"/*; do put_medium "$file" "rpi/${file##*/}" >/dev/null; done
printf '%-10s %s bytes\n' rpi/ "$(cat "$out"/rpi/* | wc -c)"
