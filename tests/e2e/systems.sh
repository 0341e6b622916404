# Sourced by boot_system.sh: the systems that are booted, each a Debian root made by mmdebstrap.
#
# shellcheck shell=bash disable=SC2034

systems='ifupdown networkd network-manager connman cloud-init bullseye trixie sid sysvinit openrc runit finit busybox'

# describe SYSTEM: sets suite, packages, title, init ('' for its /sbin/init), soft_reboot if it has one, and the options of
# mmdebstrap.
describe() {
  suite=bookworm init='' soft_reboot=''
  mmdebstrap_options=(--aptopt='Acquire::Check-Valid-Until "false"') # a mirror's copy of sid may be outdated
  local common=udev,linux-image-cloud-amd64,iproute2,netbase,python3-minimal,passwd,login,openssh-server,openssh-client,procps
  case "$1" in
    ifupdown) title='Debian bookworm, systemd, ifupdown' packages=systemd-sysv,ifupdown ;;
    networkd) title='Debian bookworm, systemd-networkd and resolved' packages=systemd-sysv,systemd-resolved ;;
    network-manager) title='Debian bookworm, NetworkManager' packages=systemd-sysv,network-manager ;;
    connman) title='Debian bookworm, connman' packages=systemd-sysv,connman ;;
    cloud-init) title='Debian bookworm, cloud-init' packages=systemd-sysv,cloud-init,ifupdown ;;
    bullseye)
      title='Debian bullseye' suite=bullseye packages=systemd-sysv,ifupdown
      # bullseye's security updates have ended, and some packages in their list are missing.
      # shellcheck disable=SC2016 # for the hook's shell
      mmdebstrap_options+=(--setup-hook='sed -i /security/d "$1/etc/apt/sources.list"')
      ;;
    trixie) title='Debian trixie' suite=trixie packages=systemd-sysv,ifupdown soft_reboot=yes ;;
    sid) title='Debian sid' suite=sid packages=systemd-sysv,ifupdown soft_reboot=yes ;;
    sysvinit) title='Debian bookworm, sysvinit' packages=sysvinit-core,ifupdown ;;
    openrc) title='Debian bookworm, openrc' packages=sysvinit-core,openrc,ifupdown ;;
    runit) title='Debian bookworm, runit' packages=runit-init,ifupdown ;;
    finit) title='Debian bookworm, finit' packages=finit-sysv,finit-plugins,e2fsprogs,ifupdown ;;
    busybox) title='Debian bookworm, busybox init' packages=busybox init=/usr/lib/small/init ;;
    *) return 1 ;;
  esac
  packages=$common,$packages
}

# fit_system SYSTEM ROOT: configures ROOT as an administrator would, mainly its network. root may log in on the serial line.
fit_system() {
  local root=$2
  install -m 755 "$repository/tests/e2e/system_check" "$root/usr/local/sbin/check"
  sed -i 's/^root:[^:]*:/root::/' "$root/etc/shadow"
  rm -f "$root"/etc/ssh/ssh_host_*
  mkdir -p "$root/root/.ssh" "$root/srv/local" "$root/etc/systemd/system/ssh.service.d"
  printf '[Service]\nExecStartPre=\nExecStartPre=/usr/bin/ssh-keygen -A\n' >"$root/etc/systemd/system/ssh.service.d/keys.conf"
  ssh-keygen -q -t ed25519 -N '' -f "$root/root/.ssh/id_ed25519"
  cp "$root/root/.ssh/id_ed25519.pub" "$root/root/.ssh/authorized_keys"
  echo 'LABEL=local /srv/local ext4 defaults 0 2' >>"$root/etc/fstab"
  mkdir -p "$work/package/DEBIAN" "$work/package/usr/bin"
  printf 'Package: small\nVersion: 1\nArchitecture: all\nMaintainer: nobody <nobody@example.org>\nDescription: small\n' >"$work/package/DEBIAN/control"
  printf '#!/bin/sh\necho small\n' >"$work/package/usr/bin/small"
  chmod 755 "$work/package/usr/bin/small"
  dpkg-deb --root-owner-group -b "$work/package" "$root/srv/small.deb" >/dev/null
  if [ -d "$root/etc/network" ]; then
    printf 'auto lo\niface lo inet loopback\nauto eth0\nallow-hotplug eth0\niface eth0 inet dhcp\n' >"$root/etc/network/interfaces"
  fi
  case "$1" in
    networkd)
      printf '[Match]\nName=e*\n\n[Network]\nDHCP=yes\n' >"$root/etc/systemd/network/20-wired.network"
      chroot "$root" systemctl -q enable systemd-networkd systemd-networkd-wait-online systemd-resolved
      ;;
    cloud-init)
      mkdir -p "$root/var/lib/cloud/seed/nocloud"
      echo 'instance-id: one' >"$root/var/lib/cloud/seed/nocloud/meta-data"
      printf '#cloud-config\nssh_deletekeys: false\n' >"$root/var/lib/cloud/seed/nocloud/user-data"
      ;;
    sysvinit | openrc) echo 'T0:2345:respawn:/sbin/getty -L ttyS0 115200 vt100' >>"$root/etc/inittab" ;;
    finit) echo 'tty [12345] /dev/ttyS0 115200 vt100 noclear nowait' >"$root/etc/finit.d/serial.conf" ;;
    busybox)
      mkdir -p "$root/usr/lib/small"
      ln -s /bin/busybox "$root/usr/lib/small/init"
      ln -s /bin/busybox "$root/usr/sbin/reboot"
      ln -s /bin/busybox "$root/usr/sbin/poweroff"
      cat >"$root/etc/inittab" <<'END'
::sysinit:/bin/hostname -F /etc/hostname
::sysinit:/bin/mkdir -p /dev/pts
::sysinit:/bin/mount -t devpts devpts /dev/pts
::sysinit:/sbin/modprobe virtio_blk
::sysinit:/bin/mount -a
ttyS0::respawn:/bin/busybox getty -L 115200 ttyS0 vt100
::shutdown:/bin/umount -a -r
END
      ;;
  esac
}
