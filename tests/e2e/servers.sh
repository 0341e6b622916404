#!/bin/bash
# The same image through every kind of server.
# Covers: server-tools/commands/serve.cc, server-tools/commands/verify.cc.
. "$(dirname "$0")/lib.sh"
need_root # trusts a certificate in a mount namespace
need_mount
need nginx lighttpd busybox

enter_mount_namespace

check_server() {
  step "$1: $2"
  mount_image "$2/tree" "$work/mount"
  compare "$work/source" "$work/mount"
  unmount "$work/mount"
}

make_small_tree "$work/source"
publish "$work/source" tree >/dev/null

check_server "a folder" "file://$store"

start_nginx
check_server "nginx, HTTP/1.1" "$server_url"
grep -q '^206 HTTP/1.1 .*/packs/' "$work/access.log" || fail "no Range was answered"
! grep -v '^20[06] HTTP/1.1 ' "$work/access.log" || fail "other answers than 200 and 206"
! grep '^200 .*/packs/' "$work/access.log" || fail "a whole pack was fetched"
stop_server

: >"$work/access.log"
start_nginx 'max_ranges 0;'
check_server "nginx without Range" "$server_url"
grep -q '^200 HTTP/1.1 .*/packs/' "$work/access.log" || fail "no pack came whole"
! grep '^206 ' "$work/access.log" || fail "a Range was answered"
stop_server

: >"$work/access.log"
start_nginx_tls_h2
expect_fail 'tree.*: SSL certificate problem' 1 \
  "$rootstream" inspect "$server_url/tree" --pubkey "$key.pub" --cache none --on-network-loss fail:1
# libcurl's own bundle, because SSL_CERT_FILE and CURL_CA_BUNDLE affect only the curl program.
bundle=$(curl-config --ca 2>/dev/null || true)
: "${bundle:=/etc/ssl/certs/ca-certificates.crt}"
mount --bind "$work/ca.pem" "$bundle"
check_server "nginx, HTTP/2 over TLS" "$server_url"
umount "$bundle"
grep -q '^206 HTTP/2.0 .*/packs/' "$work/access.log" || fail "no Range was answered over HTTP/2"
! grep -v ' HTTP/2.0 ' "$work/access.log" || fail "not all requests were HTTP/2"
stop_server

start_lighttpd
check_server "lighttpd" "$server_url"
stop_server

start_busybox
check_server "busybox httpd" "$server_url"
stop_server

start_embedded
check_server "rootstream serve" "$server_url"
stop_server
