#!/bin/sh
# A hook of dracut: mounts root=rootstream:URL.
#
# shellcheck disable=SC2154  # its variables
type die >/dev/null 2>&1 || . /lib/dracut-lib.sh

case "$root" in
  rootstream:*)
    udevadm settle
    /rootstream/mount-root "$NEWROOT" || die "$(cat /run/kboot/failure)"
    ;;
esac
