# A root of several images, rootstream=STORE/BASE,SITE,MACHINE: the later ones lie above the earlier ones. One daemon mounts them
# all at /live/layers, as the folders 1, 2, …; an overlay at /live/image shows them as one tree, for stage one.

# is_layered URL
is_layered() { case "$(basename "${1%%\?*}")" in *,*) ;; *) return 1 ;; esac }

# first_layer URL: prints the URL of the lowest image.
first_layer() {
  if is_layered "$1"; then
    printf '%s' "$1" | sed 's/^\([^?]*\/[^,?]*\),[^?]*/\1/'
  else
    printf '%s' "$1"
  fi
}

# mountpoint_for URL: prints where the daemon mounts it, below /live.
mountpoint_for() { if is_layered "$1"; then echo /layers; else echo /image; fi; }

# layer_folders: prints the folders of the mounted layers, the uppermost first, as overlayfs takes them; of one image, its own.
layer_folders() {
  local folder list=''
  for folder in /live/layers/*; do
    if [ -d "$folder" ]; then list=$folder${list:+:$list}; fi
  done
  echo "${list:-/live/image}"
}

lay_over() {
  local name
  name=$(foreign_layer) && {
    why foreign-layer "layer $name of $(conf url) is for another processor than this machine's, $(uname -m)"
    return 1
  }
  mount -t overlay -o "ro,lowerdir=$(layer_folders)" layers /live/image 2>>"$LOG" ||
    why failed 'cannot lay the images over one another: see the log'
}

# foreign_layer: prints the number of a layer whose programs this machine cannot run; false if there is none.
foreign_layer() {
  local folder own
  own=$(processor_of /bin/busybox)
  for folder in /live/layers/*; do
    for file in bin/sh usr/bin/env bin/bash sbin/init; do
      [ -f "$folder/$file" ] || continue
      [ "$(processor_of "$folder/$file")" = "$own" ] || [ "$(processor_of "$folder/$file")" = none ] && break
      echo "${folder##*/}"
      return 0
    done
  done
  return 1
}

# processor_of FILE: prints what an ELF file says that it runs on (e_machine, elf(5)); none: it is no ELF file.
processor_of() {
  if [ "$(od -An -tx1 -N4 "$1" 2>/dev/null | tr -d ' ')" = 7f454c46 ]; then
    od -An -tx1 -j18 -N2 "$1" | tr -d ' '
  else
    echo none
  fi
}
