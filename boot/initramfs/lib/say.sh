# What people are told, and the log that keeps it. Every line has the seconds since the kernel started.

readonly LOG=/run/kboot/log

uptime_seconds() { cut -d' ' -f1 /proc/uptime; }

say() {
  printf '%s\n' "$*"
  printf '%8s  %s\n' "$(uptime_seconds)" "$*" >>"$LOG"
}

# A phase of the boot; `phases` in the rescue shell, and the hand-off, list when each began.
phase() {
  say "kboot: $*"
  printf '%8s  %s\n' "$(uptime_seconds)" "$*" >>/run/kboot/phases
}

# For the log only.
note() { printf '%8s  %s\n' "$(uptime_seconds)" "$*" >>"$LOG"; }

# why TEXT: remembers what failed, for the screen that will tell it. Always false.
why() {
  note "failed: $*"
  printf '%s\n' "$*" >/run/kboot/why
  return 1
}

human_size() { awk -v n="$1" 'BEGIN { printf "%.1f MiB", n / 1048576 }'; }
