# Makes the image the root of a running system: overlayfs makes it writable, and a few files are changed for a machine without
# a disk, whose network must not be touched.

# enter_root ARGUMENTS: leaves /run/kboot/init for process 1, and ends this session.
enter_root() {
  make_writable || return 1
  check_programs /newroot 'the image' || {
    leave_root
    return 1
  }
  init=$(find_init "$1") || {
    why failed "the image has no init: none of /sbin/init, /lib/systemd/systemd, /bin/sh"
    leave_root
    return 1
  }
  read_own_section /newroot || {
    leave_root
    return 1
  }
  fit_own_files
  fit_fstab
  fit_own_services
  fit_host_keys
  protect_interface
  fit_name_servers
  fit_identity
  keep_address
  deliver_record
  prepare_shutdown
  phase "handing over to $init"
  mkdir -p /run/rootstream
  cp /run/kboot/phases /run/kboot/log /run/rootstream/
  watch_try
  watch_measure
  watch_loading
  # Words after a lone -- in the kernel's command line, and old runlevel words, are for init.
  for word in $1; do case "$word" in single | emergency | [1-5]) echo "$word" ;; esac done >/run/kboot/init.arguments
  echo "$init" >/run/kboot/init
  exit 0
}

# Undoes it for another try, perhaps with another image.
leave_root() {
  umount /newroot
  mountpoint_is /live/rw && umount -l /live/rw
}

# Changes go to the disk that rootstream.overlay= names (LABEL=x or a path), else to memory, limited by
# rootstream.overlay-size=.
make_writable() {
  local device upper=/live/rw
  [ -d /newroot ] || mkdir /newroot
  mountpoint_is /newroot && return 0
  if has_conf overlay && [ "$(conf overlay)" != ram ]; then
    device=$(device_of "$(conf overlay)")
    [ -n "$device" ] || {
      why disk "no disk $(conf overlay) for the changes (rootstream.overlay=)"
      return 1
    }
    mount_disk "$device" /live/rw || {
      why disk "cannot mount $device for the changes"
      return 1
    }
    echo "$device" >/run/kboot/changes
    upper=/live/rw/rootstream-changes
    say "changes are kept on $device"
  else
    mount -t tmpfs -o "mode=755,size=$(size_of "$(conf overlay-size 50%)")" tmpfs /live/rw
  fi
  mkdir -p $upper/upper $upper/work
  mount -t overlay -o "lowerdir=$(layer_folders),upperdir=$upper/upper,workdir=$upper/work" root /newroot 2>>"$LOG" ||
    {
      why failed 'cannot put an overlay over the image: see the log'
      return 1
    }
  if mountpoint_is /live/layers; then umount /live/image; fi # an overlay over the layers, which the root does not need
  # From now on only the overlay uses the disk, so the disk is clean after the overlay is unmounted.
  if [ -f /run/kboot/changes ]; then umount -l /live/rw; fi
  mkdir -p /newroot/proc /newroot/sys /newroot/dev /newroot/run
}

# check_programs ROOT WHOSE: false if its programs are for other machines.
check_programs() {
  local architecture
  architecture=$(root_architecture "$1") || return 0 # find_init tells more
  case "$(uname -m) $architecture" in "$architecture $architecture" | 'x86_64 i686' | 'aarch64 armv7l') return 0 ;; esac
  why foreign "the programs of $2 are for $architecture, and this machine is $(uname -m)"
}
root_architecture() {
  local path
  for path in "$1"/bin/busybox "$1"/bin/sh "$1"/bin/bash "$1"/usr/bin/env "$1"/lib/systemd/systemd "$1"/sbin/init; do
    # An absolute link would lead to a program of kboot.
    case "$(readlink -f "$path")" in "$1"/*) elf_architecture "$path" 2>/dev/null && return 0 ;; esac
  done
  return 1
}

# The last init= of the image's kernel parameters.
init_in() { printf '%s' "$1" | tr ' ' '\n' | sed -n 's/^init=//p' | tail -n 1; }

find_init() { # find_init ARGUMENTS
  local each
  for each in "$(conf init)" "$(init_in "$1")" /sbin/init /lib/systemd/systemd /usr/lib/systemd/systemd /etc/init /bin/init /bin/sh; do
    [ -n "$each" ] || continue
    # An absolute link is relative to the image's root.
    chroot /newroot /bin/sh -c "[ -x '$each' ]" 2>/dev/null && {
      echo "$each"
      return 0
    }
    [ -x "/newroot$each" ] && {
      echo "$each"
      return 0
    }
  done
  return 1
}

is_systemd() {
  case "$(readlink "/newroot$1" || echo "$1")" in */systemd) return 0 ;; esac
  return 1
}

# Lines of fstab may name disks that this machine lacks, or whose driver only the image loads, so they get nofail
# (systemd.mount(5), fstab(5)) and do not delay the boot. The line of the root is wrong here.
fit_fstab() {
  local file=/newroot/etc/fstab
  [ -f $file ] || return 0
  local line
  while IFS= read -r line || [ -n "$line" ]; do fit_fstab_line "$line"; done <$file >/run/kboot/fstab
  cmp -s /run/kboot/fstab $file || cat /run/kboot/fstab >$file
}

