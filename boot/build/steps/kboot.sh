# Step: kboot's own scripts, and its built-in image, keys and settings.
# Sourced by kboot-build.
#
# shellcheck shell=bash disable=SC2154  # its variables

install -m 755 "$share/initramfs/init" "$root/init"
cp "$share"/initramfs/lib/* "$share"/initramfs/bin/* "$root/lib/kboot/"
mkdir -p "$root/libexec/rootstream"
ln -s /lib/kboot/boot "$root/libexec/rootstream/boot"
"$client" --version | sed 's/^rootstream //' >"$root/etc/kboot/version"
{
  [ -z "$url" ] || printf 'rootstream=%s ' "$url"
  printf '%s\n' "$cmdline"
} >"$root/etc/kboot/cmdline"
number=0
for key in "${pubkeys[@]}"; do
  openssl pkey -pubin -in "$key" -noout 2>/dev/null || fail "$key is not a public key (PEM)"
  cp "$key" "$root/etc/kboot/keys/$number.pub"
  number=$((number + 1))
done
[ -z "$conf" ] || cp "$conf" "$root/etc/kboot/kboot.conf"
if [ -n "$hooks" ]; then # links point to what is outside
  mkdir "$root/etc/kboot/hooks"
  cp -rL "$hooks"/. "$root/etc/kboot/hooks/"
fi
[ -z "$ssh_key" ] || install -m 600 "$ssh_key" "$root/etc/kboot/authorized_keys"
