#!/usr/bin/env bash
# A network with only IPv6: the machine's address comes from router advertisements, the store has an
# IPv6 address, and the next kernel continues with both.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/boot_lib.sh"
need_machine
pick_port
same_port=yes start_nginx "listen [::1]:$port;" || skip "this machine has no IPv6 on its loopback"
# QEMU's network forwards fec0::2 to the loopback. It advertises a name server only if the host has one with IPv6.
boot 500 stock --direct --nic none --url "http://[fec0::2]:$port/$image" --pubkey "$key.pub" -- \
  expect 'address fec0::.* on eth0' expect 'second stage' expect 'handing over to' expect 'login: $' end '' -- \
  -nic user,ipv4=off,ipv6=on,model=virtio-net-pci
expect_clean_run
