#!/bin/sh
# Tests how kboot's scripts join wireless networks and dial. Runs the real scripts under busybox's shell; wpa_supplicant, pppd and
# the machine (/sys) are fakes.
#
# shellcheck disable=SC1090,SC2086,SC2317  # parts of boot/initramfs/lib; functions that those call
tests=$(cd "$(dirname "$0")" && pwd)
. "$tests/rules_lib.sh"
mkdir -p /run/sys /run/live /run/newroot /run/proc
mount --bind /run/sys /sys

for part in say await progress config kernel_url network wifi ppp ipv6 proxy hooks slow_line storage managers root_setup modules stage_two advice screen wifi_choice; do
  . "$lib/$part.sh"
done
ip() { :; }
dmesg() { :; }
make_live() { :; }
# wifi_command CARD WORD…: answers from /run/wpa/WORD.
wifi_command() { cat "/run/wpa/$2" 2>/dev/null; }
# The log of wpa_supplicant is /run/wpa/log.
has_event() { grep -q -e "$1" /run/wpa/log 2>/dev/null; }
kboot() { cat /run/typed; }
sleep() { :; }

# anew [COMMAND-LINE]: a machine with a wired card without a link, and a wireless card.
anew() {
  rm -rf /run/kboot /run/wpa /run/typed /sys/class /sys/bus /sys/module /etc/kboot
  mkdir -p /run/kboot/net /run/wpa /etc/kboot/keys /sys/class/net/eth0/device /sys/class/net/wlan0/device /sys/class/net/wlan0/phy80211
  for name in eth0 wlan0; do
    echo 1 >/sys/class/net/$name/type
    echo 0 >/sys/class/net/$name/carrier
  done
  : >/run/kboot/log
  : >/etc/kboot/wifi.conf
  echo "${1-}" >/run/cmdline
  mountpoint -q /proc/cmdline || mount --bind /run/cmdline /proc/cmdline
  read_config
}
is_kind() { [ "$(cat /run/kboot/why.kind)" = "$1" ] || complain "the kind is $(cat /run/kboot/why.kind): $(cat /run/kboot/why)"; }
says() { grep -qF -e "$1" /run/kboot/why || complain "it says: $(cat /run/kboot/why)"; }
mode_of() { stat -c %a "$1"; }

what='which cards count'
anew
[ "$(interfaces)" = eth0 ] || complain "$(interfaces)"
[ "$(wireless_card)" = wlan0 ] || complain "$(wireless_card)"
mkdir -p $WIFI
echo wlan0 >$WIFI/interface
[ "$(interfaces | tr '\n' ' ')" = 'eth0 wlan0 ' ] || complain "$(interfaces)"
mkdir -p /sys/class/net/wlan1/phy80211
set_conf ip :::::wlan1:dhcp
[ "$(wireless_card)" = wlan1 ] || complain "ip= names wlan1, not $(wireless_card)"

what='which networks are joined'
two() { printf 'country=DE\nnetwork={\n  ssid="a"\n  psk="secret-a"\n}\nnetwork={\n\tssid=622063\n  psk="secret-b"\n}\n'; }
anew
two >/etc/kboot/wifi.conf
make_networks
[ "$(grep -c network= $WIFI/networks.conf)" = 2 ] || complain "$(cat $WIFI/networks.conf)"
[ "$(mode_of $WIFI/networks.conf)" = 600 ] && [ "$(mode_of $WIFI)" = 700 ] || complain 'others may read the pass phrases'
anew 'rootstream.wifi=b%20c'
two >/etc/kboot/wifi.conf
make_networks
grep -q secret-b $WIFI/networks.conf && grep -q country=DE $WIFI/networks.conf && ! grep -q secret-a $WIFI/networks.conf ||
  complain "$(cat $WIFI/networks.conf)"
anew 'rootstream.wifi=d'
two >/etc/kboot/wifi.conf
make_networks
grep -q 'ssid=64$' $WIFI/networks.conf && grep -q 'key_mgmt=NONE' $WIFI/networks.conf && ! grep -q secret $WIFI/networks.conf ||
  complain "$(cat $WIFI/networks.conf)"
anew
make_networks && complain 'no network, and no complaint'
is_kind wifi-unknown

what='why a network is not joined'
lost() { # lost EVENT…: of the network "a", which is in sight if $seen is
  anew
  two >/etc/kboot/wifi.conf
  make_networks
  printf '%s\n' "$@" >/run/wpa/log
  printf 'network id / ssid / bssid / flags\n0\ta\tany\t\n' >/run/wpa/list_networks
  printf 'bssid / frequency / signal level / flags / ssid\n%s\n' \
    '02:00:00:00:00:01	2412	-70	[WPA2-PSK-CCMP][ESS]	next door' '02:00:00:00:00:02	2412	-30	[ESS]	caf\xc3\xa9' \
    "02:00:00:00:00:05	2412	-50	[WPA2-PSK-CCMP][ESS]	${seen-}" '02:00:00:00:00:03	2412	-20	[WPA2-PSK-CCMP][ESS]	' '02:00:00:00:00:04	2412	-90	[ESS]	next door' >/run/wpa/scan_results
  why_not_joined wlan0
}
lost 'wlan0: CTRL-EVENT-SSID-TEMP-DISABLED id=0 ssid="a" auth_failures=1 duration=10 reason=WRONG_KEY'
is_kind wifi-key
says '"a"'
for code in 1 15; do
  lost "wlan0: CTRL-EVENT-AUTH-REJECT 02:00:00:00:00:01 auth_type=3 auth_transaction=2 status_code=$code"
  is_kind wifi-key
