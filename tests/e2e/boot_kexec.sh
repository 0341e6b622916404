#!/usr/bin/env bash
# A machine without a disk boots kboot with its stock kernel, the image's kernel by kexec_file_load, and systemd up to
# a login prompt, and powers off.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/boot_lib.sh"
need_machine
start_nginx

boot 600 stock --url "$(url_inside)" --pubkey "$key.pub" -- \
  expect 'the image is signed by a key' expect 'MiB, verified' expect 'starting it' \
  expect "Linux version $(cat "$fixture/release")" expect 'second stage' expect 'login: $' end ''
expect_clean_run
grep -q '^networkd: unmanaged$' "$work/marker" || fail "networkd took the root's interface: $(cat "$work/marker")"
! grep -q 'kexec_file_load:' "$work/console" || fail "the older kexec call was needed"

step "what crossed the line: $(bytes_sent) bytes of $(du -sb "$store/packs" | cut -f1)"
bytes_sent >"$fixture/kexec.bytes"
[ $(($(bytes_sent) * 2)) -lt "$(du -sb "$store/packs" | cut -f1)" ] || fail "half of the store was fetched"
step "nothing was fetched twice"
repeated=$(awk '$4 != "\"-\"" { print $4, $5 }' "$work/access.log" | sort | uniq -d)
[ -z "$repeated" ] || fail "fetched twice: $repeated"
