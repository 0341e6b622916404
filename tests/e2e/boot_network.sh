#!/usr/bin/env bash
# boot_network.sh NETWORK: boots a machine, by kexec, in one of the networks of networks.sh. Writes a row of the table in
# docs/boot.md to the fixture's networks/NETWORK.row.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/boot_lib.sh"
. "$(dirname "$0")/networks.sh"
need_machine
need ip unshare dnsmasq busybox mmdebstrap
network=${1:?boot_network.sh NETWORK}
case " $networks " in *" $network "*) ;; *) fail "there is no network $network, but $networks" ;; esac
folder=$fixture/networks
mkdir -p "$folder"
rm -f "$folder/$network.row"
if [ -z "${in_network:-}" ]; then
  unshare --net ip tuntap add dev tap0 mode tap 2>/dev/null || skip 'no network namespace with TAP devices can be made'
  if is_card "$network"; then make_usual_kernel; fi
  trap - EXIT ERR
  rm -rf --one-file-system "$work"
  in_network=yes exec unshare --net "$0" "$@"
fi

ip link set lo up
ip address add 203.0.113.1/32 dev lo
make_network "$network"
nginx_configuration 80 'listen [::]:80;' >"$work/nginx.conf"
port=80 start_server nginx -c "$work/nginx.conf" -e "$work/nginx-start.log"
port=80 await_server http://127.0.0.1 nginx

read -r -a options <<<"$(card_options | tr '\n' ' ')"
step "$title"
began=$(date +%s)
boot 900 "$kboot" --direct --nic none ${url:+--url "$url"} --pubkey "$key.pub" \
  --cmdline "${init:+init=$init }$words${stays:+ rootstream.cmdline=marker.stay=$stays}" -- \
  expect "$says" expect 'second stage' expect "$says" expect 'handing over to' run "date +%s >'$work/booted'" end '' -- "${options[@]}"
expect_clean_run
if [ -n "$stays" ]; then
  renewals=$(grep -c -e 'ending ACK' -e DHCPREPLY "$work/server.log")
  [ "$renewals" -ge $((stays / 60)) ] || fail "the lease was renewed $renewals times: $(cat "$work/server.log")"
fi
echo "| $title | yes | $(($(cat "$work/booted") - began)) | <!-- $network -->" | tee "$folder/$network.row"
