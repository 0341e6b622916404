# A root of several images, rootstream=STORE/BASE,SITE,MACHINE: the later ones lie above the earlier ones. One daemon mounts them
# all at /live/layers, as the folders 1, 2, …; an overlay at /live/image shows them as one tree, for stage one.

# is_layered URL
is_layered() { case "$(basename "${1%%\?*}")" in *,*) ;; *) return 1 ;; esac }

# layer_urls URL: prints the URL of each image, the lowest first.
layer_urls() {
  local place=${1%%\?*} query=''
  case "$1" in *\?*) query="?${1#*\?}" ;; esac
  printf '%s\n' "${place##*/}" | tr , '\n' | while read -r name; do echo "${place%/*}/$name$query"; done
}

first_layer() { layer_urls "$1" | head -n 1; } # first_layer URL

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
  local folder
  for folder in /live/layers/*; do check_programs "$folder" "layer ${folder##*/}" || return 1; done
  mount -t overlay -o "ro,lowerdir=$(layer_folders)" layers /live/image 2>>"$LOG" ||
    why failed 'cannot lay the images over one another: see the log'
}
