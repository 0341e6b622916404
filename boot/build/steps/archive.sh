# Step: the archive, and kernel and initramfs in their place.
# Sourced by kboot-build.
#
# shellcheck shell=bash disable=SC2154  # its variables

# The build time, below which kboot does not set the clock. Taken from the inputs, so that the build is reproducible.
built=${SOURCE_DATE_EPOCH:-$(stat -L -c %Y "$client" "$kboot" "$kernel" | sort -n | tail -n 1)}
echo "$built" >"$root/etc/kboot/built"
find "$root" -exec touch -h -d "@$built" {} +
archive() { (cd "$root" && find . -mindepth 1 -print0 | LC_ALL=C sort -z | cpio -0 -o -H newc --reproducible -R 0:0 --quiet); }
unfinished+=("$out/initramfs.new" "$out/vmlinuz.new")
install -m "$mode" /dev/null "$out/initramfs.new"
case "$compress" in
  xz) archive | xz -9 --check=crc32 -T1 ;;
  zstd) archive | zstd -q -15 -T1 ;;
  none) archive ;;
esac >"$out/initramfs.new"
cp "$kernel" "$out/vmlinuz.new"
chmod 644 "$out/vmlinuz.new"
mv "$out/vmlinuz.new" "$out/vmlinuz"
mv "$out/initramfs.new" "$out/initramfs"
echo "kboot      $out: Linux $release, $(wc -l <"$work/modules") modules ($hardware)"
echo "vmlinuz    $(stat -c %s "$out/vmlinuz") bytes"
echo "initramfs  $(stat -c %s "$out/initramfs") bytes"
