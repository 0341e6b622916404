# Sourced by boot_wifi.sh: the wireless networks in which a machine is booted. QEMU has no radio, so the access point is inside
# the machine: see access_point/. The machine's wired card leads from there to the store.
#
# shellcheck shell=bash disable=SC2034

wireless='wpa2 wpa3-systemd open hidden enterprise wrong-passphrase wrong-passphrase-wpa3 no-network no-internet portal wired-first'

# make_wireless NAME: sets title, radio (hostapd's settings beside the name), networks (the file of --wifi), words (for kboot's
# command line), steps (what the console shows and gets), and ends (what follows when the machine has booted: nothing, if it does
# not boot). `kexec`: '' if the running kernel goes on.
make_wireless() {
  name='kboot lab' phrase='correct horse' kexec=yes init=/usr/lib/small/init words='' steps=() boots=yes more=() nics=()
  radio=(wpa=2 wpa_key_mgmt=WPA-PSK rsn_pairwise=CCMP "wpa_passphrase=$phrase")
  networks=("ssid=\"$name\"" "psk=\"$phrase\"")
  joins=(expect "wireless network $name, on wlan0" expect 'address 10\.0\.2\.[0-9]* on wlan0')
  case "$1" in
    wpa2)
      title='WPA2; the access point goes away for 20 s' words=rootstream.cmdline=mitigations=off,marker.away
      steps=("${joins[@]}")
      ;;
    wpa3-systemd)
      title='WPA3, systemd and NetworkManager, without kexec; the same' kexec='' init='' words=marker.away
      radio=(wpa=2 wpa_key_mgmt=SAE rsn_pairwise=CCMP ieee80211w=2 "wpa_passphrase=$phrase")
      networks=("ssid=\"$name\"" key_mgmt=SAE ieee80211w=2 "psk=\"$phrase\"")
      steps=("${joins[@]}")
      ;;
    open)
      title='open, by rootstream.wifi=' radio=() networks=() words="rootstream.wifi=kboot%20lab rootstream.cmdline=mitigations=off"
      steps=("${joins[@]}")
      ;;
    hidden)
      title='hidden' kexec=''
      radio+=(ignore_broadcast_ssid=1)
      networks=("ssid=\"$name\"" scan_ssid=1 "psk=\"$phrase\"")
      steps=("${joins[@]}")
      ;;
    enterprise)
      title='WPA2 with a login (PEAP), by file' words=rootstream.cmdline=mitigations=off
      make_login
      steps=("${joins[@]}")
      ;;
    wrong-passphrase | wrong-passphrase-wpa3)
      title='a wrong pass phrase; the right one is typed' words=rootstream.cmdline=mitigations=off
      networks=("ssid=\"$name\"" 'psk="wrong horse"')
      if [ "$1" = wrong-passphrase-wpa3 ]; then
        title+=' (WPA3)'
        radio=(wpa=2 wpa_key_mgmt=SAE rsn_pairwise=CCMP ieee80211w=2 "wpa_passphrase=$phrase")
        networks=("ssid=\"$name\"" key_mgmt=SAE ieee80211w=2 'psk="wrong horse"')
      fi
      steps=(expect 'no network address' expect 'why .*"kboot lab" refuses the pass phrase' expect 'do .*type the pass phrase again' type w
        expect "1 +$name .*WPA" send 1 expect 'pass phrase of kboot lab' send "$phrase" "${joins[@]}")
      ;;
    no-network)
      title='the network is not in sight' boots=''
      networks=('ssid="elsewhere"' 'psk="correct horse"')
      steps=(expect 'no network address' expect 'why .*"elsewhere" is not in sight; in sight: "kboot lab"' expect 'do .*access point')
      ;;
    no-internet)
      title='an access point that leads nowhere' boots=''
      radio+=('#offline')
      steps=(expect "wireless network $name, on wlan0" expect 'no network address'
        expect 'why .*no DHCP server and no IPv6 router answered on wlan0 \(wireless network kboot lab\)' expect 'do .*DHCP')
      ;;
    portal)
      title='a captive portal' boots=''
      steps=("${joins[@]}" expect 'could not boot' expect 'why .*captive portal .*: http://portal\.test/login' expect 'do .*Log in')
      ;;
    wired-first)
      title='a wired link beside it comes first' kexec=''
      nics=(-nic "user,model=virtio-net-pci")
      steps=(expect 'address 10\.0\.2\.[0-9]* on eth1')
      ;;
  esac
}

# A login by PEAP with MSCHAPv2, and the certificate of the network.
make_login() {
  openssl req -x509 -newkey rsa:2048 -nodes -keyout "$hooks/server.key" -out "$hooks/server.pem" -days 30 \
    -subj /CN=radius.test 2>/dev/null
  cp "$hooks/server.pem" "$work/ca.pem"
  printf '* PEAP\n"guest" MSCHAPV2 "letmein" [2]\n' >"$hooks/users"
  radio=(wpa=2 wpa_key_mgmt=WPA-EAP rsn_pairwise=CCMP ieee8021x=1 eap_server=1 eap_user_file=/etc/users server_cert=/etc/server.pem
    private_key=/etc/server.key)
  networks=("ssid=\"$name\"" key_mgmt=WPA-EAP eap=PEAP 'identity="guest"' 'password="letmein"' 'phase2="auth=MSCHAPV2"'
    "ca_cert=\"$work/ca.pem\"")
}
