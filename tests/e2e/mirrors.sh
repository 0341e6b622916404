#!/bin/bash
# Mirrors, from the command line and from the ref: a client leaves a mirror that is dead, empty, damaged,
# outdated or a captive portal, and uses one that works.
. "$(dirname "$0")/lib.sh"
need_mount
need nginx

make_small_tree "$work/source"
publish "$work/source" tree >/dev/null
cp -a "$store" "$work/old"
echo new >"$work/source/etc/new"
publish "$work/source" tree >/dev/null

cp -a "$store" "$work/damaged"
find "$work/damaged/packs" -type f -exec sh -c 'noise=$(stat -c %s "$1"); head -c "$noise" /dev/urandom >"$1"' - {} \;
cp -a "$store" "$work/empty"
rm -rf "$work/empty/packs"
start_nginx '
  location /good/ { alias '"$store"'/; }
  location /damaged/ { alias '"$work"'/damaged/; }
  location /empty/ { alias '"$work"'/empty/; }
  location /old/ { alias '"$work"'/old/; }
  location /portal/ { default_type text/html; return 200 "<html>Log in</html>"; }
  location /busy/ { return 503; }'
good=$server_url/good
dead=http://127.0.0.1:1

for first in "$server_url/damaged" "$server_url/empty" "$server_url/portal" "$server_url/busy" "$dead"; do
  step "first ${first##*/}, then a good one"
  mount_image "$first/tree" "$work/mount" --mirror "$good" --on-network-loss fail:20
  began=$(milliseconds)
  compare "$work/source" "$work/mount"
  echo "read in $(($(milliseconds) - began)) ms"
  [ $(($(milliseconds) - began)) -le 15000 ] || fail "took $(($(milliseconds) - began)) ms"
  unmount "$work/mount"
done

step "a mirror that is behind, after the newest was seen"
client=(--cache "$work/cache" --on-network-loss fail:5)
mount_image "$good/tree" "$work/mount" "${client[@]}"
unmount "$work/mount"
mount_image "$good/tree" "$work/mount" "${client[@]}" --mirror "$server_url/old"
compare "$work/source" "$work/mount"
unmount "$work/mount"

step "a mirror that the ref names"
publish "$work/source" with-mirror --mirror "$good" >/dev/null
mkdir -p "$work/empty/images/with-mirror"
cp "$store/images/with-mirror/latest" "$work/empty/images/with-mirror/"
mount_image "$server_url/empty/with-mirror" "$work/mount" --on-network-loss fail:20
compare "$work/source" "$work/mount"
unmount "$work/mount"

step "proxies that refuse, and that are not there"
cat >"$work/proxy.conf" <<END
daemon off; pid $work/proxy.pid; error_log /dev/null;
events { worker_connections 16; }
http { access_log off; server { listen 127.0.0.1:$((${server_url##*:} + 1)); return 407; } }
END
start_server nginx -c "$work/proxy.conf" -e "$work/proxy-start.log"
refuses() { [ "$(curl -s -o /dev/null -w '%{http_code}' "http://127.0.0.1:$((${server_url##*:} + 1))/")" = 407 ]; }
wait_for 10 refuses
for proxy in "http://127.0.0.1:$((${server_url##*:} + 1))" http://127.0.0.1:1; do
  expect_fail 'images/tree/latest: .*by way of the proxy that http_proxy names.$' 1 \
    env http_proxy="$proxy" "$rootstream" ls "$good/tree" --pubkey "$key.pub" --cache none --on-network-loss fail:2
done
env http_proxy="$server_url" "$rootstream" ls "$good/tree" --pubkey "$key.pub" --cache none >/dev/null # nginx acts as the proxy
