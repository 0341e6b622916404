# The menu: labels for the given image and its other boot entries, for kboot.conf, and for the images of a store. After a
# timeout the default boots.
#
# kboot.conf is the format of kboot and HTTP-FUSE PS3 Linux: `timeout=`, `default=`, `initrd=`, `root=` (both for
# every kernel that follows), and label=PATH PARAMETERS, where PATH is a kernel's or an image's URL.
#
# Each label has an origin: `local` for this machine's own configuration, or `store` for the network. A store's labels are not
# signed, so they are only offers, and never decide what is trusted: see boot_line() and may_boot_unsigned().

readonly MENU=/run/kboot/menu       # one file for each label, with its value
readonly ORDER=/run/kboot/order     # the labels in the order of the menu
readonly OFFERED=/run/kboot/offered # the labels that a store offers

# add_label LABEL VALUE ORIGIN: adds a label unless an earlier source has it. A store's label must not have the name of a
# command.
add_label() {
  [ ! -e "$MENU/$1" ] || return 0
  if [ "$3" = store ]; then
    if command -v "$1" >/dev/null; then
      note "the store's label $1 is a command's name: left out"
      return 0
    fi
    echo "$1" >>$OFFERED
  fi
  printf '%s' "$2" >"$MENU/$1"
  echo "$1" >>$ORDER
}

is_label() {
  case "$1" in */*) return 1 ;; esac
  [ -f "$MENU/$1" ]
}
is_offered() { grep -qxF -e "$1" $OFFERED 2>/dev/null; }

read_boot_files() {
  local device mark
  mkdir -p $MENU
  : >>$ORDER
  [ -f /etc/kboot/kboot.conf ] && read_kboot_conf /etc/kboot/kboot.conf '' local
  wait_for_usb_disks
  for mark in rootstream kboot; do
    device=$(device_of "LABEL=$mark") && [ -n "$device" ] || continue
    mount_disk "$device" /run/kboot/disk ro || {
      note "cannot mount $device, labelled $mark"
      continue
    }
    for file in /run/kboot/disk/kboot.conf /run/kboot/disk/etc/kboot.conf; do
      [ -f "$file" ] && read_kboot_conf "$file" "$device:" local
    done
    [ $mark = rootstream ] || take_disk_keys /run/kboot/disk/keys
    umount /run/kboot/disk
  done
  read_store_menu
}

# take_disk_keys FOLDER: trusts the public keys on the medium that this kboot started from, if it knows none otherwise. Keys
# that are built in or given stay the only ones: whoever can write to a stick must not add to them. A disk that holds the cache
# has no say, since the image's programs can write to it.
take_disk_keys() {
  ! has_keys || return 0
  local file
  for file in "$1"/*.pub "$1"/*.PUB; do
    [ -f "$file" ] || continue
    if grep -q -e '-----BEGIN PUBLIC KEY-----' "$file"; then
      tr -d '\r' <"$file" >"/run/kboot/keys/$(basename "$file" | tr -c 'A-Za-z0-9._\n-' _)"
      say "trusting the key $(basename "$file") of this disk"
    else
      say "$(basename "$file") on this disk is not a public key (PEM): left out"
    fi
  done
}

# Adds a store's own menu, or else the names of its images.
read_store_menu() {
  local store place code=0 list=/run/kboot/fetched.conf
  has_conf store || has_conf conf || return 0
  store=$(conf store)
  store=${store%/}
  place=$(conf conf "$store/kboot.conf")
  fetch "$place" $list $SMALL_FILE >/dev/null || code=$?
  if [ $code = 0 ]; then
    read_kboot_conf $list "${store:-${place%/*}}/" "$(origin_of "$place")"
  elif [ "$(kind_of $code)" != unreachable ] && has_conf store && fetch "$store/images.list" $list $SMALL_FILE >/dev/null; then
    while read -r name; do
      case "$name" in '' | *[!a-z0-9._:-]*) ;; *) add_label "$name" "$store/$name" store ;; esac
    done <$list
  else
    say "no menu at $place"
  fi
}

# origin_of ADDRESS: prints the origin of a menu at this address.
origin_of() { case "$1" in /*) echo local ;; *) echo store ;; esac }

# read_kboot_conf FILE BASE ORIGIN: BASE is the store or disk that holds paths without a scheme.
read_kboot_conf() {
  local key value initrd='' root='' lines=/run/kboot/conf.lines
  for_this_machine "$1" >$lines || {
    why machines "kboot.conf has several sections for this machine: $(tr -cd ' -~\n' </run/kboot/machines | tr '\n' ' ')"
    failed 'several sections of kboot.conf are for this machine'
  }
  [ ! -s /run/kboot/machines ] || say "this machine is $(tr -cd ' -~' </run/kboot/machines) in kboot.conf"
  while IFS='=' read -r key value || [ -n "$key" ]; do
    key=$(printf '%s' "$key" | tr -d ' \t\r')
    value=$(printf '%s' "$value" | tr -d '\r' | tr '\t' ' ' | sed "s/^[\"' ]*//; s/[\"' ]*\$//")
    case "$key" in '' | '#'* | *[!A-Za-z0-9._:-]*) continue ;; esac
    # Control characters must not reach the screen.
    case "$value" in *[!\ -~]*)
      note "kboot.conf: $key= has more than printable ASCII: left out"
      continue
      ;;
    esac
    case "$key" in
      timeout | default | hostname | tune | measure | rootstream.* | kboot.*) read_menu_setting "$key" "$value" "$3" ;;
      initrd) initrd=" initrd=$(place_of "$2" "$value")" ;;
      root) root=" root=$value" ;;
      *) add_label "$key" "$(place_words "$2" "$value")$initrd$root" "$3" ;;
    esac
  done <$lines
}

