#!/usr/bin/env bash
# An image that is signed with another key is refused, with a screen that says so. From the menu, which lists the
# store's images, a good image boots with a changed command line, which needs a kexec.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/boot_lib.sh"
need_machine
store=$work/store
cp -al "$fixture/store" "$store"
mkdir "$work/empty"
"$rootstream" keygen "$work/other" >/dev/null
"$rootstream" publish "$work/empty" "$store" another:1 --key "$work/other" >/dev/null
start_nginx
inside=${server_url/127.0.0.1/10.0.2.2}
boot 500 own --direct --url "$inside/another:1" --pubkey "$key.pub" --cmdline "rootstream.store=$inside" -- \
  expect 'could not boot' expect 'why .*sign' expect 'do .*pubkey' type m \
  expect ' 0 .*another:1' expect ' 1  another:1' expect ' 2  debian:12' expect 'number or label' \
  send 'e 2' expect 'boot: .*debian:12' send ' marker=edited' \
  expect 'Command line:.*marker=edited' expect 'second stage' expect 'login: $' end ''
expect_clean_run
