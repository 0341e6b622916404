# A serial line or a modem, by pppd(8): rootstream.ppp=DEVICE[,SPEED], with the chat script of `kboot build --ppp`. It is used if
# there is no other link. pppd dials again when the line breaks; it runs beside the image, with /live as its root.

readonly CHAT=/etc/kboot/ppp.chat
readonly ON_LINE=/live/run/ppp # answer: what the other end assigned; codes: how chat(8) ended each time; said: its messages
readonly DIAL_SECONDS=120      # the longest time to dial and to get an address

is_dialled() { case "$1" in ppp[0-9]*) return 0 ;; *) return 1 ;; esac }

# The messages by which every modem may end a call, for chat(8). Which one it was is its exit code, 4 for the first. From
# number 6 on, they are about the SIM (3GPP TS 27.007, 9.2).
readonly MODEM_SAYS="ABORT BUSY ABORT 'NO CARRIER' ABORT 'NO DIALTONE' ABORT 'NO ANSWER' ABORT '\nERROR' \
ABORT 'SIM not inserted' ABORT 'SIM PIN required' ABORT 'SIM failure' ABORT 'CME ERROR: 10\r' ABORT 'CME ERROR: 11\r' ABORT 'CME ERROR: 13\r'"
readonly FIRST_ABOUT_SIM=9 LAST_ABOUT_SIM=14 # exit codes

# dial: true with a lease. False if there is no line, with the reason if one was wanted.
dial() {
  local device
  has_conf ppp || return 1
  [ -f $CHAT ] || {
    why modem-absent 'this kboot was built without PPP (kboot build --ppp FILE)'
    return 1
  }
  device=/dev/$(conf ppp | cut -d, -f1 | sed 's,^/dev/,,')
  await_tenths 100 [ -c "$device" ] || {
    why modem-absent "there is no $device (rootstream.ppp=)"
    return 1
  }
  say "dialling on $device"
  start_pppd "$device" "$(conf ppp | cut -d, -s -f2 | tr -cd 0-9)"
  await_line "$device" || {
    stop_pppd
    return 1
  }
  cp $ON_LINE/answer $NET/lease
}

# start_pppd DEVICE SPEED
start_pppd() {
  make_live
  modprobe -q -a ppp_generic ppp_async 2>/dev/null
  rm -rf $ON_LINE
  mkdir -p $ON_LINE /live/etc/ppp
  printf 'TIMEOUT 30 %s\n' "$MODEM_SAYS" | cat - $CHAT | write_private /live/etc/ppp/chat
  write_private /live/etc/ppp/options <<END
$1
${2:-115200}
crtscts
local
nodetach
noauth
noipdefault
ipcp-accept-local
ipcp-accept-remote
usepeerdns
persist
maxfail 0
holdoff 5
lcp-echo-interval 20
lcp-echo-failure 3
connect /lib/kboot/ppp-dial
END
  ln -sf /lib/kboot/ppp-up /live/etc/ppp/ip-up
  spared /usr/sbin/pppd
}

# shellcheck disable=SC2046 # words
stop_pppd() { kill $(pppd_processes) 2>/dev/null; }

pppd_processes() {
  local file
  for file in /proc/[0-9]*/cmdline; do
    case "$(tr '\000' ' ' <"$file" 2>/dev/null)" in '@/usr/sbin/pppd '*) echo "$file" | cut -d/ -f3 ;; esac
  done
}

# Ends the call, so that the next kernel finds a modem that takes commands.
hang_up() {
  [ -n "$(pppd_processes)" ] || return 0
  stop_pppd
  await_tenths 50 has_hung_up || note 'the modem did not hang up'
}
has_hung_up() { [ -z "$(pppd_processes)" ]; }

await_line() {
  local code
  if ! await_tenths $((DIAL_SECONDS * 10)) has_answer_or_failure; then
    why modem-failed "the other end of $1 gives no address by PPP"
    return 1
  fi
  code=$(dialling_code)
  [ "$code" = 0 ] || why_not_dialled "$1" "$code"
}
has_answer_or_failure() { [ -f $ON_LINE/answer ] || [ "$(dialling_code)" != 0 ]; }

# Prints how dialling ended, 0 while it may succeed. A modem that does not answer may still be in the call of an earlier kernel.
dialling_code() {
  [ -s $ON_LINE/codes ] || {
    echo 0
    return
  }
  case "$(tr '\n' ' ' <$ON_LINE/codes)" in '3 ') echo 0 ;; *) tail -n 1 $ON_LINE/codes ;; esac
}

# why_not_dialled DEVICE CODE: chat's exit code (chat(8), TERMINATION CODES).
why_not_dialled() {
  if [ "$2" = 3 ]; then
    why modem-silent "the modem at $1 does not answer as the chat script expects"
  elif [ "$2" -ge $FIRST_ABOUT_SIM ] && [ "$2" -le $LAST_ABOUT_SIM ]; then
    why modem-sim "the modem at $1 has no SIM that it can use: it says '$(abort_string $(($2 - 3)))'"
  elif [ "$2" -ge 4 ]; then
    why modem-refuses "the modem at $1 says '$(abort_string $(($2 - 3)))'"
  else
    why modem-failed "chat fails on $1: $(tail -n 1 $ON_LINE/said 2>/dev/null | tr -cd ' -~')"
  fi
}

# abort_string N: prints the Nth string of the script that ends a call.
abort_string() { grep -o "ABORT  *\('[^']*'\|\"[^\"]*\"\|[^ ]*\)" /live/etc/ppp/chat | sed -n "${1}p" | sed "s/^ABORT *//; s/^['\"]//; s/['\"]\$//; s/\\\\[rn]//g"; }

# The modules of the line, for the next kernel.
ppp_modules() {
  local device
  device=/sys/class/tty/$(conf ppp | cut -d, -f1 | sed 's,^/dev/,,')/device
  printf '%s\n' ppp_generic ppp_async ppp_deflate bsd_comp
  aliases_of "$device"
  basename "$(readlink "$device/driver/module" || readlink "$device/../driver/module")"
}
