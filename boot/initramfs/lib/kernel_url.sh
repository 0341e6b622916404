# Booting a kernel from any URL.

# kernel_version FILE: prints the release, the builder and the build number. For a bzImage as in the boot protocol
# (Documentation/x86/boot.rst, kernel_version), for an ELF kernel of this machine (e_machine 62) its banner
# without "Linux version". False if it is not such a kernel.
kernel_version() {
  local magic offset
  if [ "$(od -An -tx1 -N4 "$1" | tr -d ' ')$(od -An -tu2 -j18 -N2 "$1" | tr -d ' ')" = 7f454c4662 ]; then
    grep -a -o -m 1 'Linux version [0-9][^ ]* [ -~]*#[ -~]*' "$1" | head -n 1 | sed 's/^Linux version //' | grep .
    return
  fi
  magic=$(dd if="$1" bs=1 skip=514 count=4 2>/dev/null)
  [ "$magic" = HdrS ] || return 1
  offset=$(($(od -An -tu2 -j526 -N2 "$1") + 512))
  dd if="$1" bs=1 skip=$offset count=200 2>/dev/null | tr '\000' '\n' | head -n 1
}

is_running_kernel() { # is_running_kernel VERSION
  [ "${1%% *}" = "$(uname -r)" ] || return 1
  case "$1" in *"$(uname -v)"*) return 0 ;; esac
  return 1
}

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
  if [ -n "$initrd" ]; then
    phase "fetching $initrd"
    fetch "$initrd" /run/kboot/initrd || return 1
  fi
  say 'this kernel is not signed by an image: nothing but the connection vouches for it'
  start_kernel /run/kboot/kernel "${initrd:+/run/kboot/initrd}" "$(with_console "$words")"
}

readonly SMALL_FILE=1048576 # bytes: a kboot.conf, a list, a proxy file

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
