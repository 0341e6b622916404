# Step: the firmware that those modules name, from this machine or from Debian's packages.
# Sourced by kboot-build.
#
# shellcheck shell=bash disable=SC2154  # its variables

while read -r path; do modinfo -F firmware "$root$path"; done <"$work/modules" | sort -u >"$work/firmware"
mkdir "$work/packages"
find_firmware() { # find_firmware FILE: prints its path in one of the folders, compressed or not
  local folder ending
  for folder in ${firmware:+"$firmware"} "$modules_root/lib/firmware" /lib/firmware "$work/packages/lib/firmware"; do
    for ending in '' .xz .zst; do
      if [ -f "$folder/$1$ending" ]; then
        echo "$folder/$1$ending"
        return 0
      fi
    done
  done
  return 1
}
missing_firmware() { while read -r file; do find_firmware "$file" >/dev/null || echo "$file"; done <"$work/firmware"; }
# Downloads Debian's packages with the missing files if apt knows them; otherwise prints their names.
fetch_firmware() {
  local package beginnings each
  while read -r package beginnings; do
    for each in $beginnings; do
      grep -q "^$each" "$work/firmware.missing" || continue
      if (cd "$work/packages" && apt-get download -qq -o APT::Sandbox::User=root "$package" >/dev/null 2>&1); then
        dpkg-deb -x "$work/packages/$package"_*.deb "$work/packages"
        echo "fetched $package for $each" >&2
      else
        echo "$package" >>"$work/packages.unknown"
      fi
      break
    done
  done < <(grep -v '^#' "$share/firmware")
}
missing_firmware >"$work/firmware.missing"
if [ -s "$work/firmware.missing" ]; then fetch_firmware; fi
while read -r file; do
  path=$(find_firmware "$file") || continue
  install -D -m 644 "$path" "$root/lib/firmware/$file${path#"${path%"$file"*}$file"}"
done <"$work/firmware"
if [ -d "$root/lib/firmware" ]; then echo "firmware: $(find "$root/lib/firmware" -type f | wc -l) files, $(du -sb "$root/lib/firmware" | cut -f1) bytes" >&2; fi
if [ -s "$work/packages.unknown" ]; then
  echo "rootstream: kboot build: some cards lack their firmware: apt knows no $(sort -u "$work/packages.unknown" | tr '\n' ' ')(Debian has them in non-free-firmware); or give --firmware DIR" >&2
fi
depmod -b "$root" "$release"
