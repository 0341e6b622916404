# The prompt. It accepts what users of the first kboot typed (a kernel's URL with parameters, a label, a command), and an
# image's URL.

readonly HISTORY=/run/kboot/history

prompt() {
  local line
  while :; do
    line=$(kboot prompt --history "$HISTORY" 'kboot: ')
    case $? in
      0) ;;
      1) return 0 ;;
      *)
        echo
        continue
        ;;
    esac
    until run_line "$line"; do
      failed "could not do: $(hide_secrets "$line")" || break
    done
  done
}

run_line() {
  set -f
  # shellcheck disable=SC2086
  set -- $1
  set +f
  [ $# -gt 0 ] || return 0
  case "$1" in
    help) show_help ;;
    ls) if [ $# -gt 1 ]; then run_command "$@"; else show_menu; fi ;;
    set)
      shift
      set_words "$@"
      ;;
    net) show_network ;;
    wifi) choose_wifi ;;
    status) show_status ;;
    shell) rescue_shell ;;
    log) less "$LOG" ;;
    menu) menu ;;
    boot)
      shift
      boot_line "$*"
      ;;
    reboot) reboot -f ;;
    poweroff) poweroff -f ;;
    *://* | image:* | kernel:*) boot_line "$*" ;;
    *)
      if is_label "$1"; then boot_line "$*"; else run_command "$@"; fi
      ;;
  esac
}

# The command reports its own failure. A command that entered a root ends this session as well.
run_command() {
  sh -c "$*"
  [ ! -e /run/kboot/init ] || exit 0
  return 0
}

# boot_line LINE: boots a label or a URL, with parameters. Called directly, it counts as a person's choice.
boot_line() {
  local first label
  set -f
  # shellcheck disable=SC2086
  set -- $1
  if [ $# -gt 0 ] && is_label "$1"; then
    label=$1
    shift
    # shellcheck disable=SC2046
    set -- $(words_of_label "$label") "$@"
  fi
  set +f
  [ $# -gt 0 ] || return 0
  [ -n "${unattended-}" ] || forget_entry
  first=$1
  current=$first
  shift
  case "$(kind_of_address "$first" "$@")" in
    image) boot_image_line "${first#image:}" "$@" ;;
    kernel) boot_kernel_url "$(kernel_address "$first")" "$@" ;;
    *) why usage "$first is neither a label nor an address" ;;
  esac
}

# boot_by_itself LINE: as boot_line, but without a person's choice.
boot_by_itself() {
  local unattended=yes
  boot_line "$1"
}

# kind_of_address ADDRESS [PARAMETER...]: prints image or kernel. The spelling decides, never a server's answer.
kind_of_address() {
  case "$1" in
    image:*) echo image ;;
    kernel:* | tftp://* | ftp://* | /*) echo kernel ;;
    http://* | https://* | file://*) case " $* " in *' initrd='*) echo kernel ;; *) echo image ;; esac ;;
  esac
}

kernel_address() {
  case "${1#kernel:}" in
    /dev/*:/*) echo "${1#kernel:}" ;;
    /*) echo "file://${1#kernel:}" ;;
    *) echo "${1#kernel:}" ;;
  esac
}

# words_of_label LABEL: prints its value. Words that a store offers for an image's kernel are as unsigned as a kernel.
words_of_label() {
  local kept='' left=''
  set -f
  # shellcheck disable=SC2046
  set -- "$1" $(cat "$MENU/$1")
  set +f
  if ! is_offered "$1" || may_boot_unsigned || [ "$(
    shift
    kind_of_address "$@"
  )" != image ]; then
    cat "$MENU/$1"
    return
  fi
  kept=$2
  shift 2
  for word in "$@"; do
    case "$word" in rootstream.entry=*) kept="$kept $word" ;; *) left="$left $word" ;; esac
  done
  [ -z "$left" ] || say "nothing signs what the store adds, so it is left out:$left" >&2
  echo "$kept"
}

# boot_image_line URL [PARAMETER...]: boots an image; the parameter rootstream.entry= chooses the boot entry.
boot_image_line() {
  local url=$1 entry words=''
  shift
  entry=$(conf entry)
  for word in "$@"; do
    case "$word" in rootstream.entry=*) entry=${word#*=} ;; *) words="$words $word" ;; esac
  done
  boot_image "$url" "$entry" "$words"
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
      proxy=* | no-proxy=*)
        set_conf "${word%%=*}" "${word#*=}"
        use_proxy
        ;;
      *=*) set_conf "${word%%=*}" "${word#*=}" ;;
      *) echo "set KEY=VALUE; alone it shows what is set" ;;
    esac
  done
}

show_network() {
  ip addr
  ip route
  cat /etc/resolv.conf
  [ -z "${http_proxy-}" ] || echo "proxy $(hide_secrets "$http_proxy")"
}

show_status() {
  cat /run/kboot/phases
  if image_is_mounted; then chroot /live /bin/rootstream status "$(mountpoint_for "$(cat /run/kboot/mounted)")"; fi
}

show_help() {
  cat <<'TEXT'
  http://HOST/STORE/NAME:TAG            boots an image: verified, streaming
  http://HOST/vmlinuz initrd=URL ...    boots a kernel; tftp, ftp, https and file as well
  image:URL  kernel:URL                 says which of the two it is
  LABEL [PARAMETER...]                  boots an entry of the menu
  ls        what there is to boot       set [KEY=VALUE]  settings, and the public key: set pubkey=BASE64
  net       address, routes, names      status           what happened when, and what was fetched
  wifi      choose a wireless network
  log  menu  shell  reboot  poweroff    anything else is a command of the shell: ping, vi, ssh ...
TEXT
}
