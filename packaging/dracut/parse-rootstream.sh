#!/bin/sh
# A hook of dracut: root=rootstream:URL needs no device.
case "$root" in
  rootstream:*)
    # shellcheck disable=SC2034  # dracut's
    rootok=1
    ;;
esac
