# The proxy for http and https: as rootstream.proxy= says, else as the network does by DHCP's option 252, the address of a proxy
# auto-configuration file (WPAD). That file is a program in JavaScript, which kboot does not run: it takes the first proxy that the
# file names. libcurl reads the environment (curl(1), ENVIRONMENT), and so does the daemon of the root.

readonly PROXY=$NET/proxy # what the network said, for the next kernel, too

use_proxy() {
  local proxy
  unset http_proxy https_proxy no_proxy
  proxy=$(conf proxy)
  if [ -z "$proxy" ]; then
    [ -f $PROXY ] || ask_for_proxy
    proxy=$(cat $PROXY)
  fi
  case "$proxy" in '' | none) return 0 ;; esac
  say "http and https go through the proxy $proxy"
  export http_proxy="$proxy" https_proxy="$proxy"
  if has_conf no-proxy; then
    no_proxy=$(conf no-proxy)
    export no_proxy
  fi
}

# Writes $PROXY: the proxy that the network names, or nothing.
ask_for_proxy() {
  local address file=/run/kboot/wpad
  : >$PROXY
  [ -f $NET/lease ] || return 0
  address=$(
    wpad=''
    . $NET/lease
    # Some servers send a zero or a line feed behind it.
    printf '%s' "$wpad" | tr -cd '!-~'
  )
  case "$address" in http://?* | https://?*) ;; *) return 0 ;; esac
  if ! kboot fetch "$address" $file --at-most "$SMALL_FILE" >/dev/null 2>>"$LOG"; then
    say "this network names a proxy file, which could not be fetched: $address"
    return 0
  fi
  proxy_in $file >$PROXY
  [ -s $PROXY ] || note "no proxy in $address"
}

# proxy_in FILE: prints the first proxy of a proxy auto-configuration file, "PROXY host:port" or "HTTP host:port" in its text.
proxy_in() {
  head -c 65536 "$1" | tr '";'"'" '\n\n\n' |
    sed -n 's,^[[:space:]]*\(PROXY\|HTTP\)[[:space:]][[:space:]]*\([A-Za-z0-9._-]*:[0-9][0-9]*\)[[:space:]]*$,http://\2,p' | head -n 1
}
