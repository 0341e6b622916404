# Sourced by boot_network.sh: the networks in which a machine is booted. They are TAP devices in the test's own network
# namespace, with DHCP at the other end of each. The store's server, 203.0.113.1 and 2001:db8::1, is behind that end.
#
# shellcheck shell=bash disable=SC2034

networks='one-card two-cards bootif vlan vlan-second-card link-route boot-file boot-file-header no-names small-mtu slaac dhcpv6 dhcpv6-information short-lease short-lease-systemd short-lease-dhcpv6 late-dhcp proxy wpad e1000 e1000e rtl8139 ne2k_pci pcnet vmxnet3 usb-net'

# make_network NAME: sets up the other end, and sets title, cards (QEMU's models, one for each TAP device), url, words (added
# to kboot's command line), kboot and image, and says (what the console says about the address). `stays`: the seconds for
# which the machine keeps running after its other tasks. `init`: '' for the image's own.
make_network() {
  cards=(virtio-net-pci) url=http://203.0.113.1/$image words='' says='address 192\.0\.2\.' stays='' kboot=stock init=/usr/lib/small/init
  case "$1" in
    one-card)
      title='one card, the server by its name' url=http://store.test/$image
      tap 0
      offer 0
      ;;
    two-cards)
      title='two cards, both with DHCP, the store behind one' cards=(virtio-net-pci virtio-net-pci)
      tap 0
      tap 1
      offer 0
      offer_elsewhere 1
      ;;
    bootif)
      title='two cards, BOOTIF= names the second' cards=(virtio-net-pci virtio-net-pci) words="BOOTIF=01-$(mac 1 | tr : -)"
      says='address 198\.51\.100\.'
      tap 0
      tap 1
      offer 0
      offer 1
      ;;
    vlan)
      title='802.1Q' words=vlan=eth0.5:eth0
      tap 0
      offer 0
      tag 0
      ;;
    vlan-second-card)
      title='802.1Q on the second card' cards=(virtio-net-pci virtio-net-pci) words=vlan=eth1.5:eth1 says='address 198\.51\.100\..* on eth1\.5'
      tap 0
      tap 1
      offer_elsewhere 0
      offer 1
      tag 1
      ;;
    link-route)
      title='an address of /32, routes by option 121'
      tap 0
      offer 0 --dhcp-option=1,255.255.255.255 --dhcp-option=3 --dhcp-option=121,192.0.2.1/32,0.0.0.0,0.0.0.0/0,192.0.2.1
      ;;
    boot-file)
      title='the image by option 67 alone'
      tap 0
      offer 0 --dhcp-boot="$url"
      url=''
      ;;
    boot-file-header)
      title="the image by the boot file of DHCP's header alone"
      tap 0
      offer_by_udhcpd 600 "boot_file $url"
      url=''
      ;;
    no-names)
      title='DHCP names no name server'
      tap 0
      offer 0 --dhcp-option=6
      ;;
    small-mtu)
      title='an MTU of 1400 (option 26)'
      tap 0
      ip link set tap0 mtu 1400
      offer 0 --dhcp-option=26,1400
      ;;
    slaac)
      title='IPv6 alone, SLAAC' url=http://store.test/$image says='address 2001:db8:'
      tap 0
      announce ra-only
      ;;
    dhcpv6)
      title='IPv6 alone, DHCPv6' url=http://store.test/$image says='address 2001:db8::2[0-9a-f]* '
      tap 0
      announce 2001:db8::200,2001:db8::2ff,64,10m
      ;;
    dhcpv6-information)
      title='IPv6 alone, SLAAC, and name servers by DHCPv6' url=http://store.test/$image says='address 2001:db8:'
      tap 0
      announce ra-stateless --dhcp-option=tag:!dhcpv6,option6:dns-server
      ;;
    short-lease)
      title='a lease of 60 s, for ten minutes' stays=600
      tap 0
      offer_by_udhcpd 60
      ;;
    short-lease-systemd)
      title='a lease of 60 s, under systemd' stays=200 init=''
      tap 0
      offer_by_udhcpd 60
      ;;
    short-lease-dhcpv6)
      title='a lease of 120 s by DHCPv6' url=http://store.test/$image stays=150 says='address 2001:db8::2[0-9a-f]* '
      tap 0
      announce 2001:db8::200,2001:db8::2ff,64,2m
      ;;
    late-dhcp)
      title='DHCP that answers after 20 s'
      tap 0
      (
        await_machine
        sleep 20
        offer 0
        wait
      ) &
      servers+=($!)
      ;;
    proxy)
      title='a store behind a proxy' url=http://store.behind/$image words=rootstream.proxy=http://192.0.2.1:3128
      tap 0
      offer 0
      run_proxy
      ;;
    wpad)
      title='a store behind a proxy, by option 252' url=http://store.behind/$image
      tap 0
      printf 'function FindProxyForURL(url, host)\n{ if (isPlainHostName(host)) return "DIRECT"; return "PROXY 192.0.2.1:3128; DIRECT"; }\n' \
        >"$work/wpad.dat"
      offer 0 --dhcp-option=252,http://192.0.2.1:3129/wpad.dat
      run_proxy
      ;;
    *)
      title="a card of $1" cards=("$1")
      some_card
      ;;
  esac
}

