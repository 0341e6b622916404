# Measures entries of the menu on this machine, each once, and from then on boots the best. A kboot.conf that is built in or on a
# disk of this machine asks for it:
#   tune=LABEL LABEL …  what is measured
#   measure=COMMAND     what the image's shell runs when the machine is up; it prints a number: the smaller, the better
# The disk with the cache holds the results, a file for each label, in a folder for these lines, what they name, and this hardware.

readonly TUNE=/live/cache/tune

tune_folder() {
  local label
  {
    conf tune
    conf measure
    for label in $(conf tune); do cat "$MENU/$label" 2>/dev/null; done
    machine_facts | grep -v -e '^mac ' -e '^serial ' -e '^uuid ' -e '^name '
    grep -m 1 -i '^model name' /proc/cpuinfo
  } | sha256sum | cut -c1-32 | sed "s,^,$TUNE/,"
}

# choose_tuned: makes the next label to measure, or else the best one, the default.
choose_tuned() {
  local folder label best=''
  has_conf tune && has_conf measure || return 0
  make_live
  find_cache
  if cache_is_in_memory; then
    say 'tune= needs a disk for the cache, which keeps the results: nothing is measured'
    return 0
  fi
  folder=$(tune_folder)
  mkdir -p "$folder"
  for label in $(conf tune); do
    if ! is_label "$label"; then
      say "tune=: there is no entry $label"
    elif [ ! -e "$folder/$label" ]; then
      : >"$folder/$label" # stays empty if it does not come up
      sync
      set_conf measuring "$folder/$label" # the second stage does not know the menu
      set_conf default "$label"
      say "measuring $label: ($(ls "$folder" | wc -l) of $(conf tune | wc -w))"
      return 0
    fi
  done
  best=$(best_of "$folder")
  if [ -n "$best" ]; then
    set_conf default "${best##* }"
    say "the best of $(conf tune) on this machine is ${best##* }: ${best%% *}"
  else
    say "tune=: none of $(conf tune) came up with a number"
  fi
}

# A person boots something else: the label keeps its turn.
stop_measuring() {
  has_conf measuring || return 0
  [ -s "$(conf measuring)" ] || rm -f "$(conf measuring)"
  rm -f $CONF/measuring
}

best_of() { # best_of FOLDER: prints the smallest number and its label
  # shellcheck disable=SC2046
  (cd "$1" && grep -H . $(conf tune) 2>/dev/null) | awk -F: '{ print $2, $1 }' | sort -n | head -n 1
}

# Started before the image's init, and runs beside the image.
watch_measure() {
  has_conf measuring && ! cache_is_in_memory || return 0
  is_systemd "$init" || {
    say "measuring needs systemd in the image: $(basename "$(conf measuring)") is not measured"
    return 0
  }
  show_told
  conf measure >/run/rootstream/measure
  add_unit rootstream-measure <<'UNIT'
[Unit]
Description=Measure this entry, and start the next one
After=multi-user.target

[Service]
Type=oneshot
TimeoutStartSec=infinity
WorkingDirectory=/
ExecStart=/bin/sh -c 'cd /run/rootstream; if sh measure >score.new; then mv score.new score; until [ -e kept ]; do sleep 1; done; fi; systemctl reboot'
UNIT
  spared /bin/busybox sh /lib/kboot/measure-watch "$(conf measuring | sed 's,^/live,,')"
}
