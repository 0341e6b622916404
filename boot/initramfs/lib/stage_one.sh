# From power-on to the next kernel.

stage_one() {
  if [ ! -f /run/kboot/phases ]; then
    phase "kboot $(cat /etc/kboot/version), Linux $(uname -r)"
    read_config
    load_drivers
    phase 'drivers are loaded'
    until run_hooks before-links; do failed 'a hook failed'; done
  fi
  if [ ! -f $NET/ready ]; then
    until [ "$(conf ip)" = off ] || network_up; do failed 'no network address'; done
    until run_hooks after-address; do failed 'a hook failed'; done
    use_proxy
    phase 'the network is there'
    set_clock
    start_ssh
    mkdir -p $NET
    : >$NET/ready
  fi
  read_boot_files
  while :; do
    choose && continue
    if leads_nowhere; then take_back_starts; fi # no server was reached
    if leads_nowhere && other_network && run_hooks after-address && use_proxy; then continue; fi
    failed "could not boot ${current:-anything}"
  done
}

# True if the boot failed since no store can be reached on this network.
leads_nowhere() { case "$(cat /run/kboot/why.kind 2>/dev/null)" in unreachable | portal) return 0 ;; *) return 1 ;; esac }

# Starts ssh access to kboot if a key is built in or given.
start_ssh() {
  [ -s /etc/kboot/authorized_keys ] || return 0
  mkdir -p /etc/dropbear /root/.ssh
  cp /etc/kboot/authorized_keys /root/.ssh/authorized_keys
  chmod 700 /root /root/.ssh
  dropbear -R -s -p 22 >>"$LOG" 2>&1 && say 'ssh: as root, with the key that was built in'
}
