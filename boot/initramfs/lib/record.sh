# Records the reads of a boot, from stage one on, as a profile. The kernel is not in it: it is read beside the mount, whole and
# first, so prefetching cannot help it. rootstream.record= names the target: LABEL=x or a device (a file in its folder
# rootstream-profiles), or a URL that accepts PUT. The profile is delivered rootstream.record-seconds= (default 120) after the
# start of init, or when the machine goes down before.
#
# The daemon writes $RECORD/boot.profile, and continues an existing one, so stage two continues the profile of stage one.

readonly RECORD=/live/record

# record_words FILE: prints the option for a rootstream command if the boot is recorded.
record_words() { if has_conf record; then echo "--record $1"; fi; }

# Started before the image's init, and runs beside the image, as the daemon does.
deliver_record() {
  local device target name
  has_conf record || return 0
  target=$(conf record)
  name=$(basename "$(first_layer "$(conf url)")" | tr ':' '_')-$(date -u +%Y%m%dT%H%M%S)-$(tr -d ':' <$NET/mac 2>/dev/null).profile
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
  beside /bin/sh /lib/kboot/record-deliver "$(conf record-seconds 120)" "$target" "$(hide_secrets "$target")"
}
