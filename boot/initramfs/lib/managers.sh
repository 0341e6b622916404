# Who else sets up network interfaces in an image: each is told, by the means that it has for this, to leave the one that
# the root hangs on alone, whatever is configured later. What lies in /run goes with this boot, the rest is in the overlay.
# netplan has none of its own: what it writes is for networkd or NetworkManager.

protect_interface() {
  [ -f $NET/lease ] || return 0
  local mac names each
  mac=$(cat $NET/mac)
  names=$(interfaces_with_mac "$mac")
  for each in udev networkd network_manager ifupdown connman dhcpcd cloud_init; do "protect_from_$each"; done
}

# add_line LINE FILE: once, since the changes of an earlier boot may have been kept.
add_line() { grep -qsxF -e "$1" "$2" || printf '%s\n' "$1" >>"$2"; }

# A VLAN has the address of its card: both are meant.
interfaces_with_mac() {
  local path
  for path in /sys/class/net/*; do
    [ "$(cat "$path/address" 2>/dev/null)" != "$1" ] || echo "${path##*/}"
  done
}

# udev would try to rename it as long as it is up (systemd.link(5)).
protect_from_udev() {
  mkdir -p /run/systemd/network
  printf '[Match]\nMACAddress=%s\n\n[Link]\nNamePolicy=\n' "$mac" >/run/systemd/network/00-rootstream.link
}

# systemd.network(5): the first file that matches counts. With no interface of its own wait-online would wait two minutes;
# the root's is on-line. Elsewhere /run/systemd/system would mean that systemd runs (sd_booted(3)).
protect_from_networkd() {
  local unit=/run/systemd/system/systemd-networkd-wait-online.service.d
  printf '[Match]\nMACAddress=%s\n\n[Link]\nUnmanaged=yes\n' "$mac" >/run/systemd/network/00-rootstream.network
  is_systemd "$init" || return 0
  mkdir -p $unit
  printf '[Service]\nExecStart=\nExecStart=/bin/true\n' >$unit/rootstream.conf
}

# NetworkManager.conf(5). With no connection of its own it would empty resolv.conf.
protect_from_network_manager() {
  mkdir -p /run/NetworkManager/conf.d
  printf '[main]\ndns=none\nsystemd-resolved=false\n\n[keyfile]\nunmanaged-devices=mac:%s\n' "$mac" >/run/NetworkManager/conf.d/00-rootstream.conf
}

# ifup(8) leaves alone what is up already, by its state file, and `ifup -a` and `ifdown -a` what is excluded; lines that
# would bring it up become comments, so that people see it.
protect_from_ifupdown() {
  [ -d /newroot/etc/network ] || return 0
  local name file
  mkdir -p /run/network
  for name in $names; do
    echo "$name=$name" >>/run/network/ifstate
    for file in /newroot/etc/network/interfaces /newroot/etc/network/interfaces.d/*; do
      [ -f "$file" ] && grep -q "$name" "$file" || continue
      sed -i "s/^\(auto\|allow-hotplug\|allow-auto\)\(.*[[:space:]]\)$name\([[:space:]].*\)\?$/# the root hangs on it: \1\2$name\3/" "$file"
    done
  done
  mkdir -p /newroot/etc/default
  # shellcheck disable=SC2086 # words
  add_line "EXCLUDE_INTERFACES=\"\$EXCLUDE_INTERFACES $(echo $names)\" # the root hangs on it" /newroot/etc/default/networking
}

# connman.conf(5) has one list, whose default goes when it is set.
protect_from_connman() {
  local file=/newroot/etc/connman/main.conf usual=vmnet,vboxnet,virbr,ifb,ve-,vb- list
  [ -d /newroot/etc/connman ] || return 0
  # shellcheck disable=SC2086 # words
  list=$(echo $names | tr ' ' ,)
  if grep -qs "^NetworkInterfaceBlacklist *=.*\<$list\>" $file; then
    return 0 # changes are kept, and this is another boot
  elif grep -qs '^NetworkInterfaceBlacklist *=' $file; then
    sed -i "s/^\(NetworkInterfaceBlacklist *=.*\)$/\1,$list/" $file
  elif grep -qs '^\[General\]' $file; then
    sed -i "s/^\[General\]$/&\nNetworkInterfaceBlacklist=$usual,$list/" $file
  else
    printf '[General]\nNetworkInterfaceBlacklist=%s,%s\n' $usual "$list" >>$file
  fi
}

# dhcpcd.conf(5)
protect_from_dhcpcd() {
  local file
  for file in /newroot/etc/dhcpcd.conf /newroot/etc/dhcpcd/dhcpcd.conf; do
    # shellcheck disable=SC2086 # words
    if [ -f $file ]; then add_line "$(echo denyinterfaces $names)" $file; fi
  done
}

# cloud-init writes what the others then read: its network part is off.
protect_from_cloud_init() {
  [ -d /newroot/etc/cloud ] || return 0
  mkdir -p /newroot/etc/cloud/cloud.cfg.d
  printf '# The root hangs on the network already (rootstream).\nnetwork: {config: disabled}\nmanage_resolv_conf: false\n' >/newroot/etc/cloud/cloud.cfg.d/99-rootstream.cfg
}
