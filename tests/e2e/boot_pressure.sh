#!/usr/bin/env bash
# A small machine whose programs have used up all memory goes off, and starts again: what its init asks the root for while
# every process is stopped, the daemon's included, is answered.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/boot_lib.sh"
need_machine
start_nginx

for end in poweroff reboot; do
  step "$end"
  case $end in
    poweroff) last='reboot: Power down' ;;
    reboot) last='reboot: Restarting system' ;;
  esac
  boot 500 own --direct --memory 512 --url "$(url_inside)" --pubkey "$key.pub" \
    --cmdline "marker.pressure=yes marker.end=$end" -- expect 'login: $' expect "$last" end ''
  grep -q '^memory was used up$' "$work/marker" || fail "memory was not used up: $(cat "$work/marker")"
  ! grep -aiE 'i/o error|transport endpoint|kernel panic|oops|blocked for more than' "$work/console" || fail "errors on the console"
done
