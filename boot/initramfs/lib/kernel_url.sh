# Booting a kernel from any URL.

# boot_kernel_url URL [PARAMETER...]: boots a kernel from any address that curl knows, with initrd=URL among
# its parameters: the way of HTTP-FUSE PS3 Linux and kboot. Nothing signs it.
boot_kernel_url() {
  local url=$1 initrd='' words=''
  if ! may_boot_unsigned; then
    why unsigned "$url: nothing signs this kernel, so it does not boot by itself"
    return 1
  fi
  shift
  for word in "$@"; do
    case "$word" in
      initrd=*) initrd=${word#initrd=} ;;
      *) words="$words $word" ;;
    esac
  done
  phase "fetching $url"
  fetch "$url" /run/kboot/kernel || return 1
  check_kernel "$url" /run/kboot/kernel || return 1
  if [ -n "$initrd" ]; then
    phase "fetching $initrd"
    fetch "$initrd" /run/kboot/initrd || return 1
  fi
  say 'this kernel is not signed by an image: nothing but the connection vouches for it'
  start_kernel /run/kboot/kernel "${initrd:+/run/kboot/initrd}" "$(with_console "$words")"
}

# fetch URL FILE [BYTES]: a file of at most so many bytes, else of half of the memory. Also DEVICE:PATH, as kboot.conf on a disk
# has it. Returns the exit code of `kboot fetch`.
fetch() {
  case "$1" in /dev/*:/*)
    fetch_from_disk "${1%%:*}" "${1#*:}" "$2"
    return
    ;;
  esac
  local code=0
  kboot fetch "$1" "$2" --at-most "${3:-$(($(memory_kib) * 512))}" 2>/run/kboot/fetch.error || code=$?
  [ $code = 0 ] || why "$(kind_of $code)" "$(last_line /run/kboot/fetch.error)"
  return $code
}

fetch_from_disk() { # fetch_from_disk DEVICE PATH FILE
  mount_disk "$1" /run/kboot/disk ro || {
    why disk "cannot mount $1"
    return 1
  }
  cp "/run/kboot/disk$2" "$3" 2>/run/kboot/fetch.error || why disk "$1: $(last_line /run/kboot/fetch.error)"
  umount /run/kboot/disk
  [ -s "$3" ]
}
