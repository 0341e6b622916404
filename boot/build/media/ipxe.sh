# boot.ipxe: a script for iPXE, which finds the other files beside itself.
# Sourced by steps/media.sh.
#
# shellcheck shell=bash disable=SC2154  # kboot-build's variables

cat >"$part/script" <<IPXE
#!ipxe
kernel vmlinuz initrd=initramfs BOOTIF=01-\${netX/mac:hexhyp} $media_cmdline || goto failed
initrd initramfs || goto failed
boot || goto failed
:failed
echo kboot could not be fetched from where this script is: \${cwduri}
prompt --timeout 10000 Press a key, or wait 10 seconds, to leave iPXE
exit 1
IPXE
put_medium "$part/script" boot.ipxe
