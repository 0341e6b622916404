# Under the image's kernel: restores what stage one found out.

stage_two() {
  if [ ! -d "$CONF" ]; then
    take_over
    phase "kboot, second stage, Linux $(uname -r)"
    insert_modules
    ip link set lo up
    phase 'drivers are loaded'
  fi
  while :; do
    run_hooks stage-two-links && restore_network && run_hooks stage-two && use_proxy && restore_cache && mount_image "$(conf url)" && enter_root "$(conf arguments)"
    failed "could not mount the root, $(conf url)"
  done
}

# Interfaces may have other names under this kernel, so the MAC address identifies the card. If the lease belongs to a VLAN, it
# is created again on that card.
restore_network() {
  local mac name lease_of
  mac=$(cat $NET/mac)
  lease_of=$(leased_interface)
  if is_dialled "$lease_of"; then
    dial && apply_lease
    return
  fi
  await_tenths 100 has_interface "$mac" ||
    {
      why no-card "the network interface $mac is not there under this kernel: its driver may be missing in the image"
      return 1
    }
  name=$(interface_with_mac "$mac")
  if is_wireless "$name"; then enter_wifi "$name" || return 1; else wait_for_link "$name"; fi
  if has_conf vlan && [ "$lease_of" = "$(conf vlan | cut -d: -f1)" ]; then
    set_conf vlan "$(conf vlan | cut -d: -f1):$name"
    make_vlan || return 1
    name=$(conf vlan | cut -d: -f1)
  fi
  sed -i "s/interface='*[^' ]*'*/interface='$name'/" $NET/lease
  apply_lease
}

has_interface() { interface_with_mac "$1" >/dev/null; }

wait_for_link() {
  ip link set "$1" up
  await_tenths $((LINK_SECONDS * 10)) has_link "$1"
}

# The chunks in the initrd become the cache in memory.
restore_cache() {
  make_live
  if [ -f /kboot/handoff/boot.profile ]; then mv /kboot/handoff/boot.profile $RECORD/; fi
  [ -d /cache ] || return 0
  find_cache
  cache_is_in_memory && mv /cache/* /live/cache/ 2>/dev/null
  rm -rf /cache
}
