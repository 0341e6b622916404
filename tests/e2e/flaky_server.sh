#!/bin/bash
# A server that answers every fourth request with 503, one that closes connections, one that is slow:
# reads may be late, but they are never wrong and never fail.
. "$(dirname "$0")/lib.sh"
need_mount
need nginx

make_small_tree "$work/source"
publish "$work/source" tree >/dev/null

check() {
  step "$1"
  start_nginx "$2"
  local began
  began=$(milliseconds)
  # The server refuses only packs, because a refused ref would be an error at once.
  mount_image "$server_url/tree" "$work/mount" --on-network-loss fail:60
  compare "$work/source" "$work/mount"
  echo "$(($(milliseconds) - began)) ms, $(wc -l <"$work/access.log") requests"
  unmount "$work/mount"
  stop_server
  : >"$work/access.log"
}

check "503 to a quarter of all requests" 'location /packs/ { if ($request_id ~ "^[0-3]") { return 503; } }'
check "a quarter of connections closed without an answer" 'location /packs/ { if ($request_id ~ "^[0-3]") { return 444; } }'
check "one request a connection" 'keepalive_timeout 0;'
check "slow" 'limit_rate 1m;'
