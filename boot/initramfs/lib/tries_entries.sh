# Entries of the menu are tried as versions are (tries.sh): an entry with which the machine does not come up is left, by a boot that
# nobody attends, for the one that came up last. The ID of an entry is the hash of its line, so a changed line is new; its file has
# the label. Entries that boot no image are not tried: nothing of kboot's runs beside them that could see them come up.

entry_id() { hash_of "$(cat "$MENU/$1")"; } # entry_id LABEL

boots_image() { # boots_image LABEL
  # shellcheck disable=SC2046
  [ "$(set -f && kind_of_address $(cat "$MENU/$1"))" = image ]
}

# good_entry: prints the label of the entry that came up last, if the menu still has it.
good_entry() {
  local id label
  id=$(good_of $ENTRIES)
  [ -n "$id" ] || return 0
  while read -r label; do
    if [ "$(entry_id "$label")" = "$id" ]; then
      echo "$label"
      return
    fi
  done <$ORDER
}

# choose_entry LABEL: makes the entry that this boot starts `current`.
choose_entry() {
  local good
  current=$1
  rm -rf "${CHOSEN:?}/$ENTRIES"
  if has_conf measuring || ! boots_image "$1" || ! wants_tries || ! open_counts $ENTRIES; then return 0; fi
  good=$(good_entry)
  may_start $ENTRIES "$(entry_id "$1")" "the entry $1" "$good" || {
    current=$good
    say "booting the entry $good, which came up last"
  }
  echo "$current" >/run/kboot/entry-label
  choose_thing $ENTRIES "$(entry_id "$current")" /run/kboot/entry-label
}

forget_entry() { rm -rf "${CHOSEN:?}/$ENTRIES"; } # a person's choice is not tried
