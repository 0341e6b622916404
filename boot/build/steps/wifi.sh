# Step, with --wifi: wpa_supplicant, the networks that it may join, and what wireless cards need.
# Sourced by kboot-build.
#
# shellcheck shell=bash disable=SC2154,SC2034  # its variables

# check_networks FILE: wpa_supplicant has no option that only checks a file, so it takes it for an interface that has no radio.
# Its own message may hold a pass phrase.
check_networks() {
  local alone=() line
  [ "$(id -u)" = 0 ] || alone=(unshare --map-root-user --net)
  if ! "${alone[@]}" wpa_supplicant -B -P "$work/wifi.pid" -D none -i lo -c "$1" >"$work/wifi.log" 2>&1; then
    line=$(sed -n 's/^Line \([0-9]*\):.*/\1/p' "$work/wifi.log" | head -n 1)
    fail "--wifi $wifi is not a wpa_supplicant.conf(5)${line:+: line $line is wrong}"
  fi
  kill "$(cat "$work/wifi.pid")"
}

# put_credentials: the files that the networks name (certificates, keys), at the same place.
put_credentials() {
  local path
  sed -n 's/^[[:space:]]*\(ca_cert\|client_cert\|private_key\|pac_file\)2\?="\(.*\)"[[:space:]]*$/\2/p' "$1" | sort -u |
    while read -r path; do
      case "$path" in
        *://*) continue ;; # blob, hash, probe
        /*) [ -r "$path" ] || fail "--wifi $wifi names $path: no such file, or not readable" ;;
        *) fail "--wifi $wifi names $path, which is not an absolute path" ;;
      esac
      [ -e "$root$path" ] || install -D -m 600 "$path" "$root$path"
      echo "$path" >>"$work/wifi.files"
    done
}

put_networks() {
  local networks=$root/etc/kboot/wifi.conf
  # kboot talks to wpa_supplicant by a socket of its own, and the address that it gets is for one MAC address.
  tr -d '\r' <"$wifi" |
    grep -v -E '^[[:space:]]*(ctrl_interface|ctrl_interface_group|update_config|mac_addr|preassoc_mac_addr|rand_addr_lifetime)=' >"$networks" ||
    fail "--wifi $wifi has nothing in it"
  check_networks "$networks"
  grep -q '^[[:space:]]*network={' "$networks" || fail "--wifi $wifi names no network: it has no network={...}"
  put_credentials "$networks"
}

put_wifi() {
  local file
  : >"$work/wifi.files"
  install -m 600 /dev/null "$root/etc/kboot/wifi.conf"
  if [ "$wifi" != ask ]; then put_networks; fi
  put_program "$(command -v wpa_supplicant)" /usr/sbin/wpa_supplicant
  put_program "$(command -v wpa_cli)" /usr/sbin/wpa_cli
  live_programs+=(/usr/sbin/wpa_supplicant /usr/sbin/wpa_cli)
  # MD4, which MSCHAPv2 needs, is in OpenSSL's legacy provider.
  for file in /usr/lib/*/ossl-modules/legacy.so; do
    [ -f "$file" ] || continue
    put_program "$file" "$file"
    live_programs+=("$file")
  done
  mapfile -t -O "${#live_files[@]}" live_files <"$work/wifi.files"
  module_lists+=("wifi/$hardware")
  # The one with the signature that every kernel knows, not Debian's own.
  for file in regulatory.db regulatory.db.p7s; do
    install -D -m 644 "$(ls "/lib/firmware/$file-upstream" 2>/dev/null || echo "/lib/firmware/$file")" "$root/lib/firmware/$file"
  done
}
if [ -n "$wifi" ]; then put_wifi; fi
