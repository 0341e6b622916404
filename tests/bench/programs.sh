# Run by the cold-start benchmark in a chroot of the image: commands that a boot and a first login run.
# A command that fails ends the script, because it means that the mount is faulty.
set -e
export LC_ALL=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root
systemctl --version
systemd-analyze --version
systemd-tmpfiles --cat-config || : # fails without /proc
systemd-sysusers --cat-config
udevadm --version
journalctl --version
loginctl --version
hostnamectl --version
systemd-detect-virt
sshd -V
ssh -V
python3 -c 'import json, http.client, ssl, email.mime.text, sqlite3, asyncio, logging, argparse, subprocess'
perl -e 'use POSIX; use File::Find; use Getopt::Long; use Storable; use Encode; print 1'
git --version
git help -a
vim --version
dpkg -l
dpkg -S /bin/bash
apt-cache policy
apt-config dump
ls -lR /etc
find /usr/share/doc -maxdepth 1
grep -r nothing /etc/systemd /etc/pam.d
awk 'BEGIN { print 1 }'
sed --version
tar --version
gpgv --version
mount --version
lsblk --version
ip -V
passwd --help
