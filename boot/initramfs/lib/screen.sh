# The screen of a failed boot: what failed, what was tried, and what to do. Then the boot is tried again, or does what the user
# chooses. Never a panic, never silence.

readonly RETRY_SECONDS=30

# failed WHAT: true to try again, false if the user chose something else.
failed() {
  local reason kind key
  reason=$(cat /run/kboot/why 2>/dev/null)
  kind=$(cat /run/kboot/why.kind 2>/dev/null)
  rm -f /run/kboot/why /run/kboot/why.kind
  note "screen: $1"
  cat <<TEXT

======================================================================
  kboot: $(hide_secrets "$1")

  why    ${reason:-no reason is known; the log may tell}
  tried  $(current_settings)
  do     $(advice "$kind")

  Enter or r: try again    m: menu    p: prompt    s: shell    l: log$(wifi_key)
======================================================================
TEXT
  while :; do
    key=$(read_key $RETRY_SECONDS "trying again")
    case "$key" in
      '' | Enter | r) return 0 ;;
      m)
        menu
        return 1
        ;;
      p)
        prompt
        return 1
        ;;
      s)
        rescue_shell
        return 1
        ;;
      l) less "$LOG" ;;
      w)
        choose_wifi && return 0
        failed "$1"
        return
        ;;
    esac
  done
}

wifi_key() { if has_wifi; then echo '    w: Wi-Fi'; fi; }

current_settings() {
  local from='no address'
  if [ -f $NET/lease ]; then from=$(
    . $NET/lease
    echo "$ip on $interface$(joined_to "$interface")"
  ); fi
  echo "$(hide_secrets "$(conf url 'no URL was given')"), from $from, clock $(date -u '+%Y-%m-%d %H:%M UTC')"
}

# Advice that is for kboot alone, see advice().
own_advice() {
  case "$1" in
    no-card) echo 'Build kboot with more modules: rootstream kboot build --hardware all. In the image they come with its kernel.' ;;
    wifi-absent) echo 'Is the access point on, and near? Names are case-sensitive. w: choose another one of those in sight.' ;;
    wifi-key) echo 'w: type the pass phrase again; or correct it in the file of kboot build --wifi.' ;;
    wifi-login) echo 'Check identity, password and certificates in the file of kboot build --wifi; is the clock above right?' ;;
    wifi-security) echo 'w: choose it, and type its pass phrase; a pass phrase never comes from the command line. Or kboot build --wifi FILE.' ;;
    wifi-unknown) echo 'w: choose one of the networks in sight. For a machine without a person: kboot build --wifi FILE, or rootstream.wifi=NAME for an open network.' ;;
    wifi-blocked) echo 'Turn the radio on: a switch, or a key on the keyboard.' ;;
    wifi-firmware) echo 'Most likely its firmware is missing: enable Debian'\''s non-free-firmware for kboot build, or --firmware DIR; or --hardware all.' ;;
    wifi-failed) echo 'It is tried again. w: choose another network; the log (l) and /live/run/wifi/log have more.' ;;
    modem-absent) echo 'Is the modem plugged in, and is its name right? `ls /dev/tty*` in a shell. kboot build --hardware all has more drivers.' ;;
    modem-silent) echo 'Is it switched on, and are device and speed right: rootstream.ppp=DEVICE,SPEED? The log of chat is in /live/run/ppp/said.' ;;
    modem-sim) echo 'Put a SIM in, or give its PIN in the chat script: AT+CPIN=1234.' ;;
    modem-refuses) echo 'Are the number, the access point name and the signal right? It is tried again.' ;;
    modem-failed) echo 'Does the other end speak PPP, without a login? It is tried again.' ;;
    unreachable) echo 'Is the server up, the port right, and its name known? `net` at the prompt shows address and name servers. It is tried again by itself. A certificate: is the clock above right? kboot build --cacert trusts more.' ;;
    missing) echo 'The server has no such image or file: check NAME:TAG, and that it was published there. A kernel: kernel:URL.' ;;
    no-key) echo 'Give the key that signs the image: rootstream.pubkey=, or `set pubkey=` at the prompt.' ;;
    unsigned) echo 'Choose it in the menu (m) or type it at the prompt (p); rootstream.unsigned=yes lets such kernels boot by themselves.' ;;
    two-kernels) echo 'Publish all layers but one without a kernel: rootstream publish --exclude /boot.' ;;
    refused-kernel) echo 'Lockdown or Secure Boot refuses this kernel: sign it, or publish the image with this kboot'\''s kernel.' ;;
    not-loaded) echo 'Is this a kernel, for this machine, and is there memory for it? The log has what kexec said.' ;;
    no-driver) echo 'Publish an image whose kernel has that driver: Debian'\''s linux-image-amd64 or -arm64, not the one for clouds.' ;;
    no-modules) echo 'Publish an image that has the modules of its kernel.' ;;
    hook) echo 'A program of this site failed, not kboot: the log (l) has what it said. `s` gives a shell to try it in: /etc/kboot/hooks.' ;;
    usage) echo '`help` at the prompt shows what may be typed.' ;;
    *) echo 'l shows the log; s gives a shell on this machine.' ;;
  esac
}

# read_key SECONDS TEXT: prints the key that is pressed ("Enter" for Return), or nothing after SECONDS, with a visible countdown.
read_key() {
  local left=$1 key=''
  while [ "$left" -gt 0 ]; do
    printf '\r  %s in %s s ' "$2" "$left" >&2
    # shellcheck disable=SC3045 # busybox's shell has it
    if IFS= read -r -s -n 1 -t 1 key; then
      printf '\n' >&2
      printf '%s' "${key:-Enter}"
      return
    fi
    left=$((left - 1))
  done
  printf '\n' >&2
}

rescue_shell() {
  echo 'A shell on this machine. `exit` goes back to kboot; `phases` lists what happened when.'
  PS1='kboot# ' ENV=/lib/kboot/shellrc sh -i
}
