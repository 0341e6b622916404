# Wireless links. wpa_supplicant(8) joins a network and keeps the machine in it; it runs beside the image, with /live as its
# root, as the daemon does. The networks are those of the file that `kboot build --wifi` put in, the open one that
# rootstream.wifi= names, or the one that a person chose (wifi_choice.sh). $WIFI is handed over to the next kernel. Only root may
# read what has pass phrases.

readonly WIFI=$NET/wifi                # networks.conf: for wpa_supplicant; interface: the card in use; name: the network that it is in
readonly WIFI_SECONDS=60               # the longest time to join a network
readonly WIFI_LOOKS=20                 # seconds, several scans of all channels, after which a network that was not seen is not there
readonly BUILT_IN=/etc/kboot/wifi.conf # empty, if a person is to choose

has_wifi() { [ -f $BUILT_IN ]; }
is_wireless() { [ -e "/sys/class/net/$1/phy80211" ]; }
is_joined() { [ "$(cat $WIFI/interface 2>/dev/null)" = "$1" ]; }

# Prints the card to use: the one that ip= names, else the first.
wireless_card() {
  local path name
  name=$(conf ip | cut -d: -f6)
  for path in "/sys/class/net/$name" /sys/class/net/*; do
    [ -e "$path/phy80211" ] && basename "$path" && return 0
  done
  return 1
}

# Wired links come first, so join_wifi is called where there is none, or none that leads to a store. False, with the reason, if
# there is no wireless link either.
join_wifi() {
  local card
  has_wifi || return 1
  card=$(find_wireless_card) || return 1
  make_networks || return 1
  enter_wifi "$card"
}

# enter_wifi CARD: joins one of the networks in $WIFI/networks.conf.
enter_wifi() {
  echo "$1" >$WIFI/interface
  if ! start_supplicant "$1" || ! await_joining "$1"; then
    stop_supplicant
    rm -f $WIFI/interface
    return 1
  fi
  wifi_status "$1" ssid >$WIFI/name
  wifi_command "$1" log_level ERROR >/dev/null # or its log grows as long as the machine runs
  say "wireless network $(cat $WIFI/name), on $1"
}

# with_networks CARDS: prints the cards, for people, and the network that a wireless one is in.
with_networks() {
  local card
  for card in $1; do printf '%s%s ' "$card" "$(joined_to "$card")"; done
}

# joined_to CARD: prints, for people, the network that a wireless card is in.
joined_to() { if is_joined "$1"; then echo " (wireless network $(cat $WIFI/name 2>/dev/null))"; fi; }

# Prints the card. False if there is none, with the reason if it is a reason of its own.
find_wireless_card() {
  local silent
  if silent=$(blocked_radio); then
    why wifi-blocked "the switch of this machine's radio is off ($silent)"
    return 1
  fi
  wireless_card && return 0
  silent=$(silent_card) || return 1
  why wifi-firmware "this machine's wireless card does not start: $silent"
}

# What is wrong with the wired links, if there are any.
wired_reason() { [ -z "$(interfaces)" ] || echo "$(cat /run/kboot/why 2>/dev/null); "; }

# Turns on radios that an earlier system turned off; prints one that a switch of the machine keeps off. False: none.
blocked_radio() {
  local path
  for path in /sys/class/rfkill/*; do
    [ "$(cat "$path/type" 2>/dev/null)" = wlan ] || continue
    echo 0 2>/dev/null >"$path/soft"
    [ "$(cat "$path/hard")" = 1 ] && cat "$path/name" && return 0
  done
  return 1
}

# Prints the PCI device of a wireless card that has a driver and no interface, or no driver. Class 0x0280: a network card of
# another kind than a wired one.
silent_card() {
  local path driver
  for path in /sys/bus/pci/devices/*; do
    case "$(cat "$path/class" 2>/dev/null)" in 0x0280*) ;; *) continue ;; esac
    [ ! -e "$path/ieee80211" ] || continue
    driver=$(basename "$(readlink "$path/driver" || echo none)")
    echo "PCI $(sed 's/^0x//' "$path/vendor"):$(sed 's/^0x//' "$path/device"), driver $driver"
    dmesg | grep -i firmware | tail -n 3 >>"$LOG"
    return 0
  done
  return 1
}

# Writes $WIFI/networks.conf, unless a person's choice is there.
make_networks() {
  local wanted
  mkdir -p $WIFI
  chmod 700 $WIFI
  [ ! -f $WIFI/chosen ] || return 0
  wanted=$(wanted_name)
  {
    supplicant_settings
    if [ -z "$wanted" ]; then
      cat $BUILT_IN
    elif network_blocks "$wanted" $BUILT_IN | grep -q .; then
      network_blocks "$wanted" $BUILT_IN
    else
      network_block "$wanted" 'key_mgmt=NONE'
    fi
  } | write_private $WIFI/networks.conf
  grep -q '^[[:space:]]*network={' $WIFI/networks.conf ||
    why wifi-unknown "$(wired_reason)no wireless network was chosen"
}

# write_private FILE: from standard input, for root alone.
write_private() {
  rm -f "$1"
  (
    umask 077
    cat >"$1"
  )
}

# In sae_pwe=2, both ways of WPA3 to derive the key are allowed.
supplicant_settings() { printf 'ctrl_interface=/run/wifi\nsae_pwe=2\n'; }

# Prints rootstream.wifi=, in which %20 is a space.
wanted_name() {
  local text
  text=$(conf wifi | sed 's/\\/\\\\/g; s/%\([0-9A-Fa-f][0-9A-Fa-f]\)/\\x\1/g')
  printf '%b' "$text"
}

in_hex() { printf '%s' "$1" | od -An -v -tx1 | tr -d ' \n'; }

# network_block NAME LINE...: prints a network for wpa_supplicant. scan_ssid: it may be hidden. Its name is in hexadecimal, since
# who runs an access point may choose any bytes.
network_block() {
  printf 'network={\n  ssid=%s\n  scan_ssid=1\n' "$(in_hex "$1")"
  shift
  printf '  %s\n' "$@"
  echo '}'
}

# network_blocks NAME FILE: prints those networks of the file that have this name, and what is outside of networks.
network_blocks() {
  awk -v quoted="ssid=\"$1\"" -v hex="ssid=$(in_hex "$1")" '
    /^[ \t]*network=\{/ { inside = 1; block = ""; wanted = 0 }
    !inside { outside = outside $0 "\n"; next }
    { block = block $0 "\n"; line = $0; gsub(/^[ \t]+|[ \t]+$/, "", line) }
    line == quoted || tolower(line) == hex { wanted = 1 }
    /^[ \t]*\}/ { inside = 0; if (wanted) found = found block }
    END { if (found != "") printf "%s%s", outside, found }' "$2"
}

# start_supplicant CARD
start_supplicant() {
  make_live
  stop_supplicant
  mkdir -p /live/run/wifi
  rm -f /live/run/wifi/log
  write_private /live/etc/wifi.conf <$WIFI/networks.conf
  ip link set "$1" up 2>>"$LOG"
  spared /usr/sbin/wpa_supplicant -D nl80211,wext -i "$1" -c /etc/wifi.conf -f /run/wifi/log
  await_tenths 50 wifi_answers "$1" || why wifi-failed "wpa_supplicant does not start on $1: $(last_event)"
}

stop_supplicant() {
  local card
  card=$(cat $WIFI/interface 2>/dev/null) && has_socket "$card" || return 0
  wifi_command "$card" terminate >/dev/null
  await_tenths 50 has_no_socket "$card"
}
has_socket() { [ -S "/live/run/wifi/$1" ]; }
has_no_socket() { ! has_socket "$1"; }

# wifi_command CARD WORD...: asks wpa_supplicant, by wpa_cli(8).
wifi_command() {
  local card=$1
  shift
  chroot /live /usr/sbin/wpa_cli -p /run/wifi -i "$card" "$@" 2>/dev/null
}
wifi_answers() { [ "$(wifi_command "$1" ping)" = PONG ]; }
wifi_status() { wifi_command "$1" status | sed -n "s/^$2=//p" | tr -cd ' -~'; }
last_event() { tail -n 1 /live/run/wifi/log 2>/dev/null | tr -cd ' -~'; }
has_event() { grep -q -e "$1" /live/run/wifi/log 2>/dev/null; }    # an event of wpa_ctrl.h
events() { cat /live/run/wifi/log 2>/dev/null | grep -c -e "$1"; } # how many

# The operational state is up when the keys are there (Documentation/networking/operstates.rst).
is_up() { [ "$(cat "/sys/class/net/$1/operstate" 2>/dev/null)" = up ]; }

# await_joining CARD: true when it is in a network; else says why it is in none.
await_joining() {
  local halves=0
  until is_up "$1"; do
    if [ $halves -ge $((WIFI_SECONDS * 2)) ] || is_hopeless || { [ $halves -ge $((WIFI_LOOKS * 2)) ] && is_absent "$1"; }; then
      why_not_joined "$1"
      return 1
    fi
    sleep 0.5
    halves=$((halves + 1))
  done
}

# A wrong pass phrase, as WPA2's handshake tells it, and WPA3's, whose second message is refused (IEEE 802.11, 12.4: SAE Confirm; with
# status code 15, or 1 from hostapd). WPA2's looks the same if a frame was lost, so once is not enough to give up.
readonly WRONG_FOR_WPA2='CTRL-EVENT-SSID-TEMP-DISABLED .*reason=WRONG_KEY'
readonly WRONG_FOR_WPA3='CTRL-EVENT-AUTH-REJECT .*auth_type=3 auth_transaction=2 '
is_wrong_key() { has_event "$WRONG_FOR_WPA3" || has_event "$WRONG_FOR_WPA2"; }
is_hopeless() {
  has_one_network || return 1
  has_event "$WRONG_FOR_WPA3" || [ "$(events "$WRONG_FOR_WPA2")" -ge 2 ]
}

# is_absent CARD: true if none of its networks is in sight. Hidden ones are, once they have answered.
is_absent() { ! networks_in_sight "$1" | cut -f3 | grep -qxF -e "$(wifi_command "$1" list_networks | sed 1d | cut -f2)"; }

has_one_network() { [ "$(grep -c '^[[:space:]]*network={' $WIFI/networks.conf)" = 1 ]; }

why_not_joined() {
  local names
  names=$(names_of_networks "$1")
  if is_wrong_key; then
    why wifi-key "the wireless network $names refuses the pass phrase"
  elif has_event CTRL-EVENT-EAP-FAILURE; then
    why wifi-login "the wireless network $names refuses this machine's login"
  elif has_wanted_in_sight "$1"; then
    why wifi-security "the wireless network $(wanted_name) is in sight, but it is not an open one"
  elif is_absent "$1"; then
    why wifi-absent "the wireless network $names is not in sight; in sight: $(names_in_sight "$1")"
  else
    why wifi-failed "cannot join the wireless network $names: $(last_event)"
  fi
}

# rootstream.wifi= named it, without a pass phrase in the built-in file.
has_wanted_in_sight() {
  [ -n "$(wanted_name)" ] && [ ! -f $WIFI/chosen ] && ! network_blocks "$(wanted_name)" $BUILT_IN 2>/dev/null | grep -q . &&
    networks_in_sight "$1" | cut -f3 | grep -qxF -e "$(wanted_name)"
}

names_of_networks() { wifi_command "$1" list_networks | sed 1d | cut -f2 | joined_names; }
names_in_sight() { networks_in_sight "$1" | cut -f3 | head -n 12 | joined_names; }
joined_names() {
  local names
  names=$(tr -cd ' -~\n' | sed 's/.*/"&"/' | tr '\n' ' ' | sed 's/ $//')
  echo "${names:-none}"
}

# networks_in_sight CARD: prints signal (dBm), security and name of each network, the strongest first. wpa_cli writes what is not
# printable as \xNN. Hidden ones have no name.
networks_in_sight() {
  wifi_command "$1" scan_results | awk -F'\t' 'NF == 5 && $5 != "" && $5 !~ /^(\\x00)+$/ { printf "%s\t%s\t%s\n", $3, $4, $5 }' |
    sort -rn | awk -F'\t' '!seen[$3]++'
}
