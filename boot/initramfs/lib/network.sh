# Gets an address, from a wired link, or else from a wireless one (wifi.sh), or a modem (ppp.sh): by DHCP, from an IPv6 router if no
# DHCP server answers (ipv6.sh), or as ip= says (Documentation/admin-guide/nfs/nfsroot.rst). Of several cards it uses the one named there, else the one that the loader used
# (BOOTIF=), else all at once. The result is /run/kboot/net/lease: what `ip` and resolv.conf need, as shell assignments. The
# next kernel restores it without a request.

readonly NET=/run/kboot/net
readonly LINK_SECONDS=10 # the longest time to wait for a link
readonly DHCP_TRIES=16   # two seconds apart: a switch's port may need 30 s to forward (spanning tree)

# Wireless cards count only while they are in a network.
interfaces() {
  local name
  for path in /sys/class/net/*; do
    name=${path##*/}
    [ "$(cat "$path/type")" = 1 ] || continue # ARPHRD_ETHER
    if is_wireless "$name" && ! is_joined "$name"; then continue; fi
    case "$name" in dummy* | bond* | br* | tun* | tap* | veth*) continue ;; esac
    echo "$name"
  done
}

has_link() { [ "$(cat "/sys/class/net/$1/carrier" 2>/dev/null)" = 1 ]; }

wait_for_links() {
  local tenths=0
  for name in $(interfaces); do ip link set "$name" up; done
  while [ $tenths -lt $((LINK_SECONDS * 10)) ]; do
    for name in $(interfaces); do has_link "$name" && return 0; done
    if [ -z "$(interfaces)" ] && wireless_card >/dev/null; then break; fi
    sleep 0.1
    tenths=$((tenths + 1))
  done
  if [ -z "$(interfaces)" ]; then
    why no-card 'this machine has no network interface that kboot has a driver for'
  else
    why no-link "no link on $(interfaces | tr '\n' ' ')"
  fi
}

# vlan=NAME:PARENT, NAME like eth0.5 or vlan5 (as dracut has it).
make_vlan() {
  has_conf vlan || return 0
  local name parent id
  name=$(conf vlan | cut -d: -f1)
  parent=$(conf vlan | cut -d: -f2)
  id=$(printf '%s' "$name" | sed 's/.*[^0-9]//')
  modprobe -q 8021q
  [ -d "/sys/class/net/$name" ] || ip link add link "$parent" name "$name" type vlan id "$id" 2>>"$LOG" ||
    why no-link "no VLAN $name on $parent"
  ip link set "$name" up
}

# interface_with_mac ADDRESS: prints the card's name, not that of a VLAN, which has the same address.
interface_with_mac() {
  local path
  for path in /sys/class/net/*; do
    [ -e "$path/device" ] || continue
    [ "$(cat "$path/address" 2>/dev/null)" = "$1" ] && {
      echo "${path##*/}"
      return 0
    }
  done
  return 1
}

# The card that the loader used, as pxelinux(7) passes it: BOOTIF=01-52-54-00-12-34-56.
boot_interface() {
  has_conf bootif || return 1
  interface_with_mac "$(conf bootif | tr 'A-Z-' 'a-z:' | cut -d: -f2-)"
}

network_up() {
  ip link set lo up
  if [ -f $NET/lease ]; then return 0; fi
  mkdir -p $NET
  ask_links || dial || return 1
  apply_lease
}

# ask_links: true with a lease.
ask_links() {
  if is_wireless "$(conf ip | cut -d: -f6)"; then join_wifi || return 1; else wait_for_links || join_wifi || return 1; fi
  make_vlan || return 1
  case "$(conf ip dhcp)" in
    dhcp | on | any | '') ask_cards || { [ ! -f $WIFI/interface ] && join_wifi && ask_cards; } ;;
    auto6) ask_router "$(interfaces_to_ask)" ;;
    off | none) why no-address 'ip=off: no address was wanted' ;;
    *) static_address "$(conf ip)" ;;
  esac
  [ -f $NET/lease ]
}

# A named VLAN comes first. Otherwise the cards that were not left for another one, see other_network().
interfaces_to_ask() {
  if has_conf vlan; then
    conf vlan | cut -d: -f1
    return
  fi
  if [ ! -f $NET/left ] && boot_interface; then return; fi
  interfaces | grep -vxF -e "$(cat $NET/left 2>/dev/null)"
}

# Called for a network on which no store answers: true if there is another one to try. When all were tried, it starts over.
other_network() {
  case "$(conf ip dhcp)" in dhcp | on | any | '') ;; *) return 1 ;; esac
  [ -f $NET/lease ] || return 1
  if late_dhcp; then return 0; fi
  has_conf vlan && return 1
  (
    . $NET/lease
    echo "$interface"
  ) >>$NET/left
  local name found=''
  for name in $(interfaces | grep -vxF -e "$(cat $NET/left)"); do has_link "$name" && found=$name; done
  if [ -z "$found" ] && ! join_wifi_instead; then
    rm -f $NET/left
    return 1
  fi
  forget_network
  say 'no store answers on this network: trying another card'
  network_up
}

# A wireless network, where the wired ones lead to no store. What they failed for is still the reason, if there is none.
join_wifi_instead() {
  [ ! -f $WIFI/interface ] || return 1
  has_wifi || return 1
  cp /run/kboot/why /run/kboot/why.kind $NET/
  join_wifi && return 0
  mv $NET/why $NET/why.kind /run/kboot/
  return 1
}

