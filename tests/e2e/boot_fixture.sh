#!/usr/bin/env bash
# Makes the files that the boot tests share (see boot_lib.sh). The Debian root is made once for a build folder,
# the rest each time.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/boot_lib.sh"
need mmdebstrap qemu-system-x86_64 kexec dropbear kmod cpio xz
need_root
rm -rf --one-file-system "$fixture"/{complete,links/complete,networks/complete,networks/kboot,networks/store,media/complete,kexec.bytes,store,stock,own,tftp,kernel,key,key.pub}
mkdir -p "$fixture/store"

suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
root=$work/root
mkdir "$root"
packages=systemd-sysv,udev,linux-image-cloud-amd64,iproute2,ifupdown,netbase,python3-minimal,passwd,login,busybox,openssh-client
if [ "$(cat "$fixture/root.packages" 2>/dev/null)" != "$packages" ]; then
  step "a Debian root with systemd and a kernel"
  mmdebstrap --quiet --variant=minbase \
    --include=$packages \
    "$suite" "$work/root.tar" || fail "mmdebstrap failed"
  mv "$work/root.tar" "$fixture/root.tar"
  echo "$packages" >"$fixture/root.packages"
fi
tar -C "$root" --xattrs --xattrs-include='*' --numeric-owner -xf "$fixture/root.tar"
cat >"$root/usr/local/sbin/marker" <<'END'
#!/bin/sh
# Reports to the tests on the second serial port, and powers off. Options on the kernel's command line: marker.pressure: first
# uses up all memory and drops all caches. marker.end=reboot or kexec: instead of power-off. marker.stay=SECONDS: first waits,
# drops all caches and reads the root again. marker.suspend=SECONDS: suspends during a read, and again without one.
exec >/dev/ttyS1 2>&1
word() { sed -n "s/.*\<marker\.$1=\([^ ]*\).*/\1/p" /proc/cmdline; }
echo written >/root/marker && cat /root/marker
python3 -c 'print("python", 6 * 7)'
echo "host $(cat /etc/hostname), machine $(cat /etc/machine-id)"
echo "names from $(sed -n 's/^nameserver //p' /etc/resolv.conf)"
echo "address $(ip -4 -o address show scope global | awk '{ print $2, $4 }')"
echo "memory $(awk '/MemTotal|MemAvailable/ { printf "%s ", $2 }' /proc/meminfo)"
cat /run/rootstream/phases /run/rootstream/log
echo "boots: $(echo boot >>/var/lib/boots; wc -l </var/lib/boots)"
if [ -d /run/systemd/system ]; then
  echo "failed units: $(systemctl --failed --plain --no-legend | wc -l)"
  systemctl --failed --plain --no-legend
  # The links, by number; 1 is lo. A link is pending until udev has processed the card.
  for tenth in $(seq 100); do grep -qs '^ADMIN_STATE=pending' /run/systemd/netif/links/[2-9] && sleep 0.1; done
  for link in /run/systemd/netif/links/[2-9]; do sed -n 's/^ADMIN_STATE=/networkd: /p' "$link"; done
else
  echo "failed units: 0"
  echo "init $(readlink /proc/1/exe)"
