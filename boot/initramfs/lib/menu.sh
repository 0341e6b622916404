# What can be booted: labels of kboot.conf, and the URL that was given. With a timeout, after which the
# default goes.
#
# kboot.conf is what kboot and HTTP-FUSE PS3 Linux had: `timeout=`, `default=`, `initrd=`, `root=` (both for
# every kernel that follows), and label=PATH PARAMETERS, where PATH is a kernel's or an image's URL.

readonly MENU=/run/kboot/menu  # a file a label: its value

read_boot_files() {
  local device store
  mkdir -p $MENU
  [ -f /etc/kboot/kboot.conf ] && read_kboot_conf /etc/kboot/kboot.conf
  for label in rootstream kboot; do
    device=$(device_of "LABEL=$label") && [ -n "$device" ] || continue
    mkdir -p /run/kboot/disk
    mount -o ro "$device" /run/kboot/disk 2>>"$LOG" || continue
    for file in /run/kboot/disk/kboot.conf /run/kboot/disk/etc/kboot.conf; do
      [ -f "$file" ] && read_kboot_conf "$file"
    done
    umount /run/kboot/disk
  done
  store=$(conf store)
  if [ -n "$store" ] || has_conf conf; then
    if kboot fetch "$(conf conf "${store%/}/kboot.conf")" /run/kboot/fetched.conf 2>>"$LOG"; then
      read_kboot_conf /run/kboot/fetched.conf
    else
      say "no menu at $(conf conf "${store%/}/kboot.conf")"
    fi
  fi
}

read_kboot_conf() {
  local key value initrd='' root=''
  while IFS='=' read -r key value; do
    key=$(echo "$key" | tr -d ' \t\r')
    value=$(printf '%s' "$value" | tr -d '\r' | sed "s/^[\"' ]*//; s/[\"' ]*\$//")
    case "$key" in
      '' | '#'* | *[!A-Za-z0-9._-]*) ;;
      timeout | default) set_conf_if_new "$key" "$value" ;;
      initrd) initrd=" initrd=$value" ;;
      root) root=" root=$value" ;;
      *) printf '%s' "$(relative_to_store "$value")$initrd$root" >"$MENU/$key" ;;
    esac
  done <"$1"
}

# A value without a scheme is a name in the store that the menu came from.
relative_to_store() {
  case "$1" in
    *://* | /* | kernel:* | image:*) echo "$1" ;;
    *) if has_conf store; then echo "$(conf store | sed 's,/*$,,')/$1"; else echo "$1"; fi ;;
  esac
}

labels() { ls $MENU 2>/dev/null; }

# Boots what was given, or the menu's default; a key in time leads to the menu. False: it failed.
choose() {
  local key default
  if has_conf url; then
    key=$(read_key "$(conf timeout 2)" "booting $(hide_secrets "$(conf url)"); any key for the menu:")
    [ -n "$key" ] && { menu; return; }
    current=$(conf url)
    boot_image "$(conf url)" "$(conf entry)" "$(conf cmdline | tr , ' ')"
    return
  fi
  default=$(conf default "$(labels | head -n 1)")
  if [ -z "$default" ]; then
    say 'nothing was given to boot: type an address, or `help`'
    prompt
    return
  fi
  show_menu
  key=$(read_key "$(conf timeout 10)" "booting $default; any key for the prompt:")
  [ -n "$key" ] && { prompt; return; }
  boot_line "$default"
}

show_menu() {
  local line value
  show_menu
  line=$(kboot prompt 'number, label, e LABEL to edit, or p for the prompt: ') || return 0
  case "$line" in
    '' | p) prompt; return ;;
    'e '*)
      value=$(cat "$MENU/${line#e }" 2>/dev/null) || { echo "no entry ${line#e }"; return 0; }
      echo "$value"
      line="$value $(kboot prompt 'more parameters: ')" || return 0
      ;;
    0) line=$(conf url) ;;
    *[!0-9]*) ;;
    *) line=$(labels | sed -n "${line}p") ;;
  esac
  until boot_line "$line"; do
    failed "could not boot $(hide_secrets "$line")" || return 0
  done
}
