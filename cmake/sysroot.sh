#!/usr/bin/env bash
# Makes build/sysroot/ARCHITECTURE, where cross.cmake finds headers and libraries: Debian's packages of that architecture,
# unpacked and not installed, so that none of their programs needs to run here.
#   cmake/sysroot.sh arm64|s390x
set -euo pipefail
cd "$(dirname "$0")/.."
. tests/support/setup.sh
architecture=${1:?the architecture, by its name in Debian}
sysroot=$PWD/build/sysroot/$architecture
libraries=$(printf '%s\n' $BUILD_PACKAGES | grep -e '-dev$')
[ "$(cat "$sysroot/complete" 2>/dev/null)" != "$libraries" ] || exit 0
say "headers and libraries for $architecture"
rm -rf --one-file-system "$sysroot"
mkdir -p "$(dirname "$sysroot")"
suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
mmdebstrap --quiet --variant=extract --architectures="$architecture" \
  --include="$(echo $libraries | tr ' ' ','),libstdc++6" "$suite" "$sysroot"
rm -rf "${sysroot:?}/dev" # an emulated program would take these for the machine's
echo "$libraries" >"$sysroot/complete"
