# Tells each network manager of an image, by its own configuration, to leave the root's interface alone, whatever is
# configured later. Files in /run last for this boot, the others are in the overlay. netplan needs none: it writes the
# configuration of networkd or NetworkManager.

protect_interface() {
  [ -f $NET/lease ] || return 0
  local mac names each
  if is_dialled "$(
    . $NET/lease
    echo "$interface"
  )"; then
    protect_modem
    return
  fi
  mac=$(cat $NET/mac)
  names=$(interfaces_with_mac "$mac")
  for each in udev networkd network_manager ifupdown connman dhcpcd cloud_init supplicants; do "protect_from_$each"; done
}

# add_line LINE FILE: adds it once, since the changes of an earlier boot may have been kept.
add_line() { grep -qsxF -e "$1" "$2" || printf '%s\n' "$1" >>"$2"; }

# A VLAN has the MAC address of its card, so both match.
interfaces_with_mac() {
  local path
  for path in /sys/class/net/*; do
    [ "$(cat "$path/address" 2>/dev/null)" != "$1" ] || echo "${path##*/}"
  done
}

# udev would try to rename it again and again, since it is up (systemd.link(5)).
protect_from_udev() {
  mkdir -p /run/systemd/network
  printf '[Match]\nMACAddress=%s\n\n[Link]\nNamePolicy=\n' "$mac" >/run/systemd/network/00-rootstream.link
}

# systemd.network(5): the first matching file counts. Without an interface of its own, wait-online would wait two minutes; the
# root's is online.
protect_from_networkd() {
  printf '[Match]\nMACAddress=%s\n\n[Link]\nUnmanaged=yes\n' "$mac" >/run/systemd/network/00-rootstream.network
  drop_in systemd-networkd-wait-online '[Service]\nExecStart=\nExecStart=/bin/true\n'
}

# NetworkManager.conf(5). Without a connection it would empty resolv.conf.
protect_from_network_manager() {
  mkdir -p /run/NetworkManager/conf.d
  printf '[main]\ndns=none\nsystemd-resolved=false\n\n[keyfile]\nunmanaged-devices=mac:%s\n' "$mac" >/run/NetworkManager/conf.d/00-rootstream.conf
}

# ifup(8) skips interfaces that its state file lists as up, and `ifup -a` and `ifdown -a` skip excluded ones. Lines that would
# bring the interface up become comments, so that people see the reason.
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

# connman.conf(5) has one list; setting it removes its defaults, so they are repeated.
protect_from_connman() {
  local file=/newroot/etc/connman/main.conf usual=vmnet,vboxnet,virbr,ifb,ve-,vb- list
  [ -d /newroot/etc/connman ] || return 0
  # shellcheck disable=SC2086 # words
  list=$(echo $names | tr ' ' ,)
  if grep -qs "^NetworkInterfaceBlacklist *=.*\<$list\>" $file; then
    return 0 # from an earlier boot, whose changes were kept
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

# cloud-init writes the configuration of the others, so its network part is disabled.
protect_from_cloud_init() {
  [ -d /newroot/etc/cloud ] || return 0
  mkdir -p /newroot/etc/cloud/cloud.cfg.d
  printf '# The root hangs on the network already (rootstream).\nnetwork: {config: disabled}\nmanage_resolv_conf: false\n' >/newroot/etc/cloud/cloud.cfg.d/99-rootstream.cfg
}

# A wireless card has one wpa_supplicant, kboot's: units of the image for that card are skipped (systemd.unit(5)), and iwd(8) is
# told to leave it alone.
protect_from_supplicants() {
  local name unit
  for name in $names; do
    is_wireless "$name" || continue
    for unit in "wpa_supplicant@$name" "wpa_supplicant-nl80211@$name" "netplan-wpa-$name"; do
      drop_in "$unit" '[Unit]\nConditionPathExists=!/run/rootstream\n'
    done
    if [ -x /newroot/usr/libexec/iwd ]; then drop_in iwd "[Service]\nExecStart=\nExecStart=/usr/libexec/iwd --nointerfaces $name\n"; fi
  done
}

# drop_in SERVICE TEXT. Only for systemd, since /run/systemd/system means that it runs (sd_booted(3)).
drop_in() {
  is_systemd "$init" || return 0
  mkdir -p "/run/systemd/system/$1.service.d"
  # shellcheck disable=SC2059 # line feeds
  printf "$2" >"/run/systemd/system/$1.service.d/rootstream.conf"
}

# ModemManager(8) would talk to the modem, and NetworkManager would change resolv.conf and routes.
protect_modem() {
  mkdir -p /run/udev/rules.d /run/NetworkManager/conf.d
  printf 'KERNEL=="%s", ENV{ID_MM_PORT_IGNORE}="1"\n' "$(conf ppp | cut -d, -f1 | sed 's,^/dev/,,')" >/run/udev/rules.d/00-rootstream.rules
  printf '[main]\ndns=none\nsystemd-resolved=false\n\n[keyfile]\nunmanaged-devices=interface-name:ppp*\n' \
    >/run/NetworkManager/conf.d/00-rootstream.conf
  drop_in systemd-networkd-wait-online '[Service]\nExecStart=\nExecStart=/bin/true\n'
}
