# Step: for another architecture, the packages of Debian that kboot's programs and their libraries come from, fetched and
# unpacked. Sets system, the folder that has them; empty: this machine's own programs are taken.
# Sourced by kboot-build.
#
# shellcheck shell=bash disable=SC2154  # its variables

system=''
# apt with lists and a state of its own, as on a machine of that architecture where nothing is installed. It fetches from the
# sources of this machine.
use_foreign_apt() {
  mkdir -p "$work/apt/lists/partial" "$work/apt/cache/archives/partial"
  : >"$work/apt/status"
  cat >"$work/apt/conf" <<CONF
APT::Architecture "$architecture";
APT::Architectures { "$architecture"; };
APT::Sandbox::User "root";
Dir::State "$work/apt";
Dir::State::status "$work/apt/status";
Dir::Cache "$work/apt/cache";
CONF
  export APT_CONFIG=$work/apt/conf
  apt-get update -qq >/dev/null 2>"$work/apt.log" || fail "cannot fetch apt's lists for $architecture: $(tail -n 1 "$work/apt.log")"
}

# packages_of FILE...: prints the packages of the libraries that they name, by those that this machine has of the same release.
packages_of() {
  local name
  for name in $(readelf -d "$@" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | sort -u); do
    case "$name" in ld-linux-* | ld64.so.*) continue ;; esac # the loader, beside libc
    dpkg-query -S "*/$(uname -m)-linux-gnu/$name" 2>/dev/null | sed -n '1s/[:,].*//p' | grep . ||
      fail "no package of this machine has $name, which kboot needs for $architecture: install the one that does"
  done
}

fetch_packages() {
  local names package folder
  names=$(packages_of "$kboot" "${programs[@]}") || exit 1
  echo "fetching Debian's packages for $architecture" >&2
  use_foreign_apt
  # shellcheck disable=SC2086
  apt-get install -qq -y --download-only --no-install-recommends busybox kmod kexec-tools dropbear-bin dhcpcd-base $names \
    >/dev/null 2>"$work/apt.log" || fail "cannot fetch the packages for $architecture: $(grep . "$work/apt.log" | tail -n 1)"
  system=$work/system
  for folder in bin sbin lib lib64; do
    mkdir -p "$system/usr/$folder"
    ln -s "usr/$folder" "$system/$folder"
  done
  for package in "$work"/apt/cache/archives/*.deb; do
    dpkg-deb --fsys-tarfile "$package" | tar -x -C "$system" --keep-directory-symlink
  done
}
if is_foreign; then fetch_packages; fi
