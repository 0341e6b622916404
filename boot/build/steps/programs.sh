# Step: programs and files of kboot alone: what starts the next kernel, ssh, and what the options add.
# Sourced by kboot-build.
#
# shellcheck shell=bash disable=SC2154  # its variables

put_program "$(program_file kexec)" /usr/sbin/kexec
put_program "$(program_file dropbear)" /usr/sbin/dropbear
for name in dbclient dropbearkey; do
  program=$(program_file $name) && put_program "$program" /usr/bin/$name
done
ln -sf dbclient "$root/usr/bin/ssh"
for program in "${programs[@]}"; do put_program "$(readlink -f "$program")" "/usr/sbin/$(basename "$program")"; done
for file in "${cacerts[@]}"; do
  openssl x509 -in "$file" -noout 2>/dev/null || fail "$file is not a certificate (PEM)"
  cat "$file" >>"$root/etc/ssl/certs/ca-certificates.crt"
done
echo 'root:*:19000:0:99999:7:::' >"$root/etc/shadow"
echo '/bin/sh' >"$root/etc/shells"
