# A clock good enough for certificates and for refs that expire. A machine without a battery starts in the
# past: the time when this kboot was built is later than that.

set_clock() {
  local built
  built=$(cat /etc/kboot/built)
  if [ "$(date +%s)" -lt "$built" ]; then
    date -s "@$built" >/dev/null
    note 'the clock was before this kboot was built: set to then'
    set_conf clock guessed
  fi
  [ -f $NET/lease ] && . $NET/lease
  # shellcheck disable=SC2086
  set -- ${ntpsrv-}
  [ $# -gt 0 ] || return 0
  # Not waited for: most boots need no better clock.
  (timeout 10 ntpd -n -q -p "$1" >>"$LOG" 2>&1 && note "clock set by $1") &
}
