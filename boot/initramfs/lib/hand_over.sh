# What the next kernel gets beside the files of this kboot: settings, address, keys, modules, and the chunks that are already
# fetched, so that nothing is fetched twice. docs/boot.md lists it.

readonly NEXT=/run/kboot/next
readonly SHARE=8 # the initrd takes at most 1/SHARE of the memory

write_hand_over() {
  mkdir -p $NEXT/kboot/handoff
  cp -r $CONF $NET /run/kboot/keys $NEXT/kboot/handoff/
  if [ -d $HOOK_STATE ]; then cp -r $HOOK_STATE $NEXT/kboot/handoff/; fi
  cp /run/kboot/phases /run/kboot/log $NEXT/kboot/handoff/
  cp /etc/resolv.conf $NEXT/kboot/handoff/
  if [ -d $CHOSEN ]; then cp -r $CHOSEN $NEXT/kboot/handoff/; fi
  machine_facts >$NEXT/kboot/handoff/facts
  date +%s >$NEXT/kboot/handoff/time
}

# hand_over_cache RELEASE: the next kernel does not look for the disk with the cache if it has no driver for it.
hand_over_cache() {
  local driver
  ! cache_is_in_memory || return 0
  driver=$(missing_disk_driver /live/image "$1" "$(cat /run/kboot/cache)") || return 0
  say "the image's kernel $1 has no driver for the disk with the cache ($driver): it keeps the cache in memory"
  printf ram >$NEXT/kboot/handoff/conf/cache
  ! has_uncounted_tries || {
    say 'so it cannot be kept that the machine comes up: what is new is started, and not counted'
    take_back_starts
  }
}

# The recording; it is complete when the image is unmounted.
hand_over_record() {
  if [ -f $RECORD/boot.profile ]; then cp $RECORD/boot.profile $NEXT/kboot/handoff/; fi
}

# True under the image's kernel.
is_last_kernel() { [ -d /kboot/handoff ]; }

take_over() {
  cp -r /kboot/handoff/conf /kboot/handoff/net /kboot/handoff/keys /kboot/handoff/phases \
    /kboot/handoff/log /run/kboot/
  if [ -d /kboot/handoff/hooks ]; then cp -r /kboot/handoff/hooks /run/kboot/; fi
  cp /kboot/handoff/resolv.conf /etc/
  if [ -d /kboot/handoff/chosen ]; then cp -r /kboot/handoff/chosen /run/kboot/; fi
  # The clock keeps running through a kexec, unless the machine has none.
  [ "$(date +%s)" -ge "$(cat /kboot/handoff/time)" ] || date -s "@$(cat /kboot/handoff/time)" >/dev/null
}

# packing_for VERSION: prints the command that compresses an initrd for a kernel of the image: zstd if the kernel's
# configuration has it.
packing_for() {
  if grep -qs '^CONFIG_RD_ZSTD=y' "/live/image/boot/config-$1" "/live/image/lib/modules/$1/config"; then
    echo kboot compress
  else
    echo cat
  fi
}

# compose_initrd FILE PACKING. Chunks are compressed already, so they follow uncompressed, at a multiple of four bytes
# (Documentation/driver-api/early-userspace/buffer-format.rst).
compose_initrd() {
  local limit chunks
  limit=$(($(memory_kib) * 1024 / SHARE))
  # shellcheck disable=SC2086
  {
    (cd / && cpio -o -H newc </lib/kboot/next.files 2>/dev/null)
    (cd $NEXT && find . -mindepth 1 | sort | cpio -o -H newc 2>/dev/null)
  } | $2 >"$1" || {
    why failed 'the initrd for the next kernel could not be written'
    return 1
  }
  head -c $((3 - ($(stat -c %s "$1") + 3) % 4)) /dev/zero >>"$1"
  if [ "$(stat -c %s "$1")" -gt "$limit" ]; then
    why no-memory "the next kernel's initrd needs $(human_size "$(stat -c %s "$1")"), more than 1/$SHARE of this machine's memory"
    return 1
  fi
  cache_is_in_memory || return 0
  chunks=$(bytes_of /live/cache)
  if [ $(($(stat -c %s "$1") + chunks)) -gt "$limit" ]; then
    note "the $(human_size "$chunks") already fetched do not fit beside it: left behind"
    return 0
  fi
  (cd /live && find cache | cpio -o -H newc 2>/dev/null) >>"$1"
  note "hands over $(human_size "$chunks") of chunks"
}
