# A line on the console that tells how a transfer goes: how much is here, of how much, how fast, and how long it will take.

uptime_hundredths() { uptime_seconds | tr -d .; }

# progress_of PID FILE BYTES: shows it as long as the process that writes the file lives.
progress_of() {
  local began
  began=$(uptime_hundredths)
  while kill -0 "$1" 2>/dev/null; do
    printf '\r  %-60s' "$(progress_text "$(stat -c %s "$2")" "$3" $(($(uptime_hundredths) - began)))"
    sleep 0.5
  done
  printf '\r%-62s\r' ''
}

# progress_text BYTES TOTAL HUNDREDTHS: after so many hundredths of a second.
progress_text() {
  awk -v here="$1" -v total="$2" -v time="$3" 'BEGIN {
    printf "%.1f of %.1f MiB", here / 1048576, total / 1048576
    if (here == 0 || time < 100) exit
    rate = here * 100 / time
    left = (total - here) / rate
    printf ", %.0f KiB/s", rate / 1024
    if (left >= 60) printf ", %d min to go", left / 60 + 0.5
    else printf ", %d s to go", left + 0.5
  }'
}
