#!/usr/bin/env bash
# A machine with 256 MiB of memory boots the image's kernel by kexec, with busybox's init.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/boot_lib.sh"
need_machine
start_nginx
boot 600 stock --direct --memory 256 --url "$(url_inside)" --pubkey "$key.pub" --cmdline 'init=/usr/lib/small/init' -- \
  expect 'starting it' expect 'second stage' expect 'handing over to /usr/lib/small/init' expect 'login: $' end ''
expect_clean_run
grep -q '^init /usr/bin/busybox$' "$work/marker" || fail "another init: $(cat "$work/marker")"
grep '^memory' "$work/marker"
