# A person chooses a wireless network: what is in sight is listed, and the pass phrase is typed without being shown.

readonly SCAN_SECONDS=5       # a card listens on each channel in turn
readonly MOST_SCAN_SECONDS=20 # as long as nothing is in sight

# choose_wifi: false, with the reason, if it does not end in a network.
choose_wifi() {
  local card name security list=/run/kboot/wifi.sight
  has_wifi || {
    why wifi-unknown 'this kboot was built without wireless networks'
    return 1
  }
  why no-card 'this machine has no wireless card that kboot has a driver for'
  card=$(find_wireless_card) || return 1
  look_around "$card" >$list || return 1
  show_sight <$list
  name=$(kboot prompt 'number or name of the network: ') && [ -n "$name" ] || {
    why wifi-unknown 'no wireless network was chosen'
    return 1
  }
  case "$name" in *[!0-9]*) ;; *) name=$(sed -n "${name}p" $list | cut -f3 | grep . || echo "$name") ;; esac
  security=$(awk -F'\t' -v name="$name" '$3 == name { print $2; exit }' $list)
  write_choice "$(printf '%b' "$name")" "$security" || return 1
  forget_network
  enter_wifi "$card" || return 1
  # The other cards are left for this one.
  interfaces | grep -vxF -e "$card" >$NET/left
  network_up && if [ -f $NET/ready ]; then run_hooks after-address && use_proxy; fi
}

# look_around CARD: prints networks_in_sight. wpa_supplicant runs without a network, unless it is in one already.
look_around() {
  mkdir -p $WIFI
  chmod 700 $WIFI
  if ! wifi_answers "$1"; then
    supplicant_settings | write_private $WIFI/networks.conf
    echo "$1" >$WIFI/interface
    start_supplicant "$1" || return 1
  fi
  local seconds=0
  while [ $seconds -lt $MOST_SCAN_SECONDS ]; do
    [ $((seconds % SCAN_SECONDS)) != 0 ] || wifi_command "$1" scan >/dev/null
    sleep 1
    seconds=$((seconds + 1))
    [ $seconds -lt $SCAN_SECONDS ] || [ -z "$(networks_in_sight "$1")" ] || break
  done
  networks_in_sight "$1"
}

show_sight() {
  local number=0 signal security name
  echo
  while IFS=$(printf '\t') read -r signal security name; do
    number=$((number + 1))
    printf '  %2s  %-32s %4s dBm  %s\n' $number "$(printf '%s' "$name" | tr -cd ' -~')" "$signal" "$(security_name "$security")"
  done
  echo
}

# security_name FLAGS: those of wpa_cli's scan_results.
security_name() {
  case "$1" in
    *EAP*) echo 'login (needs a file)' ;;
    *PSK*SAE* | *SAE*PSK*) echo 'WPA2, WPA3' ;;
    *SAE*) echo WPA3 ;;
    *PSK*) echo WPA2 ;;
    *OWE*) echo 'open, encrypted' ;;
    *WEP*) echo 'WEP (not supported)' ;;
    *) echo open ;;
  esac
}

# write_choice NAME FLAGS: asks for the pass phrase if the network wants one, or may want one since it is hidden.
write_choice() {
  local phrase='' lines
  case "$2" in
    *EAP*)
      why wifi-login "the wireless network $1 wants a login, which only a file can give"
      return 1
      ;;
    *PSK* | *SAE* | '')
      printf 'pass phrase of %s (not shown): ' "$(printf '%s' "$1" | tr -cd ' -~')"
      # shellcheck disable=SC3045 # busybox's shell has it
      IFS= read -r -s phrase
      echo
      ;;
    *OWE*) lines='key_mgmt=OWE ieee80211w=2' ;;
  esac
  {
    supplicant_settings
    if [ -n "$phrase" ]; then
      network_block "$1" 'key_mgmt=WPA-PSK WPA-PSK-SHA256 SAE' ieee80211w=1 "$(key_line "$phrase")"
    else
      # shellcheck disable=SC2086 # words
      network_block "$1" ${lines:-key_mgmt=NONE}
    fi
  } | write_private $WIFI/networks.conf
  : >$WIFI/chosen
}

# key_line PHRASE: WPA2 knows 8 to 63 characters, or a key of 64 hexadecimal digits; WPA3 takes others, too.
key_line() {
  if [ ${#1} = 64 ]; then
    case "$1" in *[!0-9A-Fa-f]*) ;; *)
      printf 'psk=%s' "$1"
      return
      ;;
    esac
  fi
  if [ ${#1} -ge 8 ] && [ ${#1} -le 63 ]; then printf 'psk="%s"' "$1"; else printf 'sae_password="%s"' "$1"; fi
}
