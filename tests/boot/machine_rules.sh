#!/bin/sh
# Tests how kboot's scripts set up the network and adapt an image to its machine. Runs the real scripts under busybox's
# shell; the machine (/sys), DHCP and ip(8) are fakes.
#
# shellcheck disable=SC1090,SC2086,SC2317  # parts of boot/initramfs/lib; functions that those call
tests=$(cd "$(dirname "$0")" && pwd)
. "$tests/rules_lib.sh"
mkdir /run/sys /run/newroot
mount --bind /run/sys /sys

# udhcpc -i NAME …: answers from /run/dhcp/NAME ("SECONDS WORDS…": delay, assignments for dhcp-answer); fails without it.
cat >/run/fake/udhcpc <<'END'
#!/bin/busybox sh
while [ $# -gt 0 ]; do case "$1" in -i) interface=$2 ;; esac; shift; done
echo "asks on $interface" >>/run/calls
[ -f /run/dhcp/$interface ] || exit 1
read -r seconds words </run/dhcp/$interface
sleep $seconds
export interface
eval "export $words"
sh $ANSWER bound
END
cat >/run/fake/ip <<'END'
#!/bin/busybox sh
echo "ip $*" >>/run/calls
case "$*" in
  'route replace default via 10.9.9.9'*) [ -f /run/router.known ] ;;
  'route replace 10.9.9.9 '*) : >/run/router.known ;;
  '-6 -o addr show dev eth0') cat /run/address6 2>/dev/null ;;
  '-6 route show default dev eth0') if [ -f /run/router6 ]; then echo 'default via fe80::1'; fi ;;
  'link add link '*) mkdir -p /sys/class/net/$6; echo 1 >/sys/class/net/$6/type; echo 1 >/sys/class/net/$6/carrier ;;
