# Step: the kernel and its modules, as given or from Debian's package. Sets kernel, modules, modules_root, release.
# Sourced by kboot-build.
#
# shellcheck shell=bash disable=SC2154  # its variables

# Debian's kernel package, without installing it.
fetch_kernel() {
  local package
  package=$(apt-cache depends "linux-image-$architecture" 2>/dev/null | sed -n 's/^ *Depends: *\(linux-image-[^ ]*\)$/\1/p' | head -n 1)
  [ -n "$package" ] || fail "apt knows no linux-image-$architecture: give --kernel and --modules"
  echo "fetching $package" >&2
  (cd "$work" && apt-get download -qq -o APT::Sandbox::User=root "$package" >/dev/null 2>"$work/apt.log") ||
    fail "cannot fetch $package: $(tail -n 1 "$work/apt.log")"
  dpkg-deb --fsys-tarfile "$work"/*.deb | tar -x -C "$work" --exclude='./usr/share'
  kernel=$(echo "$work"/boot/vmlinuz-*)
  modules=$(echo "$work"/lib/modules/*)
}
if [ -z "$kernel" ]; then fetch_kernel; fi
release=$(basename "$(readlink -f "$modules")")
modules_root=$(readlink -f "$modules/../../..")
[ -f "$modules_root/lib/modules/$release/modules.order" ] || fail "$modules is not a folder lib/modules/RELEASE of a kernel"
# A package that is unpacked and not installed has no module index yet.
if [ ! -f "$modules_root/lib/modules/$release/modules.dep.bin" ]; then
  mkdir -p "$work/indexed/lib/modules"
  cp -a "$modules_root/lib/modules/$release" "$work/indexed/lib/modules/"
  modules_root=$work/indexed
  depmod -b "$modules_root" "$release"
fi
