#!/usr/bin/env bash
# One kboot.conf in the store, and a room of machines: each gets the name and the line of its own section, by its MAC address or its
# serial number; one without a section gets what the file says for all.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/boot_lib.sh"
need_machine
use_own_store
cat >"$store/kboot.conf" <<CONF
timeout=1
default=classroom
classroom=$image

[machine lab-07]
mac=52:54:00:aa:00:07
hostname=lab-07

[machine teacher]
serial=desk 1
hostname=teacher
default=desk
desk=$image
CONF
start_nginx

# machine NAME LABEL MAC [OPTION-OF-QEMU...]
machine() {
  step "$1"
  boot 500 own --direct --nic none --pubkey "$key.pub" \
    --cmdline "init=/usr/lib/small/init rootstream.store=${server_url/127.0.0.1/10.0.2.2}" -- \
    expect "booting $2;" expect 'handing over to' end '' -- -nic "user,model=virtio-net-pci,mac=$3" "${@:4}"
  expect_clean_run
  grep -q "^host $1, " "$work/marker" || fail "$(grep '^host' "$work/marker") instead of $1"
}
machine lab-07 classroom 52:54:00:aa:00:07
machine teacher desk 52:54:00:aa:00:08 -smbios "type=1,serial=DESK 1"
machine vm classroom 52:54:00:aa:00:09
