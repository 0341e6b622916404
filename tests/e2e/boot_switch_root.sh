#!/usr/bin/env bash
# When kboot already runs the image's kernel, it loads no kernel, but switches to the root at once.
# Covers: fusefs/mount/root_daemon.cc.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/boot_lib.sh"
need_machine
start_nginx
boot 500 own --direct --url "$(url_inside)" --pubkey "$key.pub" -- \
  expect 'going on with this kernel' expect 'handing over to' expect 'login: $' end ''
expect_clean_run
! grep -q 'kexec' "$work/console" || fail "a kernel was loaded"
