#!/usr/bin/env bash
# A person at kboot's prompt: what is asked of it, by keyboard and by ssh, on a machine with an old card and a second one
# that leads nowhere.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/boot_lib.sh"
need_machine
need dropbearkey dbclient
# The scene of HTTP-FUSE PS3 Linux: an ELF kernel and an initrd, each by its address.
store=$work/store
mkdir -p "$store/ps3" "$work/initrd/bin"
"$qemu" --kboot "$fixture/stock" --direct --print >/dev/null  # unpacks it
cp "$fixture/stock/vmlinux" "$store/ps3/"
cp "$(command -v busybox)" "$work/initrd/bin/"
printf '#!/bin/busybox sh\n/bin/busybox mount -t proc proc /proc\necho "the initrd runs, $(/bin/busybox cat /proc/cmdline)"\n/bin/busybox poweroff -f\n' >"$work/initrd/init"
chmod 755 "$work/initrd/init"
mkdir "$work/initrd/proc" "$work/initrd/dev"
for library in $(ldd "$work/initrd/bin/busybox" | grep -o '/[^ ]*'); do install -D "$(readlink -f "$library")" "$work/initrd$library"; done
(cd "$work/initrd" && find . | cpio -o -H newc --quiet | gzip >"$store/ps3/initrd.img")
start_nginx
inside=${server_url/127.0.0.1/10.0.2.2}
dropbearkey -t ed25519 -f "$work/ssh" 2>/dev/null | grep '^ssh-' >"$work/ssh.pub"
printf 'timeout=20\ndefault=old\nclassroom=%s\nold=tftp://10.0.2.2/vmlinuz\n' "$(url_inside)" >"$work/kboot.conf"
"$rootstream" kboot build --out "$work/kboot" --hardware virtual --compress zstd --ssh-key "$work/ssh.pub" \
  --conf "$work/kboot.conf" >/dev/null
pick_port
ssh_port=$port
pick_port
ssh="dbclient -i $work/ssh -p $ssh_port -y -y root@127.0.0.1"
boot 400 "$work/kboot" --direct --nic ne2k --ssh "$ssh_port" --tftp "$fixture/tftp" --cmdline 'vlan=eth1.7:eth1' -- \
  expect 'ssh: as root' expect 'classroom' expect 'booting old' type ' ' \
  expect 'number or label' send 'p' \
  expect 'kboot: \s*$' send 'net' expect '10\.0\.2\.15' \
  expect 'kboot: \s*$' send 'cat /proc/net/vlan/config' expect 'eth1\.7 *\| 7 *\| eth1' \
  expect 'kboot: \s*$' send 'ls' expect ' 1  classroom' \
  expect 'kboot: \s*$' send 'set mirror=http://user:secret@10.0.2.2/m' \
  expect 'kboot: \s*$' send 'set' expect 'mirrors=http://\*\*\*@10' \
  expect 'kboot: \s*$' send 'ping -c 1 10.0.2.2' expect '1 packets received' \
  expect 'kboot: \s*$' send 'status' expect 'drivers are loaded' \
  expect 'kboot: \s*$' send 'shell' expect 'kboot# ' send 'exit' \
  expect 'kboot: \s*$' send 'sleep 100' wait 1 type $'\x03' expect 'kboot[:#] \s*$' \
  run "$ssh uname -r </dev/null >$work/ssh.out 2>$work/ssh.err" \
  send 'exit' expect 'kboot: \s*$' \
  send "$inside/ps3/vmlinux initrd=$inside/ps3/initrd.img video=ps3fb:mode:3 console=ttyS0" \
  expect 'fetching .*initrd.img' expect 'starting it' expect 'Linux version 6.*-amd64' \
  expect 'the initrd runs, .*video=ps3fb:mode:3' expect 'Power down' end '' -- \
  -nic "socket,listen=127.0.0.1:$port,model=virtio-net-pci"
grep -q '^6\.' "$work/ssh.out" || fail "no answer by ssh: $(cat "$work/ssh.err")"
