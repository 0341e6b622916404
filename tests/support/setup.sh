# Sourced by demo.sh and test.sh: installs the Debian packages that are missing, and builds.
# It asks no questions, and can be run again.

BUILD_PACKAGES="g++ cmake ninja-build pkg-config libfuse3-dev libcurl4-openssl-dev libzstd-dev libssl-dev
  liblmdb-dev libseccomp-dev libcli11-dev nlohmann-json3-dev libfmt-dev libarchive-dev zlib1g-dev libmicrohttpd-dev
  libpugixml-dev libgtest-dev"
RUN_PACKAGES="fuse3"
KBOOT_PACKAGES="busybox kmod kexec-tools dropbear-bin dhcpcd-base cpio xz-utils zstd binutils ca-certificates openssl"

say() { printf '\n== %s\n' "$*"; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# install_packages NAME...: installs those packages that are not installed.
install_packages() {
  local name missing=()
  for name in "$@"; do
    dpkg-query -W -f '${Status}' "$name" 2>/dev/null | grep -q 'ok installed' || missing+=("$name")
  done
  [ ${#missing[@]} = 0 ] && return 0
  say "installing ${missing[*]}"
  as_root apt-get update -qq
  # The tests start servers themselves, on their own ports. Packages must not start any.
  local policy=/usr/sbin/policy-rc.d made=
  if [ ! -e $policy ]; then
    printf '#!/bin/sh\nexit 101\n' | as_root tee $policy >/dev/null
    as_root chmod 755 $policy
    made=yes
  fi
  local code=0
  as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null || code=$?
  if [ -n "$made" ]; then as_root rm -f $policy; fi
  return $code
}

# build PRESET [TARGET...]
build() {
  local preset=$1
  shift
  say "building ($preset)"
  cmake --preset "$preset" >/dev/null
  cmake --build --preset "$preset" ${1:+--target "$@"} | grep -vE '^\[[0-9]+/[0-9]+\]' || true
  cmake --build --preset "$preset" ${1:+--target "$@"} >/dev/null
}

need_fuse() {
  [ -e /dev/fuse ] || as_root modprobe fuse 2>/dev/null || true
  [ -e /dev/fuse ] && return 0
  echo "this machine has no /dev/fuse: load the fuse module first" >&2
  return 1
}
