# Loads the drivers of the machine's devices: each has a modalias, for which modprobe knows the module. A driver may reveal
# further devices, so this repeats until there are no new ones.

load_drivers() {
  local before=-1 count=0 rounds=0
  modprobe -a -q fuse overlay af_packet 2>/dev/null
  while [ "$count" != "$before" ] && [ $rounds -lt 5 ]; do
    before=$count
    find /sys/devices -name modalias -exec cat {} + 2>/dev/null | sort -u >/run/kboot/modalias
    xargs -r modprobe -a -q -b </run/kboot/modalias 2>>"$LOG"
    count=$(wc -l </run/kboot/modalias)
    rounds=$((rounds + 1))
  done
}

# memory_kib: prints the memory of this machine in KiB.
memory_kib() { sed -n 's/^MemTotal: *\([0-9]*\).*/\1/p' /proc/meminfo; }

# size_of TEXT: prints "50%" (of memory), "512M", "1G" or a plain number in bytes.
size_of() {
  case "$1" in
    *%) echo $(($(memory_kib) * 1024 / 100 * ${1%\%})) ;;
    *[kK]) echo $((${1%[kK]} * 1024)) ;;
    *[mM]) echo $((${1%[mM]} * 1048576)) ;;
    *[gG]) echo $((${1%[gG]} * 1073741824)) ;;
    *) echo "$1" ;;
  esac
}
