# Step: the programs that kboot runs, of this machine or from the packages, with their libraries, and the files of /etc, as far as
# distributions' initrds need them, too. $kboot is our own program; see packages.sh for $system.
# Sourced by kboot-build and by packaging/make-debs.
#
# shellcheck shell=bash disable=SC2154  # their variables

mkdir -p "$root"/{bin,sbin,usr/bin,usr/sbin,lib/kboot,lib64,etc/kboot/keys,etc/ssl/certs,proc,sys,dev,run,tmp,root,newroot}

# program_file NAME: prints its path.
program_file() {
  local folder
  if [ -z "$system" ]; then
    command -v "$1"
    return
  fi
  for folder in usr/bin usr/sbin; do
    if [ -f "$system/$folder/$1" ]; then
      echo "$system/$folder/$1"
      return
    fi
  done
  return 1
}

# libraries_of FILE: prints the paths that its libraries have when it runs. The loader of another architecture cannot be asked.
libraries_of() {
  if [ -z "$system" ]; then
    { ldd "$1" 2>/dev/null || true; } | { grep -o '/[^ ]*' || true; } | sort -u
    return
  fi
  local pending=("$1") found=' ' name path
  while [ ${#pending[@]} -gt 0 ]; do
    for name in $(needed_by "${pending[0]}"); do
      path=$(library_path "$name") || fail "$1 needs ${name##*/}, which is in none of the packages for $architecture"
      [[ $found != *" $path "* ]] || continue
      found="$found$path "
      pending+=("$system$path")
    done
    pending=("${pending[@]:1}")
  done
  printf '%s\n' $found | sort
}
needed_by() { { readelf -l -d "$1" 2>/dev/null || true; } | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p; s/.*program interpreter: \(.*\)\]/\1/p'; }
library_path() {
  local folder
  for folder in '' /lib/ "/lib/$machine-linux-gnu/"; do
    if [ -e "$system$folder$1" ]; then
      echo "$folder$1"
      return
    fi
  done
  return 1
}

put_program() { # put_program FILE PATH
  install -D -m 755 "$1" "$root$2"
  "${binutils}strip" --strip-unneeded "$root$2" 2>/dev/null || true
  local library libraries
  libraries=$(libraries_of "$1") || exit 1
  for library in $libraries; do
    [ -e "$root$library" ] || install -D -m 755 "$(readlink -f "$system$library")" "$root$library"
  done
}
put_program "$(program_file busybox)" /bin/busybox
# Debian builds busybox for all architectures with the same applets; the list comes from the one that runs here.
busybox --list-full | while read -r applet; do
  mkdir -p "$root/$(dirname "$applet")"
  ln -sf /bin/busybox "$root/$applet"
done
put_program "$(readlink -f "$(program_file kmod)")" /bin/kmod
for name in modprobe insmod rmmod modinfo lsmod depmod; do
  rm -f "$root"/{,usr/}{,s}bin/$name
  ln -s /bin/kmod "$root/sbin/$name"
done
put_program "$kboot" /bin/kboot
ln -s kboot "$root/bin/rootstream" # kboot is also the client, by its name
put_program "$(readlink -f "$(program_file dhcpcd)")" /usr/sbin/dhcpcd
cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
echo 'root:x:0:0:root:/root:/bin/sh' >"$root/etc/passwd"
echo 'root:x:0:' >"$root/etc/group"
echo '127.0.0.1 localhost' >"$root/etc/hosts"
echo 'hosts: files dns' >"$root/etc/nsswitch.conf"
