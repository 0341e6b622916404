# Sourced by boot_medium.sh: the ways to start kboot that `rootstream kboot build --media` makes. The machine's only network is
# a TAP device in the test's own network namespace; the store is at http://203.0.113.1.
#
# shellcheck shell=bash disable=SC2034

media='iso-bios iso-uefi iso-secure-boot stick-bios stick-uefi stick-secure-boot ipxe pxelinux uefi-tftp uefi-http'

# prepare_medium WAY: sets title, needs (what the user has to have), weighs (the files that are started), options of boot/qemu,
# and says (what the console shows of the way).
prepare_medium() {
  local firmware=${1#*-}
  options=() says='' weighs=()
  case "$1" in
    iso-*)
      title="\`kboot.iso\` on a CD, $(firmware_name "$firmware")" needs='a drive, or a virtual one' weighs=(kboot.iso)
      options=(--medium "$made/kboot.iso" --firmware "$firmware")
      offer 0
      ;;
    stick-*)
      title="\`kboot.img\` on a stick, $(firmware_name "$firmware")" needs='a USB port' weighs=(kboot.img)
      write_stick
      says='cache on /dev/sda2'
      # The kernel of the other rows' image knows no USB.
      if has_usb_kernel "$1"; then store=$fixture/networks/store; else says="no driver for the disk with the cache"; fi
      options=(--medium "$work/stick.img" --firmware "$firmware")
      offer 0
      ;;
    ipxe)
      title='iPXE, `boot.ipxe`' needs='a TFTP or web server' weighs=(boot.ipxe vmlinuz initramfs)
      options=(--network-boot)
      offer_beside
      ;;
    pxelinux)
      title='PXELINUX' needs='a TFTP server' weighs=(pxelinux.0 ldlinux.c32 vmlinuz initramfs)
      options=(--network-boot)
      offer 0 --enable-tftp --tftp-root="$made" --dhcp-boot=pxelinux.0
      ;;
    uefi-tftp)
      title='UEFI from the network by TFTP, `kboot.efi`' needs='a TFTP server' weighs=(kboot.efi)
      options=(--network-boot --firmware uefi)
      offer_beside
      ;;
    uefi-http)
      title='UEFI from the network by HTTP, `kboot.efi`' needs='a web server, and DHCP that names it' weighs=(kboot.efi)
      options=(--network-boot --firmware uefi)
      offer_by_file "$(address 0 100),$(address 0 109),255.255.255.0,1h" tap0
      ;;
  esac
}

firmware_name() {
  case "$1" in bios) echo BIOS ;; uefi) echo UEFI ;; secure-boot) echo 'UEFI with Secure Boot' ;; esac
}

has_usb_kernel() { case "$1" in stick-bios | stick-secure-boot) ;; *) return 1 ;; esac }

# A stick as its user prepares it: this kboot has no image and no key built in. The parameter forces a kexec.
write_stick() {
  cp --sparse=always "$made/stick/kboot.img" "$work/stick.img"
  printf 'timeout=3\nclassroom=http://203.0.113.1/%s init=/usr/lib/small/init mitigations=off\n' "$image" >"$work/kboot.conf"
  MTOOLS_SKIP_CHECK=1 mcopy -o -i "$work/stick.img@@1M" "$work/kboot.conf" ::kboot.conf
  mcopy -i "$work/stick.img@@1M" "$key.pub" ::keys/site.pub
}

# offer_by_file RANGE DEVICE: the dnsmasq.conf that was made, with this network's range.
offer_by_file() {
  sed -e "s/^dhcp-range=.*/dhcp-range=$1/" "$made/dnsmasq.conf" >"$work/dnsmasq.conf"
  start_server dnsmasq --keep-in-foreground --conf-file="$work/dnsmasq.conf" --pid-file= --user=root --log-facility=- --bind-dynamic \
    --interface="$2" --except-interface=lo --no-resolv --no-hosts --dhcp-leasefile="$work/leases" --no-ping
}

# A network with a DHCP server that knows nothing of kboot, in a namespace of its own, and dnsmasq.conf beside it.
offer_beside() {
  ip address del 192.0.2.1/24 dev tap0
  ip link add name bridge0 type bridge
  ip link set tap0 master bridge0
  ip link add name port0 type veth peer name port1
  ip link set port0 master bridge0
  ip link set port0 up
  ip link set bridge0 up
  ip address add 192.0.2.1/24 dev bridge0
  cat >"$work/udhcpd.conf" <<CONF
start 192.0.2.100
end 192.0.2.109
interface port1
lease_file $work/leases.udhcpd
option subnet 255.255.255.0
option router 192.0.2.1
CONF
  : >"$work/leases.udhcpd"
  start_server unshare --net sh -c "until ip link set port1 up 2>/dev/null; do sleep 0.1; done
    ip address add 192.0.2.2/24 dev port1; exec busybox udhcpd -f '$work/udhcpd.conf'"
  until [ "$(readlink "/proc/$server_pid/ns/net")" != "$(readlink /proc/self/ns/net)" ]; do sleep 0.05; done
  ip link set port1 netns "$server_pid"
  offer_by_file 192.0.2.0,proxy bridge0
}

# Runs once; needs Debian's mirrors, so not in a network namespace.
make_media() {
  [ ! -f "$made/complete" ] || return 0
  rm -rf --one-file-system "$made"
  step 'making the media'
  local common=(--compress zstd --media-cmdline "console=ttyS0,115200")
  "$rootstream" kboot build --out "$made" "${common[@]}" --media iso,efi,ipxe,pxelinux,grub,dnsmasq --media-url http://192.0.2.1/kboot \
    --url "http://203.0.113.1/$image" --pubkey "$key.pub" --cmdline init=/usr/lib/small/init
  "$rootstream" kboot build --out "$made/stick" "${common[@]}" --media img --cache-room 256M
  : >"$made/complete"
}
