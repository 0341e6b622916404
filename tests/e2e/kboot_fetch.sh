#!/usr/bin/env bash
# kboot's fetch, put and time against real servers: whole files by http, https, tftp and file, their exit codes, and no files
# left behind by a failure.
. "$(dirname "$0")/lib.sh"
need nginx openssl dnsmasq unshare ip
need_root # for TFTP's port, in a network namespace
if [ -z "${in_network-}" ]; then
  trap - EXIT ERR
  rmdir "$work"
  in_network=1 exec unshare --net "$0"
fi
ip link set lo up
kboot=$build/libexec/rootstream/kboot
mkdir -p "$work/web" "$work/temporary"
chmod 777 "$work/web" "$work/temporary"
head -c 3000000 /dev/urandom >"$work/web/kernel"
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost \
  -keyout "$work/tls.key" -out "$work/tls.crt" 2>/dev/null
cat >"$work/nginx.conf" <<END
pid $work/nginx.pid;
error_log $work/nginx.log;
events {}
http {
  access_log off;
  client_body_temp_path $work/temporary;
  client_max_body_size 8m;
  server {
    listen 127.0.0.1:8000;
    listen 127.0.0.1:8443 ssl;
    server_name localhost;
    ssl_certificate $work/tls.crt;
    ssl_certificate_key $work/tls.key;
    root $work/web;
    location /to-plain { return 302 http://localhost:8000/kernel; }
    location /moved { return 302 /kernel; }
    location /busy { return 503; }
    location /private { return 403; }
    location /upload/ { dav_methods PUT; create_full_put_path on; }
  }
}
END
nginx -c "$work/nginx.conf" -g 'daemon off;' &
servers+=($!)
dnsmasq --keep-in-foreground --conf-file=/dev/null --port=0 --enable-tftp --tftp-root="$work/web" --user=root --pid-file= &
servers+=($!)
answers() { curl -s -o /dev/null http://127.0.0.1:8000/kernel; }
wait_for 5 answers

# fetched EXIT-CODE URL [OPTION...]: fetch must return this code, and leave the whole file on success, else nothing.
fetched() {
  local expected=$1 url=$2 code=0
  shift 2
  rm -f "$work/got"
  "$kboot" fetch "$url" "$work/got" "$@" 2>"$work/error" >/dev/null || code=$?
  [ $code = "$expected" ] || fail "$url: exit code $code, not $expected: $(cat "$work/error")"
  [ ! -e "$work/got.part" ] || fail "$url: something was left behind"
  if [ $code = 0 ]; then
    cmp "$work/got" "$work/web/kernel" || fail "$url: other bytes came"
  else
    [ ! -e "$work/got" ] || fail "$url: a file is there, though it failed"
    [ "$(wc -l <"$work/error")" = 1 ] || fail "$url: not one line: $(cat "$work/error")"
  fi
}

step "what comes whole"
fetched 0 http://127.0.0.1:8000/kernel
fetched 0 http://127.0.0.1:8000/moved
size=$(stat -c %s "$work/web/kernel")
fetched 0 http://127.0.0.1:8000/kernel --at-most "$size"
fetched 0 https://localhost:8443/kernel --cacert "$work/tls.crt"
fetched 0 "file://$work/web/kernel"
fetched 0 tftp://127.0.0.1/kernel

step "what does not, by its kind"
fetched 4 http://127.0.0.1:8000/missing
fetched 4 tftp://127.0.0.1/missing
fetched 4 "file://$work/web/missing"
fetched 11 http://127.0.0.1:8000/private
fetched 5 http://127.0.0.1:1/kernel
fetched 5 https://localhost:8443/kernel # its certificate is not trusted
fetched 6 https://localhost:8443/to-plain --cacert "$work/tls.crt"
fetched 6 gopher://127.0.0.1/kernel
fetched 6 http://127.0.0.1:8000/kernel --at-most $((size - 1))
fetched 2 http://127.0.0.1:8000/kernel --at-most 0

step "put"
"$kboot" put "$work/web/kernel" http://127.0.0.1:8000/upload/a/b
cmp "$work/web/kernel" "$work/web/upload/a/b" || fail "other bytes arrived"
"$kboot" put "$work/web/kernel" http://127.0.0.1:8000/upload/a/b # replaces the file: status 204
code=0
"$kboot" put "$work/web/kernel" http://127.0.0.1:8000/private 2>"$work/error" || code=$?
[ $code = 11 ] || fail "put where it is refused: exit code $code: $(cat "$work/error")"

step "time"
now=$(date +%s)
for url in http://127.0.0.1:8000/kernel https://localhost:8443/x http://127.0.0.1:8000/missing; do
  told=$("$kboot" time "$url")
  [ $((told - now)) -le 5 ] && [ $((now - told)) -le 5 ] || fail "$url says $told, and it is $now"
done
