# Sourced by boot_initrd.sh: initrds that distributions make, with the packages of packaging/make-debs, each in a Debian root made by
# mmdebstrap.
#
# shellcheck shell=bash disable=SC2034,SC2154

initrds='initramfs-tools-bookworm dracut-bookworm initramfs-tools-trixie dracut-trixie'

# describe_initrd NAME: as describe() in systems.sh; also sets package, which mounts the root.
describe_initrd() {
  describe ifupdown
  suite=${1##*-}
  case "$1" in
    initramfs-tools-*) tool=initramfs-tools package=rootstream-initramfs more=busybox,zstd ;;
    dracut-*) tool=dracut package=rootstream-dracut more=zstd ;;
  esac
  title="Debian $suite, $tool"
  packages=$packages,$tool,$more
}

# make_initrd ROOT: installs the packages and makes the initrd, as an administrator would in a chroot.
make_initrd() {
  local debs=$work/debs
  "$repository/packaging/make-debs" --out "$debs" --build "$build"
  mkdir -p "$1/etc/rootstream/keys"
  [ -e "$key" ] || make_key
  cp "$key.pub" "$1/etc/rootstream/keys/site.pub"
  cp "$debs"/rootstream-initrd_*.deb "$debs/$package"_*.deb "$1/srv/"
  mount -t proc proc "$1/proc"
  mount -t sysfs sysfs "$1/sys"
  chroot "$1" sh -c 'dpkg -i /srv/rootstream-*.deb' >"$work/install.log" 2>&1 || fail "the packages cannot be installed: $(tail -n 5 "$work/install.log")"
  umount "$1/proc" "$1/sys"
  rm "$1"/srv/rootstream-*.deb
}