fit_fstab_line() {
  local line=$1 spec folder type options rest
  read -r spec folder type options rest <<END
$line
END
  case "$spec" in '' | '#'*)
    echo "$line"
    return
    ;;
  esac
  if [ "$folder" = / ]; then
    echo "# rootstream is the root: $line"
  elif is_disk_name "$spec"; then
    echo "$spec $folder $type $(patient_options "${options:-defaults}")${rest:+ $rest}"
  else
    echo "$line"
  fi
}

patient_options() {
  local options=$1
  case ",$options," in *,nofail,*) ;; *) options=$options,nofail ;; esac
  # Other inits would pass the kernel an unknown option.
  if [ -d /newroot/lib/systemd/system ]; then
    case ",$options," in *,x-systemd.device-timeout=*) ;; *) options=$options,x-systemd.device-timeout=60s ;; esac
  fi
  echo "$options"
}

is_disk_name() {
  case "$1" in /dev/* | UUID=* | LABEL=* | PARTUUID=* | PARTLABEL=*) return 0 ;; esac
  return 1
}

# The name servers of this network, not of the place where the image was made.
fit_name_servers() {
  grep -q '^nameserver' /etc/resolv.conf 2>/dev/null || return 0
  rm -f /newroot/etc/resolv.conf
  cp /etc/resolv.conf /newroot/etc/resolv.conf
}

# Many machines run one image: each gets its name from DHCP, and a machine-id of its own that is the same at every boot.
fit_identity() {
  local hostname=''
  if [ -f $NET/lease ]; then . $NET/lease; fi
  if [ -n "$(own hostname)" ]; then hostname=$(own hostname); fi
  if has_conf hostname; then hostname=$(conf hostname); fi
  [ -n "$hostname" ] && echo "$hostname" >/newroot/etc/hostname
  fit_hosts
  local id
  id=$(cat /newroot/etc/machine-id 2>/dev/null)
  case "$id" in
    '' | uninitialized) ;;
    *) [ "$(conf overlay ram)" = ram ] || return 0 ;;
  esac
  [ -d /newroot/etc ] && {
    cat /sys/class/dmi/id/product_uuid 2>/dev/null || cat $NET/mac
    conf url
  } |
    sha256sum | cut -c1-32 >/newroot/etc/machine-id
}

# Programs look up the machine's own name (hosts(5)); Debian uses 127.0.1.1 for it.
fit_hosts() {
  local name
  name=$(head -n 1 /newroot/etc/hostname 2>/dev/null)
  [ -n "$name" ] || return 0
  awk -v name="$name" '$1 !~ /^#/ { for (i = 2; i <= NF; i++) if ($i == name) found = 1 } END { exit !found }' /newroot/etc/hosts 2>/dev/null ||
    printf '127.0.1.1\t%s\n' "$name" >>/newroot/etc/hosts
}

# A process beside the image renews the lease as long as the machine runs. It survives a soft reboot.
keep_address() {
  [ -f $NET/lease ] || return 0
  . $NET/lease
  if [ -n "${lease-}" ]; then
    spared /bin/busybox udhcpc -f -t 0 -i "$interface" -r "$ip" -s /lib/kboot/dhcp-keep
  elif [ "${lease6:-0}" != 0 ]; then
    mkdir -p /live/var/lib/dhcpcd /live/run/dhcpcd
    dhcp6_settings ia_na >/live/etc/dhcp6.conf
    spared /bin/busybox sh /lib/kboot/dhcp6-keep "$interface" "$ip/$subnet" "$lease6" /etc/dhcp6.conf
  fi
}

# beside PROGRAM ARGUMENT...: starts it in /live, where it outlives this session; memory never runs out for it. Returns when it is
# there: before that, the end of the session would end it (SIGHUP), and its way there is deleted with this root.
beside() {
  local pid
  (
    echo -1000 >/proc/self/oom_score_adj
    exec setsid chroot /live "$@"
  ) </dev/null >/dev/null 2>&1 &
  pid=$!
  await_tenths 100 is_in_live $pid
}
is_in_live() { [ "$(readlink "/proc/$1/root")" = /live ]; }

# spared PROGRAM ARGUMENT...: the same, and systemd leaves it alone at shutdown.
spared() { beside /bin/kboot spare -- "$@"; }

# systemd does not kill the daemon, whose name begins with @, and enters /run/initramfs at the end, so that the root can be
# unmounted (systemd-shutdown(8)). Other inits kill every process, so they run under a guard (boot/guard.h).
prepare_shutdown() {
  if ! is_systemd "$init"; then
    : >/run/kboot/guard
    return 0
  fi
  [ -f /run/kboot/changes ] || ! cache_is_in_memory || return 0
  mkdir -p /run/initramfs
  (cd / && cpio -o -H newc </lib/kboot/shutdown.files 2>/dev/null) | (cd /run/initramfs && cpio -idm 2>/dev/null)
  cp /lib/kboot/shutdown /run/initramfs/shutdown
}

# A process beside the image tells on the console how the root is loading.
watch_loading() { spared /bin/busybox sh /lib/kboot/load-watch "$(mountpoint_for "$(conf url)")"; }

# add_unit NAME: a oneshot service, from standard input, that systemd starts when the image has come up.
add_unit() {
  local units=/newroot/etc/systemd/system
  mkdir -p $units/multi-user.target.wants
  cat >"$units/$1.service"
  ln -sf "../$1.service" "$units/multi-user.target.wants/$1.service"
}
