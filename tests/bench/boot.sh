#!/usr/bin/env bash
# Compares a boot over HTTP with a boot of the same kernel and root from a local disk, in QEMU without KVM. Prints a
# Markdown table. Needs the files that tests/e2e/boot_fixture.sh makes (./test.sh runs it).
#   tests/bench/boot.sh [--rounds N]
# Each time lasts from the second kernel's first console line to the login prompt. Compare only times of one run.
set -euo pipefail
rounds=1
if [ "${1-}" = --rounds ]; then rounds=$2; fi
. "$(dirname "$0")/../e2e/lib.sh"
. "$(dirname "$0")/../e2e/boot_lib.sh"
need_machine
need mkfs.ext4 mksquashfs

step "the same root on an ext4 disk, with its distribution's initrd" >&2
mkdir "$work/root"
tar -C "$work/root" --numeric-owner --xattrs --xattrs-include='*' -xf "$fixture/root.tar"
tar -C "$work/root" -xf "$fixture/additions.tar"
printf '/dev/vda / ext4 defaults 0 1\n' >"$work/root/etc/fstab"
kernel=$(echo "$work"/root/boot/vmlinuz-*)
truncate -s 1G "$work/disk"
mkfs.ext4 -q -d "$work/root" "$work/disk"
mksquashfs "$work/root" "$work/squash" -comp zstd -Xcompression-level 3 -quiet -no-progress >/dev/null 2>&1

prompt_time() { # prompt_time CONSOLE: seconds from the last kernel's first line to the prompt, by the host's clock
  awk '/Linux version/ { begin = $1 } /login: $|login: *\r?$/ { end = $1 } END { printf "%.1f", end - begin }' "$1"
}
run_console() { # run_console LOG SECONDS STEP... -- COMMAND...
  local log=$1 seconds=$2
  shift 2
  python3 "$console" --log "$log.raw" --stamps "$log" --timeout "$seconds" "$@"
}

boot_disk() {
  run_console "$work/disk.log" 300 expect 'Linux version' expect 'login: $' -- qemu-system-x86_64 \
    -accel tcg,thread=multi,tb-size=64 -cpu max,-erms,-fsrm -m 512 -smp 1 -no-reboot -nographic -kernel "$kernel" \
    -initrd "$work"/root/boot/initrd.img-* -append 'console=ttyS0 root=/dev/vda' -nic user,model=virtio-net-pci \
    -snapshot -drive "file=$work/disk,format=raw,if=virtio" -serial mon:stdio -serial "file:$work/marker"
  prompt_time "$work/disk.log"
}
boot_http() { # boot_http QEMU-OPTION...
  rm -f "$work/access.log"
  start_nginx
  run_console "$work/http.log" 600 expect 'starting it' expect 'Linux version' expect 'login: $' end '' -- \
    "$qemu" --no-kvm --kboot "$fixture/stock" --url "$(url_inside)" --pubkey "$key.pub" "$@" -- \
    -serial mon:stdio -serial "file:$work/marker"
  sed -i 's/\r$//' "$work/marker"
  stop_server
  prompt_time "$work/http.log"
}

echo '| round | local ext4, s | HTTP, loopback, s | ratio | HTTP, 20 Mbit and 80 ms, s |'
echo '|---|---|---|---|---|'
for round in $(seq "$rounds"); do
  local_time=$(boot_disk)
  near=$(boot_http)
  cp "$work/http.log" "$work/near.log"
  sent=$(bytes_sent)
  far=$(boot_http --slow 20mbit,80ms)
  echo "| $round | $local_time | $near | $(awk -v a="$near" -v b="$local_time" 'BEGIN { printf "%.2f", a / b }') | $far |"
done
echo
echo "bytes sent $sent; squashfs (zstd, level 3) $(stat -c %s "$work/squash"): $((100 * sent / $(stat -c %s "$work/squash"))) %"
echo
echo '| seconds since power-on | phase (loopback; the first kernel as it is shipped) |'
echo '|---|---|'
awk '/Linux version/ { print "| " $1 " | " (seen++ ? "the next" : "the first") " kernel begins |" }
  $2 == "kboot:" { at = $1; $1 = $2 = ""; print "| " at " |" $0 " |" }
  /login: $/ { print "| " $1 " | login prompt |" }' "$work/near.log"
