# kboot.slow=RATE,DELAY: simulates a slow line, to try a boot over one. DELAY is the round trip, half of it each way
# (tc-netem(8)). Incoming packets are delayed in an ifb device.

slow_line() { # slow_line INTERFACE
  has_conf slow || return 0
  local rate delay half
  rate=$(conf slow | cut -d, -f1)
  delay=$(conf slow | cut -d, -f2)
  half=$((${delay%ms} / 2))ms
  command -v tc >/dev/null || {
    say 'kboot.slow: this kboot was built without tc'
    return 0
  }
  modprobe -q -a ifb sch_netem sch_ingress cls_matchall act_mirred 2>/dev/null
  ip link show ifb0 >/dev/null 2>&1 || ip link add ifb0 type ifb
  ip link set ifb0 up
  tc qdisc replace dev "$1" root netem delay "$half" rate "$rate" limit 10000 &&
    tc qdisc add dev "$1" ingress &&
    tc filter add dev "$1" parent ffff: matchall action mirred egress redirect dev ifb0 &&
    tc qdisc replace dev ifb0 root netem delay "$half" rate "$rate" limit 10000 &&
    say "the line is slow now: $rate, $delay"
} 2>>"$LOG"
