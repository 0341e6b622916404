#!/bin/bash
# Through mount(8), with the options of an fstab line, and as an ordinary user through fusermount3.
. "$(dirname "$0")/lib.sh"
need_root
need_mount
need cmake fusermount3

enter_mount_namespace
helper=/sbin/mount.fuse.rootstream
at_exit() { [ -z "${linked:-}" ] || rm -f "$helper"; }

make_small_tree "$work/source"
chmod 644 "$work/source/etc/small"
publish "$work/source" tree >/dev/null
start_embedded

step "install"
cmake --install "$build" --prefix "$work/installed" >"$work/install.log" || fail "$(tail -3 "$work/install.log")"
rootstream=$work/installed/bin/rootstream
for verb in keygen publish serve mount umount status ls cat inspect export prefetch verify stats gc mirror; do
  "$rootstream" $verb --help >/dev/null || fail "the installed rootstream $verb does not start"
done
[ -x "$work/installed/sbin/mount.fuse.rootstream" ] || fail "the helper of mount(8) is not installed"

step "mount(8)"
mkdir "$work/mount"
if [ -e "$helper" ] || [ -L "$helper" ]; then
  echo "left out: $helper is there already"
else
  linked=1
  ln -s "$work/installed/sbin/mount.fuse.rootstream" "$helper"
  options=pubkey=$key.pub,cache=$work/cache,_netdev,nofail,x-systemd.automount
  mount -t fuse.rootstream "$server_url/tree" "$work/mount" -o "$options"
  compare "$work/source" "$work/mount"
  "$rootstream" status "$work/mount" >/dev/null
  umount "$work/mount"
  wait_for 5 test -e "$work/cache/index.seal" || fail "the cache was not sealed after umount(8)"

  step "an fstab line"
  echo "$server_url/tree $work/mount fuse.rootstream $options,ro,noauto,allow_other,on-network-loss=wait,cache-size=100M 0 0" \
    >"$work/fstab"
  mount -T "$work/fstab" "$work/mount"
  compare "$work/source" "$work/mount"
  "$rootstream" status "$work/mount" --json | grep -q '"cache_limit": 104857600' || fail "cache-size= was not heard"
  as_nobody cat "$work/mount/etc/small" >/dev/null || fail "allow_other was not heard"
  times_mounted() { grep -cF " $work/mount " /proc/self/mountinfo; }
  mount -T "$work/fstab" "$work/mount" 2>"$work/error" || true # mount(8) may detect the mount itself, or call the helper
  [ "$(times_mounted)" = 1 ] || fail "mounted twice"
  ! mount -t fuse.rootstream "$server_url/other" "$work/mount" -o "pubkey=$key.pub,cache=none" 2>"$work/error" ||
    fail "mounted another image over it"
  grep -q 'busy' "$work/error" || fail "$(cat "$work/error")"
  unmount "$work/mount"

  step "mount -a, and again"
  for url in "$server_url/tree" "${server_url/:\/\//://someone:opensesame@}/tree?token=opensesame"; do
    echo "$url $work/mount fuse.rootstream pubkey=$key.pub,cache=none 0 0" >"$work/all"
    mount -a -T "$work/all" || fail "mount -a"
    mount -a -T "$work/all" || fail "mount -a again"
    [ "$(times_mounted)" = 1 ] || fail "mount -a mounted twice"
    unmount "$work/mount"
  done

  step "mount -f"
  mount -f -t fuse.rootstream "$server_url/tree" "$work/mount" -o "pubkey=$key.pub" || fail "mount -f"
  "$helper" "$server_url/tree" "$work/mount" -sfnv -o "ro,pubkey=$key.pub" || fail "the helper with -sfnv"
  ! is_mounted "$work/mount" || fail "mount -f mounted"
  ! mount -f -t fuse.rootstream "$server_url/" "$work/mount" -o "pubkey=$key.pub" 2>/dev/null ||
    fail "mount -f took a URL that is none"

  step "the options of every filesystem"
  for option in async sync dirsync atime noatime diratime nodiratime relatime norelatime strictatime lazytime nolazytime \
    dev nodev exec noexec suid nosuid mand iversion noiversion symfollow nosymfollow silent user=me group owner users \
    comment=x X-mount.mkdir=0700 x-gvfs-hide; do
    "$helper" "$server_url/tree" "$work/mount" -o "pubkey=$key.pub,cache=none,$option" || fail "-o $option"
    unmount "$work/mount"
  done
  flags() { awk -v at="$work/mount" '$5 == at { print $6 }' /proc/self/mountinfo; }
  mount -t fuse.rootstream "$server_url/tree" "$work/mount" -o "pubkey=$key.pub,cache=none,nosymfollow"
  [[ ",$(flags)," == *,nosymfollow,* ]] || fail "nosymfollow was not heard: $(flags)"
  ! cat "$work/mount/usr/link" 2>/dev/null || fail "a symlink was followed"

  step "remount"
  mount -o remount,ro "$work/mount" || fail "remount,ro"
  mount -o remount,noexec "$work/mount" || fail "remount,noexec"
  [[ ",$(flags)," == *,noexec,* ]] && [[ ",$(flags)," == *,ro,* ]] || fail "remounted as $(flags)"
  "$helper" "$server_url/tree" "$work/mount" -o remount,exec,symfollow || fail "the helper alone"
  cat "$work/mount/usr/link" >/dev/null || fail "symfollow was not heard"
  [[ ",$(flags)," == *,nosuid,* ]] && [[ ",$(flags)," != *,noexec,* ]] || fail "remounted as $(flags)"
  unmount "$work/mount"
  ! "$helper" "$server_url/tree" "$work/mount" -o remount,ro 2>"$work/error" || fail "remounted nothing"
  grep -q "$work/mount: nothing is mounted" "$work/error" || fail "$(cat "$work/error")"
  ! mount -t fuse.rootstream "$server_url/missing" "$work/mount" -o "pubkey=$key.pub,cache=none" \
    2>"$work/error" || fail "mounted an image that is missing"
  grep -q 'rootstream: .*missing.*404' "$work/error" || fail "$(cat "$work/error")"
fi

step "an ordinary user"
[ -u "$(command -v fusermount3)" ] || skip "fusermount3 is not setuid"
if [ "$(stat -c %a /dev/fuse)" != 666 ]; then # the mode that udev sets
  mknod -m 666 "$work/fuse" c 10 229
  mount --bind "$work/fuse" /dev/fuse
fi
mkdir "$work/home" "$work/home/mount"
chown -R 65534:65534 "$work/home"
export HOME=$work/home XDG_CACHE_HOME=$work/home/xdg
as_nobody "$rootstream" mount "$server_url/tree" "$work/home/mount" --pubkey "$key.pub"
as_nobody cmp "$work/source/usr/share/text" "$work/home/mount/usr/share/text"
as_nobody "$tree_compare" "$work/source" "$work/home/mount" --ignore-trusted >/dev/null || fail "differs"
as_nobody "$rootstream" status "$work/home/mount" | grep -q "tree:latest" || fail "status tells nothing"
[ -d "$work/home/xdg/rootstream/segments" ] || fail "the cache is not in XDG_CACHE_HOME"
daemon=$(daemon_of "$work/home/mount")
as_nobody "$rootstream" umount "$work/home/mount"
wait_for 5 is_gone "$daemon" || fail "the daemon lives"
! is_mounted "$work/home/mount" || fail "still mounted"
