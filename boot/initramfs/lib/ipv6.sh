# If no DHCP server answers: an address that the kernel makes from an IPv6 router's announcement (SLAAC, RFC 4862), or one of
# DHCPv6 (RFC 8415) if the router says so. It becomes a lease like others, see network.sh.

readonly IPV6_AFTER=60   # tenths of a second without an answer to DHCP
readonly OWN_METRIC=2048 # a lower preference than the kernel's route from announcements
readonly DHCP6=$NET/dhcp6

# address6_of INTERFACE: prints its ADDRESS/PREFIX that is valid beyond the link and not a duplicate.
address6_of() {
  ip -6 -o addr show dev "$1" 2>/dev/null | grep -v -e 'scope link' -e 'scope host' -e tentative | sed -n 's/.* inet6 \([^ ]*\).*/\1/p' | head -n 1
}

# has_router6 INTERFACES: true if a router has announced itself on one of them.
has_router6() {
  local name
  for name in $1; do [ -z "$(ip -6 route show default dev "$name" 2>/dev/null)" ] || return 0; done
  return 1
}

ask_router() {
  local name
  for name in $1; do has_link "$name" && echo 1 >"/proc/sys/net/ipv6/conf/$name/accept_ra"; done 2>>"$LOG"
  for name in $1; do
    if has_link "$name" && router_lease "$name"; then return 0; fi
  done
  why no-address "no DHCP server and no IPv6 router answered on $(with_networks "$1")"
}

# router_lease INTERFACE: the kernel has made the address and the route; name servers, which it does not keep, are requested.
router_lease() {
  local address tenths=0 router6='' managed6='' information6='' dns6='' domain6='' address6='' lease6=''
  eval "$(kboot router "$1" 2>>"$LOG")"
  address=$(address6_of "$1")
  [ -n "$router6$managed6$address" ] || return 1
  while [ -z "$address" ] && [ -z "$managed6" ] && [ $tenths -lt 50 ]; do # until duplicate address detection ends (RFC 4862, 5.4)
    sleep 0.1
    tenths=$((tenths + 1))
    address=$(address6_of "$1")
  done
  if [ -z "$address" ]; then
    ask_dhcp6 "$1" ia_na
    address=${address6:+$address6/128}
  elif [ -z "$dns6" ] && [ -n "$information6$managed6" ]; then
    ask_dhcp6 "$1" inform6
  fi
  [ -n "$address" ] || return 1
  {
    echo "interface=$1 ip=${address%/*} subnet=${address#*/} router='$router6' dns='$dns6' domain='$domain6'"
    echo "hostname='' ntpsrv='' bootfile='' boot_file='' mtu='' lease='' lease6='$lease6' staticroutes=''"
  } >$NET/lease
}

# ask_dhcp6 INTERFACE ia_na|inform6: sets address6 and lease6, or only dns6 and domain6.
ask_dhcp6() {
  mkdir -p $DHCP6 /var/lib/dhcpcd /run/dhcpcd
  dhcp6_settings "$2" >$DHCP6/conf
  rm -f $DHCP6/answer
  timeout 20 dhcpcd -6 -B -1 -f $DHCP6/conf -c /lib/kboot/dhcp6-answer "$1" >>"$LOG" 2>&1
  if [ -f $DHCP6/answer ]; then . $DHCP6/answer; fi
}

# dhcpcd.conf(5). The identity comes from the card, so that a machine without a disk gets the same address each time.
dhcp6_settings() {
  printf '%s\n' noipv6rs persistent 'duid ll' 'option dhcp6_name_servers, dhcp6_domain_search' "$1"
}

# Only the next kernel does not have the address yet. Without it a connection uses another address, and waits for an answer
# that cannot come. Duplicate detection was done before. The address has no lifetime, since the root depends on it.
apply_address6() {
  local tenths=0
  echo 0 2>>"$LOG" >"/proc/sys/net/ipv6/conf/$interface/accept_dad"
  ip addr replace "$ip/$subnet" dev "$interface" 2>>"$LOG"
  until [ -n "$(address6_of "$interface")" ] || [ $tenths -ge 50 ]; do
    sleep 0.1
    tenths=$((tenths + 1))
  done
}

# with_scope ADDRESS: adds the interface's name to a link-local address (RFC 4007, 11).
with_scope() { case "$1" in fe80:*) echo "$1%$interface" ;; *) echo "$1" ;; esac }

# For a network where an IPv6 router answered first and no store answers by IPv6: true if DHCP answers now.
late_dhcp() {
  case "$(sed -n 's/.* ip=\([^ ]*\).*/\1/p' $NET/lease)" in *:*) ;; *) return 1 ;; esac
  local name
  name=$(
    . $NET/lease
    echo "$interface"
  )
  mv $NET/lease $NET/lease.ipv6
  rm -rf $NET/first
  say 'no store answers by IPv6: asking for DHCP again'
  if ask_dhcp "$name"; then
    apply_lease
    return 0
  fi
  mv $NET/lease.ipv6 $NET/lease
  return 1
}
