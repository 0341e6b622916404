#!/usr/bin/env bash
# A machine suspends, resumes, and continues to read. While a read waits for the root's daemon, the suspend may fail and the
# machine stay awake, because Linux cannot freeze a process that waits for FUSE.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/boot_lib.sh"
need_machine
start_nginx
for words in '' init=/usr/lib/small/init; do
  boot 500 own --direct --memory 512 --url "$(url_inside)" --pubkey "$key.pub" --cmdline "marker.suspend=10 $words" -- \
    expect 'handing over to' end ''
  expect_clean_run
  for line in 'that read came to its end' 'slept with none' 'read when awake again'; do
    grep -q "^$line\$" "$work/marker" || fail "not so: $line: $(cat "$work/marker")"
  done
done