fi
if [ -n "$(word stay)" ]; then
  sleep "$(word stay)"
  echo 3 >/proc/sys/vm/drop_caches
  cat /usr/bin/* >/dev/null && echo "read after $(word stay) s, $(ip -4 -o address show scope global | awk '{ print $2, $4 }')"
fi
if [ -n "$(word suspend)" ]; then
  fall_asleep() {
    echo 0 >/sys/class/rtc/rtc0/wakealarm
    echo "+$(word suspend)" >/sys/class/rtc/rtc0/wakealarm
    echo mem >/sys/power/state && echo "slept $1"
  }
  cat /usr/bin/* >/dev/null &
  fall_asleep 'with a read under way'
  wait $! && echo 'that read came to its end'
  fall_asleep 'with none'
  echo 3 >/proc/sys/vm/drop_caches
  cat /usr/bin/* >/dev/null && echo 'read when awake again'
fi
echo done
sleep 6  # until the login prompt is shown
if [ -n "$(word pressure)" ]; then
  python3 -c '
import re
free = lambda: int(re.search("MemAvailable: *([0-9]+)", open("/proc/meminfo").read())[1])
held = []
while free() > 12000: held.append(b"x" * (1 << 20))
print("held", len(held), "MiB")'
  echo 3 >/proc/sys/vm/drop_caches
  echo 'memory was used up'
fi
end=$(word end)
if [ "$end" = kexec ]; then
  # kexec_file_load(2), without an initrd.
  perl -e 'open my $kernel, "<", glob "/boot/vmlinuz-*" or die $!; my $line = "console=ttyS0\0";
    syscall(320, fileno($kernel), -1, length $line, $line, 4) == 0 or die $!' && echo 'the next kernel is loaded'
  [ -d /run/systemd/system ] || end=reboot
fi
if [ -d /run/systemd/system ]; then systemctl "${end:-poweroff}"; else busybox "${end:-poweroff}"; fi
END
chmod 755 "$root/usr/local/sbin/marker"
# A small init, for machines with little memory: init=/usr/lib/small/init.
mkdir -p "$root/usr/lib/small"
ln -s /bin/busybox "$root/usr/lib/small/init"
cat >"$root/etc/inittab" <<'END'
::sysinit:/bin/hostname -F /etc/hostname
::once:/usr/local/sbin/marker
ttyS0::respawn:/bin/busybox getty -L 115200 ttyS0 vt100
::shutdown:/bin/umount -a -r
END
cat >"$root/etc/systemd/system/marker.service" <<'END'
[Unit]
Description=tells the tests how it went
After=multi-user.target getty.target
[Service]
Type=oneshot
ExecStart=/usr/local/sbin/marker
[Install]
WantedBy=multi-user.target
END
mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
ln -s ../marker.service "$root/etc/systemd/system/multi-user.target.wants/"
# Disks that no test machine has. Nothing may wait for them.
printf 'UUID=0a0a0a0a-1111-2222-3333-444444444444 / ext4 defaults 0 1\n/dev/sdz9 none swap sw 0 0\n' >"$root/etc/fstab"
# A server's usual network configuration, which must leave the root's interface alone.
printf 'auto lo\niface lo inet loopback\nauto eth0\nallow-hotplug eth0\niface eth0 inet dhcp\n' >"$root/etc/network/interfaces"

# systemd-networkd, configured for every card, must leave the root's interface alone, too.
printf '[Match]\nName=e*\n\n[Network]\nDHCP=yes\n' >"$root/etc/systemd/network/20-wired.network"
ln -s /lib/systemd/system/systemd-networkd.service "$root/etc/systemd/system/multi-user.target.wants/"

(cd "$root" && tar -cf "$fixture/additions.tar" usr/local/sbin/marker usr/lib/small etc/inittab etc/fstab etc/systemd/system)

step "publish it"
store=$fixture/store key=$fixture/key
publish "$root" "$image" | grep -E '^(boot|compressed)'
kernel=$(echo "$root"/boot/vmlinuz-*)
release=${kernel##*/vmlinuz-}

step "kboots: Debian's stock kernel, and the image's own"
"$rootstream" kboot build --out "$fixture/stock" --hardware virtual --compress zstd --add /sbin/tc
"$rootstream" kboot build --out "$fixture/own" --hardware virtual --compress zstd \
  --kernel "$kernel" --modules "$root/lib/modules/$release"
mkdir -p "$fixture/tftp" "$fixture/kernel/lib/modules"
cp -a "$root/lib/modules/$release" "$fixture/kernel/lib/modules/"
cp "$kernel" "$fixture/tftp/vmlinuz"
echo "$release" >"$fixture/release"
: >"$fixture/complete"
