# The prompt. What users of kboot typed works: a kernel's address with its parameters, a label, a command;
# and an image's address.

readonly HISTORY=/run/kboot/history

prompt() {
  local line
  while :; do
    line=$(kboot prompt --history "$HISTORY" 'kboot: ')
    case $? in
      0) ;;
      1) return 0 ;;
      *) echo; continue ;;
    esac
    until run_line "$line"; do
      failed "could not do: $(hide_secrets "$line")" || break
    done
  done
}

run_line() {
  # shellcheck disable=SC2086
  set -- $1
  [ $# -gt 0 ] || return 0
  case "$1" in
    help) show_help ;;
    ls) if [ $# -gt 1 ]; then shift; ls "$@"; else show_menu; fi ;;
    set) shift; set_words "$@" ;;
    net) show_network ;;
    status) show_status ;;
    shell) rescue_shell ;;
    log) less "$LOG" ;;
    menu) menu ;;
    boot) shift; boot_line "$*" ;;
    reboot) reboot -f ;;
    poweroff) poweroff -f ;;
    *://* | image:* | kernel:*) boot_line "$*" ;;
    *)
      if [ -f "$MENU/$1" ]; then boot_line "$*"; else run_command "$@"; fi
      ;;
  esac
}

# The command's own failure is told by the command. One that led to a root ends this session, too.
run_command() {
  sh -c "$*"
  [ ! -e /run/kboot/init ] || exit 0
  return 0
}

# boot_line LINE: a label or an address, and parameters.
boot_line() {
  local first value
  # shellcheck disable=SC2086
  set -- $1
  [ $# -gt 0 ] || return 0
  if [ -f "$MENU/$1" ]; then
    value=$(cat "$MENU/$1")
    shift
    # shellcheck disable=SC2086
    set -- $value "$@"
  fi
  first=$1
  shift
  current=$first
  case "$first" in
    image:*) boot_image_line "${first#image:}" "$@" ;;
    kernel:*) boot_kernel_url "${first#kernel:}" "$@" ;;
    tftp://* | ftp://*) boot_kernel_url "$first" "$@" ;;
    http://* | https://* | file://*)
      case " $* " in
        *' initrd='*) boot_kernel_url "$first" "$@" ;;
        *) boot_image_or_kernel "$first" "$@" ;;
      esac
      ;;
    /dev/*:/*) boot_kernel_url "$first" "$@" ;;
    /*) boot_kernel_url "file://$first" "$@" ;;
    *) why "$first is neither a label nor an address" ;;
  esac
}

# boot_image_line URL [PARAMETER...]: rootstream.entry= among them picks the boot entry.
boot_image_line() {
  local url=$1 entry words=''
  shift
  entry=$(conf entry)
  for word in "$@"; do
    case "$word" in rootstream.entry=*) entry=${word#*=} ;; *) words="$words $word" ;; esac
  done
  boot_image "$url" "$entry" "$words"
}

# An address is an image's unless the server has no such ref: then it is a kernel's.
boot_image_or_kernel() {
  local url=$1
  shift
  boot_image_line "$url" "$@" && return 0
  case "$(cat /run/kboot/why)" in
    *404* | *missing* | *'not an image'*) say "there is no image at $url: taking it for a kernel"; boot_kernel_url "$url" "$@" ;;
    *) return 1 ;;
  esac
}

set_words() {
  if [ $# -eq 0 ]; then
    for file in "$CONF"/*; do [ -f "$file" ] && echo "${file##*/}=$(hide_secrets "$(tr '\n' ' ' <"$file")")"; done
    return 0
  fi
  for word in "$@"; do
    case "$word" in
      pubkey=*) add_key "${word#*=}" ;;
      mirror=*) echo "${word#*=}" >>"$CONF/mirrors" ;;
      *=*) set_conf "${word%%=*}" "${word#*=}" ;;
      *) echo "set KEY=VALUE; alone it shows what is set" ;;
    esac
  done
}

show_network() {
  ip addr
  ip route
  cat /etc/resolv.conf
}

show_status() {
  cat /run/kboot/phases
  if mountpoint_is /live/image; then chroot /live /bin/rootstream status /image; fi
}

show_help() {
  cat <<'TEXT'
  http://HOST/STORE/NAME:TAG            boots an image: verified, streaming
  http://HOST/vmlinuz initrd=URL ...    boots a kernel; tftp, ftp, https and file as well
  image:URL  kernel:URL                 says which of the two it is
  LABEL [PARAMETER...]                  boots an entry of the menu
  ls        what there is to boot       set [KEY=VALUE]  settings, and the public key: set pubkey=BASE64
  net       address, routes, names      status           what happened when, and what was fetched
  log  menu  shell  reboot  poweroff    anything else is a command of the shell: ping, vi, ssh ...
TEXT
}
