# Where chunks are kept between boots, and where changes to the root go: a disk, by label or path, or memory.

# device_of NAME: prints the device of LABEL=x, UUID=x or a path, or nothing if it is absent. FAT labels are upper case.
device_of() {
  local label
  case "$1" in
    /dev/*)
      [ -b "$1" ] && echo "$1"
      return
      ;;
    UUID=*)
      findfs "$1" 2>/dev/null
      return
      ;;
  esac
  label=${1#LABEL=}
  findfs "LABEL=$label" 2>/dev/null || findfs "LABEL=$(printf '%s' "$label" | tr a-z A-Z)" 2>/dev/null
}

# A USB disk appears some seconds after its bus, and its driver is loaded then. Waits for disks that the bus shows (an interface
# of class 8, mass storage).
wait_for_usb_disks() {
  local tenths=0
  grep -qs '^08' /sys/bus/usb/devices/*/bInterfaceClass || return 0
  load_drivers
  until has_usb_disk || [ $tenths -ge 80 ]; do
    sleep 0.1
    tenths=$((tenths + 1))
  done
}
has_usb_disk() {
  local path
  for path in /sys/class/block/*; do
    case "$(readlink "$path")" in */usb[0-9]*/block/*) return 0 ;; esac
  done
  return 1
}

# mount_disk DEVICE FOLDER [OPTIONS]: mounts it, after loading the module of its filesystem.
mount_disk() {
  mkdir -p "$2"
  local type
  type=$(blkid "$1" | sed -n 's/.* TYPE="\([^"]*\)".*/\1/p')
  modprobe -q "$type" 2>/dev/null
  mount -t "${type:-auto}" -o "${3:-noatime}" "$1" "$2" 2>>"$LOG" || return 1
  # The next kernel needs the driver of a disk that stays mounted as well.
  [ "${3-}" = ro ] || echo "${type:-auto}" >"/run/kboot/fstype.$(basename "$2")"
}

# Sets up the cache at /live/cache: where rootstream.cache= says (LABEL=x, a path, or ram), else on a filesystem labelled
# rootstream, else in memory, limited by rootstream.cache-size=.
find_cache() {
  local wanted device
  mkdir -p /live/cache
  if [ -f /run/kboot/cache ]; then return 0; fi
  wanted=$(conf cache LABEL=rootstream)
  if [ "$wanted" != ram ]; then
    wait_for_usb_disks
    device=$(device_of "$wanted")
    if [ -n "$device" ] && mount_disk "$device" /live/cache; then
      if can_write /live/cache; then
        say "cache on $device ($wanted)"
        echo "$device" >/run/kboot/cache
        return 0
      fi
      umount /live/cache
      say "the disk for the cache, $device ($wanted), is read-only: using memory"
    elif [ -n "$device" ]; then
      say "the disk for the cache, $device ($wanted), cannot be mounted: using memory"
    elif has_conf cache; then
      say "no disk $wanted for the cache: using memory"
    fi
  fi
  mount -t tmpfs -o "size=$(size_of "$(conf cache-size 25%)"),mode=700" tmpfs /live/cache
  echo ram >/run/kboot/cache
}

can_write() { (: >"$1/.kboot") 2>/dev/null && rm -f "$1/.kboot"; }

cache_is_in_memory() { [ "$(cat /run/kboot/cache)" = ram ]; }

bytes_of() { du -sk "$@" 2>/dev/null | awk '{ sum += $1 } END { print sum * 1024 }'; }

# Prints the limit of the cache in bytes: on a disk nearly all free space.
cache_bytes() {
  local free
  free=$(df -k /live/cache | awk 'NR == 2 { print ($4 + 0) * 1024 }')
  echo $(((free + $(bytes_of /live/cache)) / 10 * 9))
}
