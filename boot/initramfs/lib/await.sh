# Waiting for what comes by itself.

# await_tenths TENTHS COMMAND...: runs the command every tenth of a second until it succeeds. False if it did not in that time.
await_tenths() {
  local tenths=$1
  shift
  until "$@"; do
    [ "$tenths" -gt 0 ] || return 1
    tenths=$((tenths - 1))
    sleep 0.1
  done
}
