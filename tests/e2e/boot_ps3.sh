#!/usr/bin/env bash
# A line as users of HTTP-FUSE PS3 Linux typed it: an ELF kernel and an initrd, each by its address, and parameters.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/boot_lib.sh"
need_machine
need cpio gzip
store=$work/store
mkdir -p "$store/ps3" "$work/initrd/bin"
"$qemu" --kboot "$fixture/stock" --direct --print >/dev/null # unpacks vmlinux
cp "$fixture/stock/vmlinux" "$store/ps3/"
cp "$(command -v busybox)" "$work/initrd/bin/"
printf '#!/bin/busybox sh\n/bin/busybox mount -t proc proc /proc\necho "the initrd runs, $(/bin/busybox cat /proc/cmdline)"\n/bin/busybox poweroff -f\n' >"$work/initrd/init"
chmod 755 "$work/initrd/init"
mkdir "$work/initrd/proc" "$work/initrd/dev"
for library in $(ldd "$work/initrd/bin/busybox" | grep -o '/[^ ]*'); do install -D "$(readlink -f "$library")" "$work/initrd$library"; done
(cd "$work/initrd" && find . | cpio -o -H newc --quiet | gzip >"$store/ps3/initrd.img")
start_nginx
inside=${server_url/127.0.0.1/10.0.2.2}
boot 300 stock --direct -- \
  expect 'kboot: \s*$' \
  send "$inside/ps3/vmlinux initrd=$inside/ps3/initrd.img video=ps3fb:mode:3 console=ttyS0" \
  expect 'fetching .*initrd.img' expect 'starting it' expect 'Linux version 6.*-amd64' \
  expect 'the initrd runs, .*video=ps3fb:mode:3' expect 'Power down' end ''
! grep -aiE 'kernel panic|oops' "$work/console" || fail "errors on the console"
