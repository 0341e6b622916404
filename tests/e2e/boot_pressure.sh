#!/usr/bin/env bash
# A small machine shuts down and reboots after its programs have used up all memory. systemd looks up names on the root while
# every process is stopped, even the daemon, and must get answers. Other inits kill every process, but must not kill the daemon.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/boot_lib.sh"
need_machine
start_nginx

# goes_down END WORDS
goes_down() {
  local end=$1 last
  step "$end $2"
  case $end in
    poweroff) last='reboot: Power down' ;;
    reboot) last='reboot: Restarting system' ;;
    kexec) last='kexec_core: Starting new kernel' ;;
  esac
  boot 500 own --direct --memory 512 --url "$(url_inside)" --pubkey "$key.pub" \
    --cmdline "marker.pressure=yes marker.end=$end $2" -- expect 'login: $' expect "$last"
  grep -q '^memory was used up$' "$work/marker" || fail "memory was not used up: $(cat "$work/marker")"
  ! grep -aiE 'i/o error|transport endpoint|kernel panic|oops|blocked for more than' "$work/console" || fail "errors on the console"
}

for words in '' init=/usr/lib/small/init; do
  for end in poweroff reboot kexec; do goes_down $end "$words"; done
done
