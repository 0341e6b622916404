# The ssh host keys of one machine of many. Those in an image can be read by everyone who can read the store, and are the same on
# all machines. With rootstream.host-keys=keep, or host-keys=keep in the image's section, a machine makes its own, and keeps
# them on the disk with the cache, in a folder that only its root can read; without such a disk they are new at each boot.

readonly KEPT_KEYS=/live/cache/host-keys

fit_host_keys() {
  local wanted
  wanted=$(conf host-keys "$(own host-keys)")
  case "$wanted" in
    '') return 0 ;;
    keep) ;;
    *)
      say "host-keys=$wanted is not known: keep is"
      return 0
      ;;
  esac
  [ -x /newroot/usr/bin/ssh-keygen ] || return 0
  # A disk with the changes keeps what the machine made at its first boot.
  if [ -f /run/kboot/changes ] && [ -e /newroot/etc/ssh/.own-host-keys ]; then return 0; fi
  rm -f /newroot/etc/ssh/ssh_host_*
  if ! cache_is_in_memory && [ -e $KEPT_KEYS/complete ]; then
    cp -p $KEPT_KEYS/ssh_host_* /newroot/etc/ssh/
    return 0
  fi
  make_host_keys || {
    say 'cannot make ssh host keys for this machine: see the log; ssh into it will not work'
    return 0
  }
  : >/newroot/etc/ssh/.own-host-keys
  keep_host_keys
}

# ssh-keygen(1) opens /dev/null, which the image's root does not have yet.
make_host_keys() {
  local code=0
  mount -t devtmpfs devtmpfs /newroot/dev
  chroot /newroot ssh-keygen -A >>"$LOG" 2>&1 || code=$?
  umount /newroot/dev
  return $code
}

keep_host_keys() {
  if cache_is_in_memory; then
    if [ ! -f /run/kboot/changes ]; then say 'no disk to keep the ssh host keys on: they are new at this boot'; fi
    return 0
  fi
  rm -rf $KEPT_KEYS
  (umask 077 && mkdir $KEPT_KEYS && cp -p /newroot/etc/ssh/ssh_host_* $KEPT_KEYS/ && sync && : >$KEPT_KEYS/complete) ||
    say 'the ssh host keys of this machine cannot be kept on the disk with the cache: they are new at this boot'
}
