# What is new is tried, with rootstream.try=yes: if the machine does not say that it came up with it, a later boot takes what came up
# before. A version of an image is tried, of each image of a layered root, and an entry of the menu that boots by itself
# (tries_entries.sh). A machine says that it came up by the file /run/rootstream/good: a unit that is added to systemd's writes it when
# multi-user.target is reached, or any program of the image's own does. `try-watch` beside the image sees the file.
#
# The disk with the cache holds a folder for each THING of which something is tried; for an image it is named by the hash of the URL:
#   good.ID  what came up last; for an image the ID is that of the manifest, and the file the signed ref (rootstream inspect --save-ref)
#   tried    the ID of something newer that was started, and the number of its starts
# With rootstream.try-at=URL, a server keeps them, and the folder is a copy in memory; see tries_server.sh.

readonly TRIES=/live/cache/tries
readonly CHOSEN=/run/kboot/chosen # THING/ID: what this boot starts, with what good.ID will contain
readonly ENTRIES=entries          # the THING of tries_entries.sh

tries_folder() { # tries_folder THING
  if has_conf try-at; then echo "/live/tries/$1"; else echo "$TRIES/$1"; fi
}
hash_of() { printf '%s' "$1" | sha256sum | cut -c1-32; }
thing_of() { hash_of "$(printf '%s' "$1" | sed 's/:latest$//; s/:latest?/?/')"; } # thing_of URL, of one image

# tries_address THING: prints where the server keeps it for this machine; nothing without a server.
tries_address() { if has_conf try-at; then echo "$(conf try-at | sed 's,/*$,,')/$(tr -d : <$NET/mac)-$1"; fi; }

try_limit() { conf try | sed 's/^yes$/1/'; } # prints the number of starts that something new has

# not_tried REASON: says it once.
not_tried() {
  [ "$1" = "$(cat /run/kboot/not-tried 2>/dev/null)" ] || say "$1: nothing is tried"
  printf '%s' "$1" >/run/kboot/not-tried
  return 1
}

# wants_tries: true if it was asked for, and the counts can be kept.
wants_tries() {
  [ "$(conf try no)" != no ] || return 1
  case "$(try_limit)" in '' | *[!0-9]* | 0)
    not_tried "rootstream.try=$(conf try) is not yes or a number of starts"
    return
    ;;
  esac
  make_live
  ! has_conf try-at || return 0
  find_cache
  ! cache_is_in_memory || not_tried 'rootstream.try= needs a disk for the cache, which keeps the counts, or rootstream.try-at='
}

# open_counts THING: false, with the reason, if they cannot be read.
open_counts() {
  local folder
  folder=$(tries_folder "$1")
  mkdir -p "$folder"
  ! has_conf try-at || read_tries "$(tries_address "$1")" "$folder" 2>/run/kboot/tries.error ||
    not_tried "rootstream.try-at=: $(last_line /run/kboot/tries.error)"
}

# choose_versions URL: keeps the refs of the versions to boot in $CHOSEN, and counts their starts. Without tries, there are none.
choose_versions() {
  local url
  find $CHOSEN -mindepth 1 -maxdepth 1 ! -name "$ENTRIES" -exec rm -rf {} + 2>/dev/null
  wants_tries || return 0
  for url in $(layer_urls "$1"); do choose_version "$url" || return 0; done
}

choose_version() { # choose_version URL: false if the counts cannot be read
  local thing newest good
  thing=$(thing_of "$1")
  open_counts "$thing" || return 1
  # shellcheck disable=SC2046
  newest=$(timeout 60 rootstream inspect --json --save-ref /run/kboot/newest $(client_words) --cache /live/cache "$1" 2>>"$LOG" | manifest_of_json)
  [ -n "$newest" ] || return 0 # the mount will say why
  good=$(good_of "$thing")
  if may_start "$thing" "$newest" "the newest version of $1" "$good"; then
    choose_thing "$thing" "$newest" /run/kboot/newest
  else
    choose_thing "$thing" "$good" "$(tries_folder "$thing")/good.$good"
  fi
}

