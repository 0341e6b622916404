#!/usr/bin/env bash
# Typical input at kboot's prompt: a kernel by TFTP, and a wrong line, which leads to a screen and back. A key is
# configured, so the store's default kernel does not boot by itself, but boots when a user types its label.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/boot_lib.sh"
need_machine
store=$work/store
mkdir "$store"
printf 'timeout=2\ndefault=old\nold=tftp://10.0.2.2/vmlinuz panic=1\n' >"$store/kboot.conf"
start_nginx
boot 400 stock --direct --tftp "$fixture/tftp" --pubkey "$key.pub" --cmdline "rootstream.store=${server_url/127.0.0.1/10.0.2.2}" -- \
  expect 'booting old' expect 'could not boot tftp' expect 'why .*nothing signs this kernel' expect 'do .*rootstream.unsigned' type p \
  expect 'kboot: \s*$' send 'help' expect 'boots an image' \
  expect 'kboot: \s*$' send 'echo two words' expect '^two words' \
  expect 'kboot: \s*$' send 'tftp://10.0.2.2/nothing-there' \
  expect 'could not do: tftp://10.0.2.2/nothing-there' expect 'why .*nothing-there: .*[Nn]ot [Ff]ound' type p \
  expect 'kboot: \s*$' send 'old' \
  expect "Linux version $(cat "$fixture/release")" expect 'Command line: .*panic=1' \
  expect 'Unable to mount root' end ''
[ "$(sed '/could not boot tftp/q' "$work/console" | grep -ac 'fetching tftp')" = 0 ] || fail "a kernel that nothing signs was fetched by itself"
