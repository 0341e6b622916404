# Step, with --ppp: pppd, and the chat script that it dials with.
# Sourced by kboot-build.
#
# shellcheck shell=bash disable=SC2154,SC2034  # its variables

put_ppp() {
  if grep -qaP '[^\x09\x0a\x0d\x20-\x7e]' "$ppp"; then fail "--ppp $ppp is not a chat script, see chat(8): it is not plain text"; fi
  tr -d '\r' <"$ppp" | install -m 600 /dev/stdin "$root/etc/kboot/ppp.chat"
  put_program "$(command -v pppd)" /usr/sbin/pppd
  put_program "$(command -v chat)" /usr/sbin/chat
  live_programs+=(/usr/sbin/pppd /usr/sbin/chat)
  live_files+=(/lib/kboot/ppp-dial /lib/kboot/ppp-up)
  module_lists+=("ppp/$hardware")
}
if [ -n "$ppp" ]; then put_ppp; fi
