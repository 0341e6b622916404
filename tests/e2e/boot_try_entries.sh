#!/usr/bin/env bash
# An entry of the menu that does not come up is left by itself for the one before; and so is a new version of an upper layer.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/boot_lib.sh"
need_machine
use_own_store
start_nginx
make_cache_disk
# site N: publishes the upper layer. Its marker writes N, and crashes if it is told to or N is bad; else the machine goes off when it is
# up.
units=$work/site/etc/systemd/system
mkdir -p "$work/site/usr/local/sbin" "$units/multi-user.target.wants"
cat >"$units/off.service" <<'UNIT'
[Unit]
After=multi-user.target

[Service]
ExecStart=/bin/sh -c 'until [ -e /run/rootstream/good ]; do sleep 1; done; sleep 5; systemctl poweroff'
UNIT
ln -s ../off.service "$units/multi-user.target.wants/"
site() {
  cat >"$work/site/usr/local/sbin/marker" <<SH
#!/bin/sh
echo "version $1, \$(grep -o 'entry=[a-z]*' /proc/cmdline)" >/dev/ttyS1
case "$1 \$(cat /proc/cmdline)" in *bad*) echo c >/proc/sysrq-trigger ;; esac
SH
  chmod 755 "$work/site/usr/local/sbin/marker"
  publish "$work/site" site >/dev/null
}
# menu DEFAULT: the menu on the disk of the cache.
menu() {
  local url
  url=$(url_inside),site
  printf '%s\n' timeout=1 "default=$1" "good=$url panic=5 entry=good" "other=$url panic=5 entry=other bad" >"$work/kboot.conf"
  debugfs -w -R 'rm kboot.conf' "$disk" 2>/dev/null
  debugfs -w -R "write $work/kboot.conf kboot.conf" "$disk" 2>/dev/null
}
# starts TEXT STEP...: boots it, and checks what the marker wrote.
starts() {
  local expected=$1
  shift
  rm -f "$work/marker"
  boot 500 stock --direct --pubkey "$key.pub" --cmdline rootstream.try=yes -- "$@" end '' -- -drive "file=$disk,format=raw,if=virtio"
  grep -qx "$expected" "$work/marker" || fail "'$(cat "$work/marker")' instead of '$expected'"
}

site one
menu good
step 'an entry that comes up'
starts 'version one, entry=good' expect 'the entry good has not come up here yet: it is tried, start 1' expect 'Power down'
starts 'version one, entry=good' expect 'starting it' expect 'Power down'
! grep -q 'is tried' "$work/console" || fail 'what came up is tried again'

step 'one that does not'
menu other
starts 'version one, entry=other' expect 'the entry other .* is tried, start 1' expect 'Kernel panic'
starts 'version one, entry=good' expect 'the entry other was started 1 times and did not come up' expect 'booting the entry good' expect 'Power down'

step 'a version of the upper layer that does not'
menu good
site bad
starts 'version bad, entry=good' expect 'site has not come up here yet: it is tried, start 1' expect 'Kernel panic'
starts 'version one, entry=good' expect 'site was started 1 times and did not come up: taking the one before' expect 'Power down'
