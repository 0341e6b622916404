#!/usr/bin/env bash
# Over 2 Mbit/s and 150 ms: it boots, and what stage one fetched is not fetched again by stage two.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/boot_lib.sh"
need_machine
start_nginx
boot 900 stock --direct --url "$(url_inside)" --pubkey "$key.pub" --slow 2mbit,150ms -- \
  expect 'the line is slow now' expect 'starting it' expect 'second stage' expect 'the line is slow now' \
  expect 'login: $' end ''
expect_clean_run
repeated=$(awk '$4 != "\"-\"" { print $4, $5 }' "$work/access.log" | sort | uniq -d | wc -l)
[ "$repeated" = 0 ] || fail "$repeated ranges were fetched twice"
