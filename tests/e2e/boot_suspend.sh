#!/usr/bin/env bash
# A machine falls asleep and wakes up again, and reads on. While a read waits for the root's daemon the kernel may not get all
# processes to stop, and stays awake: Linux cannot freeze who waits for FUSE.
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
