#!/usr/bin/env bash
# What kboot learns from a router on its link. Both run in their own network namespaces.
. "$(dirname "$0")/lib.sh"
need_root
need ip unshare python3
if [ -z "${in_network:-}" ]; then
  unshare --net sh -c 'ip link add host type veth peer name router && ip -6 addr show dev lo' >/dev/null 2>&1 || skip "no network namespace with IPv6 can be made"
  in_network=yes exec unshare --net "$0"
fi
kboot=$build/libexec/rootstream/kboot
ip link set lo up
ip link add host type veth peer name router
unshare --net sleep 300 &
other=$!
servers+=("$other")
inside() { nsenter --net --target $other "$@"; }
is_apart() { [ "$(readlink /proc/self/ns/net)" != "$(readlink /proc/$other/ns/net)" ]; }
wait_for 5 is_apart
ip link set router netns $other
inside ip link set router up
ip link set host up
has_address() { ip -6 addr show dev host | grep 'scope link' | grep -qv tentative; }
wait_for 10 has_address

# routed [HOP-LIMIT]: starts a router at the other end of the link.
routed() {
  nsenter --net --target $other "$repository/tests/support/router.py" router 2001:db8:: 2001:db8::53 lab.example.org "$@" &
  router=$!
  servers+=("$router")
}

step "nobody"
expect_fail 'host: no IPv6 router answers' 5 "$kboot" router host
expect_fail 'no network interface' 1 "$kboot" router nothing

step "a router"
routed
"$kboot" router host >"$work/words"
. "$work/words"
[[ "$router6" == fe80::* ]] || fail "the router: $(cat "$work/words")"
[ "$managed6|$dns6|$domain6" = '|2001:db8::53|lab.example.org' ] || fail "$(cat "$work/words")"
stop_process $router

step "an announcement from afar"
routed 64
expect_fail 'host: no IPv6 router answers' 5 "$kboot" router host
