#!/usr/bin/env bash
# Debian packages: lintian has nothing to say of them; in a fresh Debian that runs systemd they are installed, publish by a
# timer, mount by fstab and by a unit, are upgraded and removed while a mount is in use.
# Covers: packaging/build-packages, packaging/help-pages.
. "$(dirname "$0")/lib.sh"
need mmdebstrap systemd-nspawn lintian dpkg-buildpackage help2man
need_root
debs=${ROOTSTREAM_DEBS:-$work/debs} root=$work/root # ROOTSTREAM_DEBS: where they are built already

step "the packages"
[ -n "${ROOTSTREAM_DEBS:-}" ] || "$repository/packaging/build-packages" --out "$debs" || fail 'no packages'
[ "$(find "$debs" -name '*.deb' | wc -l)" -ge 4 ] || fail "$(ls "$debs")"
# The project has no address of its own, and no bug tracker at Debian.
lintian --fail-on error,warning --suppress-tags bogus-mail-host,bogus-mail-host-in-debian-changelog,initial-upload-closes-no-bugs "$debs"/rootstream*.deb >"$work/lintian" 2>&1 ||
  fail "lintian: $(cat "$work/lintian")"
dpkg-deb -c "$debs"/rootstream_*.deb >"$work/files"
for shell in bash zsh fish; do
  grep -q "$shell.*completions.*rootstream" "$work/files" || fail "no completion for $shell"
done
dpkg-deb --fsys-tarfile "$debs"/rootstream_*.deb | tar -xO ./usr/share/bash-completion/completions/rootstream >"$work/completion"
# shellcheck source=/dev/null
completed=$(. "$work/completion" && COMP_WORDS=(rootstream mount --pub) COMP_CWORD=2 && _rootstream && echo "${COMPREPLY[*]}")
[ "$completed" = --pubkey ] || fail "completion of mount --pub: $completed"
completed=$(. "$work/completion" && COMP_WORDS=(rootstream mir) COMP_CWORD=1 && _rootstream && echo "${COMPREPLY[*]}")
[ "$completed" = mirror ] || fail "completion of mir: $completed"

step "the same with another version, for an upgrade"
mkdir "$work/newer"
for package in "$debs"/rootstream{,-publisher,-kboot}_*.deb; do
  dpkg-deb -R "$package" "$work/unpacked"
  sed -i 's/^Version: .*/&+1/; s/\(rootstream (= [^)]*\))/\1+1)/' "$work/unpacked/DEBIAN/control"
  dpkg-deb -Zzstd --root-owner-group -b "$work/unpacked" "$work/newer/${package##*/}" >/dev/null
  rm -rf --one-file-system "$work/unpacked"
done

step "a fresh Debian, with the packages"
suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
mmdebstrap --quiet --variant=minbase --include=systemd-sysv,dbus,nginx-light,mount \
  --customize-hook='mkdir "$1/debs"' --customize-hook="cp $debs/*.deb \"\$1/debs/\"" \
  --customize-hook='chroot "$1" sh -c "apt-get install -qq -y --no-install-recommends /debs/*.deb"' \
  "$suite" "$root" >"$work/install.log" 2>&1 || fail "apt install: $(tail -n 20 "$work/install.log")"
cp -r "$work/newer" "$root/newer"
rm "$root/etc/nginx/sites-enabled/default" # a link to an absolute path, which from here is this machine's
cat >"$root/etc/nginx/sites-enabled/store" <<'END'
server { listen 127.0.0.1:80; root /srv; }
END
cat >"$root/check" <<'END'
#!/bin/bash
# Runs in the container; what fails ends it.
set -eux
trap "journalctl --no-pager -n 20" ERR
version() { dpkg-query -W -f '${Version}' rootstream; }
test -s /usr/share/man/man1/rootstream-mount.1.gz && ls /usr/share/doc/rootstream/operations.md*
rootstream --version
mkdir -p /etc/rootstream/{publish,prefetch,mounts} /srv/source /lab
rootstream keygen /etc/rootstream/lab.key
cp /etc/rootstream/lab.key.pub /etc/rootstream/keys.d/lab.pub
head -c 3000000 /dev/urandom >/srv/source/large
echo one >/srv/source/file

