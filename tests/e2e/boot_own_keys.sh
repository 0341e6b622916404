#!/usr/bin/env bash
# Secure Boot with keys of one's own, by the commands of docs/boot.md: a machine without keys takes those on the stick, starts the
# kboot.efi that they sign, and by kexec the image's kernel that they sign; neither a kboot.efi nor a kernel that they do not sign.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/boot_lib.sh"
need_machine
need mcopy mkfs.fat sbsign sign-efi-sig-list openssl uuidgen
[ -f /usr/share/OVMF/OVMF_CODE_4M.ms.fd ] || skip 'ovmf is not installed'

step 'kboot.efi, in one file with what it boots'
use_own_store
unpack_root
start_nginx
"$rootstream" kboot build --out "$work/kboot" --compress zstd --hardware virtual --media efi --media-cmdline console=ttyS0,115200 \
  --url "$(url_inside)" --pubkey "$key.pub" --cmdline 'init=/usr/lib/small/init rootstream.cmdline=mitigations=off' 2>&1 | grep efi
cp "$work/kboot/kboot.efi" "$work/unsigned.efi"
(cd "$work" && apt-get download systemd-boot-efi >/dev/null 2>&1 && dpkg-deb -x systemd-boot-efi_*.deb loader) || fail 'systemd-boot-efi cannot be fetched'

step 'keys, and a stick: the commands of docs/boot.md'
awk '/^<!-- own-keys -->/ { wanted = 1 } wanted && /^```/ { if (inside++) exit; next } inside' "$repository/docs/boot.md" >"$work/commands"
[ -s "$work/commands" ] || fail 'the commands are not in docs/boot.md'
truncate -s 128M "$work/stick.img"
mkfs.fat -F 32 -n KBOOT "$work/stick.img" >/dev/null
mkdir "$work/stick"
sed "s,/usr/lib/systemd/boot/,$work/loader&,; s,/media/KBOOT,$work/stick,g; s,/srv/root/,$root/,g" "$work/commands" >"$work/commands.here"
(cd "$work" && bash -euo pipefail "$work/commands.here") >"$work/commands.log" 2>&1 || fail "a command failed: $(tail -n 3 "$work/commands.log")"
mcopy -s -i "$work/stick.img" "$work"/stick/* ::

start() { boot 900 '' --medium "$work/stick.img" --firmware secure-boot --variables "$work/variables" --memory 768 -- "$@"; }
step 'the machine takes the keys'
start expect 'Enroll|secure boot keys' end ''
step "it starts a kboot.efi that they sign, which does not start a kernel that Debian alone signed"
start expect 'Secure boot enabled|locked down from EFI Secure Boot' expect 'could not boot' expect 'why .*Required key not available' \
  expect 'do .*Secure Boot refuses this kernel' type s expect 'kboot#' send 'poweroff -f' end ''
step 'it starts a kernel that they sign'
publish "$root" "$image" >/dev/null
start expect 'kboot: kboot ' expect 'second stage' expect 'handing over to' end ''
expect_clean_run
[ "$(grep -ac 'Linux version' "$work/console")" = 2 ] || fail 'there was no kexec'
echo "$(login_seconds) s from power-on to the login; kboot.efi has $(stat -c %s "$work/stick/EFI/Linux/kboot.efi") bytes"
step 'it does not start a kboot.efi that they do not sign'
mcopy -o -i "$work/stick.img" "$work/unsigned.efi" ::EFI/Linux/kboot.efi
start expect '[Aa]ccess [Dd]enied|[Ss]ecurity [Vv]iolation' type $'\x01x' end ''
