#!/usr/bin/env bash
# boot_wifi.sh NETWORK: boots a machine in one of the wireless networks of wireless.sh.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/boot_lib.sh"
. "$(dirname "$0")/link_image.sh"
. "$(dirname "$0")/wireless.sh"
need_machine
need hostapd iw wpa_supplicant
wanted=${1:?boot_wifi.sh NETWORK}
case " $wireless " in *" $wanted "*) ;; *) fail "there is no $wanted, but $wireless" ;; esac

make_link_image

hooks=$work/hooks
cp -rL "$repository/tests/e2e/access_point" "$hooks"
make_wireless "$wanted"
[ -n "$boots" ] || kexec=''
step "$title"
printf '%s\n' interface=wlan1 bridge=br0 driver=nl80211 "ssid=$name" hw_mode=g channel=1 country_code=US "${radio[@]}" >"$hooks/hostapd.conf"
wifi=ask
if [ ${#networks[@]} -gt 0 ]; then
  wifi=$work/wifi.conf
  printf '%s\n' 'network={' "${networks[@]}" '}' >"$wifi"
fi
"$rootstream" kboot build --out "$work/kboot" --hardware virtual --compress none --kernel "$(echo "$links"/kernel/boot/vmlinuz-*)" \
  --modules "$links"/kernel/lib/modules/* --wifi "$wifi" --hooks "$hooks" --module mac80211_hwsim --module bridge \
  --add "$(command -v hostapd)" --add "$(command -v iw)" | tail -n 1
[ $wifi = ask ] || [ "$(stat -c %a "$work/kboot/initramfs")" = 600 ] || fail 'others may read the pass phrase'

store=$links/store
if [ "$wanted" = portal ]; then
  start_nginx 'location /images/ { return 302 http://portal.test/login?from=kboot; }'
else
  start_nginx
fi
if [ -n "$kexec" ]; then steps+=(expect 'second stage'); fi
if [ -n "$kexec" ] && [ "$wanted" != wired-first ]; then steps+=("${joins[@]}"); fi
if [ -n "$boots" ]; then
  steps+=(expect 'handing over to' expect 'login: ' end '')
else
  steps+=(type s expect 'kboot# ' send 'poweroff -f' end '')
fi
boot 2000 "$work/kboot" --direct --own-time --memory 1024 --url "$(url_inside)" --pubkey "$key.pub" \
  --cmdline "${init:+init=$init }$words" -- "${steps[@]}" -- "${nics[@]}"
! grep -aF -e "$phrase" -e letmein "$work/console" || fail 'the pass phrase is on the console'
[ -n "$boots" ] || exit 0
expect_clean_run
echo "$(login_seconds) s from power-on to the login; $(bytes_sent) bytes crossed the line"
! grep -aF -e "$phrase" -e letmein "$work/marker" || fail 'the pass phrase is in the log'
if [ -n "$kexec" ]; then
  grep -q 'networks.conf is 600, in a folder of 700' "$work/marker" || fail "others may read the pass phrases: $(cat "$work/marker")"
fi
case "$words" in *marker.away*)
  grep -q '^the access point is away$' "$work/marker" || fail "the access point did not go away: $(cat "$work/marker")"
  grep -q '^read on, carrier 1$' "$work/marker" || fail "the root did not go on: $(cat "$work/marker")"
  grep -q '^joined 2 times$' "$work/marker" || fail "not joined twice: $(cat "$work/marker")"
  ;;
esac
