#!/bin/sh
# Tests what kboot's scripts read in a kernel's file, and that they refuse kernels and roots of other architectures.
#
# shellcheck disable=SC1090,SC2317  # parts of boot/initramfs/lib; functions that those call
tests=$(cd "$(dirname "$0")" && pwd)
. "$tests/rules_lib.sh"
for part in say await progress config kernel_file kernel_url next_kernel root_setup advice screen; do
  sed 's,/newroot,/run/newroot,g' "$lib/$part.sh" >/run/$part.sh
  . /run/$part.sh
done
mkdir -p /run/kboot /run/newroot/bin
: >"$LOG"
uname() {
  case "$1" in
    -m) echo "$machine" ;;
    -r) echo 6.1.0-9-x ;;
    -v) echo '#1 SMP Debian 6.1.27-1' ;;
  esac
}
machine=x86_64
file=/run/kernel-6.1.0-9-x
readonly BANNER='Linux version 6.1.0-9-x (someone@there) (gcc 12) #1 SMP Debian 6.1.27-1 (2023-05-08)'

zeros() { head -c "$1" /dev/zero; }
# The first bytes of each kind, and what follows.
bzimage() { # a header with the version's offset, less 512, and the version there
  zeros 514
  printf HdrS
  zeros 8
  printf '\000\002'
  zeros 496
  printf '%s\0' "${BANNER#Linux version }"
}
arm_image() {
  zeros 56
  printf 'ARMd'
  zeros 100
  printf '%s\n\0' "$BANNER"
}
elf() { # elf CLASS-AND-ORDER MACHINE, octal
  # shellcheck disable=SC2059
  printf "\\177ELF$1\\001\\0\\0\\0\\0\\0\\0\\0\\0\\0\\002\\0$2"
  zeros 100
  printf '%s\n\0' "$BANNER"
}

what='the architecture of a kernel'
is() { # is ARCHITECTURE
  [ "$(kernel_architecture $file)" = "$1" ] || complain "'$(kernel_architecture $file)' instead of '$1'"
}
bzimage >$file
is x86_64
arm_image >$file
is aarch64
elf '\002\001' '\076\0' >$file
is x86_64
elf '\001\001' '\003\0' >$file
is i686
elf '\002\001' '\267\0' >$file
is aarch64
elf '\002\002' '\0\026' >$file
is s390x
elf '\002\002' '\0\025' >$file
is ppc64
elf '\002\001' '\001\001' >$file
is 'ELF machine 0101'
for text in '' 'no kernel' '<html>'; do
  printf '%s' "$text" >$file
  ! kernel_architecture $file >/run/said || complain "'$text' is $(cat /run/said)"
done

what='the version of a kernel, and whether it runs'
for kind in bzimage arm_image 'elf \002\001 \076\0'; do
  $kind >$file
  [ "$(kernel_version $file)" = "${BANNER#Linux version }" ] || complain "$kind: '$(kernel_version $file)'"
done
bzimage >$file
has_running_kernel $file || complain 'it is not known again'
bzimage | sed 's/6\.1\.27-1/6.1.99-1/' >$file
! has_running_kernel $file || complain 'another build is taken for it'
bzimage >/run/vmlinuz
has_running_kernel /run/vmlinuz || complain 'a bzImage is known by its name only'
machine=aarch64
bzimage >$file
! has_running_kernel $file || complain 'a kernel for another architecture is taken for it'
arm_image >$file
has_running_kernel $file || complain 'an Image is not known again'
arm_image >/run/vmlinuz
! has_running_kernel /run/vmlinuz || complain 'a whole Image is read through the mount'

what='a kernel that is packed'
arm_image >$file
gzip -c $file >/run/packed
check_kernel /boot/vmlinuz /run/packed || complain "it is refused: $(cat /run/kboot/why)"
cmp -s $file /run/packed || complain 'it is not unpacked'
gzip -c $file | head -c 60 >/run/packed
! check_kernel /boot/vmlinuz /run/packed || complain 'a part of one is taken'
[ "$(cat /run/kboot/why.kind)" = damaged ] || complain "$(cat /run/kboot/why.kind)"

what='a kernel for another architecture'
bzimage >$file
! check_kernel /boot/vmlinuz $file || complain 'it is taken'
[ "$(cat /run/kboot/why)" = '/boot/vmlinuz is a kernel for x86_64, and this machine is aarch64' ] || complain "$(cat /run/kboot/why)"
[ "$(advice "$(cat /run/kboot/why.kind)")" != "$(advice other)" ] || complain 'no advice'
zeros 4000 >$file
check_kernel memtest.bin $file || complain 'what nobody knows is refused before kexec has seen it'

what='a root for another architecture'
program() { elf "$@" >/run/newroot/bin/busybox; }
fits() { check_programs /run/newroot 'the image' || complain "it is refused: $(cat /run/kboot/why)"; }
refused() { # refused ARCHITECTURE
  ! check_programs /run/newroot 'the image' || complain 'it is taken'
  [ "$(cat /run/kboot/why)" = "the programs of the image are for $1, and this machine is $machine" ] || complain "$(cat /run/kboot/why)"
}
program '\002\001' '\267\0'
fits
program '\001\001' '\050\0'
fits
program '\002\001' '\076\0'
refused x86_64
machine=x86_64
fits
program '\001\001' '\003\0'
fits
program '\001\001' '\050\0'
refused armv7l
rm /run/newroot/bin/busybox
ln -s /bin/busybox /run/newroot/bin/sh
machine=s390x
fits

[ $failures = 0 ] && echo 'all held'
exit $failures
