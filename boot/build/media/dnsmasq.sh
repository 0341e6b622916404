# dnsmasq.conf: network boot beside the DHCP server that a network has, which is not touched ("proxy DHCP"). It serves the
# folder by TFTP: PXELINUX to BIOS, kboot.efi to UEFI, boot.ipxe to iPXE, and with --media-url by HTTP to UEFI.
# Sourced by steps/media.sh.
#
# shellcheck shell=bash disable=SC2154  # kboot-build's variables

{
  cat <<CFG
# dnsmasq --keep-in-foreground --conf-file=dnsmasq.conf
# Your network: its address alone is enough.
dhcp-range=192.168.1.0,proxy
# No DNS.
port=0
enable-tftp
tftp-root=$(cd "$out" && pwd)
log-dhcp

# iPXE sets option 175. Others are the firmware of BIOS (x86PC) or UEFI itself.
dhcp-match=set:ipxe,175
CFG
  if has_medium ipxe; then
    for kind in x86PC X86-64_EFI BC_EFI; do echo "pxe-service=tag:ipxe,$kind,kboot,boot.ipxe"; done
  fi
  if has_medium pxelinux; then echo 'pxe-service=tag:!ipxe,x86PC,kboot,pxelinux.0'; fi
  if has_medium efi; then
    for kind in X86-64_EFI BC_EFI; do echo "pxe-service=tag:!ipxe,$kind,kboot,kboot.efi"; done
  fi
  if [ -n "$media_url" ] && has_medium efi; then
    cat <<CFG

# UEFI that boots by HTTP (architecture 16) takes the address only from a DHCP server, not from a proxy: these lines are for
# a dnsmasq that is the network's DHCP server.
dhcp-vendorclass=set:http,HTTPClient:Arch:00016
dhcp-option-force=tag:http,60,HTTPClient
dhcp-boot=tag:http,${media_url%/}/kboot.efi
CFG
  fi
} >"$part/conf"
put_medium "$part/conf" dnsmasq.conf