esac
END
# dhcpcd … NAME: answers from /run/dhcp6 (shell assignments for dhcp6-answer); fails without it.
cat >/run/fake/dhcpcd <<'END'
#!/bin/busybox sh
while [ $# -gt 1 ]; do case "$1" in -f) tail -n 1 $2 >>/run/calls ;; esac; shift; done
echo "dhcpcd on $1" >>/run/calls
[ -f /run/dhcp6 ] || exit 1
eval "export $(cat /run/dhcp6)"
sh $ANSWER6
END
printf '#!/bin/busybox sh\n' >/run/fake/modprobe
printf '#!/bin/busybox sh\n[ "$*" = "router eth0" ] && cat /run/router6\n' >/run/fake/kboot
chmod 755 /run/fake/*
# The fakes run the real scripts that handle DHCP's answers; those use absolute paths, which work here.
export ANSWER=$bin/dhcp-answer ANSWER6=$bin/dhcp6-answer

for part in say await progress config layers kernel_file kernel_url network wifi ppp ipv6 proxy hooks slow_line storage managers root_setup modules stage_two; do . "$lib/$part.sh"; done

# anew [COMMAND-LINE]: resets everything to a machine with two network cards that have a link.
anew() {
  rm -rf /run/kboot /run/calls /run/dhcp /run/router.known /sys/class
  mkdir -p /run/kboot/net /run/dhcp /etc
  : >/run/calls
  : >/run/kboot/log
  card eth0 52:54:00:00:00:01
  card eth1 52:54:00:00:00:02
  echo "${1-}" >/run/cmdline
  mountpoint -q /proc/cmdline || mount --bind /run/cmdline /proc/cmdline
  read_config
}
card() {
  mkdir -p /sys/class/net/$1/device
  echo 1 >/sys/class/net/$1/type
  echo 1 >/sys/class/net/$1/carrier
  echo $2 >/sys/class/net/$1/address
}
# answer NAME [SECONDS [WORDS…]]: makes DHCP answer on NAME
answer() { echo "${2-0} ip=10.0.0.${1#eth} subnet=255.255.255.0 router=10.0.0.254 dns=10.0.0.3 ${3-}" >/run/dhcp/$1; }
up() { network_up >/run/said 2>&1; }

is_on() { [ "$(
  . /run/kboot/net/lease 2>/dev/null
  echo "$interface"
)" = "$1" ] || complain "the lease is of '$(cat /run/kboot/net/lease 2>&1)', not of $1"; }
asked() {
  [ "$(grep -c '^asks' /run/calls)" = "$(echo "$1" | wc -w)" ] || complain "asked: $(grep '^asks' /run/calls)"
  for n in $1; do grep -q "^asks on $n\$" /run/calls || complain "$n was not asked"; done
}
called() { grep -qxF -e "$1" /run/calls || complain "no '$1': $(cat /run/calls)"; }
not_called() { ! grep -qF -e "$1" /run/calls || complain "'$1' was called"; }

what='two cards that both answer'
for seconds in '0 0' '1 0' '0 1'; do
  for time in 1 2 3; do
    anew
    answer eth0 ${seconds% *}
    answer eth1 ${seconds#* }
    up || complain "no network: $(cat /run/kboot/why)"
    [ -s /run/kboot/net/lease ] || complain 'no lease'
  done
done
what='one of two answers'
anew
answer eth1 1
up || complain 'no network'
is_on eth1
asked 'eth0 eth1'
what='none answers'
anew
up && complain 'a network without an answer'
[ "$(cat /run/kboot/why.kind)" = no-address ] || complain "$(cat /run/kboot/why.kind)"

what='IPv6 alone'
address6() { echo "2: eth0    inet6 $1 scope global ${2-} dynamic \       valid_lft 86400sec" >>/run/address6; }
name_server6() { sed -n 's/^nameserver //p' /etc/resolv.conf; }
echo "router6='fe80::1' managed6='' dns6='2001:db8::53' domain6='lab'" >/run/router6
anew
address6 2001:db8::4/64 tentative
echo '2: eth0    inet6 fe80::5/64 scope link \       valid_lft forever' >>/run/address6
address6 2001:db8::5/64
up || complain 'no network'
is_on eth0
called 'ip addr replace 2001:db8::5/64 dev eth0'
called 'ip route replace default via fe80::1 dev eth0 metric 2048'
[ "$(name_server6)" = 2001:db8::53 ] || complain "$(cat /etc/resolv.conf)"
: >/run/router6
anew
up
is_on eth0
[ "$(name_server6)" = '' ] || complain 'name servers from nowhere'
not_called 'route replace default'
anew
answer eth1 1
up
is_on eth1
anew ip=auto6
answer eth0
up
[ "$(name_server6)" = '' ] || complain 'DHCP'
[ "$(grep -c asks /run/calls)" = 0 ] || complain 'DHCP was asked'
what='a name server of the link'
echo "router6='fe80::1' managed6='' dns6='fe80::1 2001:db8::53'" >/run/router6
anew
up
[ "$(name_server6 | tr '\n' ' ')" = 'fe80::1%eth0 2001:db8::53 ' ] || complain "$(cat /etc/resolv.conf)"
what='no store by IPv6, and DHCP that comes late'
answer eth0
other_network >/run/said 2>&1 || complain 'DHCP was not asked again'
is_on eth0
called 'ip addr add 10.0.0.0/255.255.255.0 brd + dev eth0'
anew
up
rm -rf /sys/class/net/eth1
other_network >/run/said 2>&1 && complain 'nobody answered'
grep -q 2001:db8::5 /run/kboot/net/lease || complain 'the lease is lost'
what='an address by SLAAC, and name servers by DHCPv6'
echo "router6='fe80::1' managed6='' information6='yes' dns6=''" >/run/router6
echo "reason=INFORM6 new_dhcp6_name_servers='2001:db8::54' new_dhcp6_domain_search=lab.example" >/run/dhcp6
anew
up || complain 'no network'
[ "$(name_server6)" = 2001:db8::54 ] || complain "$(cat /etc/resolv.conf)"
called inform6
called 'dhcpcd on eth0'
called 'ip addr replace 2001:db8::5/64 dev eth0'
grep -qx 'search lab.example' /etc/resolv.conf || complain "$(cat /etc/resolv.conf)"
what='an address by DHCPv6'
rm /run/address6
echo "router6='fe80::1' managed6='yes' information6='' dns6=''" >/run/router6
echo "reason=BOUND6 new_dhcp6_ia_na1_ia_addr1=2001:db8::7 new_dhcp6_ia_na1_t1=300 new_dhcp6_name_servers='2001:db8::54'" >/run/dhcp6
anew
up || complain 'no network'
is_on eth0
called ia_na
called 'ip addr replace 2001:db8::7/128 dev eth0'
[ "$(
  . /run/kboot/net/lease
  echo "$lease6"
)" = 300 ] || complain "$(cat /run/kboot/net/lease)"
what='a lease of DHCPv6 without a time to renew it'
echo "reason=BOUND6 new_dhcp6_ia_na1_ia_addr1=2001:db8::7 new_dhcp6_ia_na1_t1=0 new_dhcp6_ia_na1_ia_addr1_pltime=1200" >/run/dhcp6
anew
up
[ "$(
  . /run/kboot/net/lease
  echo "$lease6"
)" = 600 ] || complain "$(cat /run/kboot/net/lease)"
anew ip=:::::eth0:auto6
answer eth0
up
grep -q 2001:db8::7 /run/kboot/net/lease || complain 'IPv6 on a card that is named'
rm /run/dhcp6
anew
up && complain 'a network without an answer'
[ "$(cat /run/kboot/why.kind)" = no-address ] || complain "$(cat /run/kboot/why.kind)"
rm /run/router6
anew ip=auto6
answer eth0
up && complain 'there is no router'
[ "$(cat /run/kboot/why.kind)" = no-address ] || complain "$(cat /run/kboot/why.kind)"

what='a card that is named'
for word in ip=:::::eth1:dhcp ip=::::name:eth1:dhcp; do
  anew $word
  answer eth0
  answer eth1
  up || complain 'no network'
  is_on eth1
  asked eth1
done
anew ip=10.1.1.1::10.1.1.2:255.255.255.0::eth1:off
up
is_on eth1
called 'ip addr add 10.1.1.1/255.255.255.0 brd + dev eth1'
what='the card that the loader came by'
anew BOOTIF=01-52-54-00-00-00-02
answer eth0
answer eth1
up || complain 'no network'
is_on eth1
asked eth1
what='nobody answers on the card that the loader came by'
anew BOOTIF=01-52-54-00-00-00-02
answer eth0
up || complain 'no network'
is_on eth0
what='a loader that came by a card that is not there'
anew BOOTIF=01-52-54-00-00-00-09
answer eth0
up || complain 'no network'
is_on eth0

what='another network, where no store answers'
anew
answer eth0
answer eth1 1
up
is_on eth0
other_network >/run/said 2>&1 || complain 'the other card was not tried'
is_on eth1
other_network >/run/said 2>&1 && complain 'a third card'
what='the loader'"'"'s card is left, too'
anew BOOTIF=01-52-54-00-00-00-02
answer eth0
answer eth1
up
is_on eth1
other_network >/run/said 2>&1 || complain 'the other card was not tried'
is_on eth0
what='nobody answers on the other network'
anew
answer eth0
up
is_on eth0
other_network >/run/said 2>&1
is_on eth0
what='no other network'
anew
rm -r /sys/class/net/eth1
answer eth0
up
other_network && complain 'there is none'
anew ip=:::::eth1:dhcp
answer eth0
answer eth1
up
other_network && complain 'the card was named'

what='a router on no network of the address'
anew
answer eth0 0 'subnet=255.255.255.255 router=10.9.9.9'
rm -r /sys/class/net/eth1
up
called 'ip route replace 10.9.9.9 dev eth0'
[ "$(grep -c 'ip route replace default via 10.9.9.9' /run/calls)" = 2 ] || complain "$(cat /run/calls)"
what='routes of option 121'
anew
answer eth0 0 "staticroutes=\"10.9.9.9/32 0.0.0.0 0.0.0.0/0 10.9.9.9 10.7.0.0/16 10.0.0.7\""
rm -r /sys/class/net/eth1
up
called 'ip route replace 10.9.9.9/32 dev eth0'
called 'ip route replace default via 10.9.9.9 dev eth0'
called 'ip route replace 10.7.0.0/16 via 10.0.0.7 dev eth0'
not_called 'default via 10.0.0.254'

what='a VLAN'
anew 'vlan=eth0.5:eth0'
answer eth0.5
up || complain 'no network'
is_on eth0.5
asked eth0.5
called 'ip link add link eth0 name eth0.5 type vlan id 5'
what='a VLAN that nobody answers on'
anew 'vlan=eth0.5:eth0'
answer eth1
up || complain 'no network'
is_on eth1
anew 'vlan=eth0.5:eth0'
answer eth0.5
up
what='a VLAN under the next kernel, where cards have other names'
cp /sys/class/net/eth0/address /sys/class/net/eth0.5/
rm -rf /sys/class/net/*
card enp1s0 52:54:00:00:00:09
card enp2s0 52:54:00:00:00:01
: >/run/calls
echo 52:54:00:00:00:01 >/run/kboot/net/mac
restore_network >/run/said 2>&1 || complain "$(cat /run/kboot/why)"
is_on eth0.5
called 'ip link add link enp2s0 name eth0.5 type vlan id 5'
what='a VLAN on which nobody answered, under the next kernel'
anew 'vlan=eth0.5:eth0'
answer eth1
up
is_on eth1
: >/run/calls
restore_network >/run/said 2>&1 || complain "$(cat /run/kboot/why)"
is_on eth1
not_called 'type vlan'

# --- drivers that the next kernel gets -------------------------------------------------------------------------------
what='disks that fstab names'
anew
mkdir -p /sys/class/block /sys/devices/pci0/virtio1/block/vda /sys/devices/pci0/ata2/block/sr0 /run/newroot/etc
echo virtio:d2 >/sys/devices/pci0/virtio1/modalias
echo pci:disk >/sys/devices/pci0/modalias
echo ata:cd >/sys/devices/pci0/ata2/modalias
ln -s ../../devices/pci0/virtio1/block/vda /sys/class/block/vda
ln -s ../../devices/pci0/ata2/block/sr0 /sys/class/block/sr0
drivers() {
  printf '%s\n' "$1" >/run/newroot/etc/fstab
  needed_modules /run/newroot | tr '\n' ' '
}
[ "$(drivers 'LABEL=data /srv ext4')" = 'fuse overlay af_packet virtio:d2 pci:disk ' ] || complain "$(drivers 'LABEL=data /srv ext4')"
[ "$(drivers 'UUID=1-2 / ext4')" = 'fuse overlay af_packet ' ] || complain "$(drivers 'UUID=1-2 / ext4')"
rm -r /run/newroot/etc

# --- the disk for the cache ------------------------------------------------------------------------------------------
what='the disk for the cache'
# cache_on COMMAND-LINE DEVICE OPTIONS: where the cache is, if that disk is mounted with these options ('' if it cannot be).
cache_on() {
  disk=$2 options=$3
  anew "$1"
  find_cache >/run/said
  cat /run/kboot/cache
  umount /live/cache
}
(
  mkdir -p /run/live
  sed 's,/live,/run/live,g' "$lib/storage.sh" >/run/storage.sh
  . /run/storage.sh
  device_of() { echo "$disk"; }
  wait_for_usb_disks() { :; }
  size_of() { echo 1m; }
  mount_disk() { [ -n "$options" ] && mount -t tmpfs -o "$options" none "$2"; }
  umount() { busybox umount /run/live/cache; }
  [ "$(cache_on '' /dev/sda2 rw)" = /dev/sda2 ] || complain 'the disk is not used'
  [ "$(cache_on '' /dev/sda2 ro)" = ram ] || complain 'a read-only disk is used'
  grep -q 'sda2 (LABEL=rootstream), is read-only' /run/said || complain "says $(cat /run/said)"
  [ "$(cache_on '' /dev/sda2 '')" = ram ] || complain 'a broken disk is used'
  grep -q 'sda2 (LABEL=rootstream), cannot be mounted' /run/said || complain "says $(cat /run/said)"
  [ "$(cache_on '' '' '')" = ram ] && [ ! -s /run/said ] || complain "no disk was asked for, and it says $(cat /run/said)"
  [ "$(cache_on rootstream.cache=LABEL=x '' '')" = ram ] || complain 'there is no disk'
  grep -q 'no disk LABEL=x' /run/said || complain "says $(cat /run/said)"
  exit $failures
)
failures=$?

# --- proxies ---------------------------------------------------------------------------------------------------------
what='a proxy'
cat >/run/fake/kboot <<'END'
#!/bin/busybox sh
echo "kboot $*" >>/run/calls
cp /run/pac "$3" 2>/dev/null
END
chmod 755 /run/fake/kboot
proxied() { # proxied COMMAND-LINE DHCP-WORDS PAC PROXY: which proxy is used
  rm -f /run/pac
  [ -z "$3" ] || printf '%s' "$3" >/run/pac
  anew "$1"
  : >/run/calls
  answer eth0 0 "$2"
  up
  use_proxy >/run/said
  [ "${http_proxy-}" = "$4" ] && [ "${https_proxy-}" = "$4" ] || complain "'$1' with '$2' and '$3': '${http_proxy-}'"
  unset http_proxy https_proxy
}
proxied '' '' '' ''
proxied rootstream.proxy=http://p:1 'wpad=http://w/x' 'return "PROXY q:2"' http://p:1
not_called 'kboot fetch'
proxied rootstream.proxy=none 'wpad=http://w/x' 'return "PROXY q:2"' ''
proxied '' 'wpad=http://w/x' 'if (x) return "DIRECT"; return "PROXY q.example:3128; DIRECT";' http://q.example:3128
called 'kboot fetch http://w/x /run/kboot/wpad --at-most 1048576'
proxied '' 'wpad=http://w/x' "return 'HTTP 10.0.0.1:80'" http://10.0.0.1:80
proxied '' 'wpad=http://w/x' 'return "DIRECT"' ''
proxied '' 'wpad=http://w/x' '' ''
grep -q 'could not be fetched: http://w/x' /run/said || complain "says $(cat /run/said)"
proxied '' 'wpad=file:///etc/passwd' 'return "PROXY q:2"' ''
proxied '' 'wpad=http://w/x' 'return "PROXY q:2$(reboot)"' ''

# --- the boot file of DHCP -------------------------------------------------------------------------------------------
boot_file() {
  anew "$1"
  rm -r /sys/class/net/eth1
  answer eth0 0 "$2"
  up
  [ "$(conf url)" = "$3" ] || complain "'$1' with '$2': '$(conf url)'"
}
what="DHCP's boot file"
image=http://host/store/debian:12
boot_file '' "bootfile=$image" $image
boot_file '' "boot_file=$image" $image
boot_file '' "bootfile=$image boot_file=http://host/store/other" $image
boot_file 'rootstream=http://host/store/mine' "bootfile=$image" http://host/store/mine
boot_file 'rootstream.store=http://host/store' "bootfile=$image" ''
boot_file 'rootstream.conf=http://host/kboot.conf' "bootfile=$image" ''
for loader in http://host/boot.ipxe http://host/EFI/BOOT/BOOTX64.EFI http://host/a/pxelinux.0 pxelinux.0 tftp://host/x http://host/kboot.iso; do
  boot_file '' "bootfile=$loader" ''
done

# --- adapting the root -----------------------------------------------------------------------------------------------
for part in managers root_setup; do
  sed 's,/newroot,/run/newroot,g' "$lib/$part.sh" >/run/$part.sh
  . /run/$part.sh
done
# root_with FOLDER…: makes a new root with these folders.
root_with() {
  anew
  rm -rf /run/newroot /run/systemd /run/NetworkManager /run/network
  mkdir -p /run/newroot/etc
  for folder; do mkdir -p "/run/newroot/$folder"; done
}
fstab() { # fstab LINE WANTED
  root_with ${3-lib/systemd/system}
  echo "$1" >/run/newroot/etc/fstab
  fit_fstab
  [ "$(cat /run/newroot/etc/fstab)" = "$2" ] || complain "'$1' becomes '$(cat /run/newroot/etc/fstab)'"
}
what='fstab'
patient=nofail,x-systemd.device-timeout=60s
fstab 'UUID=0a-1 / ext4 defaults 0 1' '# rootstream is the root: UUID=0a-1 / ext4 defaults 0 1'
for name in /dev/sdb1 /dev/disk/by-id/ata-x UUID=0a-2 LABEL=data PARTUUID=1-2 PARTLABEL=x; do
  fstab "$name /data ext4 defaults 0 2" "$name /data ext4 defaults,$patient 0 2"
done
fstab '/dev/sdb1 none swap sw 0 0' "/dev/sdb1 none swap sw,$patient 0 0"
fstab 'LABEL=a /a ext4 ro,nofail,x-systemd.device-timeout=1s 0 2' 'LABEL=a /a ext4 ro,nofail,x-systemd.device-timeout=1s 0 2'
fstab 'LABEL=a /a ext4' "LABEL=a /a ext4 defaults,$patient"
fstab 'LABEL=a /a ext4 defaults' 'LABEL=a /a ext4 defaults,nofail' lib
for line in 'tmpfs /tmp tmpfs size=1G 0 0' 'host:/home /home nfs4 _netdev 0 0' '# a comment'; do fstab "$line" "$line"; done

# holds FILE LINE: /etc/FILE of the root must have LINE exactly once.
holds() { [ "$(grep -cxF -e "$2" "/run/newroot/etc/$1")" = 1 ] || complain "'$2' is not in $1 once: $(cat "/run/newroot/etc/$1")"; }
# protect INIT: protects the interface twice, as on a second boot with persistent changes.
protect() {
  init=$1
  answer eth0
  rm -r /sys/class/net/eth1
  up
  cp -r /sys/class/net/eth0 /sys/class/net/eth0.5
  protect_interface
  rm -rf /run/network
  protect_interface
}

what='systemd'
root_with sbin
ln -s /lib/systemd/systemd /run/newroot/sbin/init
is_systemd /sbin/init || complain 'it is systemd'
is_systemd /usr/lib/systemd/systemd || complain 'so is this'
for each in /bin/busybox sysvinit /usr/bin/not-systemd; do
  ln -sf $each /run/newroot/sbin/init
  is_systemd /sbin/init && complain "$each is not"
done
what='systemd-networkd'
ln -sf /lib/systemd/systemd /run/newroot/sbin/init
protect /sbin/init
grep -q '^Unmanaged=yes' /run/systemd/network/00-rootstream.network || complain 'it would set up the root'"'"'s interface'
[ -f /run/systemd/system/systemd-networkd-wait-online.service.d/rootstream.conf ] || complain 'it would be waited for'
what='another init, which would be taken for systemd by sd_booted(3)'
root_with
protect /sbin/init
[ -e /run/systemd/system ] && complain 'there is /run/systemd/system'
what='NetworkManager'
grep -q '^unmanaged-devices=mac:52:54:00:00:00:01$' /run/NetworkManager/conf.d/00-rootstream.conf || complain 'the interface'
what='managers that are not there'
[ "$(ls /run/newroot/etc)" = '' ] || complain "files for them: $(ls /run/newroot/etc)"
what='ifupdown'
root_with etc/network/interfaces.d
printf 'auto lo\nauto eth0\niface eth0 inet dhcp\n' >/run/newroot/etc/network/interfaces
printf 'allow-hotplug eth1 eth0 eth2\n' >/run/newroot/etc/network/interfaces.d/cloud
protect /sbin/init
holds network/interfaces '# the root hangs on it: auto eth0'
holds network/interfaces 'auto lo'
holds network/interfaces.d/cloud '# the root hangs on it: allow-hotplug eth1 eth0 eth2'
[ "$(sort /run/network/ifstate | tr '\n' ' ')" = 'eth0.5=eth0.5 eth0=eth0 ' ] || complain "$(cat /run/network/ifstate)"
[ "$(
  EXCLUDE_INTERFACES=wlan0
  . /run/newroot/etc/default/networking
  echo $EXCLUDE_INTERFACES
)" = 'wlan0 eth0 eth0.5' ] || complain "$(cat /run/newroot/etc/default/networking)"
what='connman'
usual=vmnet,vboxnet,virbr,ifb,ve-,vb-
root_with etc/connman
protect /sbin/init
holds connman/main.conf "NetworkInterfaceBlacklist=$usual,eth0,eth0.5"
root_with etc/connman
printf '[General]\nX=1\n' >/run/newroot/etc/connman/main.conf
protect /sbin/init
holds connman/main.conf "NetworkInterfaceBlacklist=$usual,eth0,eth0.5"
holds connman/main.conf '[General]'
root_with etc/connman
printf '[General]\nNetworkInterfaceBlacklist=tun\n' >/run/newroot/etc/connman/main.conf
protect /sbin/init
holds connman/main.conf "NetworkInterfaceBlacklist=tun,eth0,eth0.5"
what='dhcpcd'
root_with
echo 'option x' >/run/newroot/etc/dhcpcd.conf
protect /sbin/init
holds dhcpcd.conf 'denyinterfaces eth0 eth0.5'
what='cloud-init'
root_with etc/cloud
protect /sbin/init
holds cloud/cloud.cfg.d/99-rootstream.cfg 'network: {config: disabled}'

what='the name of the machine'
for hosts_line in '127.0.0.1 localhost' '10.0.0.5 vm.example.org vm' '# vm'; do
  root_with
  echo "$hosts_line" >/run/newroot/etc/hosts
  echo vm >/run/newroot/etc/hostname
  fit_hosts
  fit_hosts
  [ "$(grep -cw vm /run/newroot/etc/hosts)" -ge 1 ] || complain "$hosts_line"
  [ "$(wc -l </run/newroot/etc/hosts)" -le 2 ] || complain "$(cat /run/newroot/etc/hosts)"
done
holds hosts "$(printf '127.0.1.1\tvm')"

[ $failures = 0 ] && echo 'all held'
exit $failures
