# Messages on the screen and in the log. Every line begins with the seconds since the kernel started.

readonly LOG=/run/kboot/log

uptime_seconds() { cut -d' ' -f1 /proc/uptime; }

# Removes user:password@ from URLs, for the screen and the log.
hide_secrets() { printf '%s' "$1" | sed 's,\(://\)[^/@ ]*@,\1***@,g'; }

# For the log only.
note() { printf '%8s  %s\n' "$(uptime_seconds)" "$(hide_secrets "$*")" >>"$LOG"; }

say() {
  printf '%s\n' "$(hide_secrets "$*")"
  note "$@"
}

# Notes the beginning of a phase of the boot; `phases` in the rescue shell lists them, and the next kernel gets them.
phase() {
  say "${speaker-kboot}: $*"
  printf '%8s  %s\n' "$(uptime_seconds)" "$(hide_secrets "$*")" >>/run/kboot/phases
}

# why KIND TEXT: remembers what failed, for the screen of the failed boot. KIND is one that screen.sh has advice for. The text
# is for people only, and decides nothing. Always false.
why() {
  printf '%s\n' "$1" >/run/kboot/why.kind
  shift
  note "failed: $*"
  printf '%s\n' "$(hide_secrets "$*")" >/run/kboot/why
  return 1
}

# kind_of CODE: prints the kind for an exit code of kboot's commands (boot/exit_code.h) or of timeout(1).
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
    12) echo two-kernels ;;
    130) echo interrupted ;;
    *) echo failed ;;
  esac
}

last_line() { tail -n 1 "$1" | sed 's/^rootstream: //'; }

human_size() { awk -v n="$1" 'BEGIN { printf "%.1f MiB", n / 1048576 }'; }
