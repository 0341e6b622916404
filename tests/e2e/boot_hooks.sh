#!/usr/bin/env bash
# Hooks: a machine whose store is reached through WireGuard only, by the example hook, before the kexec and after it. The other
# end is wireguard-go. Before that, a hook fails once: the screen says which one and why, and goes on when asked to.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/boot_lib.sh"
. "$(dirname "$0")/networks.sh"
need_machine
need ip unshare dnsmasq wg wireguard-go
if [ -z "${in_network:-}" ]; then
  unshare --net ip tuntap add dev tap0 mode tap 2>/dev/null || skip 'no network namespace with TAP devices can be made'
  trap - EXIT ERR
  rm -rf --one-file-system "$work"
  in_network=yes exec unshare --net "$0" "$@"
fi

step "wrong hooks are refused by the build"
release=$(cat "$fixture/release")
build_kboot=("$rootstream" kboot build --hardware virtual --compress zstd --kernel "$fixture/tftp/vmlinuz"
  --modules "$fixture/kernel/lib/modules/$release")
mkdir -p "$work"/{odd/before-lunch,plain/stage-two}
echo 'not a program' >"$work/plain/stage-two/10-note"
expect_fail 'before-lunch.*: there is no such point' 1 "${build_kboot[@]}" --out "$work/x" --hooks "$work/odd"
expect_fail '10-note is not a program' 1 "${build_kboot[@]}" --out "$work/x" --hooks "$work/plain"
expect_fail 'none: no such folder' 1 "${build_kboot[@]}" --out "$work/x" --hooks "$work/none"
expect_fail 'no such module' 1 "${build_kboot[@]}" --out "$work/x" --module nonesuch

step "a kboot with the example, and a hook that fails once"
cp -r "$repository/boot/examples/wireguard" "$work/hooks"
mkdir "$work/hooks/before-links"
cat >"$work/hooks/before-links/10-adapter" <<'END'
#!/bin/sh
[ -e /run/kboot/hooks/asked ] && exit 0
: >/run/kboot/hooks/asked
echo "this machine's adapter is not there"
exit 3
END
chmod 755 "$work/hooks/before-links/10-adapter"
server_key=$(wg genkey) machine_key=$(wg genkey)
cat >"$work/hooks/wireguard.conf" <<END
# address = 10.9.0.2/24
[Interface]
PrivateKey = $machine_key
[Peer]
PublicKey = $(echo "$server_key" | wg pubkey)
Endpoint = 192.0.2.1:51820
AllowedIPs = 10.9.0.0/24
PersistentKeepalive = 25
END
"${build_kboot[@]}" --out "$work/kboot" --hooks "$work/hooks" --module wireguard --add "$(command -v wg)" | tail -n 1

ip link set lo up
tap 0
offer 0
start_server wireguard-go --foreground wg0
has_tunnel() { ip link show wg0 >/dev/null 2>&1; }
wait_for 5 has_tunnel
wg set wg0 private-key <(echo "$server_key") listen-port 51820 peer "$(echo "$machine_key" | wg pubkey)" allowed-ips 10.9.0.2/32
ip address add 10.9.0.1/24 dev wg0
ip link set wg0 up
nginx_configuration 10.9.0.1:80 '' >"$work/nginx.conf"
start_server nginx -c "$work/nginx.conf" -e "$work/nginx-start.log"

cards=(virtio-net-pci)
read -r -a card <<<"$(card_options | tr '\n' ' ')"
boot 600 "$work/kboot" --direct --nic none --url "http://10.9.0.1/$image" --pubkey "$key.pub" \
  --cmdline 'init=/usr/lib/small/init rootstream.cmdline=mitigations=off' -- \
  expect 'a hook failed' expect "why .*the hook before-links/10-adapter failed: this machine's adapter is not there" expect 'do .*program of this site' \
  type r expect 'second stage' expect 'handing over to' end '' -- "${card[@]}"
expect_clean_run
grep -q 'hook 50-wireguard: wg0 is up, with 1 peer' "$work/marker" || fail "the log has no word of the hook: $(cat "$work/marker")"
grep -q 'hook stage-two/50-wireguard' "$work/marker" || fail "no hook ran under the image's kernel: $(cat "$work/marker")"