# A proxy, which alone knows the name store.behind, and a server of wpad.dat.
run_proxy() {
  cat >"$work/proxy.conf" <<CONF
daemon off; master_process off; pid $work/proxy.pid; error_log /dev/null;
events { }
http {
  access_log $work/proxy.log;
  client_body_temp_path $work/proxy.body; proxy_temp_path $work/proxy.temp; fastcgi_temp_path $work/proxy.f; uwsgi_temp_path $work/proxy.u;
  scgi_temp_path $work/proxy.s;
  server { listen 192.0.2.1:3128; location / { proxy_pass http://203.0.113.1; } }
  server { listen 192.0.2.1:3129; root $work; }
}
CONF
  start_server nginx -c "$work/proxy.conf" -e "$work/proxy-start.log"
}

# Debian's cloud kernel has few drivers. These cards need Debian's usual kernel, in kboot and in a separate image.
some_card() {
  store=$folder/store kboot=$folder/kboot words=rootstream.cmdline=mitigations=off # forces a kexec
  tap 0
  offer 0
}

is_card() { case "$1" in e1000 | e1000e | rtl8139 | ne2k_pci | pcnet | vmxnet3 | usb-net) ;; *) return 1 ;; esac }

make_usual_kernel() { # runs once; needs Debian's mirrors, so not in a network namespace
  [ ! -f "$folder/complete" ] || return 0
  rm -rf --one-file-system "$folder"/{store,kboot}
  mkdir -p "$folder/store" "$work/root"
  mmdebstrap --quiet --variant=minbase --include=linux-image-amd64,busybox,iproute2,netbase,python3-minimal \
    "$(. /etc/os-release && echo "$VERSION_CODENAME")" "$work/root.tar" || fail "mmdebstrap failed"
  tar -C "$work/root" --numeric-owner -xf "$work/root.tar"
  tar -C "$work/root" -xf "$fixture/additions.tar"
  rm -f "$work/root.tar"
  (
    store=$folder/store
    publish "$work/root" "$image" >/dev/null
  )
  rm -rf --one-file-system "$work/root"
  "$rootstream" kboot build --out "$folder/kboot" --compress zstd
  : >"$folder/complete"
}

mac() { echo "52:54:00:00:00:0$1"; }
address() { case "$1" in 0) echo 192.0.2."$2" ;; *) echo 198.51.100."$2" ;; esac }

tap() { # tap N: a device for the machine's card N
  ip tuntap add dev "tap$1" mode tap
  ip address add "$(address "$1" 1)/24" dev "tap$1"
  ip -6 address add "2001:db8:0:$1::1/64" dev "tap$1" nodad
  ip link set "tap$1" up
}

run_dnsmasq() { # run_dnsmasq N OPTION...
  local n=$1
  shift
  start_server dnsmasq --keep-in-foreground --conf-file=/dev/null --pid-file= --user=root --log-facility=- --log-dhcp --bind-dynamic \
    --interface="tap$n" --except-interface=lo --no-resolv --no-hosts --dhcp-leasefile="$work/leases.$n" --dhcp-authoritative --no-ping \
    --address=/store.test/203.0.113.1 --address=/store.test/2001:db8::1 "$@"
}

# offer N [OPTION...]: offers DHCP and DNS to card N.
offer() { run_dnsmasq "$1" --dhcp-range="$(address "$1" 100),$(address "$1" 109),255.255.255.0,1h" "${@:2}"; }

# offer_elsewhere N: offers DHCP on another network, from which the store cannot be reached.
offer_elsewhere() { offer "$1" --dhcp-option="3,$(address "$1" 254)"; }

# announce RANGE [OPTION...]: starts an IPv6 router.
announce() {
  local range=$1
  ip address del 192.0.2.1/24 dev tap0
  case "$range" in ra-*) range=2001:db8::,$range ;; esac
  run_dnsmasq 0 --enable-ra --dhcp-range="$range" "${@:2}"
}

# offer_by_udhcpd SECONDS [LINE]: offers DHCP with a short lease, or with LINE for what dnsmasq puts elsewhere in its answer.
offer_by_udhcpd() {
  cat >"$work/udhcpd.conf" <<CONF
start 192.0.2.100
end 192.0.2.109
interface tap0
lease_file $work/leases
min_lease 30
option lease $1
option subnet 255.255.255.0
option router 192.0.2.1
${2-}
CONF
  : >"$work/leases"
  start_server busybox udhcpd -f "$work/udhcpd.conf"
}

# tag N: connects card N to a switch port with tagged VLAN 5.
tag() {
  tagged_card=$1
  start_server "$repository/tests/support/vlan_port.py" 5 "tap$1" 5501 5502
}

await_machine() { until grep -qs 'drivers are loaded' "$work/console"; do sleep 0.1; done; }

# QEMU's options for the cards.
card_options() {
  local n=0 model
  for model in "${cards[@]}"; do
    if [ "${tagged_card-}" = $n ]; then
      echo "-netdev socket,id=net$n,udp=127.0.0.1:5501,localaddr=127.0.0.1:5502"
    else
      echo "-netdev tap,id=net$n,ifname=tap$n,script=no,downscript=no"
    fi
    case "$model" in
      usb-net) echo "-device qemu-xhci -device usb-net,netdev=net$n,mac=$(mac $n)" ;;
      *) echo "-device $model,netdev=net$n,mac=$(mac $n)" ;;
    esac
    n=$((n + 1))
  done
}
