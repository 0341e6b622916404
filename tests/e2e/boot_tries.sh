#!/usr/bin/env bash
# A version that does not come up is left by itself at the next boot, and taken again when it is mended. First with a disk that keeps
# the counts, then with a server.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/boot_lib.sh"
need_machine
use_own_store
mkdir "$work/tries"
chmod 777 "$work/tries"
start_nginx "location /tries/ { root $work; dav_methods PUT; }"
make_cache_disk
unpack_root
# version N WHEN LINE: publishes the root with a marker that runs then, says N, and does what LINE says.
version() {
  echo "version $1" >"$root/etc/version"
  printf '#!/bin/sh\ncat /etc/version >/dev/ttyS1\n%s\n' "$3" >"$root/usr/local/sbin/marker"
  sed -i "s/^After=.*\|^Before=.*/$2/" "$root/etc/systemd/system/marker.service"
  publish "$root" "$image" >/dev/null
  step "version $1"
}
# starts N [STEP...]: boots it, and checks which version ran.
starts() {
  local expected=$1
  shift
  rm -f "$work/marker"
  boot 500 stock --direct --pubkey "$key.pub" --url "$(url_inside)" --cmdline "rootstream.try=yes rootstream.cmdline=panic=5 $at" -- "$@" end '' -- \
    "${disks[@]}"
  grep -qx "version $expected" "$work/marker" || fail "version $(cat "$work/marker") ran instead of $expected"
}
good=After=multi-user.target good_end='until [ -e /run/rootstream/good ]; do sleep 1; done; sleep 5; systemctl poweroff'
bad=Before=multi-user.target bad_end='echo c >/proc/sysrq-trigger'

at='' disks=(-drive "file=$disk,format=raw,if=virtio")
version 1 $good "$good_end"
starts 1 expect 'is tried, start 1' expect 'Power down'
version 2 $bad "$bad_end"
starts 2 expect 'is tried, start 1' expect 'Kernel panic'
starts 1 expect 'did not come up: taking the one before' expect 'Power down'
starts 1 expect 'did not come up: taking the one before' expect 'Power down'
version 3 $good "$good_end"
starts 3 expect 'is tried, start 1' expect 'Power down'
starts 3 expect 'the image is signed' expect 'Power down'
! grep -q 'is tried' "$work/console" || fail 'a version that came up is tried again'

at=rootstream.try-at=${server_url/127.0.0.1/10.0.2.2}/tries disks=()
starts 3 expect 'is tried, start 1' expect 'Power down'
version 4 $bad "$bad_end"
starts 4 expect 'is tried, start 1' expect 'Kernel panic'
starts 3 expect 'did not come up: taking the one before' expect 'Power down'
grep -h . "$work"/tries/* | cut -c1-40
