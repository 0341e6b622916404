# Step 6: lists of files that kboot copies: live: what the image's daemon needs; next: the next kernel's initrd;
# shutdown: what unmounts at the end.
# Sourced by kboot-build.
#
# shellcheck shell=bash disable=SC2154  # its variables

{
  for program in /bin/busybox /bin/rootstream /bin/kboot /usr/sbin/dhcpcd; do
    echo "$program"
    libraries_of "$root$program"
  done
  for path in /bin/sh /etc/ssl/certs/ca-certificates.crt /etc/passwd /etc/group /etc/hosts /etc/nsswitch.conf \
    /lib/kboot/dhcp-keep /lib/kboot/dhcp6-keep /lib/kboot/record-deliver /lib/kboot/leave; do echo "$path"; done
} | sort -u | sed 's,^/,,' >"$work/live"
with_folders() { # every folder before what is in it
  awk -F/ '{ path = ""; for (i = 1; i < NF; i++) { path = path (i > 1 ? "/" : "") $i; if (!seen[path]++) print path } print }'
}
{
  for program in kexec dropbear dbclient dropbearkey; do
    echo "/usr/sbin/$program"
    echo "/usr/bin/$program"
    libraries_of "$(command -v $program)"
  done | sort -u >"$work/leave"
  # Libraries of the listed programs stay.
  for program in "$root"/bin/{busybox,rootstream,kboot,kmod} "$root/usr/sbin/dhcpcd" "${programs[@]}"; do libraries_of "$program"; done | sort -u >"$work/keep"
  comm -23 "$work/leave" "$work/keep" | sed 's,^/,,' >"$work/left"
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
: >"$root/lib/kboot/next.files"
(cd "$root" && find . -mindepth 1 | sed 's,^\./,,' | grep -v -e '^lib/modules' -e '^lib/firmware' | LC_ALL=C sort |
  grep -v -x -F -f "$work/left") >"$work/next"
mv "$work/next" "$root/lib/kboot/next.files"
