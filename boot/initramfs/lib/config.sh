# The settings of this kboot. Each is a file in /run/kboot/conf, so that it outlives a shell and is passed to the next kernel
# unchanged. The first source that has a setting wins:
#   1. the kernel's command line          rootstream=URL (or root=rootstream:URL) rootstream.KEY=VALUE kboot.KEY=VALUE
#   2. what was built in                  /etc/kboot/cmdline, of the same form
#   3. DHCP                               the boot file name (option 67), if it is an http(s) URL of an image, and no
#                                         image, store or menu was named
#   4. kboot.conf                         labels for the menu; from a disk, or from the store
# Only the first two, and a kboot.conf that is built in or on a disk of this machine, may set what is trusted: settings from
# the network never do.
# docs/boot.md lists the keys.

readonly CONF=/run/kboot/conf
readonly SMALL_FILE=1048576 # bytes, at most: a kboot.conf, a list, a proxy file

conf() { # conf KEY [DEFAULT]
  if [ -e "$CONF/$1" ]; then cat "$CONF/$1"; else printf '%s' "${2-}"; fi
}
has_conf() { [ -e "$CONF/$1" ]; }
set_conf() { printf '%s' "$2" >"$CONF/$1"; }
# set_conf_if_new KEY VALUE: unless an earlier source has set it.
set_conf_if_new() { has_conf "$1" || set_conf "$1" "$2"; }

read_words() { # read_words WORD...: of a kernel command line
  for word in "$@"; do
    case "$word" in
      rootstream=*) set_conf_if_new url "${word#*=}" ;;
      root=rootstream:*) set_conf_if_new url "${word#*:}" ;;
      rootstream.pubkey=*) add_key "${word#*=}" ;;
      rootstream.mirror=*) echo "${word#*=}" >>"$CONF/mirrors" ;;
      rootstream.insecure) set_conf_if_new insecure yes ;;
      rootstream.*=*)
        word=${word#rootstream.}
        set_conf_if_new "${word%%=*}" "${word#*=}"
        ;;
      kboot.*=*)
        word=${word#kboot.}
        set_conf_if_new "${word%%=*}" "${word#*=}"
        ;;
      ip=*) set_conf_if_new ip "${word#*=}" ;;
      vlan=*) set_conf_if_new vlan "${word#*=}" ;;
      BOOTIF=*) set_conf_if_new bootif "${word#*=}" ;;
      console=*) echo "$word" >>"$CONF/consoles" ;;
      init=*) set_conf_if_new init "${word#*=}" ;;
    esac
  done
}

# A public key: a file of this kboot, or the base64 between the lines of a PEM file.
add_key() {
  mkdir -p /run/kboot/keys
  if [ -f "$1" ]; then
    cp "$1" "/run/kboot/keys/$(basename "$1")"
    return
  fi
  local name
  name=$(printf '%s' "$1" | sha256sum | cut -c1-12)
  printf -- '-----BEGIN PUBLIC KEY-----\n%s\n-----END PUBLIC KEY-----\n' "$1" >"/run/kboot/keys/$name.pub"
}

read_config() {
  mkdir -p "$CONF" /run/kboot/keys
  # Words of a command line contain no spaces or quotes here.
  # shellcheck disable=SC2046
  read_words $(cat /proc/cmdline)
  # shellcheck disable=SC2046
  [ -f /etc/kboot/cmdline ] && read_words $(cat /etc/kboot/cmdline)
  for key in /etc/kboot/keys/*.pub; do
    [ -f "$key" ] && add_key "$key"
  done
  return 0
}

has_keys() {
  local key
  for key in /run/kboot/keys/*.pub; do [ ! -f "$key" ] || return 0; done
  return 1
}

# Set while something boots that no person chose.
unattended=''

# True if unsigned things may boot now: if a key is configured, only when a person confirms it, or when this machine's own
# configuration allows it.
may_boot_unsigned() { [ -z "$unattended" ] || ! has_keys || [ "$(conf unsigned)" = yes ]; }

# is_word TEXT: true for one word of printable ASCII, such as a URL.
is_word() { case "$1" in '' | *[!!-~]*) return 1 ;; esac }

# Prints the options that every rootstream command needs for the image, as one line of words. $1: a prefix for
# the key files' folder, for a command that runs elsewhere.
client_words() {
  local words=''
  for key in /run/kboot/keys/*.pub; do
    [ -f "$key" ] && words="$words --pubkey ${1-/run/kboot/keys}/$(basename "$key")"
  done
  if has_conf insecure && [ -z "$words" ]; then words=--insecure; fi
  if has_conf mirrors; then
    while read -r mirror; do words="$words --mirror $mirror"; done <"$CONF/mirrors"
  fi
  echo "$words"
}
