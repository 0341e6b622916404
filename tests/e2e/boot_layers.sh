#!/usr/bin/env bash
# A room of machines from one store: the distribution, the site's layer above it, and a layer for each machine. Each machine gets
# its own name, files, service and ssh host keys, and fetches only what its own layer adds. Then what cannot be laid together.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/boot_lib.sh"
need_machine
use_own_store
layer() { # layer NAME FILE TEXT...
  local name=$1
  shift
  while [ $# -gt 0 ]; do
    mkdir -p "$work/$name/$(dirname "$1")"
    printf '%s\n' "$2" >"$work/$name/$1"
    shift 2
  done
}
layer site etc/motd 'welcome to the site' etc/kboot/machines/room.conf '[machine lab-07]
mac=52:54:00:aa:00:07
hostname=lab-07
cmdline=said.to=lab-07
files=lab-07
services=-systemd-networkd.service told.service
host-keys=keep

[machine lab-08]
mac=52:54:00:aa:00:08
hostname=lab-08' etc/kboot/machines/lab-07/etc/desk 'by the window' \
  etc/systemd/system/told.service '[Service]
Type=oneshot
ExecStart=/bin/sh -c "/usr/local/sbin/told >/dev/ttyS1"
[Unit]
Before=marker.service
[Install]
WantedBy=multi-user.target' usr/local/sbin/told '#!/bin/sh
echo "name $(cat /etc/hostname), motd $(cat /etc/motd), desk $(cat /etc/desk 2>&1), networkd $(systemctl is-enabled systemd-networkd), layer $(cat /etc/layer)"
tr " " "\n" </proc/cmdline | grep said
[ ! -e /etc/ssh/ssh_host_ed25519_key.pub ] || ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub'
chmod 755 "$work/site/usr/local/sbin/told"
layer room-7 etc/layer 'of room 7'
layer room-8 etc/layer 'of room 8'
mkdir -p "$work/room-8/etc/systemd/system/multi-user.target.wants"
ln -s ../told.service "$work/room-8/etc/systemd/system/multi-user.target.wants/"
for name in site room-7 room-8; do publish "$work/$name" $name >/dev/null; done
start_nginx

make_cache_disk

# machine NAME MAC LAYERS: boots it, through kexec.
machine() {
  step "$1"
  : >"$work/access.log"
  boot 500 stock --direct --nic none --pubkey "$key.pub" --url "${server_url/127.0.0.1/10.0.2.2}/$image,$3" \
    -- expect 'starting it' expect 'handing over to' expect 'login:' end '' -- -nic "user,model=virtio-net-pci,mac=$2" \
    -drive "file=$disk,format=raw,if=virtio"
  expect_clean_run
  cat "$work/marker"
}
machine lab-07 52:54:00:aa:00:07 site,room-7
grep -q '^name lab-07, motd welcome to the site, desk by the window, networkd disabled, layer of room 7$' "$work/marker" || fail "$(cat "$work/marker")"
grep -qx 'said.to=lab-07' "$work/marker" || fail 'the words of the section did not reach the kernel'
keys=$(grep SHA256 "$work/marker") first=$(bytes_sent)
machine lab-07 52:54:00:aa:00:07 site,room-7
[ "$(grep SHA256 "$work/marker")" = "$keys" ] || fail 'it has other host keys than at its first boot'
again=$(bytes_sent)
machine lab-08 52:54:00:aa:00:08 site,room-8
grep -q '^name lab-08, .* layer of room 8$' "$work/marker" || fail "$(cat "$work/marker")"
[ "$(grep SHA256 "$work/marker")" != "$keys" ] || fail 'it has the host keys of another machine'
step "bytes: $first for the first machine, $again for its second boot, $(bytes_sent) for the second machine with the same cache"
[ $(($(bytes_sent) - again)) -lt 1000000 ] || fail 'the second machine fetched more than its own layer'