# Leaves the network of the lease, for another one.
forget_network() {
  [ -f $NET/lease ] || return 0
  (
    . $NET/lease
    ip addr flush dev "$interface"
    ip route flush dev "$interface"
  ) 2>>"$LOG"
  rm -rf $NET/lease $NET/first $NET/proxy
}

# is_any_alive PID...
is_any_alive() {
  local pid
  for pid in "$@"; do kill -0 "$pid" 2>/dev/null && return 0; done
  return 1
}

ask_network() { ask_dhcp "$1" || ask_router "$1"; }

# First the preferred cards; if nobody answers there, all.
ask_cards() {
  local first
  first=$(interfaces_to_ask)
  ask_network "$first" || { [ "$first" != "$(interfaces)" ] && ask_network "$(interfaces)"; }
}

# Asks on all at once; the first answer ends the others. One that has ended may have left the lease to another one that is
# about to write it.
ask_dhcp() {
  local pids='' tenths=0
  for name in $1; do
    if is_joined "$name" && ! is_up "$name"; then await_joining "$name"; fi # lost again
    has_link "$name" || continue
    udhcpc -f -q -n -t $DHCP_TRIES -T 2 -i "$name" -s /lib/kboot/dhcp-answer -O ntpsrv -O bootfile -O mtu -O staticroutes -O wpad \
      -V rootstream-kboot >>"$LOG" 2>&1 &
    pids="$pids $!"
  done
  # shellcheck disable=SC2086
  while [ ! -f $NET/lease ] && is_any_alive $pids; do
    if [ $((tenths % 10)) = 0 ] && [ $tenths -ge $IPV6_AFTER ] && has_router6 "$1"; then break; fi
    sleep 0.1
    tenths=$((tenths + 1))
  done
  # shellcheck disable=SC2086
  kill $pids 2>/dev/null
  [ -f $NET/lease ] || why no-address "no DHCP server answered on $(with_networks "$1")"
}

# CLIENT:SERVER:GATEWAY:NETMASK:HOSTNAME:DEVICE:AUTOCONF:DNS0:DNS1
static_address() {
  local old=$IFS
  IFS=:
  # shellcheck disable=SC2086
  set -- $1
  IFS=$old
  if [ "${7-}" = auto6 ]; then
    ask_router "${6:-$(interfaces_to_ask)}"
    return
  fi
  if [ -z "$1" ] || [ "${7-}" = dhcp ]; then
    ask_dhcp "${6:-$(interfaces_to_ask)}"
    return
  fi
  local device=${6:-$(boot_interface || interfaces | head -n 1)}
  {
    echo "interface=$device ip=$1 subnet=${4:-255.255.255.0}"
    echo "router='${3-}' hostname='${5-}' dns='${8-} ${9-}' domain='' ntpsrv='' bootfile='' boot_file='' mtu='' staticroutes=''"
  } >$NET/lease
}

# add_route DESTINATION ROUTER: a router outside the address's own network (RFC 3442; a /32) is reached directly on the link.
add_route() {
  case "$2" in *:*)
    ip route replace "$1" via "$2" dev "$interface" metric $OWN_METRIC 2>>"$LOG"
    return
    ;;
  esac
  if [ "$2" = 0.0.0.0 ]; then
    ip route replace "$1" dev "$interface" 2>>"$LOG"
    return
  fi
  ip route replace "$1" via "$2" dev "$interface" 2>>"$LOG" && return 0
  ip route replace "$2" dev "$interface" 2>>"$LOG"
  ip route replace "$1" via "$2" dev "$interface" 2>>"$LOG"
}

# Routes of option 121 replace the routers of option 3 (RFC 3442).
apply_routes() {
  local each
  if [ -z "$staticroutes" ]; then
    for each in $router; do add_route default "$each" && break; done
    return
  fi
  # shellcheck disable=SC2086
  set -- $staticroutes
  while [ $# -ge 2 ]; do
    add_route "$(echo "$1" | sed 's,^0.0.0.0/0$,default,')" "$2"
    shift 2
  done
}

# The boot file in DHCP's answer (option 67, or else the header's field), if it is the URL of an image and the user named
# nothing. The file of a network boot loader is not one.
take_boot_file() {
  local file=${bootfile:-$boot_file}
  case "$file" in http://* | https://*) is_word "$file" || return 0 ;; *) return 0 ;; esac
  if has_conf url || has_conf store || has_conf conf; then return 0; fi
  case "$file" in
    *.ipxe | *.efi | *.EFI | *.0 | *.pxe | *.kpxe | *.lkrn | *.cfg | *.iso | *.img) note "DHCP's boot file $file is a loader's: left out" ;;
    *) set_conf url "$file" ;;
  esac
}

apply_lease() {
  staticroutes=''
  . $NET/lease
  ip link set "$interface" up
  [ -n "$mtu" ] && ip link set "$interface" mtu "$mtu"
  case "$ip" in
    *:*) apply_address6 ;;
    *) is_dialled "$interface" || ip addr add "$ip/$subnet" brd + dev "$interface" 2>>"$LOG" ;;
  esac
  apply_routes
  : >/etc/resolv.conf
  [ -n "$domain" ] && echo "search $domain" >>/etc/resolv.conf
  for each in $dns; do echo "nameserver $(with_scope "$each")" >>/etc/resolv.conf; done
  take_boot_file
  cat "/sys/class/net/$interface/address" >$NET/mac 2>/dev/null
  say "address $ip on $interface"
  slow_line "$interface"
}

# Prints the interface that the lease is for.
leased_interface() { (
  . $NET/lease
  echo "$interface"
); }
