#!/usr/bin/env bash
# The prompt, as users of kboot typed at it: a kernel by TFTP; and a wrong line leads to a screen and back.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/boot_lib.sh"
need_machine
boot 400 stock --direct --tftp "$fixture/tftp" -- \
  expect 'kboot: \s*$' send 'help' expect 'boots an image' \
  expect 'kboot: \s*$' send 'echo two words' expect '^two words' \
  expect 'kboot: \s*$' send 'tftp://10.0.2.2/nothing-there' \
  expect 'could not do: tftp://10.0.2.2/nothing-there' expect 'why .*nothing-there: .*[Nn]ot [Ff]ound' type p \
  expect 'kboot: \s*$' send 'tftp://10.0.2.2/vmlinuz panic=1' \
  expect "Linux version $(cat "$fixture/release")" expect 'Command line: .*panic=1' \
  expect 'Unable to mount root' end ''
