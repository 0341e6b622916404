#!/usr/bin/env bash
# PPP: two machines with a serial line between them. One is a modem and what is behind it; the other boots over the line, before
# and after the kexec. At first the modem is silent, then it has no SIM.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/boot_lib.sh"
. "$(dirname "$0")/link_image.sh"
need_machine
need pppd chat
make_link_image

build_kboot=("$rootstream" kboot build --hardware virtual --compress none --kernel "$(echo "$links"/kernel/boot/vmlinuz-*)"
--modules "$links"/kernel/lib/modules/*)
step "a file that is no chat script is refused"
expect_fail 'is not a chat script' 1 "${build_kboot[@]}" --out "$work/x" --ppp "$rootstream"

step "two machines"
cat >"$work/dial" <<'END'
TIMEOUT 20
'' ATZ OK AT+CPIN? READY ATD*99# CONNECT ''
END
mkdir -p "$work/hooks/after-address"
cat >"$work/hooks/after-address/50-modem" <<'END'
#!/bin/sh
# The modem on ttyS1, and the network behind it: 10.0.2.77 is reached through this machine's own card.
echo 1 >/proc/sys/net/ipv4/ip_forward
mkdir -p /etc/ppp
modprobe -a ppp_generic ppp_async
line() { # line SCRIPT...: a call, for chat(8)
  pppd /dev/ttyS1 115200 local crtscts nodetach noauth 10.0.2.66:10.0.2.77 proxyarp ms-dns 10.0.2.3 lcp-echo-interval 10 \
    lcp-echo-failure 6 connect "chat -s -S TIMEOUT 3600 $*"
}
{
  # Twice without an answer, since a modem may still be in the call of an earlier kernel.
  line ABORT ATZ NEVER
  line ABORT ATZ NEVER
  line ATZ OK AT+CPIN "'+CME ERROR: SIM not inserted'" ATZ NEVER ABORT ATZ
  while :; do line ATZ OK AT+CPIN "'+CPIN: READY'" ATD CONNECT; done
} >/run/modem.log 2>&1 </dev/null &
END
chmod 755 "$work/hooks/after-address/50-modem"
touch "$work/no-dial"
"${build_kboot[@]}" --out "$work/modem" --ppp "$work/no-dial" --hooks "$work/hooks" | tail -n 1
"${build_kboot[@]}" --out "$work/kboot" --ppp "$work/dial" | tail -n 1
store=$links/store
start_nginx
start_server "$qemu" --no-kvm --kboot "$work/modem" --direct --own-time --memory 384 -- -monitor none -serial "file:$work/modem.console" \
  -serial "unix:$work/line,server=on,wait=off"
has_modem() { grep -qas 'nothing was given to boot' "$work/modem.console"; }
wait_for 600 has_modem || fail "the modem's machine does not start: $(tail "$work/modem.console")"

boot 1800 "$work/kboot" --direct --own-time --nic none --memory 768 --url "$(url_inside)" --pubkey "$key.pub" \
  --cmdline "init=/usr/lib/small/init rootstream.ppp=ttyS2 rootstream.cmdline=mitigations=off" -- \
  expect 'dialling on /dev/ttyS2' expect 'no network address' expect 'why .*modem at /dev/ttyS2 does not answer' expect 'do .*switched on' type r \
  expect 'dialling' expect "why .*no SIM that it can use: it says 'SIM not inserted'" expect 'do .*SIM' type r \
  expect 'dialling' expect 'address 10\.0\.2\.77 on ppp0' expect 'second stage' expect 'address 10\.0\.2\.77 on ppp0' \
  expect 'handing over to' expect 'login: ' end '' -- \
  -chardev "socket,id=line,path=$work/line" -device isa-serial,chardev=line,index=2,irq=10
expect_clean_run
echo "$(login_seconds) s from power-on to the login; $(bytes_sent) bytes crossed the line"
grep -q '^address ppp0 10\.0\.2\.77' "$work/marker" || fail "the root is not on the line: $(cat "$work/marker")"
