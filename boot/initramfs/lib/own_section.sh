# What an image has for one machine of many: a section of a file in its /etc/kboot/machines, of the form of kboot.conf's
# (machines.sh). docs/boot.md, "What an image has for one machine", describes the keys.

readonly OWN=/run/kboot/own            # a file for each key
readonly OWN_FOLDER=etc/kboot/machines # in the image

own() { cat "$OWN/$1" 2>/dev/null; }
own_is() { [ -e "$OWN/$1" ] || printf '%s' "$2" >"$OWN/$1"; }

# read_own_section ROOT: false if several sections are for this machine.
read_own_section() {
  local key value file
  rm -rf $OWN
  mkdir -p $OWN
  for file in "$1/$OWN_FOLDER"/*.conf; do
    if [ -f "$file" ]; then cat "$file" && echo; fi
  done >$OWN/sections
  [ -s $OWN/sections ] || return 0
  for_this_machine $OWN/sections >$OWN/lines || {
    why machines "the image's /$OWN_FOLDER has several sections for this machine: $(tr -cd ' -~\n' </run/kboot/machines | tr '\n' ' ')"
    return 1
  }
  [ ! -s /run/kboot/machines ] || say "this machine is $(tr -cd ' -~' </run/kboot/machines) in the image's /$OWN_FOLDER"
  while IFS='=' read -r key value; do
    key=$(printf '%s' "$key" | tr -d ' \t\r')
    value=$(printf '%s' "$value" | tr -cd ' -~' | sed "s/^[\"' ]*//; s/[\"' ]*\$//")
    case "$key" in
      hostname) if is_host_name "$value"; then own_is hostname "$value"; else say "the image's /$OWN_FOLDER: hostname=$value is no name of a host: left out"; fi ;;
      cmdline | files | services | host-keys) own_is "$key" "$value" ;;
      '' | '#'*) ;;
      *) note "the image's /$OWN_FOLDER: $key= is not known there: left out" ;;
    esac
  done <$OWN/lines
}

# The folder files= of the section, laid over the root. Folders that are there keep their mode and owner.
fit_own_files() {
  local from file
  [ -n "$(own files)" ] || return 0
  case "$(own files)" in
    /*) from=/newroot$(own files) ;;
    *) from=/newroot/$OWN_FOLDER/$(own files) ;;
  esac
  [ -d "$from" ] || {
    say "the image has no folder $(own files) for this machine (files= in its /$OWN_FOLDER)"
    return 0
  }
  (cd "$from" && find . ! -type d) | while IFS= read -r file; do
    mkdir -p "/newroot/${file%/*}"
    rm -f "/newroot/$file"
    cp -a "$from/$file" "/newroot/$file" || say "cannot write $file for this machine"
  done
}

# services= of the section: enabled, or with a minus before the name, disabled.
fit_own_services() {
  local service verb
  for service in $(own services); do
    verb=enable
    case "$service" in -*) verb=disable service=${service#-} ;; esac
    own_service $verb "$service" >>"$LOG" 2>&1 || say "cannot $verb the service $service of this machine: see the log"
  done
}
own_service() {
  if [ -x /newroot/usr/bin/systemctl ] || [ -x /newroot/bin/systemctl ]; then
    chroot /newroot systemctl "$1" "$2"
  elif [ -x /newroot/sbin/rc-update ]; then
    case "$1" in enable) chroot /newroot rc-update add "$2" default ;; *) chroot /newroot rc-update del "$2" default ;; esac
  else
    chroot /newroot update-rc.d "$2" "$1"
  fi
}
