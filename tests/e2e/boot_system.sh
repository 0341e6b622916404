#!/usr/bin/env bash
# boot_system.sh SYSTEM: boots one of the systems of systems.sh by kexec, checks it, and shuts it down, also after programs
# have used up all memory. Writes the results, a row of the table in docs/boot.md, to the fixture's systems/SYSTEM.row.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/boot_lib.sh"
. "$(dirname "$0")/systems.sh"
system=${1:?boot_system.sh SYSTEM}
describe "$system" || fail "there is no system $system, but $systems"
need_machine
need mmdebstrap mkfs.ext4 ssh-keygen
folder=$fixture/systems
mkdir -p "$folder"
rm -f "$folder/$system.row"

if [ "$(cat "$folder/$system.packages" 2>/dev/null)" != "$suite $packages" ]; then
  step "a root: $title"
  mmdebstrap --quiet --variant=minbase "${mmdebstrap_options[@]}" --include="$packages" "$suite" "$work/root.tar" || fail "mmdebstrap failed"
  mv "$work/root.tar" "$folder/$system.tar"
  echo "$suite $packages" >"$folder/$system.packages"
fi
mkdir "$work/root"
tar -C "$work/root" --xattrs --xattrs-include='*' --numeric-owner -xf "$folder/$system.tar"
fit_system "$system" "$work/root"
store=$work/store image=$system
publish "$work/root" "$image" >/dev/null
rm -rf --one-file-system "$work/root"
start_nginx
truncate -s 16M "$work/disk"
mkfs.ext4 -q -L local "$work/disk"

at_exit() { cat "$work/marker" 2>/dev/null; }
began=0
# machine LAST STEP…: boots the machine, runs the steps, and waits until the console says LAST.
machine() {
  local last=$1
  shift
  rm -f "$work/marker"
  began=$(date +%s)
  boot 900 stock --direct --memory 512 --disk "$work/disk" --url "$(url_inside)" --pubkey "$key.pub" ${init:+--cmdline "init=$init"} -- \
    expect 'handing over to' expect 'login: $' run "date +%s >'$work/login'" send root expect '[#] $' "$@" expect "$last" end ''
  ! grep -aiE 'i/o error|transport endpoint|kernel panic|oops|blocked for more than' "$work/console" || fail "errors on the console"
}

use_up=(send 'check pressure' expect 'memory was used up' expect '[#] $')
step "it comes up, and reboots after memory was used up"
machine 'reboot: Restarting system' send check expect 'checks are done' \
  "${use_up[@]}" send reboot
seconds=$(($(cat "$work/login") - began))
row="$title ($(sed -n 's/^init: //p' "$work/marker" | sed 's/ *$//')) | $seconds"
for column in card names disk ssh install; do
  value=$(sed -n "s/^$column: //p" "$work/marker" | tail -n 1)
  row="$row | ${value:-no}"
  [ "$value" = yes ] || complaints="${complaints-} $column"
done
row="$row | yes"

step "it powers off${soft_reboot:+, after a soft reboot}, each time with memory used up"
if [ -n "$soft_reboot" ]; then
  machine 'reboot: Power down' "${use_up[@]}" send 'systemctl soft-reboot' expect 'login: $' send root expect '[#] $' \
    send 'cat /srv/local/boots' expect '[#] $' "${use_up[@]}" send poweroff
else
  machine 'reboot: Power down' "${use_up[@]}" send poweroff
fi
row="$row | yes | ${soft_reboot:--}"
e2fsck -fn "$work/disk" >"$work/fsck" 2>&1 || fail "the local disk is not clean: $(cat "$work/fsck")"

echo "| $row | <!-- $system -->" | tee "$folder/$system.row"
[ -z "${complaints-}" ] || fail "not as it should be:$complaints"
