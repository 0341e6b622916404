# Sourced by the tests that boot a machine of another architecture, after boot_lib.sh. rootstream for it is built in
# build/ARCHITECTURE of the repository; its kboot is made here, once for what it is made of.
#
# shellcheck shell=bash disable=SC2034

# need_foreign ARCHITECTURE EMULATOR: sets foreign, the build folder, and kboot, a folder for it that lasts.
need_foreign() {
  need "$2" python3 nginx mmdebstrap
  need_root
  foreign=$repository/build/$1
  [ -x "$foreign/libexec/rootstream/kboot" ] || skip "rootstream is not built for $1: ./test.sh --boot-all does it"
  kboot=$build/boot/$1
  mkdir -p "$kboot"
}

# root_of ARCHITECTURE PACKAGES FOLDER: a Debian root of that architecture, made once, whose programs run here by binfmt_misc.
root_of() {
  local suite tar=$build/boot/$1/root.tar
  suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
  if [ "$(cat "$tar.packages" 2>/dev/null)" != "$suite $2" ]; then
    # Nothing here needs the initrd, which an emulated dpkg would make for minutes.
    # shellcheck disable=SC2016 # for the hook's shell
    mmdebstrap --quiet --variant=minbase --architectures="$1" --include="$2" \
      --essential-hook='mkdir -p "$1/etc/initramfs-tools" && echo update_initramfs=no >"$1/etc/initramfs-tools/update-initramfs.conf"' \
      --dpkgopt=force-confold "$suite" "$work/root.tar" || fail "mmdebstrap failed"
    mv "$work/root.tar" "$tar"
    echo "$suite $2" >"$tar.packages"
  fi
  mkdir "$3"
  tar -C "$3" --xattrs --xattrs-include='*' --numeric-owner -xf "$tar"
}
