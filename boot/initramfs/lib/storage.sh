# Where chunks are kept between boots, and where changes to the root are: a disk named by label or path,
# or memory.

# device_of NAME: LABEL=x, UUID=x or a path, as a device; nothing if it is not there. FAT keeps its labels in capitals.
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

# A disk at USB is found some seconds after its bus, and its driver is loaded then: waited for where there is one (its
# interface is of class 8, mass storage).
wait_for_usb_disks() {
  local tenths=0
  grep -qs '^08' /sys/bus/usb/devices/*/bInterfaceClass || return 0
  load_drivers
  until has_usb_disk || [ $tenths -ge 80 ]; do
    sleep 0.1
    tenths=$((tenths + 1))
  done
}
has_usb_disk() { readlink -f /sys/class/block/* | grep -q '/usb[0-9].*/block/'; }

# mount_disk DEVICE FOLDER [OPTIONS]: with the driver of its file system, which this kernel may have as a module.
mount_disk() {
  mkdir -p "$2"
  local type
  type=$(blkid "$1" | sed -n 's/.* TYPE="\([^"]*\)".*/\1/p')
  modprobe -q "$type" 2>/dev/null
  mount -t "${type:-auto}" -o "${3:-noatime}" "$1" "$2" 2>>"$LOG" || return 1
  # The next kernel needs the driver, too, of what stays mounted.
  [ "${3-}" = ro ] || echo "${type:-auto}" >"/run/kboot/fstype.$(basename "$2")"
}

# Puts the cache at /live/cache. `rootstream.cache=` LABEL=x, a path, or `ram`; else a filesystem labelled
# rootstream, else memory: at most rootstream.cache-size= of it.
find_cache() {
  local wanted device
  mkdir -p /live/cache
  if [ -f /run/kboot/cache ]; then return 0; fi
  wanted=$(conf cache LABEL=rootstream)
  if [ "$wanted" != ram ]; then
    wait_for_usb_disks
    device=$(device_of "$wanted")
    if [ -n "$device" ] && mount_disk "$device" /live/cache; then
      say "cache on $device ($wanted)"
      echo "$device" >/run/kboot/cache
      return 0
    fi
    has_conf cache && say "no disk $wanted for the cache: using memory"
  fi
  mount -t tmpfs -o "size=$(size_of "$(conf cache-size 25%)"),mode=700" tmpfs /live/cache
  echo ram >/run/kboot/cache
}

cache_is_in_memory() { [ "$(cat /run/kboot/cache)" = ram ]; }

# The most that the cache may hold, in bytes: on a disk all but a little of what is free.
cache_bytes() {
  local free
  free=$(df -k /live/cache | awk 'NR == 2 { print ($4 + 0) * 1024 }')
  echo $(((free + $(bytes_of /live/cache)) / 10 * 9))
}
