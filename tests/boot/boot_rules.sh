#!/bin/sh
# Tests what kboot's scripts boot and what they refuse. Runs the real scripts under busybox's shell; the programs that
# they call (kboot, rootstream, kexec) are fakes.
#
# shellcheck disable=SC1090,SC2086,SC2317  # parts of boot/initramfs/lib; functions that those call
tests=$(cd "$(dirname "$0")" && pwd)
. "$tests/rules_lib.sh"

# --- fake programs ---------------------------------------------------------------------------------------------------
# kboot: `fetch` copies the file in /run/web that has the address as its name, with dots for slashes, or fails with the
# exit code in /run/fake.fetch. The other commands obey the files /run/fake.*. Important calls are logged in /run/calls.
cat >/run/fake/kboot <<'END'
#!/bin/busybox sh
name=/run/web/$(printf '%s' "${2-}" | tr '/' '.')
case "$1" in
  fetch)
    echo "fetch $2" >>/run/calls
    [ -f "$name" ] || { echo "rootstream: $2: $(cat /run/fake.message)" >&2; exit "$(cat /run/fake.fetch)"; }
    cp "$name" "$3"
    ;;
  entry)
    [ "$(cat /run/fake.entry)" = 0 ] || { echo 'rootstream: no' >&2; exit "$(cat /run/fake.entry)"; }
    printf "title='' kernel='' cmdline='signed'\n"
    ;;
  put)
    [ ! -e /run/fake.put ] || { echo "rootstream: $3: $(cat /run/fake.put)" >&2; exit 1; }
    cp "$2" "/run/web/$(printf '%s' "$3" | tr '/' '.')"
    ;;
  portal) cat /run/fake.portal 2>/dev/null ;;
  load) echo "load $*" >>/run/calls; cat /run/fake.message >&2; exit "$(cat /run/fake.load)" ;;
  time) sed -n "s,^$2 ,,p" /run/times | grep . ;;
  prompt) head -n 1 /run/typed 2>/dev/null; sed -i 1d /run/typed ;;