done
seen=a lost 'wlan0: CTRL-EVENT-AUTH-REJECT 02:00:00:00:00:01 auth_type=3 auth_transaction=1 status_code=17'
is_kind wifi-failed
lost 'wlan0: CTRL-EVENT-EAP-FAILURE EAP authentication failed'
is_kind wifi-login
lost 'Successfully initialized wpa_supplicant'
is_kind wifi-absent
says 'in sight: "caf\xc3\xa9" "next door"'

what='a radio that is off'
anew
mkdir -p /sys/class/rfkill/rfkill0
echo wlan >/sys/class/rfkill/rfkill0/type
echo 1 >/sys/class/rfkill/rfkill0/soft
echo 0 >/sys/class/rfkill/rfkill0/hard
echo phy0 >/sys/class/rfkill/rfkill0/name
find_wireless_card >/dev/null || complain "$(cat /run/kboot/why)"
[ "$(cat /sys/class/rfkill/rfkill0/soft)" = 0 ] || complain 'it was not turned on'
echo 1 >/sys/class/rfkill/rfkill0/hard
find_wireless_card >/dev/null && complain 'a card whose radio is off'
is_kind wifi-blocked

what='a card without firmware'
anew
rm -r /sys/class/net/wlan0
mkdir -p /sys/bus/pci/devices/0 /sys/bus/pci/drivers/iwlwifi
echo 0x028000 >/sys/bus/pci/devices/0/class
echo 0x8086 >/sys/bus/pci/devices/0/vendor
echo 0x2723 >/sys/bus/pci/devices/0/device
ln -s ../../drivers/iwlwifi /sys/bus/pci/devices/0/driver
find_wireless_card && complain 'a card that is not there'
is_kind wifi-firmware
says 'PCI 8086:2723, driver iwlwifi'
what='no wireless card: the wired one is still the reason'
rm -r /sys/bus/pci
why no-link 'no link on eth0'
join_wifi && complain 'joined without a card'
is_kind no-link

what='a person chooses'
choice() { # choice FLAGS PHRASE
  anew
  mkdir -p $WIFI
  echo "$2" | write_choice 'my "lab"' "$1" >/dev/null
}
choice '[WPA2-PSK-CCMP][ESS]' 'correct horse'
grep -q 'ssid=6d7920226c616222$' $WIFI/networks.conf && grep -q 'psk="correct horse"' $WIFI/networks.conf || complain "$(cat $WIFI/networks.conf)"
[ "$(mode_of $WIFI/networks.conf)" = 600 ] || complain 'others may read the pass phrase'
choice '[WPA2-SAE-CCMP][ESS]' short
grep -q 'sae_password="short"' $WIFI/networks.conf || complain "$(cat $WIFI/networks.conf)"
choice '[WPA2-PSK-CCMP][ESS]' 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
grep -q 'psk=0123456789abcdef' $WIFI/networks.conf || complain "$(cat $WIFI/networks.conf)"
choice '[ESS]' ''
grep -q 'key_mgmt=NONE' $WIFI/networks.conf || complain "$(cat $WIFI/networks.conf)"
choice '[WPA2-EAP-CCMP][ESS]' ''
is_kind wifi-login

what='what the next kernel needs'
anew
mkdir -p /sys/module/iwlwifi/holders/iwlmvm /sys/class/net/wlan0/device/driver
ln -s /sys/module/iwlwifi /sys/class/net/wlan0/device/driver/module
[ "$(wireless_modules wlan0 | head -n 2 | tr '\n' ' ')" = 'iwlwifi iwlmvm ' ] || complain "$(wireless_modules wlan0)"

what='why a modem does not dial'
anew rootstream.ppp=ttyS9
rm -f $CHAT
dial && complain 'without PPP'
is_kind modem-absent
chat_script() { printf 'TIMEOUT 30 %s\n' "$MODEM_SAYS" "ABORT 'NO SERVICE' '' ATZ OK ATD*99#" >/run/wpa/chat; }
chat_script
# abort_string reads the script that chat got.
eval "$(sed -n '/^abort_string()/p' "$lib/ppp.sh" | sed 's,/live/etc/ppp/chat,/run/wpa/chat,')"
for pair in '3 modem-silent' '4 modem-refuses' '8 modem-refuses' '9 modem-sim' '14 modem-sim' '15 modem-refuses' '2 modem-failed'; do
  why_not_dialled /dev/ttyS9 ${pair% *}
  is_kind ${pair#* }
done
why_not_dialled /dev/ttyS9 9
says "'SIM not inserted'"
why_not_dialled /dev/ttyS9 14
says "'CME ERROR: 13'"
why_not_dialled /dev/ttyS9 15
says "'NO SERVICE'"

[ $failures = 0 ] || exit 1
