#!/usr/bin/env bash
# With a cache on a labelled disk, a later boot needs no server. Changes on another disk survive a reboot. With each
# init, both disks are clean after shutdown, and the cache is sealed.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/boot_lib.sh"
need_machine
need mkfs.ext4 dumpe2fs debugfs
start_nginx
truncate -s 600M "$work/cache.disk"
truncate -s 200M "$work/changes.disk"
mkfs.ext4 -q -L rootstream "$work/cache.disk"
mkfs.ext4 -q -L changes "$work/changes.disk"
url=$(url_inside)

# one_boot [WORDS]: boots once, with WORDS on the command line
one_boot() {
  boot 500 own --direct --url "$url" --pubkey "$key.pub" --disk "$work/cache.disk" --disk "$work/changes.disk" \
    --cmdline "rootstream.overlay=LABEL=changes ${1-}" -- \
    expect 'cache on /dev/vd' expect 'changes are kept on' expect 'login: $' end ''
  expect_clean_run
  local disk
  for disk in cache changes; do
    dumpe2fs -h "$work/$disk.disk" 2>/dev/null | grep -q '^Filesystem state: *clean' || fail "the $disk disk is not clean"
    ! dumpe2fs -h "$work/$disk.disk" 2>/dev/null | grep -q needs_recovery || fail "the $disk disk was not unmounted"
  done
  debugfs -R 'stat /index.seal' "$work/cache.disk" 2>/dev/null | grep -q 'Type: regular' || fail "the cache was not sealed"
}
step "first boot"
one_boot
grep -q '^boots: 1$' "$work/marker" || fail "not the first boot: $(cat "$work/marker")"
step "second boot, another init"
one_boot init=/usr/lib/small/init
grep -q '^boots: 2$' "$work/marker" || fail "the changes of the first boot are gone: $(cat "$work/marker")"
step "third boot, the server gone"
stop_server
one_boot
grep -q '^boots: 3$' "$work/marker" || fail "the changes of the other boots are gone: $(cat "$work/marker")"
