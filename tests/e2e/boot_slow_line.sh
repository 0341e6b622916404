#!/usr/bin/env bash
# A boot over a line of 2 Mbit/s and 150 ms. Stage two does not fetch again what stage one has fetched.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/boot_lib.sh"
need_machine
start_nginx
boot 900 stock --direct --url "$(url_inside)" --pubkey "$key.pub" --slow 2mbit,150ms -- \
  expect 'the line is slow now' expect 'starting it' expect 'second stage' expect 'the line is slow now' \
  expect 'login: $' end ''
expect_clean_run
# The kernel is not kept once it runs. When its neighbours in the image are read, its end may be fetched again as a guess.
repeated=$(awk '$4 != "\"-\"" && seen[$4 $5]++ { sum += $3 } END { print sum + 0 }' "$work/access.log")
[ "$repeated" -lt $(($(bytes_sent) / 50)) ] || fail "of $(bytes_sent) bytes, $repeated were fetched a second time"
echo "of $(bytes_sent) bytes, $repeated were fetched a second time"
