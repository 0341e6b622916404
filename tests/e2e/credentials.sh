#!/bin/bash
# Logins from a file, tokens in the URL, certificates: each is sent with every request to its store and to no other
# server, and is never shown.
# Covers: cache/network/curl_credentials.cc, cache/network/curl_transport.cc.
. "$(dirname "$0")/lib.sh"
need_mount
need nginx openssl

make_small_tree "$work/source"
publish "$work/source" tree >/dev/null
user=somebody secret=kept-secret
printf '%s:%s\n' "$user" "$(openssl passwd -apr1 "$secret")" >"$work/htpasswd"
chmod 644 "$work/htpasswd"
printf '%s:%s\n' "$user" "$secret" >"$work/auth"
printf 'Bearer %s\n' "$secret" >"$work/bearer"
printf 'machine 127.0.0.1 login %s password %s\n' "$user" "$secret" >"$work/netrc"
start_nginx "
  location /basic/ { auth_basic here; auth_basic_user_file $work/htpasswd; alias $store/; }
  location /bearer/ { if (\$http_authorization != 'Bearer $secret') { return 401; } alias $store/; }
  location /token/ { if (\$arg_token != '$secret') { return 403; } alias $store/; }"

hidden() {
  ! grep -q "$secret" "$work/stdout" "$work/stderr" || fail "shown: $(grep -h "$secret" "$work/stdout" "$work/stderr")"
}

# every_command URL [OPTION...]: runs all client commands with the options
every_command() {
  local url=$1 daemon
  shift
  step "$*"
  mount_image "$url" "$work/mount" "$@" >"$work/stdout" 2>"$work/stderr"
  compare "$work/source" "$work/mount"
  "$rootstream" status "$work/mount" >>"$work/stdout"
  "$rootstream" status "$work/mount" --json >>"$work/stdout"
  hidden
  ! grep -q "$secret" /proc/mounts || fail "the secret is in /proc/mounts"
  unmount "$work/mount"
  local trusted=(--pubkey "$key.pub")
  "$rootstream" ls "$url" / "${trusted[@]}" --cache none "$@" >/dev/null
  "$rootstream" cat "$url" /etc/small "${trusted[@]}" --cache none "$@" >/dev/null
  "$rootstream" inspect "$url" "${trusted[@]}" --cache none "$@" >"$work/stdout" 2>"$work/stderr"
  hidden
  "$rootstream" prefetch "$url" --all "${trusted[@]}" --cache "$work/cache" "$@" >"$work/stdout" 2>"$work/stderr"
  hidden
  rm -rf "$work/cache" "$work/out" "$work/copy"
  "$rootstream" export "$url" "$work/out" "${trusted[@]}" --cache none "$@"
  "$rootstream" verify "$url" "${trusted[@]}" "$@" >"$work/stdout" 2>"$work/stderr"
  hidden
  local from=${url/\/tree/}
  "$rootstream" mirror "$from" "$work/copy" tree "${trusted[@]}" "$@" >"$work/stdout" 2>"$work/stderr"
  hidden
}
every_command "$server_url/basic/tree" --auth-file "$work/auth"
every_command "$server_url/basic/tree" --netrc "$work/netrc"
every_command "$server_url/bearer/tree" --auth-file "$work/bearer"
every_command "$server_url/token/tree?token=$secret"
every_command "http://$user:$secret@127.0.0.1:$port/basic/tree"

step "as keys of -o"
mount_image "$server_url/basic/tree" "$work/mount" -o "auth-file=$work/auth"
compare "$work/source" "$work/mount"
unmount "$work/mount"

step "wrong, or none"
for command in "ls" "inspect"; do
  expect_fail "$server_url/basic/images/tree/latest: HTTP 401" 1 \
    "$rootstream" $command "$server_url/basic/tree" --pubkey "$key.pub" --cache none
done
expect_fail "$server_url/token/images/tree/latest: HTTP 403" 1 \
  "$rootstream" ls "$server_url/token/tree?token=wrong-$secret" --pubkey "$key.pub" --cache none
hidden
expect_fail "$server_url/basic/images/tree/latest: HTTP 401" 1 \
  "$rootstream" verify "http://$user:wrong-$secret@127.0.0.1:$port/basic/tree" --pubkey "$key.pub"
hidden
expect_fail "auth-file.*$work/nothing" 1 \
  "$rootstream" ls "$server_url/basic/tree" --auth-file "$work/nothing" --pubkey "$key.pub" --cache none

step "not to another server"
nginx_pid=$server_pid
real_url=$server_url
pick_port # on which no server listens
expect_fail "$real_url/basic/images/tree/latest: HTTP 401" 1 "$rootstream" ls "http://127.0.0.1:$port/tree" \
  --mirror "$real_url/basic" --auth-file "$work/auth" --pubkey "$key.pub" --cache none --on-network-loss fail:1
stop_process "$nginx_pid"

step "a certificate authority, and a client's certificate, of files that go away"
start_nginx_tls_h2
expect_fail "$server_url/images/tree/latest: .*certificate" 1 \
  "$rootstream" ls "$server_url/tree" --pubkey "$key.pub" --cache none --on-network-loss fail:1
cp "$work/ca.pem" "$work/ca-here.pem"
mount_image "$server_url/tree" "$work/mount" --cacert "$work/ca-here.pem"
rm "$work/ca-here.pem"
compare "$work/source" "$work/mount"
unmount "$work/mount"
stop_server
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
  -keyout "$work/client.key" -out "$work/client.crt" -subj /CN=client 2>/dev/null
cat "$work/client.crt" "$work/client.key" >"$work/client.pem"
pick_port
nginx_configuration "127.0.0.1:$port ssl" "ssl_certificate $work/ca.pem; ssl_certificate_key $work/tls.key;
  ssl_verify_client on; ssl_client_certificate $work/client.crt;" >"$work/nginx.conf"
start_server nginx -c "$work/nginx.conf" -e "$work/nginx-start.log"
await_server "https://127.0.0.1:$port" "nginx with client certificates"
"$rootstream" ls "$server_url/tree" / --pubkey "$key.pub" --cache none --cacert "$work/ca.pem" \
  --client-cert "$work/client.pem" >/dev/null
! "$rootstream" ls "$server_url/tree" / --pubkey "$key.pub" --cache none --cacert "$work/ca.pem" \
  --on-network-loss fail:1 >/dev/null 2>&1 || fail "served without a client certificate"
