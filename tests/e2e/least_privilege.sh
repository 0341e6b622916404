#!/bin/bash
# A mount's daemon has only the privileges that it needs, and all its functions work with them.
. "$(dirname "$0")/lib.sh"
need_root
need_mount
need nginx openssl
enter_mount_namespace

make_small_tree "$work/source"
publish "$work/source" tree >/dev/null

field() { awk -v name="$1:" '$1 == name { print $2 }' "/proc/$2/task/$3/status"; }

# check_daemon MOUNT CAPABILITIES: checks all threads of the mount's daemon.
check_daemon() {
  local pid task status
  pid=$(daemon_of "$1")
  has() { [ "$(awk -v name="$1:" '$1 == name { print $2 }' <<<"$status")" = "$2" ]; }
  for task in /proc/"$pid"/task/*; do
    status=$(cat "$task/status" 2>/dev/null) || continue # the thread has ended
    has NoNewPrivs 1 || fail "$task may gain privileges"
    has Seccomp 2 || fail "$task has no filter of system calls"
    for set in CapPrm CapEff CapBnd; do has $set "$2" || fail "$task: $(grep $set <<<"$status")"; done
    has CapInh 0000000000000000 || fail "$task has inheritable capabilities"
  done
}
reading=0000000000000004 # CAP_DAC_READ_SEARCH
override=0000000000000006

use() {
  compare "$work/source" "$work/mount"
  drop_page_cache
  compare "$work/source" "$work/mount"
  "$rootstream" status "$work/mount" --json >"$work/status"
  grep -q '"cache_problem": ""' "$work/status" || fail "$(grep cache_problem "$work/status")"
}

step "TLS, a host's name, a cache, a recording, a fill"
start_nginx_tls_h2
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -keyout "$work/tls.key" -out "$work/ca.pem" \
  -subj /CN=localhost -addext subjectAltName=DNS:localhost 2>/dev/null
stop_server
start_server nginx -c "$work/nginx.conf" -e "$work/nginx-start.log"
wait_for 10 accepts || fail "nginx does not start"
bundle=$(curl-config --ca 2>/dev/null || true)
mount --bind "$work/ca.pem" "${bundle:=/etc/ssl/certs/ca-certificates.crt}"
mkdir "$work/recorded"
mount_image "https://localhost:$port/tree" "$work/mount" --cache "$work/cache" --fill max \
  --record "$work/recorded/profile"
check_daemon "$work/mount" $reading
use
unmount "$work/mount"
umount "$bundle"
[ -s "$work/recorded/profile" ] || fail "nothing was recorded"
[ -s "$work/cache/index.seal" ] || fail "the cache was not sealed"
stop_server

step "as many reads may wait as with all privileges"
background() {
  mkdir -p "$work/fusectl"
  is_mounted "$work/fusectl" || mount -t fusectl none "$work/fusectl"
  cat "$work/fusectl/$(mountpoint -d "$1" | cut -d: -f2)/max_background"
}
start_nginx
mount_image "$server_url/tree" "$work/mount"
[ "$(background "$work/mount")" = 65535 ] || fail "$(background "$work/mount") reads may wait"
unmount "$work/mount"
umount "$work/fusectl"

step "eviction, SIGTERM"
mount_image "$server_url/tree" "$work/mount" --cache "$work/small" --cache-size 8M
use
pid=$(daemon_of "$work/mount")
kill -TERM "$pid"
wait_for 10 is_gone "$pid" || fail "the daemon lives"
! is_mounted "$work/mount" || fail "still mounted after SIGTERM"

step "umount --lazy"
mount_image "$server_url/tree" "$work/mount"
pid=$(daemon_of "$work/mount")
"$rootstream" umount --lazy "$work/mount"
wait_for 10 is_gone "$pid" || fail "the daemon lives"

step "--rootfs"
mount_image "$server_url/tree" "$work/mount" --cache "$work/cache" --rootfs
pid=$(processes_with "$work/mount")
[ "$(wc -w <<<"$pid")" = 1 ] || fail "not one process: $pid"
use
case $(field CapEff "$pid" "$pid") in
  "$reading" | 0000000000004004) ;; # CAP_IPC_LOCK, where root may not raise the limit of locked memory
  *) fail "CapEff $(field CapEff "$pid" "$pid")" ;;
esac
grep -q '^VmLck:.*[1-9]' "/proc/$pid/status" || fail "its memory is not locked"
"$rootstream" umount "$work/mount"
wait_for 10 is_gone "$pid" || fail "the daemon lives"

step "a cache in another user's folder"
mkdir -m 700 "$work/theirs"
chown 65534 "$work/theirs"
mount_image "$server_url/tree" "$work/mount" --cache "$work/theirs"
check_daemon "$work/mount" $override
use
unmount "$work/mount"
[ -s "$work/theirs/index.seal" ] || fail "the cache was not sealed"

step "an ordinary user"
if as_nobody test -w /dev/fuse && [ -u "$(command -v fusermount3)" ]; then
  mkdir -m 755 "$work/users"
  mkdir "$work/users/mount"
  chown -R 65534 "$work/users"
  as_nobody "$rootstream" mount "$server_url/tree" "$work/users/mount" --pubkey "$key.pub" --cache "$work/users/cache"
  pid=$(daemon_of "$work/users/mount")
  [ "$(field NoNewPrivs "$pid" "$pid")" = 1 ] && [ "$(field Seccomp "$pid" "$pid")" = 2 ] || fail "not confined"
  as_nobody cmp "$work/source/usr/share/text" "$work/users/mount/usr/share/text"
  kill -TERM "$pid"
  wait_for 10 is_gone "$pid" || fail "the daemon lives"
  ! is_mounted "$work/users/mount" || fail "still mounted after SIGTERM"
else
  echo "no ordinary user can mount here"
fi

step "file://"
mount_image "file://$store/tree" "$work/mount" --cache "$work/cache"
use
unmount "$work/mount"
keepers() { grep -al 'rootstream: mount [k]eeper' /proc/[0-9]*/cmdline 2>/dev/null | wc -l; }
no_keepers() { [ "$(keepers)" = 0 ]; }
wait_for 5 no_keepers || fail "$(keepers) processes are left behind"
