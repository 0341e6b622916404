# Sourced by boot_wifi.sh and boot_ppp.sh: an image whose kernel has wireless networks and PPP, which Debian's kernel for clouds has
# not. The image is in $links/store, the kernel in $links/kernel.
#
# shellcheck shell=bash disable=SC2154

links=$fixture/links

# The fixture's root, with the kernel that has wireless networks; systemd-networkd is configured for wireless cards, too.
# /usr/local/sbin/away turns the access point off, and reads what no cache has.
make_link_image() {
  [ ! -f "$links/complete" ] || return 0
  rm -rf --one-file-system "$links"/{store,kernel}
  mkdir -p "$links"/{store,kernel} "$work"/{root,package}
  (cd "$work/package" && apt-get download -qq -o APT::Sandbox::User=root \
    "$(apt-cache depends linux-image-amd64 | sed -n 's/^ *Depends: *\(linux-image-[^ ]*\)$/\1/p' | head -n 1)") || fail 'no kernel from apt'
  dpkg-deb --fsys-tarfile "$work"/package/*.deb | tar -x -C "$links/kernel" ./boot ./lib
  depmod -b "$links/kernel" "$(basename "$links"/kernel/lib/modules/*)"
  tar -C "$work/root" --xattrs --xattrs-include='*' --numeric-owner --exclude='./boot/*' --exclude='./lib/modules/*' \
    --exclude='./usr/lib/modules/*' -xf "$fixture/root.tar"
  tar -C "$work/root" -xf "$fixture/additions.tar"
  cp -a "$links"/kernel/boot/* "$work/root/boot/"
  mkdir -p "$work/root/lib/modules"
  cp -a "$links"/kernel/lib/modules/* "$work/root/lib/modules/"
  printf '[Match]\nName=wl*\n\n[Network]\nDHCP=yes\n' >"$work/root/etc/systemd/network/21-wireless.network"
  cat >"$work/root/usr/local/sbin/away" <<'AWAY'
#!/bin/sh
grep -q marker.away /proc/cmdline || exit 0
exec >>/dev/ttyS1 2>&1
: >/run/kboot/hooks/away
until [ "$(cat /sys/class/net/wlan0/carrier)" = 0 ]; do sleep 0.2; done
echo 'the access point is away'
echo 3 >/proc/sys/vm/drop_caches
cat /usr/bin/[a-f]* >/dev/null
echo "read on, carrier $(cat /sys/class/net/wlan0/carrier)"
echo "joined $(grep -c 'AP-STA-CONNECTED' /run/kboot/hooks/hostapd.log) times"
AWAY
  chmod 755 "$work/root/usr/local/sbin/away"
  sed -i 's,^::once:.*,::once:/bin/sh -c "/usr/local/sbin/away; /usr/local/sbin/marker",' "$work/root/etc/inittab"
  mkdir "$work/root/etc/systemd/system/marker.service.d"
  printf '[Service]\nExecStartPre=/usr/local/sbin/away\n' >"$work/root/etc/systemd/system/marker.service.d/away.conf"
  (
    store=$links/store
    publish "$work/root" "$image" >/dev/null
  )
  rm -rf --one-file-system "$work/root"
  : >"$links/complete"
}
