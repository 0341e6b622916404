# What a boot reads of its image, from stage one on, becomes a profile; all but the kernel, which is read beside the
# mount, whole and before anything else, so that nothing could be brought in ahead of it:
# rootstream.record= LABEL=x or a device (a file in its folder rootstream-profiles), or a URL that takes PUT. It
# is delivered rootstream.record-seconds= (default 120) after init began, or when the machine goes off before.
#
# The daemon writes $RECORD/boot.profile and goes on with one that is there, so stage two goes on with what
# stage one handed over.

readonly RECORD=/live/record

# record_words FILE: the option for a rootstream command, if the boot is recorded.
record_words() { if has_conf record; then echo "--record $1"; fi; }

# Started before the image's init, and lives beside the image as its daemon does.
deliver_record() {
  local device target name
  has_conf record || return 0
  target=$(conf record)
  name=$(basename "$(conf url)" | tr ':' '_')-$(date -u +%Y%m%dT%H%M%S)-$(tr -d ':' <$NET/mac 2>/dev/null).profile
  case "$target" in
    http://* | https://* | ftp://*) case "$target" in */) target=$target$name ;; esac ;;
    *)
      device=$(device_of "$target")
      mkdir -p /live/profiles
      if [ -z "$device" ] || ! mount_disk "$device" /live/profiles; then
        say "no disk $target for the profile (rootstream.record=): nothing is recorded"
        return 0
      fi
      target=/profiles/rootstream-profiles/$name
      ;;
  esac
  setsid chroot /live /bin/sh /lib/kboot/record-deliver "$(conf record-seconds 120)" "$target" \
    "$(hide_secrets "$target")" </dev/null >/dev/null 2>&1 &
}