manifest_of_json() { sed -n 's/^ *"manifest": *"\([0-9a-f]*\)".*/\1/p'; }

# good_of THING: prints the ID of what came up last.
good_of() {
  local file
  for file in "$(tries_folder "$1")"/good.*; do
    if [ -s "$file" ]; then echo "${file##*/good.}"; fi
  done | tail -n 1
}

# choose_thing THING ID FILE
choose_thing() {
  rm -rf "${CHOSEN:?}/$1"
  mkdir -p "$CHOSEN/$1"
  cp "$3" "$CHOSEN/$1/$2"
}

# may_start THING ID NAME GOOD: true if this boot is to start it, which is then counted. False, with the reason, if GOOD, which came
# up last, is to be started in its place.
may_start() {
  local folder count instead='taking the one before'
  folder=$(tries_folder "$1")
  if [ -s "$folder/good.$2" ]; then
    rm -f "$folder/tried"
    return 0
  fi
  count=$(starts_of "$folder" "$2")
  if [ -n "$4" ] && [ "$count" -ge "$(try_limit)" ]; then
    say "$3 was started $count times and did not come up: $instead"
    return 1
  fi
  if set_starts "$1" "$2" $((count + 1)); then
    say "$3 has not come up here yet: it is tried, start $((count + 1))"
  elif [ -n "$4" ]; then
    say "$3 is new here, and its start cannot be counted, so it is not tried: $instead"
    return 1
  fi
}

starts_of() { # starts_of FOLDER ID
  local count
  count=$(sed -n "s/^$2 //p" "$1/tried" 2>/dev/null)
  case "$count" in
    '' | *[!0-9]*) echo 0 ;;
    ??????????*) echo 999999999 ;; # more than was ever counted here
    *) echo "$count" ;;
  esac
}

# set_starts THING ID COUNT: false if the count cannot be kept.
set_starts() {
  local folder
  folder=$(tries_folder "$1")
  echo "$2 $3" >"$folder/tried.new" && sync && mv "$folder/tried.new" "$folder/tried" && sync || return 1
  ! has_conf try-at || write_tries "$folder" "$(tries_address "$1")" 2>>"$LOG"
}

# has_uncounted_tries: true if something is tried whose count only a disk could keep.
has_uncounted_tries() { [ -d $CHOSEN ] && ! has_conf try-at; }

# What was chosen is not started after all, or cannot say that it came up.
take_back_starts() {
  local file thing count
  for file in $CHOSEN/*/*; do
    [ -f "$file" ] || continue
    thing=$(basename "$(dirname "$file")")
    count=$(starts_of "$(tries_folder "$thing")" "${file##*/}")
    [ "$count" = 0 ] || set_starts "$thing" "${file##*/}" $((count - 1))
  done
}

# version_words FOLDER URL: prints options for the versions that are chosen, whose refs are below FOLDER.
version_words() {
  local url file
  for url in $(layer_urls "$2"); do
    for file in "$CHOSEN/$(thing_of "$url")"/*; do
      if [ -f "$file" ]; then echo "--ref $1${file#"$CHOSEN"}"; fi
    done
  done
}

# Started before the image's init, and runs beside the image.
watch_try() {
  [ -d $CHOSEN ] || return 0
  if has_uncounted_tries && cache_is_in_memory; then return 0; fi
  local thing
  rm -rf /live/chosen
  cp -r $CHOSEN /live/chosen
  for thing in $CHOSEN/*; do mkdir -p "$(tries_folder "${thing##*/}")"; done
  show_told
  add_good_unit
  # shellcheck disable=SC2046
  spared /bin/busybox sh /lib/kboot/try-watch "$(tries_folder '' | sed 's,^/live,,')" $(tries_address '')
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
