#!/usr/bin/env bash
# boot_matrix.sh: fills the tables of systems, of networks, of ways to start and of initrds in docs/boot.md with the rows that
# tests/e2e/boot_system.sh, boot_network.sh, boot_medium.sh and boot_initrd.sh have written (./test.sh --boot-all runs them all). Replaces the
# text between each table's markers. What has not been run keeps its row.
set -euo pipefail
. "$(dirname "$0")/../e2e/lib.sh"
. "$(dirname "$0")/../e2e/boot_lib.sh"
. "$(dirname "$0")/../e2e/systems.sh"
. "$(dirname "$0")/../e2e/networks.sh"
. "$(dirname "$0")/../e2e/media.sh"
. "$(dirname "$0")/../e2e/initrds.sh"
page=$repository/docs/boot.md

# table NAME HEAD FOLDER ROW...: replaces the table between <!-- NAME --> and <!-- /NAME -->. Each row ends with the marker
# <!-- ROW -->, which identifies it.
table() {
  local name=$1 head=$2 folder=$3 row file=$work/$1
  shift 3
  {
    echo "<!-- $name -->"
    echo "$head"
    echo "$head" | sed 's/[^|]\+/---/g'
    for row; do
      if [ -f "$folder/$row.row" ]; then
        cat "$folder/$row.row"
      else
        grep -F "<!-- $row -->" "$page" || echo "| $row | not run | | <!-- $row -->"
      fi
    done
    echo "<!-- /$name -->"
  } >"$file"
  grep -qF "<!-- $name -->" "$page" || fail "$page has no <!-- $name -->"
  sed -i -e "/<!-- $name -->/,/<!-- \/$name -->/{/<!-- \/$name -->/r $file" -e 'd}' "$page"
}

# shellcheck disable=SC2086 # words
table systems '| system (init, and systemd'"'"'s version) | login, s | card left alone | names | disk in fstab | ssh | apt-get install | memory pressure, then reboot | poweroff | soft reboot |' \
  "$fixture/systems" $systems
# shellcheck disable=SC2086 # words
table networks '| network | boots, by kexec | until the image'"'"'s init, s |' "$fixture/networks" $networks
# shellcheck disable=SC2086 # words
table media '| way | what it needs | MiB | until the image'"'"'s init, s | test |' "$fixture/ways" $media
# shellcheck disable=SC2086 # words
table initrds '| initrd | MiB | login, s | card left alone | names | disk in fstab | ssh | apt-get install | from the network, by iPXE | failures | offline |' \
  "$fixture/initrds" $initrds
