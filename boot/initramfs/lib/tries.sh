# A new version of an image is tried, with rootstream.try=yes: if the machine does not say that it came up with it, a later boot takes
# the version before, which did. A machine says so by the file /run/rootstream/good: a unit that is added to systemd's writes it when
# multi-user.target is reached, or any program of the image's own does. `try-watch` beside the image sees the file.
#
# The disk with the cache holds, for each URL, in a folder named by its hash:
#   good.MANIFEST  the signed ref of the version that came up last (rootstream inspect --save-ref), by the id of its manifest
#   tried          the manifest of a newer version that was started, and the number of its starts
# With rootstream.try-at=URL, a server keeps them, and the folder is a copy in memory; see tries_server.sh.

readonly TRIES=/live/cache/tries

tries_folder() { # tries_folder URL
  if has_conf try-at; then echo /live/tries; else echo "$TRIES/$(hash_of "$1")"; fi
}
hash_of() { printf '%s' "$1" | sha256sum | cut -c1-32; }

# tries_address URL: prints where the server keeps them for this machine and that image; nothing without a server.
tries_address() { if has_conf try-at; then echo "$(conf try-at | sed 's,/*$,,')/$(tr -d : <$NET/mac)-$(hash_of "$1")"; fi; }

# wants_tries URL: true if versions are tried, and the counts can be kept.
wants_tries() {
  [ "$(conf try no)" != no ] || return 1
  if is_layered "$1"; then
    note 'rootstream.try= is for a root of one image: not tried'
    return 1
  fi
  make_live
  ! has_conf try-at || return 0
  find_cache
  cache_is_in_memory || return 0
  say 'rootstream.try= needs a disk for the cache, which keeps the counts, or rootstream.try-at=: this version is not tried'
  return 1
}

# choose_version URL: leaves the ref of the version to boot in /run/kboot/ref and the id of its manifest in the settings, and counts
# its start. Without tries, there are none.
choose_version() {
  local folder newest limit
  rm -f /run/kboot/ref $CONF/manifest
  wants_tries "$1" || return 0
  limit=$(conf try | sed 's/^yes$/1/')
  case "$limit" in '' | *[!0-9]* | 0)
    say "rootstream.try=$limit is not yes or a number of starts: not tried"
    return 0
    ;;
  esac
  folder=$(tries_folder "$1")
  if has_conf try-at && ! read_tries "$(tries_address "$1")" "$folder" 2>/run/kboot/tries.error; then
    say "rootstream.try-at=: this version is not tried, since $(last_line /run/kboot/tries.error)"
    return 0
  fi
  # shellcheck disable=SC2046
  newest=$(timeout 60 rootstream inspect --json --save-ref /run/kboot/newest $(image_words) "$1" 2>>"$LOG" | manifest_of_json)
  [ -n "$newest" ] || return 0 # the mount will say why
  mv /run/kboot/newest /run/kboot/ref
  set_conf manifest "$newest"
  mkdir -p "$folder"
  if [ -s "$folder/good.$newest" ]; then
    rm -f "$folder/tried"
  elif [ "$(starts_of "$folder" "$newest")" -ge "$limit" ] && take_good "$folder"; then
    say "the newest version of $1 was started $(starts_of "$folder" "$newest") times and did not come up: taking the one before"
  elif count_start "$folder" "$newest" "$(tries_address "$1")"; then
    say "a version that is new to this machine is tried, start $(starts_of "$folder" "$newest")"
  elif take_good "$folder"; then
    say "a new version of $1 is there; its start cannot be counted, so it is not tried: taking the one before"
  fi
}

# take_good FOLDER: takes the version that came up last. False if there is none.
take_good() {
  cp "$1"/good.* /run/kboot/ref 2>/dev/null || return 1
  set_conf manifest "$(basename "$1"/good.* | sed 's/^good\.//')"
}

manifest_of_json() { sed -n 's/^ *"manifest": *"\([0-9a-f]*\)".*/\1/p'; }

starts_of() { # starts_of FOLDER MANIFEST
  local count
  count=$(sed -n "s/^$2 //p" "$1/tried" 2>/dev/null)
  case "$count" in
    '' | *[!0-9]*) echo 0 ;;
    ??????????*) echo 999999999 ;; # more than was ever counted here
    *) echo "$count" ;;
  esac
}

# count_start FOLDER MANIFEST ADDRESS: false if the count cannot be kept.
count_start() {
  local count
  count=$(($(starts_of "$1" "$2") + 1))
  echo "$2 $count" >"$1/tried.new" && sync && mv "$1/tried.new" "$1/tried" && sync || return 1
  [ -z "$3" ] || write_tries "$1" "$3" 2>>"$LOG"
}

# Started before the image's init, and runs beside the image.
watch_try() {
  local at
  has_conf manifest || return 0
  at=$(tries_address "$(conf url)")
  mkdir -p "$(tries_folder "$(conf url)")"
  show_told
  add_good_unit
  spared /bin/busybox sh /lib/kboot/try-watch "$(tries_folder "$(conf url)" | sed 's,^/live,,')" "$(conf manifest)" \
    ${at:+"$at"}
}

# An image can have such a unit of its own, which decides otherwise when a machine came up.
add_good_unit() {
  is_systemd "$init" && [ ! -e /newroot/etc/systemd/system/rootstream-good.service ] || return 0
  add_unit rootstream-good <<'UNIT'
[Unit]
Description=Say that this version of the root came up
After=multi-user.target

[Service]
Type=oneshot
ExecStart=/bin/touch /run/rootstream/good
UNIT
}
