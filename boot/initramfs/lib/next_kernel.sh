# From an image to its kernel: picks the boot entry that fits this machine, fetches its kernel, and starts it by kexec.

# boot_image URL [LABEL] [PARAMETER...]
boot_image() {
  local url=$1 label=${2-} kernel='' cmdline='' image='' title='' words='' code=0
  shift
  [ $# -gt 0 ] && shift
  phase "opening $url"
  choose_versions "$url"
  mount_image "$url" || return 1
  set_conf url "$url"
  if has_keys; then
    say 'the image is signed by a key that this machine trusts'
    clock_after_issue "$url"
  else
    say 'NOT VERIFIED: rootstream.insecure takes any image'
  fi
  # shellcheck disable=SC2046
  kboot entry ${label:+--label "$label"} $(image_words "$url") "$url" >/run/kboot/entry 2>/run/kboot/entry.error || code=$?
  case $(kind_of $code) in
    nothing-to-boot) say "$(cat /run/kboot/entry.error)" ;;
    *)
      [ $code = 0 ] || {
        why "$(kind_of $code)" "$(last_line /run/kboot/entry.error)"
        return 1
      }
      . /run/kboot/entry
      ;;
  esac
  read_own_section /live/image || return 1
  cmdline="$cmdline $(own cmdline)"
  words=$(new_words "$cmdline $*")
  if [ -z "$words" ] && [ -n "$kernel" ] && has_running_kernel "/live/image$kernel"; then kernel=''; fi
  if [ -z "$kernel" ]; then
    [ -z "$words" ] || say "the running kernel was started without these words, and goes on without them: $words"
    phase "going on with this kernel, $(uname -r)"
    enter_root "$cmdline $*"
    return
  fi
  boot_entry "$image" "$kernel" "$cmdline $*"
}

# new_words WORDS: prints the words that the running kernel was not started with and that matter to it or to the image. The
# root and the verbosity do not matter, and some words are for init alone.
new_words() {
  local word
  for word in $1; do
    case "$word" in ro | rw | quiet | splash | root=* | rootfstype=* | rootflags=* | -- | single | emergency | [1-5]) continue ;; esac
    case " $(cat /proc/cmdline) " in *" $word "*) ;; *) printf '%s ' "$word" ;; esac
  done
}

boot_entry() { # boot_entry URL KERNEL COMMAND-LINE, with the URL of the image that has the kernel
  local version packing
  phase "fetching ${title:-$2}"
  fetch_from_image "$1" "$2" /run/kboot/kernel || return 1
  check_kernel "$2" /run/kboot/kernel || return 1
  version=$(kernel_version /run/kboot/kernel) || {
    why foreign "$2 is not a kernel of a kind that kboot knows"
    return 1
  }
  phase "composing the initrd for ${version%% *}"
  run_hooks before-kexec || return 1
  rm -rf $NEXT
  mkdir -p $NEXT/kboot/handoff
  while_showing received '' collect_modules /live/image "${version%% *}" $NEXT || return 1
  set_conf arguments "$3"
  write_hand_over
  hand_over_cache "${version%% *}"
  packing=$(packing_for "${version%% *}")
  unmount_image
  hand_over_record
  compose_initrd /run/kboot/initrd "$packing" || return 1
  rm -rf $NEXT
  leave_live
  start_kernel /run/kboot/kernel /run/kboot/initrd "$(with_console "$3")"
}

# check_kernel NAME FILE: unpacks it, and refuses one that is known to be for other machines.
check_kernel() {
  local architecture
  unpack_kernel "$2" 2>>"$LOG" || {
    why damaged "$1 cannot be unpacked"
    return 1
  }
  architecture=$(kernel_architecture "$2") || return 0
  [ "$architecture" = "$(uname -m)" ] || why foreign "$1 is a kernel for $architecture, and this machine is $(uname -m)"
}

# fetch_from_image URL PATH FILE: not through the mount, whose cache would keep the kernel's chunks and hand them over.
fetch_from_image() {
  local size
  size=$(stat -L -c %s "/live/image$2" 2>/dev/null) || {
    why failed "the image has no $2"
    return 1
  }
  : >"$3"
  while_showing "stat -c %s $3" "$size" read_from_image "$1" "$2" "$3" || {
    why "$(kind_of_fetching "$1")" "$(last_line /run/kboot/fetch.error)"
    return 1
  }
  say "$2: $(human_size "$size"), verified"
}

# A line that ended meanwhile is no fault of the image.
kind_of_fetching() { case "$(kind_of_opening "$1")" in unreachable) echo unreachable ;; *) echo failed ;; esac }

# shellcheck disable=SC2046
read_from_image() { rootstream cat $(image_words "$1") "$1" "$2" >"$3" 2>/run/kboot/fetch.error; }

# with_console WORDS: prints them, with the consoles of this kernel if they name none.
with_console() {
  case " $1 " in
    *' console='*) echo "$1" ;;
    *) echo "$1 $(cat "$CONF/consoles" 2>/dev/null | tr '\n' ' ')" ;;
  esac
}

# start_kernel KERNEL INITRD|'' COMMAND-LINE
start_kernel() {
  phase 'loading the next kernel'
  load_kernel "$@" || return 1
  rm -f "$1" ${2:+"$2"}
  phase 'starting it'
  sync
  hang_up
  sleep 0.2 # for the consoles to show it
  kexec -e 2>>"$LOG"
  why failed 'kexec did not start the loaded kernel'
}

# Loads by file, so that the kernel can check a signature. The older call is used only if the kernel lacks the newer one or that
# does not know the format, such as ELF on x86. A refusal is final.
load_kernel() {
  local code=0
  kboot load "$1" ${2:+--initrd "$2"} --command-line "$3" 2>/run/kboot/load.error || code=$?
  case $code in
    0) return 0 ;;
    8 | 9) note "$(last_line /run/kboot/load.error)" ;; # no such call, no such format
    *)
      why "$(kind_of_loading $code)" "kexec refused the kernel: $(last_line /run/kboot/load.error)"
      return 1
      ;;
  esac
  # shellcheck disable=SC2046
  kexec -c -l "$1" $(elf_words "$1") ${2:+--initrd="$2"} --command-line="$3" 2>/run/kboot/load.error >&2 ||
    why not-loaded "kexec cannot load this kernel: $(last_line /run/kboot/load.error)"
}

kind_of_loading() { case "$(kind_of "$1")" in untrusted) echo refused-kernel ;; *) kind_of "$1" ;; esac }

# --args-linux: kexec(8) accepts an initrd for an ELF kernel only with it.
elf_words() { if is_elf "$1"; then echo -t elf-x86_64 --args-linux; fi; }