esac
END
printf '#!/bin/busybox sh\necho "kexec $*" >>/run/calls\n' >/run/fake/kexec
cat >/run/fake/chroot <<'END'
#!/bin/busybox sh
[ "$(cat /run/fake.entry)" = 0 ] || { echo "rootstream: $5: $(cat /run/fake.message)" >&2; exit 1; }
END
chmod 755 /run/fake/*

for part in say await progress config hardware network wifi ppp hooks slow_line clock storage record image layers kernel_file kernel_url modules hand_over next_kernel \
  managers root_setup advice screen machines own_section host_keys tries_server tries tune menu tries_entries prompt; do
  . "$lib/$part.sh"
done
make_live() { :; }
find_cache() { :; }
cache_bytes() { echo 1; }
mountpoint_is() { false; }
device_of() { :; }
ip() { :; }
start_kernel() { echo "kernel with $3" >>/run/calls; }
enter_root() { (
  set -f
  echo "image $(cat /run/kboot/mounted) with" $1 >>/run/calls
); }

# anew [COMMAND-LINE]: resets everything to a machine that has just started.
anew() {
  rm -rf /run/kboot /run/web /run/calls /run/typed /etc/kboot
  mkdir -p /run/kboot/net /run/web /etc/kboot/keys
  : >/run/calls
  : >/run/kboot/log
  echo 'not found (HTTP 404)' >/run/fake.message
  echo 4 >/run/fake.fetch
  for each in entry load; do echo 0 >/run/fake.$each; done
  echo "${1-}" >/run/cmdline
  mountpoint -q /proc/cmdline || mount --bind /run/cmdline /proc/cmdline
  read_config
}
readonly KEY='rootstream.pubkey=AAAA'
readonly STORE='rootstream.store=http://host/store'

web() { cat >"/run/web/$(printf '%s' "$1" | tr '/' '.')"; } # web ADDRESS <BODY
by_itself() {
  read_boot_files
  choose
} >/run/said 2>&1 </dev/null
# person LINE: a user opens the menu with a key and types LINE.
person() {
  echo "$1" >/run/typed
  read_boot_files
  menu
} >/run/said 2>&1 </dev/null
prompted() { run_line "$1"; } >/run/said 2>&1 </dev/null

# boots TEXT: the last call must be TEXT. refuses KIND: no kernel may be fetched, and the screen must have advice for KIND.
boots() { [ "$(tail -n 1 /run/calls)" = "$1" ] || complain "'$(tail -n 1 /run/calls)' instead of '$1'; $(cat /run/said)"; }
refuses() {
  ! grep -v -e kboot.conf -e images.list /run/calls >&2 || complain "something boots, or is fetched"
  [ "$(cat /run/kboot/why.kind)" = "$1" ] || complain "$(cat /run/kboot/why.kind) instead of $1"
  [ "$(advice "$1")" != "$(advice other)" ] || complain "no advice for $1"
}
says() { grep -q -- "$1" /run/said /run/kboot/log || complain "does not say '$1': $(cat /run/said)"; }

# --- what a user names -----------------------------------------------------------------------------------------------
what='what is typed'
kernel_word() {
  anew "$KEY"
  web "${2:-http://host/vmlinuz}" </dev/null
  web http://host/initrd </dev/null
  prompted "$1"
  boots "kernel with ${3-} "
}
kernel_word 'kernel:http://host/vmlinuz'
kernel_word 'http://host/vmlinuz initrd=http://host/initrd' http://host/vmlinuz
kernel_word 'tftp://host/vmlinuz' tftp://host/vmlinuz
kernel_word 'ftp://host/vmlinuz quiet' ftp://host/vmlinuz ' quiet'
kernel_word 'boot kernel:/vmlinuz' file:///vmlinuz
kernel_word 'kernel:http://host/* *' 'http://host/*' ' *'
image_word() {
  anew "$KEY"
  prompted "$1"
  boots "image $2 with signed${3-}"
}
image_word 'http://host/store/debian:12 ro' http://host/store/debian:12 ' ro'
image_word 'https://host/store/debian' https://host/store/debian
image_word 'image:http://host/store/debian initrd=x' http://host/store/debian ' initrd=x'
anew "$KEY"
prompted 'boot nonsense://x'
refuses usage

what='no answer turns an image into a kernel'
for code in 1 4 5 6 7; do
  anew "$KEY rootstream.unsigned=yes"
  web http://host:4040/404/vmlinuz </dev/null
  echo $code >/run/fake.entry
  echo 'missing, not an image, not found (HTTP 404), refused' >/run/fake.message
  prompted 'http://host:4040/404/vmlinuz'
  [ ! -s /run/calls ] || complain "code $code: $(cat /run/calls)"
  [ "$(cat /run/kboot/why.kind)" = "$(kind_of $code)" ] || complain "$code is $(cat /run/kboot/why.kind)"
done
anew "$KEY root=rootstream:http://host/store/debian:12"
[ "$(conf url)" = http://host/store/debian:12 ] || complain "root=rootstream:URL is $(conf url)"
anew "$KEY rootstream=http://host/vmlinuz"
web http://host/vmlinuz </dev/null
echo 4 >/run/fake.entry
by_itself
refuses missing
anew "rootstream=http://host/vmlinuz"
web http://host/vmlinuz </dev/null
by_itself
refuses no-key

# --- what boots without a user ---------------------------------------------------------------------------------------
for address in tftp://host/vmlinuz kernel:http://host/vmlinuz 'http://host/vmlinuz initrd=http://host/initrd'; do
  lines="default=it
it=$address"
  offered() {
    anew "$1"
    printf '%s\n' "${2-}" "$lines" | web http://host/store/kboot.conf
    for file in tftp://host/vmlinuz http://host/vmlinuz http://host/initrd; do web $file </dev/null; done
  }
  what="a store's default $address"
  offered "$KEY $STORE"
  by_itself
  refuses unsigned
  offered "$KEY $STORE" 'rootstream.unsigned=yes'
  by_itself
  refuses unsigned
  says 'rootstream.unsigned= is not for it'
  offered "$KEY $STORE kboot.default=it"
  by_itself
  refuses unsigned
  offered "$KEY $STORE rootstream.unsigned=yes"
  by_itself
  boots 'kernel with  '
  offered "$STORE"
  by_itself
  boots 'kernel with  '
  offered "$KEY $STORE"
  person 1
  boots 'kernel with  '
  offered "$KEY $STORE"
  person it
  boots 'kernel with  '
  what="a local default $address"
  local_conf() {
    offered "$1"
    rm /run/web/*kboot.conf
    printf '%s\n' "${2-}" "$lines" >/etc/kboot/kboot.conf
  }
  local_conf "$KEY"
  by_itself
  refuses unsigned
  local_conf "$KEY" 'rootstream.unsigned=yes'
  by_itself
  boots 'kernel with  '
  local_conf "$KEY rootstream.unsigned=no" 'rootstream.unsigned=yes'
  by_itself
  refuses unsigned
done
what='an initrd= for all labels behind it'
anew "$KEY $STORE"
printf 'initrd=initrd.img\nit=debian:12\n' | web http://host/store/kboot.conf
by_itself
refuses unsigned

what='words that a store adds'
menu_of() {
  anew "$1"
  printf 'it=debian:12 rootstream.entry=6.1 systemd.run=evil\nroot=/dev/evil\n' | web http://host/store/kboot.conf
}
menu_of "$KEY $STORE"
by_itself
boots 'image http://host/store/debian:12 with signed'
says 'left out: systemd.run=evil'
menu_of "$KEY $STORE"
person 1
boots 'image http://host/store/debian:12 with signed systemd.run=evil'
menu_of "$KEY $STORE rootstream.unsigned=yes"
by_itself
boots 'image http://host/store/debian:12 with signed systemd.run=evil'
anew "$KEY"
echo 'it=http://host/store/debian:12 single' >/etc/kboot/kboot.conf
by_itself
boots 'image http://host/store/debian:12 with signed single'

what='settings that a store adds'
anew "$STORE"
printf 'rootstream.pubkey=BBBB\nrootstream.insecure=yes\nkboot.x=y\nit=debian:12\n' | web http://host/store/kboot.conf
by_itself
refuses no-key
[ "$(cat /run/kboot/order)" = it ] || complain "labels: $(cat /run/kboot/order)"
anew "$KEY $STORE"
printf 'default=kernel:http://host/vmlinuz\nok=debian:12\n' | web http://host/store/kboot.conf
by_itself
boots 'image http://host/store/debian:12 with signed'
anew "$KEY $STORE"
printf 'timeout=x; reboot\nok=debian:12\n' | web http://host/store/kboot.conf
by_itself
boots 'image http://host/store/debian:12 with signed'

what='labels that a store adds'
anew "$KEY $STORE"
printf 'busybox=kernel:http://host/vmlinuz\nscreen=debian:12 \033[2J\nok=debian:12 *\n' | web http://host/store/kboot.conf
person ok
boots 'image http://host/store/debian:12 with signed *'
[ "$(cat /run/kboot/order)" = ok ] || complain "labels: $(cat /run/kboot/order)"

what='a menu with an address of its own'
anew "$KEY rootstream.conf=http://host/menus/conf"
echo 'it=debian:12 quiet' | web http://host/menus/conf
by_itself
boots 'image http://host/menus/debian:12 with signed'

what='the list of images'
anew "$KEY $STORE"
printf 'debian:12\n../x\nevil initrd=y\n\033[2J\n' | web http://host/store/images.list
by_itself
boots 'image http://host/store/debian:12 with signed'
[ "$(cat /run/kboot/order)" = debian:12 ] || complain "labels: $(cat /run/kboot/order)"
anew "$KEY $STORE"
echo debian:12 | web http://host/store/images.list
echo 5 >/run/fake.fetch
read_boot_files >/run/said
[ "$(grep -c fetch /run/calls)" = 1 ] || complain "a server that is not there is asked again: $(cat /run/calls)"

what='DHCP'
lease() { echo "interface=lo ip=127.0.0.1 subnet=255.0.0.0 router='' hostname='' dns='' domain='' ntpsrv='' mtu='' bootfile='$1' boot_file='$2'" >/run/kboot/net/lease; }
dhcp() {
  anew "$KEY"
  lease "$1" "$2"
  apply_lease
} >/dev/null
dhcp http://host/store/debian:12 ''
by_itself
boots 'image http://host/store/debian:12 with signed'
dhcp '' http://host/store/debian:12
by_itself
boots 'image http://host/store/debian:12 with signed'
for file in tftp://host/vmlinuz kernel:http://host/vmlinuz 'http://host/vmlinuz initrd=http://host/x' pxelinux.0; do
  dhcp "$file" ''
  ! has_conf url || complain "takes $file"
done

# --- the next kernel -------------------------------------------------------------------------------------------------
what='how a kernel is loaded'
printf 'kernel' >/run/kernel
loaded() {
  anew
  echo "$1" >/run/fake.load
  echo "$2" >/run/fake.message
  load_kernel /run/kernel '' quiet >/run/said
}
for code in 8 9; do
  loaded $code 'Operation not permitted'
  boots 'kexec -c -l /run/kernel --command-line=quiet'
done
for pair in 7:refused-kernel 1:failed 10:no-memory; do
  loaded "${pair%:*}" 'Function not implemented'
  ! grep kexec /run/calls || complain "code ${pair%:*} is gone around"
  [ "$(cat /run/kboot/why.kind)" = "${pair#*:}" ] || complain "$(cat /run/kboot/why.kind) instead of ${pair#*:}"
done

what='a kernel that runs already'
anew 'console=ttyS0 a=1 quiet'
for pair in 'a=1|' 'ro quiet root=/dev/sda1|' 'single 3 --|' 'b=2|b=2 ' 'a=1 b a=2|b a=2 ' 'systemd.unit=x.target|systemd.unit=x.target '; do
  [ "$(new_words "${pair%|*}")" = "${pair#*|}" ] || complain "of '${pair%|*}' new are '$(new_words "${pair%|*}")'"
done

# --- the network card's driver, under the next kernel ----------------------------------------------------------------
what='a card that the image has no driver for'
mkdir -p /run/sys /run/image/lib/modules/6.1
mount --bind /run/sys /sys
cat >/run/fake/modprobe <<'END'
#!/bin/busybox sh
for word; do :; done
grep -qsxF "$word" /run/image/aliases && echo "insmod /run/image/lib/modules/6.1/x.ko"
END
chmod 755 /run/fake/modprobe
card() { # card DRIVER MODALIAS
  rm -rf /sys/class
  mkdir -p /sys/class/net/lo/device "/run/drivers/$1"
  ln -s "/run/drivers/$1" /sys/class/net/lo/device/driver
  [ -z "$2" ] || echo "$2" >/sys/class/net/lo/device/modalias
}
knows_card() {
  anew
  lease '' ''
  has_card_driver /run/image 6.1
}
echo pci:v1 >/run/image/aliases
echo kernel/drivers/net/built_in.ko >/run/image/lib/modules/6.1/modules.builtin
card e1000 pci:v1
knows_card || complain 'a module is there'
card built-in pci:v2
knows_card || complain 'it is built in'
card ps3 ''
knows_card || complain 'it hangs on no bus'
card e1000e pci:v2
knows_card && complain 'none is there'
[ "$(cat /run/kboot/why.kind)" = no-driver ] || complain "$(cat /run/kboot/why.kind)"
[ "$(advice no-driver)" != "$(advice other)" ] || complain 'no advice'
anew
has_card_driver /run/image 6.1 || complain 'there is no network at all'

what='a disk with the cache that the image has no driver for'
usb=/sys/devices/pci0/usb1/1-1/1-1:1.0
device() { # device PATH DRIVER MODALIAS
  mkdir -p "$1" "/run/drivers/$2"
  ln -s "/run/drivers/$2" "$1/driver"
  [ -z "$3" ] || echo "$3" >"$1/modalias"
}
device /sys/devices/pci0 xhci_hcd pci:v1
device /sys/devices/pci0/usb1/1-1 usb ''
device $usb usb-storage usb:v2
device $usb/host2 sd scsi:t-0x00
mkdir -p $usb/host2/block/sda/sda2 /sys/class/block
ln -s ../../devices/pci0/usb1/1-1/1-1:1.0/host2/block/sda/sda2 /sys/class/block/sda2
ln -s ../../devices/virtual/block/loop0 /sys/class/block/loop0
printf 'pci:v1\nusb:v2\nscsi:t-0x00\n' >/run/image/aliases
missing_disk_driver /run/image 6.1 /dev/sda2 && complain 'it lacks none'
printf 'pci:v1\nscsi:t-0x00\n' >/run/image/aliases
[ "$(missing_disk_driver /run/image 6.1 /dev/sda2)" = usb-storage ] || complain "$(missing_disk_driver /run/image 6.1 /dev/sda2)"
anew
mkdir -p $NEXT/kboot/handoff/conf
echo /dev/sda2 >/run/kboot/cache
hand_over_cache 6.1 >/run/said
says 'no driver for the disk with the cache (usb-storage)'
[ "$(cat $NEXT/kboot/handoff/conf/cache)" = ram ] || complain 'the next kernel looks for it'
has_usb_disk || complain 'it does not see the USB disk'
rm /sys/class/block/sda2
! has_usb_disk || complain 'it sees a USB disk that is not there'

# --- the clock -------------------------------------------------------------------------------------------------------
what='the clock'
cat >/run/fake/date <<'END'
#!/bin/busybox sh
case "$1" in
  +%s) cat /run/now ;;
  -s) echo "${2#@}" >/run/now ;;
  *) echo a date ;;
esac
END
chmod 755 /run/fake/date
# clock NOW BUILT COMMAND-LINE NTP-OF-DHCP: sets the clock. /run/times has the servers' answers, as "SOURCE SECONDS".
clock() {
  anew "$3"
  lease '' ''
  sed -i "s/ntpsrv=''/ntpsrv='$4'/" /run/kboot/net/lease
  echo "$1" >/run/now
  echo "$2" >/etc/kboot/built
  set_clock >/run/said 2>&1
}
set_to() { [ "$(cat /run/now)" = "$1" ] || complain "the clock is $(cat /run/now), not $1"; }
shows() { grep -q "$1" /run/said || complain "it says: $(cat /run/said)"; }
image='rootstream=https://host/store/debian:12'
printf 'ntp:10.0.0.1 5000\nntp:pool 6000\nhttps://host/store/debian:12 7000\nntp:old 900\n' >/run/times
clock 0 1000 "$image" 10.0.0.1
set_to 5000
shows 'as 10.0.0.1 says'
clock 0 1000 "$image rootstream.ntp=away,pool" 10.0.0.1
set_to 6000
shows 'as pool says'
clock 0 1000 "$image" 'old 10.0.0.1'
set_to 5000
clock 0 1000 "$image" ''
set_to 7000
shows 'as https://host'
clock 0 1000 'rootstream=https://user:secret@host/store/x' ''
set_to 1000
shows 'no server tells'
clock 0 1000 'rootstream=tftp://host/x' old
set_to 1000
clock 4000 1000 "$image" ''
set_to 4000

what='an image that was published later than the clock says'
printf '#!/bin/busybox sh\nprintf "{\\n  \\"serial\\": 7,\\n  \\"issued\\": 5000,\\n  \\"expires\\": 9\\n}\\n"\n' >/run/fake/rootstream
chmod 755 /run/fake/rootstream
for pair in 1000:5000 6000:6000; do
  clock 0 1000 "$KEY $image" ''
  echo ${pair%:*} >/run/now
  clock_after_issue http://host/store/x >/run/said
  set_to ${pair#*:}
done
clock 2000 1000 "$KEY $image" ''
clock_after_issue http://host/store/x
set_to 2000
clock 0 1000 "$image" ''
echo 2000 >/run/now
clock_after_issue http://host/store/x
set_to 2000

# --- hooks, and keys of a medium -------------------------------------------------------------------------------------
what='hooks'
# hook POINT/NAME: a hook with this body.
hook() {
  mkdir -p "/etc/kboot/hooks/${1%/*}"
  {
    echo '#!/bin/busybox sh'
    cat
  } >"/etc/kboot/hooks/$1"
  chmod 755 "/etc/kboot/hooks/$1"
}
anew
run_hooks after-address || complain 'no hooks are a failure'
echo "interface='eth7' ip='192.0.2.9'" >$NET/lease
echo 'echo "first at $point, $ip on $interface" >>/run/calls' | hook after-address/10-first
echo 'echo second >>/run/calls; echo kept >/run/kboot/hooks/state' | hook after-address/20-second
echo 'echo other >>/run/calls' | hook stage-two/10-other
run_hooks after-address || complain 'a hook that works is a failure'
[ "$(tr '\n' , </run/calls)" = 'first at after-address, 192.0.2.9 on eth7,second,' ] || complain "ran: $(cat /run/calls)"
touch /run/kboot/phases /etc/resolv.conf
write_hand_over
[ -f $NEXT/kboot/handoff/hooks/state ] || complain 'what a hook kept is not handed over'
echo 'echo "it is $(printf "\\033[1m") broken"; exit 7' | hook after-address/15-broken
: >/run/calls
! run_hooks after-address || complain 'a hook that fails is no failure'
[ "$(cat /run/kboot/why)" = 'the hook after-address/15-broken failed: it is [1m broken' ] || complain "says $(cat /run/kboot/why)"
! grep -q second /run/calls || complain 'hooks run behind one that failed'
[ "$(advice hook)" != "$(advice other)" ] || complain 'no advice for a hook'

what='keys of a medium'
disk_keys() { # disk_keys COMMAND-LINE: takes those of a disk that has one key, and one file that is none
  anew "$1"
  mkdir -p /run/web/keys
  printf -- '-----BEGIN PUBLIC KEY-----\r\nAAAA\r\n-----END PUBLIC KEY-----\r\n' >'/run/web/keys/site key.pub'
  echo hello >/run/web/keys/note.pub
  take_disk_keys /run/web/keys >/run/said
}
disk_keys ''
[ "$(cat /run/kboot/keys/site_key.pub)" = "$(printf -- '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----')" ] || complain "the key is not taken"
[ "$(ls /run/kboot/keys)" = site_key.pub ] || complain "keys: $(ls /run/kboot/keys)"
says 'note.pub on this disk is not a public key'
disk_keys "$KEY"
[ ! -e /run/kboot/keys/site_key.pub ] || complain 'a key of a disk joins one that was given'

what='init='
[ "$(init_in 'quiet init=/bin/a ro init=/bin/b single')" = /bin/b ] || complain "$(init_in 'quiet init=/bin/a ro init=/bin/b single')"
[ -z "$(init_in 'quiet rootstream.init=/x')" ] || complain 'a word that only ends in init='

# --- sections for machines --------------------------------------------------------------------------------------------
what='a section for a machine'
rm -rf /sys/class
mkdir -p /sys/class/net/eth0/device /sys/class/net/eth1/device /sys/class/net/lo /sys/class/dmi/id
echo 52:54:00:AB:00:01 >/sys/class/net/eth0/address
echo 52:54:00:ab:00:02 >/sys/class/net/eth1/address
echo 00:00:00:00:00:00 >/sys/class/net/lo/address
echo 'OptiPlex  7010 ' >/sys/class/dmi/id/product_name
echo ABC123 >/sys/class/dmi/id/product_serial
failed() { echo "screen: $1" >>/run/calls; }
# section LINES: what a kboot.conf with these lines leaves: its default, the host's name, and the first label.
section() {
  anew "${3-}"
  mkdir -p $MENU
  printf "timeout=7\n$1\n" >/run/kboot.conf
  read_kboot_conf /run/kboot.conf http://h/ local >/run/said
  given="$(conf default none) $(conf hostname none) $(head -n 1 $ORDER)"
  [ "$given" = "$2" ] || complain "'$1': '$given' instead of '$2', $(cat /run/said)"
}
common='default=all\nall=debian:12\n'
section "${common}[machine lab-1]\nmac=52:54:00:ab:00:02\ndefault=lab\nhostname=lab-1\nlab=debian:lab" 'lab lab-1 lab'
says 'this machine is lab-1 in kboot.conf'
section "${common}[machine lab-1]\r\nMAC=52:54:00:ab:00:02\r\nhostname=lab-1\r" 'all none all' # keys are in lower case
section "${common}[machine lab-1]\nmac=52:54:00:ab:00:09\nhostname=lab-1\n[machine lab-2]\nmac=52:54:00:ab:00:01\nhostname=lab-2" 'all lab-2 all'
section "${common}[machine two]\nmac=52:54:00:ab:00:09\nmac=52:54:00:ab:00:01\nhostname=two" 'all two all'
section "${common}[machine both]\nproduct=optiplex 7010\nserial=abc123\nhostname=both" 'all both all'
section "${common}[machine both]\nproduct=optiplex 7010\nserial=abc124\nhostname=both" 'all none all'
section "${common}[machine anybody]\nhostname=anybody" 'all none all'
section "${common}[machine lo]\nmac=00:00:00:00:00:00\nhostname=lo" 'all none all'
section "${common}[machine named]\nname=kiosk\nhostname=kiosk" 'all kiosk all' rootstream.machine=Kiosk
section "${common}[other]\nmac=52:54:00:ab:00:01\nhostname=other" 'all none all'
section "${common}[machine bad]\nmac=52:54:00:ab:00:01\nhostname=a;reboot" 'all none all'
says 'hostname=a;reboot is no name'
section "${common}[machine one]\nmac=52:54:00:ab:00:01\nhostname=one\n[machine other]\nserial=abc123\nhostname=other" 'all none all'
grep -q 'screen: several sections' /run/calls || complain 'two sections match, and no screen says so'
[ "$(cat /run/kboot/why)" = 'kboot.conf has several sections for this machine: one other ' ] || complain "says $(cat /run/kboot/why)"
[ "$(advice machines)" != "$(advice other)" ] || complain 'no advice'

what='a section in the image'
# of_image LINES KEY VALUE: what an image with these lines in a file of its /etc/kboot/machines has for this machine.
of_image() {
  rm -rf /run/image
  mkdir -p /run/image/etc/kboot/machines
  printf "$1\n" >/run/image/etc/kboot/machines/room.conf
  printf '[machine other]\nserial=none\nhostname=other' >/run/image/etc/kboot/machines/a.conf
  read_own_section /run/image >/run/said
  [ "$(own "$2")" = "$3" ] || complain "'$1': $2 is '$(own "$2")' instead of '$3', $(cat /run/said)"
}
anew
mine='[machine lab-1]\nserial=ABC123\n'
of_image "${mine}hostname=lab-1" hostname lab-1
of_image "hostname=any\n${mine}hostname=lab-1\nhostname=again" hostname lab-1
of_image "${mine}hostname=a b" hostname ''
says 'hostname=a b is no name'
of_image "${mine} cmdline = 'quiet  splash' \r" cmdline 'quiet  splash'
of_image "${mine}services=a.service -b.service" services 'a.service -b.service'
of_image "${mine}rootstream.pubkey=AAAA\nunsigned=yes" hostname ''
rm $OWN/sections $OWN/lines
[ -z "$(ls $OWN)" ] && ! has_keys || complain 'an image sets more than it may'
of_image '[machine else]\nserial=1\nhostname=else' hostname ''
of_image "${mine}hostname=one\n[machine two]\nproduct=optiplex 7010" hostname ''
[ "$(cat /run/kboot/why.kind)" = machines ] || complain "two sections match: $(cat /run/kboot/why.kind)"
rm -rf /run/image
read_own_section /run/image && [ -z "$(own hostname)" ] || complain 'an image without sections has one'

what='a captive portal'
portal_tenths=2
anew rootstream.insecure
echo ram >/run/kboot/cache
echo http://portal.test/login >/run/fake.portal
cp /run/fake/chroot /run/fake.chroot
printf '#!/bin/busybox sh\nsleep 20\n: >/run/opened\n' >/run/fake/chroot
mount_image http://h/s/debian:12 && complain 'an image behind a portal is mounted'
[ "$(cat /run/kboot/why.kind)" = portal ] || complain "why: $(cat /run/kboot/why)"
[ ! -e /run/opened ] || complain 'waits for the server'
rm /run/fake.portal
printf '#!/bin/busybox sh\nsleep 1\n: >/run/opened\n' >/run/fake/chroot
mount_image http://h/s/debian:12 && [ -e /run/opened ] || complain 'a slow server is taken for a portal'
mv /run/fake.chroot /run/fake/chroot
rm -f /run/opened

what='layers'
is_layered http://h/s/debian:12,site || complain 'two images are not layers'
is_layered 'http://h/s/debian,site?token=x' || complain 'two images with a token are not layers'
for url in http://h/s/debian:12 http://h/a,b/debian 'http://h/s/debian?a,b' ''; do ! is_layered "$url" || complain "layers: $url"; done
[ "$(first_layer 'http://u:p@h/a,b/debian:12,site,m?t=1,2')" = 'http://u:p@h/a,b/debian:12?t=1,2' ] ||
  complain "$(first_layer 'http://u:p@h/a,b/debian:12,site,m?t=1,2')"
[ "$(first_layer http://h/s/debian)" = http://h/s/debian ] || complain "$(first_layer http://h/s/debian)"
[ "$(mountpoint_for http://h/s/a,b) $(mountpoint_for http://h/s/a)" = '/layers /image' ] || complain 'where it is mounted'

what='versions are tried'
cat >/run/fake/rootstream <<'END'
#!/bin/busybox sh
[ -s /run/fake.manifest ] || exit 1
while [ $# -gt 0 ]; do
  [ "$1" != --save-ref ] || echo "ref of $(cat /run/fake.manifest)" >"$2"
  shift
done
printf '{\n  "manifest": "%s",\n}\n' "$(cat /run/fake.manifest)"
END
chmod 755 /run/fake/rootstream
chosen_ref() { cat "$CHOSEN/$(thing_of http://h/s/debian:12)"/* 2>/dev/null || echo -; }
# start SETTING MANIFEST [VERSION]: a boot of a store that has this manifest; the version that is taken, - for just the newest.
start() {
  anew "rootstream.insecure $1"
  echo /dev/disk >/run/kboot/cache
  printf '%s' "$2" >/run/fake.manifest
  choose_versions http://h/s/debian:12 >/run/said
  taken=$(chosen_ref)
  [ "$taken" = "${3--}" ] || complain "$1, $2: '$taken' instead of '${3--}', $(cat /run/said)"
}
folder=$(tries_folder "$(thing_of http://h/s/debian:12)")
comes_up() { # as bin/try-watch
  rm -f "$folder"/good.*
  echo "ref of $1" >"$folder/good.$1"
}
rm -rf /live/cache && mkdir -p /live/cache
start '' aa
start rootstream.try=no aa
[ ! -e $TRIES ] || complain 'counts without being asked to'
for each in 1 2 3; do start rootstream.try=yes aa 'ref of aa'; done # none has come up yet
comes_up aa
start rootstream.try=yes aa 'ref of aa'
start rootstream.try=yes bb 'ref of bb'
says 'is tried, start 1'
start rootstream.try=yes bb 'ref of aa'
says 'started 1 times and did not come up'
start rootstream.try=yes bb 'ref of aa'
start rootstream.try=2 bb 'ref of bb'
start rootstream.try=2 bb 'ref of aa'
start rootstream.try=yes cc 'ref of cc'
comes_up cc
start rootstream.try=yes cc 'ref of cc'
[ ! -e "$folder/tried" ] || complain 'counts a version that came up'
start rootstream.try=yes aa 'ref of aa'
start rootstream.try=yes ''
start rootstream.try=often aa
says 'is not yes or a number'
printf 'aa 99999999999999999999\n' >"$folder/tried"
start rootstream.try=2 aa "ref of cc" # more than a shell can count
printf '\377\n' >"$folder/tried"
start rootstream.try=1 aa 'ref of aa'
anew 'rootstream.insecure rootstream.try=yes'
echo ram >/run/kboot/cache
choose_versions http://h/s/debian:12 >/run/said
[ "$(chosen_ref)" = - ] || complain 'counts in memory'
says 'needs a disk for the cache'

what='without a server, nothing was started'
start rootstream.try=yes ff 'ref of ff'
take_back_starts
start rootstream.try=yes ff 'ref of ff'
says 'is tried, start 1'
comes_up ff
start rootstream.try=yes ff 'ref of ff'
take_back_starts
[ ! -e "$folder/tried" ] || complain 'takes back what was not counted'

what='the image has no driver for the disk that keeps the counts'
rm -rf /live/cache && mkdir -p /live/cache
start rootstream.try=yes ff 'ref of ff'
missing_disk_driver() { echo ahci; }
mkdir -p $NEXT/kboot/handoff/conf
hand_over_cache 6.1.0 >/run/said
says 'and not counted'
[ "$(cat $NEXT/kboot/handoff/conf/cache)" = ram ] || complain 'the cache is not kept in memory'
start rootstream.try=yes ff 'ref of ff'
says 'is tried, start 1'

what='the same image, written in two ways'
[ "$(thing_of http://h/s/debian)" = "$(thing_of http://h/s/debian:latest)" ] || complain 'latest is another thing'
[ "$(thing_of 'http://h/s/debian?t')" = "$(thing_of 'http://h/s/debian:latest?t')" ] || complain 'latest with a token is another thing'
[ "$(thing_of http://h/s/debian)" != "$(thing_of http://h/s/debian:12)" ] || complain 'a tag makes no difference'

what='versions of layers are tried'
layers="http://h/s/debian:12,site?t=1"
anew 'rootstream.insecure rootstream.try=yes'
echo /dev/disk >/run/kboot/cache
printf '%s' ab >/run/fake.manifest
choose_versions "$layers" >/run/said
[ "$(ls $CHOSEN | wc -l)" = 2 ] || complain "$(ls $CHOSEN) of two layers"
[ "$(version_words /x "$layers" | wc -l)" = 2 ] || complain "$(version_words /x "$layers")"
[ "$(version_words /x 'http://h/s/site:latest?t=1')" = "--ref /x/$(thing_of 'http://h/s/site?t=1')/ab" ] ||
  complain "$(version_words /x 'http://h/s/site:latest?t=1')"
[ -z "$(version_words /x http://h/s/other)" ] || complain "a ref of another image: $(version_words /x http://h/s/other)"

what='the count cannot be kept'
start rootstream.try=yes cc 'ref of cc'
comes_up cc
mkdir "$folder/tried.new" # a disk that is full
start rootstream.try=yes dd 'ref of cc' 2>/dev/null
says 'cannot be counted'
rm -rf /live/cache

what='a server keeps the counts'
# visit MANIFEST VERSION: a boot of a machine without a disk, with the server as it was left.
mkdir -p /run/kept
visit() {
  anew 'rootstream.insecure rootstream.try=yes rootstream.try-at=http://h/tries/'
  echo ram >/run/kboot/cache
  echo 52:54:00:12:34:56 >/run/kboot/net/mac
  echo 4 >/run/fake.fetch
  cp -r /run/kept/. /run/web/
  printf '%s' "$1" >/run/fake.manifest
  choose_versions http://h/s/debian:12 >/run/said 2>&1
  taken=$(chosen_ref)
  [ "$taken" = "$2" ] || complain "$1: '$taken' instead of '$2', $(cat /run/said)"
  [ "$2" = - ] || [ "ref of $(basename $CHOSEN/*/*)" = "$2" ] || complain "$(basename $CHOSEN/*/*) is said to run, and $2 does"
  rm -rf /live/tries /run/kept/*
  cp -r /run/web/. /run/kept/
}
at=/run/kept/http:..h.tries.525400123456-$(thing_of http://h/s/debian:12)
at_server_comes_up() { printf 'good %s %s\n' "$1" "$(echo "ref of $1" | base64)" >"$at"; } # as bin/try-watch
visit aa 'ref of aa'
says 'is tried, start 1'
grep -qx 'tried aa 1' "$at" || complain "the server has $(cat "$at")"
at_server_comes_up aa
visit aa 'ref of aa'
visit bb 'ref of bb'
grep -qx 'tried bb 1' "$at" && grep -q '^good aa ' "$at" || complain "the server has $(cat "$at")"
visit bb 'ref of aa'
says 'did not come up'
visit cc 'ref of cc'
echo 'no room (HTTP 507)' >/run/fake.put
visit dd 'ref of aa'
says 'cannot be counted'
rm /run/fake.put
printf 'good ../../x aaaa\ngood aa !\ntried $(reboot) 1\nfoo\n\377\n' >"$at"
visit bb 'ref of bb'
rm -f "$at"
anew 'rootstream.insecure rootstream.try=yes rootstream.try-at=http://h/tries'
echo 52:54:00:12:34:56 >/run/kboot/net/mac
echo 5 >/run/fake.fetch
choose_versions http://h/s/debian:12 >/run/said
[ "$(chosen_ref)" = - ] || complain 'tried without a server that counts'
says 'nothing is tried'

what='entries are tried'
# attends ENTRIES LABEL [TRY]: a boot that nobody attends of a kboot.conf with these entries; the one that is started.
attends() {
  anew "rootstream.insecure rootstream.try=${3-yes}"
  echo /dev/disk >/run/kboot/cache
  : >/run/fake.manifest
  mkdir -p $MENU
  printf "$1\n" >/run/kboot.conf
  read_kboot_conf /run/kboot.conf http://h/ local >/run/said
  choose_entry "$(conf default)" >>/run/said
  [ "$current" = "$2" ] || complain "'$1': $current instead of $2, $(cat /run/said)"
}
entry_comes_up() { # as bin/try-watch
  rm -f $TRIES/entries/*
  cp $CHOSEN/entries/* $TRIES/entries/good."$(basename $CHOSEN/entries/*)"
}
rm -rf /live/cache && mkdir -p /live/cache
old='old=http://h/s/debian:12 mitigations=auto' new='new=http://h/s/debian:13'
attends "$old\ndefault=old" old
says 'the entry old has not come up here yet: it is tried, start 1'
attends "$old\ndefault=old" old # nothing to go back to
entry_comes_up
attends "$old\n$new\ndefault=new" new
says 'is tried, start 1'
attends "$old\n$new\ndefault=new" old
says 'the entry new was started 1 times and did not come up: taking the one before'
says 'booting the entry old, which came up last'
attends "$old\n$new\ndefault=new" old
attends "renamed=${old#*=}\n$new\ndefault=new" renamed # the line counts
attends "$new\ndefault=new" new                        # the one before is no longer in the menu
attends "$old quiet\ndefault=old" old
says 'is tried, start 1' # a changed line is another entry
attends "$old\n${new}.1\ndefault=new" new
take_back_starts
attends "$old\n${new}.1\ndefault=new" new
says 'is tried, start 1'
entry_comes_up
attends "$old\n${new}.1\ndefault=new" new
[ ! -e $TRIES/entries/tried ] || complain 'an entry that came up is counted'
attends "foreign=kernel:http://h/vmlinuz\ndefault=foreign" foreign
[ ! -e $CHOSEN ] || complain 'an entry without an image is tried'
attends "$old\ndefault=old" old no
[ ! -e $CHOSEN ] || complain 'an entry is tried without being asked to'
attends "$old\ndefault=old" old
boot_line old >/dev/null 2>&1
[ ! -e $CHOSEN/entries ] || complain 'what a person chose is tried'
rm -rf /live/cache

what='progress'
progress() { # progress BYTES TOTAL HUNDREDTHS TEXT [FIRST]
  [ "$(progress_text "$1" "$2" "$3" "${5-0}")" = "$4" ] || complain "'$(progress_text "$1" "$2" "$3" "${5-0}")' instead of '$4'"
}
progress 0 14155776 0 '0.0 of 13.5 MiB'
progress 0 14155776 900 '0.0 of 13.5 MiB'
progress 1048576 14155776 50 '1.0 of 13.5 MiB'
progress 1048576 14155776 400 '1.0 of 13.5 MiB, 256 KiB/s, 50 s to go'
progress 1048576 14155776 4000 '1.0 of 13.5 MiB, 26 KiB/s, 8 min to go'
progress 14155776 14155776 4000 '13.5 of 13.5 MiB, 346 KiB/s, 0 s to go'
progress 1 0 100 '0.0 of 0.0 MiB, 0 KiB/s, 0 s to go'
progress 1048576 '' 400 '1.0 MiB, 256 KiB/s'
progress 2097152 4194304 400 '2.0 of 4.0 MiB, 256 KiB/s, 8 s to go' 1048576
progress 1048576 4194304 400 '1.0 of 4.0 MiB' 1048576
takes_time() { sleep 2; }
fails_with_3() { return 3; }
while_showing received '' fails_with_3 && complain 'does not pass a failure on'
[ "$(while_showing received '' takes_time)" = '' ] || complain 'shows a line where no terminal is'
stop_showing

what='the best entry is found'
# measures LINES [DEFAULT]: a boot with these lines in a local kboot.conf; what becomes the default, - for nothing.
measures() {
  anew
  echo /dev/disk >/run/kboot/cache
  mkdir -p $MENU
  printf "$1\n" >/run/kboot.conf
  read_kboot_conf /run/kboot.conf http://h/ "${3:-local}" >/run/said
  choose_tuned >>/run/said
  [ "$(conf default -)" = "$2" ] || complain "'$1': $(conf default -) instead of $2, $(cat /run/said)"
}
mkdir -p /live/cache
lines='a=i:1 x\nb=i:1 y\nc=i:1 z\ntune=a b c\nmeasure=/bin/bench'
measures 'a=i:1 x\nmeasure=/bin/bench' -
measures "$lines" a
[ "$(conf measuring)" = "$(tune_folder)/a" ] && [ -e "$(conf measuring)" ] || complain 'what is measured is not known'
stop_measuring
measures "$lines" a
echo 12.5 >"$(tune_folder)/a"
stop_measuring
measures "$lines" b
measures "$lines" c
echo 9.75 >"$(tune_folder)/c"
measures "$lines" c
has_conf measuring && complain 'it measures without an end'
says 'the best of a b c on this machine is c: 9.75'
echo 100 >"$(tune_folder)/b"
measures "$lines\ndefault=a" c
echo 9.7 >"$(tune_folder)/a"
measures "$lines" a
measures 'a=i:1 other\nb=i:1 y\nc=i:1 z\ntune=a b c\nmeasure=/bin/bench' a
has_conf measuring || complain 'a changed line is not measured anew'
measures 'tune=a d\nmeasure=x\na=i:1' a
measures 'tune=a d\nmeasure=x\na=i:1' -
says 'there is no entry d'
says 'none of a d came up'
measures "$lines" - store
says 'measure= is not for it'
rm -rf /live/cache

[ $failures = 0 ] || {
  echo "$failures failures" >&2
  exit 1
}
