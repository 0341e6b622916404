# A line on the console that tells how a transfer goes: how much is here, of how much, how fast, and how long it will take.

uptime_hundredths() {
  local now
  read -r now _ </proc/uptime
  echo "${now%.*}${now#*.}"
}

# while_showing COUNTER TOTAL COMMAND...: runs the command. If it takes more than a second, a line on the terminal tells what
# COUNTER prints, in bytes, of TOTAL, which may be empty.
while_showing() {
  local counter=$1 total=$2 code=0
  shift 2
  stop_showing
  if [ -t 1 ]; then
    show_progress "$counter" "$total" 2>/dev/null &
    showing=$!
  fi
  "$@" || code=$?
  stop_showing
  return $code
}

showing='' # the process that shows the line

stop_showing() {
  [ -n "$showing" ] || return 0
  kill "$showing" 2>/dev/null
  wait "$showing" 2>/dev/null
  showing=''
  printf '\r%-62s\r' ''
}

show_progress() { # show_progress COUNTER TOTAL
  local began first
  began=$(uptime_hundredths)
  first=$($1)
  while sleep 1; do
    printf '\r  %-60s' "$(progress_text $(($($1) - first)) "$2" $(($(uptime_hundredths) - began)))"
  done
}

# The bytes that came over all links since they are up.
received() {
  local file bytes sum=0
  for file in /sys/class/net/*/statistics/rx_bytes; do
    case "$file" in */lo/*) continue ;; esac
    read -r bytes <"$file" && sum=$((sum + bytes))
  done 2>/dev/null
  echo $sum
}

# progress_text BYTES TOTAL HUNDREDTHS [FIRST]: after so many hundredths of a second, of which FIRST were there at the beginning.
# TOTAL may be empty.
progress_text() {
  awk -v here="$1" -v total="$2" -v time="$3" -v first="${4-0}" 'BEGIN {
    printf "%.1f", here / 1048576
    if (total != "") printf " of %.1f", total / 1048576
    printf " MiB"
    if (here <= first || time < 100) exit
    rate = (here - first) * 100 / time
    printf ", %.0f KiB/s", rate / 1024
    if (total == "") exit
    left = (total - here) / rate
    if (left >= 60) printf ", %d min to go", left / 60 + 0.5
    else printf ", %d s to go", left + 0.5
  }'
}
