# Sets the clock well enough for certificates and for refs that expire. A machine without a battery starts in the past. The
# time when this kboot was built is later, and servers know the real one. Their answers are not authenticated, so earlier
# times than the build are refused, and the chosen source is reported.

set_clock() {
  local built
  built=$(cat /etc/kboot/built)
  [ -f $NET/lease ] && . $NET/lease
  # A clock that is nearly right is corrected as well.
  if [ "$(date +%s)" -ge "$built" ]; then
    (ask_time_servers) >/dev/null &
    return 0
  fi
  date -s "@$built" >/dev/null
  set_conf clock guessed
  ask_time_servers || ask_stores || say "the clock was before this kboot was built, and no server tells the time: set to $(date -u '+%Y-%m-%d')"
}

# Servers named by the user (rootstream.ntp=), then those of DHCP (option 42).
ask_time_servers() {
  local server
  # shellcheck disable=SC2046,SC2086
  for server in $(conf ntp | tr , ' ') ${ntpsrv-}; do time_from "ntp:$server" && return 0; done
  return 1
}

ask_stores() {
  local url
  for url in "$(conf url)" "$(conf store)" "$(conf conf)"; do
    case "$url" in http://* | https://*) time_from "$url" && return 0 ;; esac
  done
  return 1
}

time_from() {
  local seconds
  seconds=$(kboot time "$1" 2>>"$LOG") || return 1
  if [ "$seconds" -lt "$(cat /etc/kboot/built)" ]; then
    note "$1 tells a time before this kboot was built: not believed"
    return 1
  fi
  date -s "@$seconds" >/dev/null
  set_conf clock "$1"
  say "the clock is set to $(date -u '+%Y-%m-%d %H:%M UTC'), as ${1#ntp:} says"
}

# clock_after_issue URL: moves the clock to the time when the signed image was published, if it is earlier. A signature counts
# more than a time server.
clock_after_issue() {
  has_conf clock && has_keys || return 0
  local issued
  # shellcheck disable=SC2046
  issued=$(rootstream inspect --json $(image_words "$(first_layer "$1")") "$(first_layer "$1")" 2>>"$LOG" | sed -n 's/.*"issued": *\([0-9]*\).*/\1/p')
  [ "$(date +%s)" -lt "${issued:-0}" ] || return 0
  date -s "@$issued" >/dev/null
  say "the clock is set to $(date -u '+%Y-%m-%d %H:%M UTC'), when the image was published: it cannot be earlier"
}
