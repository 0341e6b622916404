# What people are told, and the log that keeps it. Every line has the seconds since the kernel started.

readonly LOG=/run/kboot/log

uptime_seconds() { cut -d' ' -f1 /proc/uptime; }

# user:password@ of a URL is nobody's business, on the screen and in the log.
hide_secrets() { printf '%s' "$1" | sed 's,\(://\)[^/@ ]*@,\1***@,g'; }

# For the log only.
note() { printf '%8s  %s\n' "$(uptime_seconds)" "$(hide_secrets "$*")" >>"$LOG"; }

say() {
  printf '%s\n' "$(hide_secrets "$*")"
  note "$@"
}

# A phase of the boot; `phases` in the rescue shell, and the hand-off, list when each began.
phase() {
  say "kboot: $*"
  printf '%8s  %s\n' "$(uptime_seconds)" "$(hide_secrets "$*")" >>/run/kboot/phases
}

# why TEXT: remembers what failed, for the screen that will tell it. Always false.
why() {
  note "failed: $*"
  printf '%s\n' "$(hide_secrets "$*")" >/run/kboot/why
  return 1
}

human_size() { awk -v n="$1" 'BEGIN { printf "%.1f MiB", n / 1048576 }'; }
