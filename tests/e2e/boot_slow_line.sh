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
# The kernel is kept by nobody once it runs. What lies beside it in the image may be read, and its end be guessed with that.
repeated=$(awk '$4 != "\"-\"" && seen[$4 $5]++ { sum += $3 } END { print sum + 0 }' "$work/access.log")
[ "$repeated" -lt $(($(bytes_sent) / 50)) ] || fail "of $(bytes_sent) bytes, $repeated were fetched a second time"
echo "of $(bytes_sent) bytes, $repeated were fetched a second time"
