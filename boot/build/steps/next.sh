# Step: the list of files that kboot copies to the next kernel's initrd.
# Sourced by kboot-build.
#
# shellcheck shell=bash disable=SC2154  # its variables

{
  for program in kexec dropbear dbclient dropbearkey; do
    echo "/usr/sbin/$program"
    echo "/usr/bin/$program"
    libraries_of "$(program_file $program)"
  done | sort -u >"$work/leave"
  # Libraries of the listed programs stay.
  for program in "${live_programs[@]/#/$root}" "$root/bin/kmod" "${programs[@]}"; do libraries_of "$program"; done | sort -u >"$work/keep"
  comm -23 "$work/leave" "$work/keep" | sed 's,^/,,' >"$work/left"
}
: >"$root/lib/kboot/next.files"
(cd "$root" && find . -mindepth 1 | sed 's,^\./,,' | grep -v -e '^lib/modules' -e '^lib/firmware' | LC_ALL=C sort |
  grep -v -x -F -f "$work/left") >"$work/next"
mv "$work/next" "$root/lib/kboot/next.files"
