#!/usr/bin/env bash
# The matrix of systems in docs/boot.md, in Markdown, from what tests/e2e/boot_system.sh has left of each
# (./test.sh --boot-all runs it for all of them).
set -euo pipefail
. "$(dirname "$0")/../e2e/lib.sh"
. "$(dirname "$0")/../e2e/boot_lib.sh"
. "$(dirname "$0")/../e2e/systems.sh"
cat <<'TEXT'
| system (init, and systemd's version) | login, s | card left alone | names | disk in fstab | ssh | apt-get install | memory pressure, then reboot | poweroff | soft reboot |
|---|---|---|---|---|---|---|---|---|---|
TEXT
for system in $systems; do
  describe "$system"
  cat "$fixture/systems/$system.row" 2>/dev/null || echo "| $title | not run |"
done
