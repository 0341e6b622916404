#!/usr/bin/env bash
# Changes to a store while a machine runs from it: its server is away for three minutes during the boot; a new version of
# the image is published, and gc runs; the store moves, and the old address redirects to the new one. All over HTTPS, with
# a private certificate authority.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/boot_lib.sh"
need_machine
cp -a "$store" "$work/store"
store=$work/store
start_nginx_tls_h2
"$rootstream" kboot build --out "$work/kboot" --hardware virtual --compress zstd --cacert "$work/ca.pem" >/dev/null

serve="nginx -e $work/nginx-start.log >>$work/server.log 2>&1 </dev/null"
old_port=$port
pick_port
nginx_configuration "127.0.0.1:$port ssl http2" "ssl_certificate $work/ca.pem; ssl_certificate_key $work/tls.key;" |
  sed "s,$work/access.log,$work/moved.log,; s,$work/nginx/pid,&.moved," >"$work/moved.conf"
nginx_configuration "127.0.0.1:$old_port ssl http2" "ssl_certificate $work/ca.pem; ssl_certificate_key $work/tls.key;
  return 301 https://10.0.2.2:$port\$request_uri;" >"$work/redirect.conf"
make_small_tree "$work/other"
cat >"$work/change" <<END2
set -e
'$rootstream' publish '$work/other' '$store' '$image' --key '$key' --level 3
'$rootstream' gc '$store'
kill \$(cat '$work/nginx/pid')
$serve -c '$work/moved.conf' &
$serve -c '$work/redirect.conf' &
END2

boot 1100 "$work/kboot" --direct --url "$(url_inside)" --pubkey "$key.pub" --cmdline rootstream.cmdline=marker.stay=60 -- \
  expect 'second stage' expect 'handing over to' wait 3 run "kill $server_pid" expect 'no store answers' wait 180 \
  run "$serve -c $work/nginx.conf &" expect 'online again' expect 'login: $' run "bash '$work/change' >'$work/change.log' 2>&1" end ''
expect_clean_run
grep -q '^read after 60 s, eth0 10.0.2.15/24' "$work/marker" || fail "the root was not read again"
grep -q '^206 ' "$work/moved.log" || fail "nothing was read where the store is now"
