#!/usr/bin/env bash
# An image without a kernel runs on kboot's kernel, here on a machine with an e1000 card, a static address and a host name.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/boot_lib.sh"
need_machine
mkdir "$work/root"
tar -C "$work/root" --numeric-owner --exclude='./boot/*' --exclude='./usr/lib/modules/*' -xf "$fixture/root.tar"
tar -C "$work/root" -xf "$fixture/additions.tar"
store=$work/store
publish "$work/root" "$image" | grep -v '^boot'
start_nginx
boot 600 stock --direct --nic e1000 --url "$(url_inside)" --pubkey "$key.pub" \
  --cmdline 'ip=10.0.2.77::10.0.2.2:255.255.255.0:kiosk7:eth0:off:10.0.2.3 init=/usr/lib/small/init' -- \
  expect 'address 10.0.2.77 on eth0' expect 'has no boot entry' expect 'going on with this kernel' \
  expect 'handing over to /usr/lib/small/init' expect 'kiosk7 login: $' end ''
expect_clean_run
grep -q '^host kiosk7, machine [0-9a-f]\{32\}$' "$work/marker" || fail "no name or machine-id: $(cat "$work/marker")"
grep -q '^names from 10.0.2.3$' "$work/marker" || fail "no name server: $(cat "$work/marker")"
grep -q '^address eth0 10.0.2.77/24$' "$work/marker" || fail "another address: $(cat "$work/marker")"
