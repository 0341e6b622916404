#!/usr/bin/env bash
# The main job, end to end, on a real root filesystem: publish, serve, mount, run a program from it, and boot
# a machine without a disk from it. As root, or as a user who may sudo.
#   --no-boot   leave the machine out
#   --keep      leave the files behind
set -euo pipefail
cd "$(dirname "$0")"
. tests/support/setup.sh

keep='' boot=yes
for option in "$@"; do
  case "$option" in
    --keep) keep=yes ;;
    --no-boot) boot='' ;;
    -h | --help)
      sed -n '2,5s/^# //p' "$0"
      exit 0
      ;;
    *)
      echo "demo.sh: unknown option $option; see ./demo.sh --help" >&2
      exit 2
      ;;
  esac
done
if [ "$(id -u)" != 0 ]; then exec sudo --preserve-env=TMPDIR "$0" "$@"; fi

packages="python3,perl,vim-tiny"
install_packages $BUILD_PACKAGES $RUN_PACKAGES mmdebstrap squashfs-tools
if [ -n "$boot" ]; then
  install_packages $KBOOT_PACKAGES qemu-system-x86 iproute2 python3
  packages="$packages,systemd-sysv,udev,linux-image-cloud-amd64"
fi
need_fuse
build default rootstream rootstream_export rootstream_publisher rootstream_kboot
rootstream=$PWD/build/default/bin/rootstream

work=$(mktemp -d "${TMPDIR:-/var/tmp}/rootstream-demo-XXXXXX")
server=
finish() {
  "$rootstream" umount --lazy "$work/mnt" 2>/dev/null || true
  if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; fi
  if [ -n "$keep" ]; then echo "kept: $work"; else rm -rf --one-file-system "$work"; fi
}
trap finish EXIT
mkdir "$work/mnt"

say "a Debian root filesystem"
root=$work/root
suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
if mmdebstrap --variant=minbase --include=$packages "$suite" "$work/root.tar" \
  2>"$work/mmdebstrap.log"; then
  mkdir "$root"
  tar -C "$root" --xattrs --xattrs-include='*' --numeric-owner -xf "$work/root.tar"
else
  echo "mmdebstrap could not make one ($(tail -n 1 "$work/mmdebstrap.log")); taking this machine's own /usr"
  mkdir -p "$root"
  boot=''
  cp -a --one-file-system /usr "$root/"
  for link in bin sbin lib lib64; do [ -L /$link ] && cp -a /$link "$root/"; done
fi
du -sh --apparent-size "$root" | sed 's/\t.*/ in files/'

say "publish it, signed"
"$rootstream" keygen "$work/key"
"$rootstream" publish "$root" "$work/store" debian:12 --key "$work/key" --level 3

say "publish it again, unchanged: all is read and hashed again, nothing is stored"
"$rootstream" publish "$root" "$work/store" debian:12 --key "$work/key" --level 3 | grep -E '^(new|time)'

say "serve it"
"$rootstream" serve "$work/store" --listen 127.0.0.1:0 >"$work/serve.log" &
server=$!
for _ in $(seq 50); do
  grep -q ' at ' "$work/serve.log" && break
  sleep 0.1
done
url=$(sed 's/.* at //' "$work/serve.log")
echo "$url"

say "mount it: it is there at once"
time "$rootstream" mount "$url/debian:12" "$work/mnt" --pubkey "$work/key.pub" --cache "$work/cache" \
  -o suid,dev,allow_other
grep " $work/mnt " /proc/mounts

say "run a program from the mount"
chroot "$work/mnt" /usr/bin/env python3 -c '
import json, sys
print("hello from", sys.executable, sys.version.split()[0], "in a root that was never copied here")'

say "what crossed the wire, against the whole image"
"$rootstream" status "$work/mnt"
fetched=$("$rootstream" status "$work/mnt" --json | sed -n 's/ *"wire_bytes": \([0-9]*\).*/\1/p')
stored=$(du -sb "$work/store" | cut -f1)
plain=$(du -sb "$root" | cut -f1)
awk -v f="$fetched" -v s="$stored" -v p="$plain" 'BEGIN {
  printf "fetched %.1f MiB of a store of %.1f MiB (%.0f%%), for an image of %.1f MiB\n",
         f / 1048576, s / 1048576, 100 * f / s, p / 1048576 }'

say "is every byte of the store as it was signed?"
"$rootstream" verify "$work/store" --pubkey "$work/key.pub"

say "unmount"
"$rootstream" umount "$work/mnt"

if [ -n "$boot" ]; then
  say "kboot: a kernel and an initramfs that boot a machine from a URL"
  "$rootstream" kboot build --out "$work/kboot" --hardware virtual --compress zstd --pubkey "$work/key.pub"

  say "a machine without a disk (QEMU): the image's kernel by kexec, its root over HTTP, to the login prompt"
  python3 tests/support/console.py --log "$work/console" --timeout 240 --show \
    expect 'second stage' expect 'login: *$' -- \
    boot/qemu --kboot "$work/kboot" --direct --url "${url/127.0.0.1/10.0.2.2}/debian:12"
  printf '\n\n'
fi
echo "done"
