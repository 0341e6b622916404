#!/bin/bash
# A name server that does not answer affects only the store whose name it should resolve. A mirror serves opening and
# reads meanwhile, and nothing waits for the resolver at the end.
. "$(dirname "$0")/lib.sh"
need_mount
need_root
need nginx python3 unshare ip
if [ -z "${in_namespace:-}" ]; then
  trap - EXIT ERR
  rmdir "$work"
  in_namespace=1 exec unshare --mount --net --propagation private "$0"
fi
ip link set lo up

# The resolver would wait for a minute or more.
printf 'nameserver 127.0.0.53\noptions timeout:20 attempts:3\n' >"$work/resolv.conf"
printf 'hosts: files dns\n' >"$work/nsswitch.conf"
for file in resolv.conf nsswitch.conf; do
  mount --bind "$work/$file" "$(readlink -f "/etc/$file")" || skip "cannot put another /etc/$file in place"
done
start_server python3 -c '
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.53", 53))
print("bound", flush=True)
print("asked for", s.recv(4096), flush=True)
while True: s.recv(4096)'
wait_for 30 grep -q bound "$work/server.log" || fail "no silent name server"

mkdir "$work/source"
for i in 1 2 3; do noise 2000000 "$i" >"$work/source/$i"; done
publish "$work/source" tree >/dev/null
start_nginx
silent=http://silent.example/tree

within() {
  local result=0
  timeout "$@" >"$work/stdout" 2>"$work/stderr" || result=$?
  [ $result = 0 ] || fail "exit $result: $*: $(cat "$work/stderr")"
}

step "opening and reading by a mirror"
within 30 "$rootstream" cat "$silent" /1 --mirror "$server_url" --pubkey "$key.pub" --cache none
cmp "$work/source/1" "$work/stdout"
grep -q 'asked for' "$work/server.log" || fail "the name server was not asked"
mkdir "$work/mount"
within 30 "$rootstream" mount "$silent" "$work/mount" --mirror "$server_url" --pubkey "$key.pub" --cache none \
  --on-network-loss wait
within 30 cat "$work/mount/2"
cmp "$work/source/2" "$work/stdout"

step "the end while a name is asked for"
daemon=$(daemon_of "$work/mount")
within 10 umount "$work/mount"
wait_for 10 is_gone "$daemon" || fail "the daemon waits for the name server"

step "opening keeps to its time"
began=$SECONDS
expect_fail "silent.example" 1 "$rootstream" ls "$silent" / --pubkey "$key.pub" --cache none --on-network-loss fail:3
[ $((SECONDS - began)) -lt 20 ] || fail "took $((SECONDS - began)) s"
