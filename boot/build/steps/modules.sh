# Step: the modules of the hardware list, with their dependencies. Writes $work/modules.
# Sourced by kboot-build.
#
# shellcheck shell=bash disable=SC2154  # its variables

list_modules() { # list_modules LIST
  local line
  while read -r line; do
    case "$line" in
      '' | '#'*) ;;
      'include '*) list_modules "${line#include }" ;;
      drivers/*) (cd "$modules_root/lib/modules/$release/kernel" && find "$line" -name '*.ko*' 2>/dev/null) |
        sed 's,.*/,,; s,\.ko.*,,' ;;
      *) echo "$line" ;;
    esac
  done <"$share/modules/$1"
}
for name in "${more_modules[@]}"; do
  modprobe -d "$modules_root" -S "$release" -q --show-depends "$name" >/dev/null 2>&1 || fail "--module $name: this kernel has no such module"
done
{
  for list in "${module_lists[@]}"; do list_modules "$list"; done
  printf '%s\n' "${more_modules[@]}"
} | sort -u | while read -r name; do
  modprobe -d "$modules_root" -S "$release" -q --show-depends "$name" 2>/dev/null || true
done | sed -n "s,^insmod $modules_root\(/[^ ]*\).*,\1,p" | sort -u >"$work/modules"
[ -s "$work/modules" ] || fail "none of the modules of '$hardware' is in $modules"
while read -r path; do install -D -m 644 "$modules_root$path" "$root$path"; done <"$work/modules"
cp "$modules_root/lib/modules/$release"/modules.{builtin,builtin.modinfo,order} "$root/lib/modules/$release/"
