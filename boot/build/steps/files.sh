# Step 2: the programs of this machine that kboot runs, with their libraries, and the files of /etc, as far as distributions'
# initrds need them, too. $here has our own program.
# Sourced by kboot-build and by packaging/make-debs.
#
# shellcheck shell=bash disable=SC2154  # their variables

mkdir -p "$root"/{bin,sbin,usr/bin,usr/sbin,lib/kboot,lib64,etc/kboot/keys,etc/ssl/certs,proc,sys,dev,run,tmp,root,newroot}

libraries_of() { { ldd "$1" 2>/dev/null || true; } | { grep -o '/[^ ]*' || true; } | sort -u; }
put_program() { # put_program FILE PATH
  install -D -m 755 "$1" "$root$2"
  strip --strip-unneeded "$root$2" 2>/dev/null || true
  local library
  for library in $(libraries_of "$1"); do
    [ -e "$root$library" ] || install -D -m 755 "$(readlink -f "$library")" "$root$library"
  done
}
put_program "$(command -v busybox)" /bin/busybox
busybox --list-full | while read -r applet; do
  mkdir -p "$root/$(dirname "$applet")"
  ln -sf /bin/busybox "$root/$applet"
done
put_program "$(readlink -f "$(command -v kmod)")" /bin/kmod
for name in modprobe insmod rmmod modinfo lsmod depmod; do
  rm -f "$root"/{,usr/}{,s}bin/$name
  ln -s /bin/kmod "$root/sbin/$name"
done
put_program "$here/kboot" /bin/kboot
ln -s kboot "$root/bin/rootstream" # kboot is also the client, by its name
put_program "$(readlink -f "$(command -v dhcpcd)")" /usr/sbin/dhcpcd
cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
echo 'root:x:0:0:root:/root:/bin/sh' >"$root/etc/passwd"
echo 'root:x:0:' >"$root/etc/group"
echo '127.0.0.1 localhost' >"$root/etc/hosts"
echo 'hosts: files dns' >"$root/etc/nsswitch.conf"
