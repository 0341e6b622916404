# Step: lists of files that are copied in a boot: live: what the image's daemon needs; shutdown: what unmounts at the end.
# Sourced by kboot-build and by packaging/make-debs.
#
# shellcheck shell=bash disable=SC2154  # their variables

{
  for program in "${live_programs[@]}"; do
    echo "$program"
    libraries_of "$root$program"
  done
  for path in /bin/sh /etc/ssl/certs/ca-certificates.crt /etc/passwd /etc/group /etc/hosts /etc/nsswitch.conf \
    /lib/kboot/dhcp-keep /lib/kboot/dhcp6-keep /lib/kboot/record-deliver /lib/kboot/try-watch /lib/kboot/tries_server.sh /lib/kboot/measure-watch /lib/kboot/load-watch /lib/kboot/progress.sh \
    /lib/kboot/leave "${live_files[@]}"; do echo "$path"; done
} | sort -u | sed 's,^/,,' >"$work/live"
with_folders() { # every folder before what is in it
  awk -F/ '{ path = ""; for (i = 1; i < NF; i++) { path = path (i > 1 ? "/" : "") $i; if (!seen[path]++) print path } print }'
}
{
  cat "$work/live"
  echo lib/kboot
} | with_folders >"$root/lib/kboot/live.files"
{
  echo bin/busybox
  libraries_of "$root/bin/busybox" | sed 's,^/,,'
  (cd "$root" && find bin sbin usr -type l -lname /bin/busybox)
} | sort -u | with_folders >"$root/lib/kboot/shutdown.files"
