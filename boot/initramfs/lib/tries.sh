# A new version of an image is tried, with rootstream.try=yes: if the machine does not say that it came up with it, a later boot takes
# the version before, which did. A machine says so by the file /run/rootstream/good: a unit that is added to systemd's writes it when
# multi-user.target is reached, or any program of the image's own does. `try-watch` beside the image sees the file.
#
# The disk with the cache holds, for each URL, in a folder named by its hash:
#   good.MANIFEST  the signed ref of the version that came up last (rootstream inspect --save-ref), by the id of its manifest
#   tried          the manifest of a newer version that was started, and the number of its starts

readonly TRIES=/live/cache/tries

tries_folder() { echo "$TRIES/$(printf '%s' "$1" | sha256sum | cut -c1-32)"; }

# wants_tries URL: true if versions are tried, and the counts can be kept.
wants_tries() {
  [ "$(conf try no)" != no ] || return 1
  if is_layered "$1"; then
    note 'rootstream.try= is for a root of one image: not tried'
    return 1
  fi
  make_live
  find_cache
  cache_is_in_memory || return 0
  say 'rootstream.try= needs a disk for the cache, which keeps the counts: this version is not tried'
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
  # shellcheck disable=SC2046
  newest=$(timeout 60 rootstream inspect --json --save-ref /run/kboot/newest $(image_words) "$1" 2>>"$LOG" | manifest_of_json)
  [ -n "$newest" ] || return 0 # the mount will say why
  mv /run/kboot/newest /run/kboot/ref
  set_conf manifest "$newest"
  folder=$(tries_folder "$1")
  mkdir -p "$folder"
  if [ -s "$folder/good.$newest" ]; then
    rm -f "$folder/tried"
  elif [ "$(starts_of "$folder" "$newest")" -lt "$limit" ] || ! cp "$folder"/good.* /run/kboot/ref 2>/dev/null; then
    count_start "$folder" "$newest"
  else
    set_conf manifest "$(basename "$folder"/good.* | sed 's/^good\.//')"
    say "the newest version of $1 was started $(starts_of "$folder" "$newest") times and did not come up: taking the one before"
  fi
}

manifest_of_json() { sed -n 's/^ *"manifest": *"\([0-9a-f]*\)".*/\1/p'; }

starts_of() { # starts_of FOLDER MANIFEST
  local count
  count=$(sed -n "s/^$2 //p" "$1/tried" 2>/dev/null)
  case "$count" in '' | *[!0-9]*) echo 0 ;; *) echo "$count" ;; esac
}

count_start() { # count_start FOLDER MANIFEST
  local count
  count=$(($(starts_of "$1" "$2") + 1))
  echo "$2 $count" >"$1/tried.new"
  sync
  mv "$1/tried.new" "$1/tried"
  sync
  say "a version that is new to this machine is tried, start $count"
}

# Started before the image's init, and runs beside the image.
watch_try() {
  has_conf manifest && ! cache_is_in_memory || return 0
  mkdir -p "$(tries_folder "$(conf url)")"
  show_told
  add_good_unit
  spared /bin/busybox sh /lib/kboot/try-watch "$(tries_folder "$(conf url)" | sed 's,^/live,,')" "$(conf manifest)"
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
