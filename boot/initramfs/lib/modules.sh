# The modules and firmware of another kernel that this machine needs to reach its root: drivers of the network interface and of
# the disks in use, with everything between them and the bus, FUSE and overlayfs. If the image's fstab names disks, the drivers
# of all disks, since not every init waits for them. The image loads the rest itself.

# aliases_of PATH: prints the modaliases of a device in /sys and of all its parents.
aliases_of() {
  local path
  path=$(readlink -f "$1") || return 0
  while [ -n "$path" ] && [ "$path" != /sys/devices ] && [ "$path" != / ]; do
    [ -f "$path/modalias" ] && cat "$path/modalias"
    path=${path%/*}
  done
}

# names_disks ROOT: true if its fstab names disks beside the root.
names_disks() {
  local spec folder
  [ -f "$1/etc/fstab" ] || return 1
  while read -r spec folder _; do
    if is_disk_name "$spec" && [ "$folder" != / ]; then return 0; fi
  done <"$1/etc/fstab"
  return 1
}

needed_modules() { # needed_modules ROOT
  echo fuse
  echo overlay
  echo af_packet
  if [ -f $NET/lease ]; then
    . $NET/lease
    aliases_of "/sys/class/net/${interface%%.*}/device"
    # The driver of a network chip's transceiver (PHY) is found at run time, not by an alias of the chip.
    readlink "/sys/class/net/${interface%%.*}/phydev/driver/module" | sed 's,.*/,,'
    if is_dialled "$interface"; then ppp_modules; fi
    if is_wireless "$interface"; then wireless_modules "$interface"; fi
    has_conf vlan && echo 8021q
    has_conf slow && printf '%s\n' ifb sch_netem sch_ingress cls_matchall act_mirred
  fi
  for file in /run/kboot/cache /run/kboot/changes; do
    case "$(cat $file 2>/dev/null)" in
      /dev/*) aliases_of "/sys/class/block/$(basename "$(readlink -f "$(cat $file)")")" ;;
    esac
  done
  if names_disks "$1"; then
    for file in /sys/class/block/*; do
      case "${file##*/}" in sr* | fd* | loop*) ;; *) aliases_of "$file" ;; esac
    done
  fi
  cat /run/kboot/fstype.* $HOOK_STATE/modules 2>/dev/null
}

# wireless_modules CARD: a part of the driver may be loaded at run time, and hangs on it then. mac80211 asks for ciphers by name.
wireless_modules() {
  local driver
  driver=$(basename "$(readlink "/sys/class/net/$1/device/driver/module")")
  echo "$driver"
  ls "/sys/module/$driver/holders" 2>/dev/null
  printf '%s\n' aes_generic crypto-ctr crypto-ccm crypto-gcm crypto-ghash crypto-cmac
}

# copy_firmware FILE ROOT FOLDER: the image's, or else kboot's own, which this machine may run with now.
copy_firmware() {
  local path from
  for path in "/lib/firmware/$1" "/lib/firmware/$1.xz" "/lib/firmware/$1.zst"; do
    for from in "$2" ''; do
      [ -f "$from$path" ] || continue
      mkdir -p "$3${path%/*}"
      cp "$from$path" "$3$path"
      return 0
    done
  done
}

# collect_modules ROOT RELEASE FOLDER: copies them to FOLDER, and writes their load order into
# FOLDER/kboot/handoff/modules.
collect_modules() {
  local from=$1 release=$2 to=$3 list path file
  list=$to/kboot/handoff/modules
  [ -d "$from/lib/modules/$release" ] || {
    why no-modules "the image has no /lib/modules/$release for its kernel"
    return 1
  }
  has_card_driver "$from" "$release" || return 1
  needed_modules "$from" | sort -u | while read -r alias; do
    modprobe -d "$from" -S "$release" -q --show-depends "$alias" 2>>"$LOG"
  done | sed -n "s,^insmod $from\(/[^ ]*\).*,\1,p" | awk '!seen[$0]++' >"$list"
  while read -r path; do
    mkdir -p "$to${path%/*}"
    cp "$from$path" "$to$path" || {
      why failed "cannot read $path from the image"
      return 1
    }
    modinfo -F firmware "$from$path" 2>/dev/null
  done <"$list" | sort -u | while read -r file; do copy_firmware "$file" "$from" "$to"; done
  note "$(wc -l <"$list") modules for $release"
  # Built-in modules have no file.
  grep -q '/fuse\.ko' "$list" || grep -q '/fuse\.ko' "$from/lib/modules/$release/modules.builtin" ||
    why no-modules "the image's kernel $release has no FUSE module"
}

# has_driver ROOT RELEASE DEVICE: true if that kernel has a driver for a device in /sys, by its modalias or by the name of the
# driver in use. A device without a modalias needs none of its own.
has_driver() {
  local alias driver
  [ -f "$3/modalias" ] || return 0
  alias=$(cat "$3/modalias")
  driver=$(basename "$(readlink "$3/driver")")
  modprobe -d "$1" -S "$2" -q --show-depends "$alias" 2>/dev/null | grep -q . && return 0
  grep -qs "/$(echo "$driver" | tr - _)\.ko\|/$driver\.ko" "$1/lib/modules/$2/modules.builtin"
}

# missing_disk_driver ROOT RELEASE DISK: prints the driver in use that this kernel lacks, between the disk (/dev/...) and its bus.
# False if it lacks none.
missing_disk_driver() {
  local path
  path=$(readlink -f "/sys/class/block/$(basename "$(readlink -f "$3")")")
  while [ "${path#/sys/devices/}" != "$path" ]; do
    if [ -e "$path/driver" ] && ! has_driver "$1" "$2" "$path"; then
      basename "$(readlink "$path/driver")"
      return 0
    fi
    path=${path%/*}
  done
  return 1
}

# has_card_driver ROOT RELEASE: true if it has a driver for the root's card.
has_card_driver() {
  local device
  [ -f $NET/lease ] || return 0
  device=/sys/class/net/$(leased_interface | cut -d. -f1)/device
  has_driver "$1" "$2" "$device" && return 0
  why no-driver "the image's kernel $2 has no driver for this machine's network card ($(basename "$(readlink "$device/driver")"), $(cat "$device/modalias"))"
}

# insert_modules: loads the modules that were handed over, in their order.
insert_modules() {
  local path
  while read -r path; do
    insmod "$path" 2>>"$LOG" || note "insmod $path failed"
  done </kboot/handoff/modules
}
