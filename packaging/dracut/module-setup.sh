#!/bin/bash
# A module of dracut, see dracut.modules(7).
#
# shellcheck disable=SC2154  # its variables

check() { return 255; }

depends() { echo base; }

# The drivers of all machines, since other machines boot this system.
installkernel() {
  hostonly='' instmods fuse overlay af_packet 8021q virtio_net vmxnet3 hv_netvsc xen-netfront \
    =drivers/net/ethernet =drivers/net/phy =drivers/net/mdio =drivers/net/usb
}

install() {
  inst_hook cmdline 95 "$moddir/parse-rootstream.sh"
  inst_hook pre-mount 95 "$moddir/mount-rootstream.sh"
  inst_multiple chroot mount umount mkdir
  /usr/lib/rootstream/initrd/put "$initdir"
}
