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

# why KIND TEXT: remembers what failed, for the screen that will tell it. KIND is one of those that screen.sh has an
# advice for; the text is for people alone, and nothing is decided by it. Always false.
why() {
  printf '%s\n' "$1" >/run/kboot/why.kind
  shift
  note "failed: $*"
  printf '%s\n' "$(hide_secrets "$*")" >/run/kboot/why
  return 1
}

# kind_of CODE: what an exit code of kboot's own commands (boot/exit_code.h), or of timeout(1), says.
kind_of() {
  case "$1" in
    2) echo usage ;;
    3) echo nothing-to-boot ;;
    4) echo missing ;;
    5 | 124 | 143) echo unreachable ;;
    6) echo damaged ;;
    7) echo untrusted ;;
    10) echo no-memory ;;
    11) echo refused ;;
    130) echo interrupted ;;
    *) echo failed ;;
  esac
}

last_line() { tail -n 1 "$1" | sed 's/^rootstream: //'; }

human_size() { awk -v n="$1" 'BEGIN { printf "%.1f MiB", n / 1048576 }'; }
