#!/usr/bin/env bash
# A user's commands at kboot's prompt, by keyboard and by ssh, on a machine with an old network card and a second card
# that is connected to nothing.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/boot_lib.sh"
need_machine
need dropbearkey dbclient
start_nginx
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
  send 'exit' expect 'kboot: \s*$' send 'poweroff' end '' -- \
  -nic "socket,listen=127.0.0.1:$port,model=virtio-net-pci"
grep -q '^6\.' "$work/ssh.out" || fail "no answer by ssh: $(cat "$work/ssh.err")"
