#!/usr/bin/env bash
# A network with IPv6 alone: the address comes from the router's announcements, the store's is an
# IPv6 one, and the next kernel goes on with all of it.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/boot_lib.sh"
need_machine
pick_port
same_port=yes start_nginx "listen [::1]:$port;" || skip "this machine has no IPv6 on its loopback"
# QEMU's network leads fec0::2 to the loopback. It announces no name server where the machine that it runs on has none of IPv6.
boot 500 stock --direct --nic none --url "http://[fec0::2]:$port/$image" --pubkey "$key.pub" -- \
  expect 'address fec0::.* on eth0' expect 'second stage' expect 'handing over to' expect 'login: $' end '' -- \
  -nic user,ipv4=off,ipv6=on,model=virtio-net-pci
expect_clean_run
