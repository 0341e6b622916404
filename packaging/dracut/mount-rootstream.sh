#!/bin/sh
# A hook of dracut: mounts root=rootstream:URL.
#
# shellcheck disable=SC2154  # its variables
type emergency_shell >/dev/null 2>&1 || . /lib/dracut-lib.sh

case "$root" in
  rootstream:*)
    udevadm settle
    # What a hook prints is shown on the console only if it is an error's.
    until /rootstream/mount-root "$NEWROOT" >&2; do emergency_shell "$(cat /run/kboot/failure)"; done
    ;;
esac
