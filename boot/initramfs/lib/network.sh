# An address: by DHCP on the first interface that gets an answer, or as ip= says
# (Documentation/admin-guide/nfs/nfsroot.rst). The outcome is /run/kboot/net/lease: what `ip` and
# resolv.conf need, in shell assignments; the next kernel restores it without asking anybody.

readonly NET=/run/kboot/net
readonly LINK_SECONDS=10  # that a cable may need

interfaces() {
  local name
  for path in /sys/class/net/*; do
    name=${path##*/}
    [ "$(cat "$path/type")" = 1 ] || continue  # Ethernet and what looks like it
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
    sleep 0.1
    tenths=$((tenths + 1))
  done
  if [ -z "$(interfaces)" ]; then
    why no-card 'this machine has no network interface that kboot has a driver for'
  else
    why no-link "no link on $(interfaces | tr '\n' ' ')"
  fi
}

# vlan=NAME:PARENT, NAME like eth0.5 (as dracut has it).
make_vlan() {
  has_conf vlan || return 0
  local name parent
  name=$(conf vlan | cut -d: -f1)
  parent=$(conf vlan | cut -d: -f2)
  modprobe -q 8021q
  [ -d "/sys/class/net/$name" ] || vconfig add "$parent" "${name##*.}" >/dev/null || why no-link "no VLAN $name on $parent"
  ip link set "$name" up
}

network_up() {
  ip link set lo up
  if [ -f $NET/lease ]; then return 0; fi
  mkdir -p $NET
  wait_for_links && make_vlan || return 1
  case "$(conf ip dhcp)" in
    dhcp | on | any | :*:dhcp | '') ask_dhcp "$(interfaces)" ;;
    off | none) why no-address 'ip=off: no address was wanted' ;;
    *) static_address "$(conf ip)" ;;
  esac
  [ -f $NET/lease ] && apply_lease
}

# All at once; the first that is answered takes the others along.
ask_dhcp() {
  local pids='' tenths=0
  for name in $1; do
    has_link "$name" || continue
    udhcpc -f -q -n -t 8 -T 2 -i "$name" -s /lib/kboot/dhcp-answer -O ntpsrv -O bootfile -O mtu \
      -V rootstream-kboot >>"$LOG" 2>&1 &
    pids="$pids $!"
  done
  while [ ! -f $NET/lease ] && [ $tenths -lt 200 ]; do
    sleep 0.1
    tenths=$((tenths + 1))
    # shellcheck disable=SC2086
    kill -0 $pids 2>/dev/null || [ -f $NET/lease ] || break
  done
  # shellcheck disable=SC2086
  [ -f $NET/lease ] && kill $pids 2>/dev/null
  [ -f $NET/lease ] || why no-address "no DHCP server answered on $(echo "$1" | tr '\n' ' ')"
}

# CLIENT:SERVER:GATEWAY:NETMASK:HOSTNAME:DEVICE:AUTOCONF:DNS0:DNS1
static_address() {
  local old=$IFS
  IFS=:
  # shellcheck disable=SC2086
  set -- $1
  IFS=$old
  local device=${6:-$(interfaces | head -n 1)}
  if [ -z "$1" ] || [ "${7-}" = dhcp ]; then ask_dhcp "$device"; return; fi
  {
    echo "interface=$device ip=$1 subnet=${4:-255.255.255.0}"
    echo "router='${3-}' hostname='${5-}' dns='${8-} ${9-}' domain='' ntpsrv='' bootfile='' boot_file='' mtu=''"
  } >$NET/lease
}

apply_lease() {
  . $NET/lease
  ip link set "$interface" up
  [ -n "$mtu" ] && ip link set "$interface" mtu "$mtu"
  ip addr add "$ip/$subnet" brd + dev "$interface" 2>>"$LOG"
  for each in $router; do ip route replace default via "$each" dev "$interface" 2>>"$LOG" && break; done
  : >/etc/resolv.conf
  [ -n "$domain" ] && echo "search $domain" >>/etc/resolv.conf
  for each in $dns; do echo "nameserver $each" >>/etc/resolv.conf; done
  # Option 67, or else the field of the same meaning in the answer's header.
  boot_file=${bootfile:-$boot_file}
  case "$boot_file" in http://* | https://*) if is_word "$boot_file"; then set_conf_if_new url "$boot_file"; fi ;; esac
  cat "/sys/class/net/$interface/address" >$NET/mac
  say "address $ip on $interface"
  slow_line "$interface"
}