read_menu_setting() { # read_menu_setting KEY VALUE ORIGIN
  case "$3:$1" in
    store:tune | store:measure) say "kboot.conf (store): $1= is not for it: left out" ;;
    local:rootstream.unsigned) set_conf_if_new unsigned "$2" ;;
    *:rootstream.* | *:kboot.*) say "kboot.conf ($3): $1= is not for it: left out" ;;
    store:default)
      case "$2" in *[!A-Za-z0-9._:-]*) say "kboot.conf (store): default=$2 is no label: left out" ;; *) set_conf_if_new default "$2" ;; esac
      ;;
    *:hostname)
      if is_host_name "$2"; then set_conf_if_new hostname "$2"; else say "kboot.conf: hostname=$2 is no name of a host: left out"; fi
      ;;
    *) set_conf_if_new "$1" "$2" ;;
  esac
}

# place_of BASE PATH
place_of() {
  case "$2" in
    *://* | kernel:* | image:* | /dev/*:*) echo "$2" ;;
    /*) case "$1" in /dev/*) echo "$1$2" ;; *) echo "$2" ;; esac ;;
    *) case "$1" in /dev/*) echo "$1/$2" ;; *) echo "$1$2" ;; esac ;;
  esac
}

# place_words BASE LINE: prints the line with its first path, and the initrd's, made absolute.
place_words() {
  local base=$1 words
  set -f
  # shellcheck disable=SC2086
  set -- $2
  set +f
  words=$(place_of "$base" "$1")
  [ $# = 0 ] || shift
  for word in "$@"; do
    case "$word" in initrd=*) word=initrd=$(place_of "$base" "${word#initrd=}") ;; esac
    words="$words $word"
  done
  printf '%s\n' "$words"
}

# Adds the boot entries of the given image, if it has several, as entry-0, entry-1 ...
read_image_entries() {
  local number title kernel fits
  has_conf url && [ ! -e /run/kboot/entries ] || return 0
  # shellcheck disable=SC2046
  timeout 30 kboot entry --list $(client_words) --cache none "$(conf url)" >/run/kboot/entries 2>>"$LOG" || rm -f /run/kboot/entries
  [ "$(wc -l 2>/dev/null </run/kboot/entries)" -gt 1 ] 2>/dev/null || return 0
  while IFS=$(printf '\t') read -r number title kernel fits; do
    # The words of a line contain no spaces.
    [ "$fits" = fits ] && is_word "$kernel" && add_label "entry-$number" "$(conf url) rootstream.entry=$kernel" local
  done </run/kboot/entries
}

# Boots what was given, or the menu's default; a key press in time leads to the menu. False if it failed.
choose() {
  local key default
  if has_conf url; then
    key=$(read_key "$(seconds_of timeout 2)" "booting $(hide_secrets "$(conf url)"); any key for the menu:")
    [ -n "$key" ] && {
      menu
      return
    }
    current=$(conf url)
    boot_image "$(conf url)" "$(conf entry)" "$(conf cmdline | tr , ' ')"
    return
  fi
  choose_tuned
  default=$(conf default "$(head -n 1 $ORDER)")
  if [ -z "$default" ]; then
    say 'nothing was given to boot: type an address, or `help`'
    prompt
    return
  fi
  show_menu
  key=$(read_key "$(seconds_of timeout 10)" "booting $default; any key for the menu:")
  [ -n "$key" ] && {
    menu
    return
  }
  choose_entry "$default"
  boot_by_itself "$current"
}

# seconds_of KEY DEFAULT: prints a setting if it is a number, else the default.
seconds_of() {
  case "$(conf "$1")" in
    '' | *[!0-9]*) echo "$2" ;;
    *) conf "$1" ;;
  esac
}

show_menu() {
  local number=0
  echo
  has_conf url && echo "   0  $(hide_secrets "$(conf url)")"
  while read -r label; do
    number=$((number + 1))
    printf '  %2s  %-16s %s\n' "$number" "$label" "$(hide_secrets "$(cat "$MENU/$label")")"
  done <$ORDER
  echo
}

# line_of CHOICE: prints the line for a number, a label, or `e` and one of these, which the user then edits. False: none.
line_of() {
  local line
  case "$1" in
    0) conf url ;;
    *[!0-9]*) echo "$1" ;;
    *)
      line=$(sed -n "${1}p" $ORDER)
      [ -n "$line" ] || return 1
      echo "$line"
      ;;
  esac
}

menu() {
  local line label
  stop_measuring
  read_image_entries
  show_menu
  line=$(kboot prompt 'number or label, e NUMBER to edit it, or p for the prompt: ') || return 0
  case "$line" in
    '' | p)
      prompt
      return
      ;;
    'e '*)
      label=$(line_of "${line#e }") || {
        echo "no entry ${line#e }"
        return 0
      }
      if is_label "$label"; then label=$(cat "$MENU/$label"); fi
      line=$(kboot prompt --line "$label" 'boot: ') || return 0
      ;;
    *) line=$(line_of "$line") || {
      echo "there is no such number"
      return 0
    } ;;
  esac
  until boot_line "$line"; do
    failed "could not boot $(hide_secrets "$line")" || return 0
  done
}
