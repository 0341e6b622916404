#!/usr/bin/env bash
# An image that another key signed is refused, with a screen that says so; from its menu a good entry boots.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/boot_lib.sh"
need_machine
start_nginx
"$rootstream" keygen "$work/other" >/dev/null
right=$(grep -v -- ----- "$key.pub" | tr -d '\n')
boot 500 own --direct --url "$(url_inside)" --pubkey "$work/other.pub" -- \
  expect 'could not boot' expect 'why .*sign' expect 'do .*pubkey' type p \
  expect 'kboot: \s*$' send "set pubkey=$right" expect 'kboot: \s*$' send "$(url_inside)" \
  expect 'going on with this kernel' expect 'login: $' end ''
expect_clean_run
