# The image, mounted at /live/image by a daemon whose own root is /live.
#
# switch_root deletes everything on the first root filesystem, and a daemon without its libraries, certificates and
# resolv.conf could not connect again. So it has a filesystem of its own, which stays mounted below the new root, hidden:
# systemd neither sees nor unmounts it.

readonly OPEN_SECONDS=90

make_live() {
  [ -d /live/bin ] && return 0
  mkdir -p /live
  mount -t tmpfs -o mode=755,size=64m tmpfs /live
  (cd / && cpio -o -H newc </lib/kboot/live.files 2>/dev/null) | (cd /live && cpio -idm 2>/dev/null)
  mkdir -p /live/proc /live/sys /live/dev /live/told /live/image /live/layers /live/keys /live/record /live/rw /live/tmp
  mount -t proc proc /live/proc
  mount -t sysfs sysfs /live/sys
  mount -t devtmpfs devtmpfs /live/dev
}

# Shows what the running image writes to /run/rootstream to the processes beside it, as /told.
show_told() { mountpoint_is /live/told || mount --bind /run/rootstream /live/told; }

mount_image() { # mount_image URL
  make_live
  find_cache
  if image_is_mounted; then
    [ "$(cat /run/kboot/mounted)" = "$1" ] && return 0
    unmount_image
    rm -f $RECORD/boot.profile
  fi
  cp /run/kboot/keys/*.pub /live/keys/ 2>/dev/null
  cp /etc/resolv.conf /live/etc/ 2>/dev/null
  rm -rf /live/chosen
  if [ -d $CHOSEN ]; then cp -r $CHOSEN /live/chosen; fi
  local words
  words=$(client_words /keys)
  [ -n "$words" ] || {
    why no-key "image $1: no public key was given (rootstream.pubkey=), nor rootstream.insecure"
    return 1
  }
  if is_wireless_lease && is_behind_portal "$1"; then return 1; fi
  # shellcheck disable=SC2046,SC2086
  while_showing received '' unless_portal "$1" timeout "$OPEN_SECONDS" chroot /live /bin/rootstream mount "$1" "$(mountpoint_for "$1")" $words $(version_words /chosen "$1") --rootfs --cache /cache \
    --cache-size "$(cache_bytes)" $(fill_words) $(memory_words) $(record_words /record/boot.profile) -o suid,dev,allow_other 2>/run/kboot/mount.error &&
    {
      echo "$1" >/run/kboot/mounted
      ! is_layered "$1" || lay_over || {
        unmount_image
        return 1
      }
      return 0
    }
  local line
  line=$(last_line /run/kboot/mount.error)
  if is_behind_portal "$1"; then return 1; fi
  why "$(kind_of_opening "$1")" "${line:-$1: no answer for $OPEN_SECONDS seconds}"
}

# is_behind_portal URL: true with the reason if a captive portal answers in place of the server.
is_behind_portal() {
  local portal
  portal=$(kboot portal "$1" 2>>"$LOG") || return 1
  why portal "a captive portal answers in place of the server: $(printf '%s' "$portal" | tr -cd '!-~')" || true
}

# unless_portal URL COMMAND...: runs the command, and ends it when a captive portal answers in place of the server. That is asked only
# when the command takes long, since mostly there is none.
unless_portal() {
  local url=$1 code=0 watcher
  shift
  rm -f /run/kboot/opening
  end_at_portal "$url" &
  watcher=$!
  sh -c 'echo $$ >/run/kboot/opening; exec "$@"' sh "$@" || code=$?
  kill $watcher 2>/dev/null
  wait $watcher 2>/dev/null
  return $code
}

portal_tenths=100 # before it is asked for

end_at_portal() { # end_at_portal URL
  local left=$portal_tenths
  while [ $((left -= 1)) -ge 0 ]; do sleep 0.1; done
  [ -z "$(kboot portal "$1" 2>/dev/null)" ] || kill "$(cat /run/kboot/opening)"
}

# Wireless networks often have one: it is asked for at once, and not after a long wait for the server.
is_wireless_lease() { [ -f $NET/lease ] && is_joined "$(leased_interface)"; }

# kind_of_opening URL: returns why an image cannot be opened, as the exit code of kboot entry.
kind_of_opening() {
  local code=0
  # shellcheck disable=SC2046
  timeout 10 kboot entry --list $(client_words) --cache none "$1" >/dev/null 2>&1 || code=$?
  kind_of $code
}

image_is_mounted() { mountpoint_is /live/image || mountpoint_is /live/layers; }
mountpoint_is() { grep -q " $1 " /proc/mounts; }

# No fill into memory, which cannot hold a whole image, nor while the kernel is read beside the mount.
fill_words() { if has_conf fill && is_last_kernel && ! cache_is_in_memory; then echo "--fill $(conf fill)"; fi; }

# A disk remembers which versions were seen. If that is lost, only the command line can allow a new beginning.
memory_words() { if ! cache_is_in_memory && [ "$(conf memory)" != renew ]; then echo --strict-memory; fi; }

# Unmounting ends the daemon, which then writes its recording.
unmount_image() {
  local folder=/image
  if mountpoint_is /live/layers; then
    folder=/layers
    umount /live/image 2>>"$LOG"
  fi
  chroot /live /bin/rootstream umount $folder 2>>"$LOG" || umount -l /live$folder 2>/dev/null
}

readonly SMALL_KIB=400000 # of memory; below it kboot's module files (24 MiB) are deleted, too, since those in use are loaded

# Frees the daemon's files (20 MiB) and the cache in memory before the next kernel is loaded: the next initrd has all of them.
# Another try starts from the beginning.
leave_live() {
  cache_is_in_memory || umount /live/cache
  umount -l /live
  rmdir /live
  [ "$(memory_kib)" -ge $SMALL_KIB ] || rm -rf /lib/modules/*/kernel
  rm -f /run/kboot/cache /run/kboot/mounted
}

# image_words URL: options for commands that read the image beside the mount: they use its cache, and do not add to it.
image_words() { echo "$(client_words) $(version_words $CHOSEN "$1") --cache /live/cache"; }