# By the timer.
printf 'source = /srv/source\nstore = /srv/store\nimage = lab\nkey = /etc/rootstream/lab.key\nlevel = 3\nafter = echo $ROOTSTREAM_IMAGE $ROOTSTREAM_SERIAL >/srv/published\n' \
  >/etc/rootstream/publish/lab.conf
mkdir -p /etc/systemd/system/rootstream-publish@lab.timer.d
printf '[Timer]\nOnCalendar=\nOnActiveSec=1\nRandomizedDelaySec=0\nAccuracySec=1s\n' >/etc/systemd/system/rootstream-publish@lab.timer.d/now.conf
systemctl daemon-reload
systemctl start rootstream-publish@lab.timer
for _ in $(seq 300); do [ ! -s /srv/published ] || break; sleep 0.1; done
grep -qx 'lab:latest 1' /srv/published
# A typo is told by name and line.
sed 's/^level/levle/' /etc/rootstream/publish/lab.conf >/etc/rootstream/publish/typo.conf
systemctl start rootstream-publish@typo.service && exit 1
journalctl -u rootstream-publish@typo.service | grep "typo.conf: line 5: there is no setting 'levle'"

# Into the cache, while nothing is mounted that writes it.
printf 'url = http://127.0.0.1/store/lab\nall = yes\n' >/etc/rootstream/prefetch/lab.conf
systemctl start rootstream-prefetch@lab.service

# By fstab, with the machine's keys.
echo 'http://127.0.0.1/store/lab /lab fuse.rootstream _netdev,nofail 0 0' >>/etc/fstab
systemctl daemon-reload
systemctl start lab.mount
cmp /srv/source/large /lab/large
# By a unit.
echo 'url = http://127.0.0.1/store/lab' >/etc/rootstream/mounts/srv-lab.conf
systemctl start rootstream-mount@srv-lab.service
cmp /srv/source/file /srv/lab/file
systemctl stop rootstream-mount@srv-lab.service
mountpoint -q /srv/lab && exit 1
rootstream mounts | grep '^/lab  '
rootstream status --metrics | grep '^rootstream_up{mountpoint="/lab"'

# An upgrade, and then the removal, while a program reads.
exec 9</lab/large
dpkg -i /newer/*.deb
version | grep '+1$'
head -c 1000000 <&9 | cmp -n 1000000 - /srv/source/large
rootstream status /lab
echo mine >/etc/rootstream/keys.d/mine.pub
apt-get purge -qq -y rootstream rootstream-publisher rootstream-kboot rootstream-doc
[ ! -e /usr/bin/rootstream ]
cat <&9 | tail -c 2000000 | cmp - <(tail -c 2000000 /srv/source/large)
exec 9<&-
cmp /srv/source/file /lab/file
umount /lab
test -s /etc/rootstream/keys.d/mine.pub && test -s /etc/rootstream/lab.key && test -d /srv/store/packs
[ ! -e /usr/libexec/rootstream ] && [ ! -e /etc/rootstream/rootstream.conf ]
echo good >/result
END
chmod +x "$root/check"
cat >"$root/etc/systemd/system/check.service" <<'END'
[Unit]
After=nginx.service network-online.target
SuccessAction=poweroff
FailureAction=poweroff
[Service]
Type=oneshot
ExecStart=/check
StandardOutput=file:/check.log
StandardError=file:/check.log
[Install]
WantedBy=multi-user.target
END
ln -s ../check.service "$root/etc/systemd/system/multi-user.target.wants/check.service"

step "its day: publish by a timer, mount by fstab and a unit, upgrade, removal"
timeout 300 systemd-nspawn --quiet --directory "$root" --register=no --keep-unit --private-network --bind=/dev/fuse --boot \
  >"$work/console" 2>&1 </dev/null || true
[ -s "$root/result" ] || fail "$(tail -n 30 "$root/check.log" 2>/dev/null || tail -n 30 "$work/console")"
