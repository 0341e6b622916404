#!/usr/bin/env bash
# A recording contains exactly the pages that programs touched, with every way of reading. The hot range of an image that is
# published with it ends with the pages that a readahead of one page requests.
. "$(dirname "$0")/lib.sh"
need_mount
need python3 nginx
mkdir -p "$work/source" "$work/mnt"
for way in read mmap sendfile readahead; do noise 4000000 "$way" >"$work/source/$way"; done
publish "$work/source" image >/dev/null
start_nginx
reads=(0:131072 409600:262144 1228800:65536 1294336:65536 2000000:5000 3999000:1000)
touch_pages() { python3 "$repository/tests/support/page_reads.py" "$1" "$work/mnt/$1" "${reads[@]}"; }

# pages_in PROFILE PATH: the pages of PATH that were read, in the format of page_reads.py.
pages_in() {
  awk -v path="/$2" '$1 == "read" && $6 == path {
      for (page = int($4 / 4096); page * 4096 < $4 + $5; ++page) print page }' "$1" | sort -nu |
    awk 'NR > 1 && $1 == end { end = $1 + 1; next } NR > 1 { printf "%d-%d ", begin, end } { begin = $1; end = $1 + 1 }
      END { print begin "-" end }'
}

step "what is recorded is what is in the page cache, and that is what was asked for"
mount_image "$server_url/image" "$work/mnt" --record "$work/profile"
for way in read mmap sendfile readahead; do touch_pages $way >"$work/$way"; done
unmount "$work/mnt"
for way in read mmap sendfile readahead; do
  { read -r asked && read -r cached; } <"$work/$way"
  [ "$(pages_in "$work/profile" $way)" = "$cached" ] || fail "$way: recorded $(pages_in "$work/profile" $way), cached $cached"
  # For readahead(2) the kernel reads at most as much as one request may hold, which may be less than was asked for.
  [ $way = readahead ] || [ "$cached" = "$asked" ] || fail "$way: $cached is cached, $asked was asked for"
done

step "and so it is on a mount that is there, by root"
if [ "$(id -u)" = 0 ]; then
  mount_image "$server_url/image" "$work/mnt"
  "$rootstream" profile record "$work/mnt" -o "$work/part" 2>/dev/null &
  recording=$!
  servers+=("$recording")
  is_recorded() { ls "$work/mnt/absent-$RANDOM" 2>/dev/null || "$rootstream" status "$work/mnt" --json | grep -q '"recorded": [1-9]'; }
  wait_for 10 is_recorded || fail "nothing is recorded"
  readahead_of() { cat "/sys/class/bdi/$(awk -v at="$work/mnt" '$5 == at { print $3 }' /proc/self/mountinfo)/read_ahead_kb"; }
  is_without() { [ "$(readahead_of)" = 0 ]; }
  wait_for 10 is_without || fail "readahead is $(readahead_of) while it is recorded"
  touch_pages read >"$work/read"
  kill -INT "$recording"
  wait "$recording"
  [ "$(pages_in "$work/part" read)" = "$(head -n 1 "$work/read")" ] || fail "recorded: $(pages_in "$work/part" read)"
  unmount "$work/mnt"
fi

step "published by it: a client that reads ahead by a page finds all that it asks for in the hot range"
publish "$work/source" image:hot --profile "$work/profile" >/dev/null
mount_image "$server_url/image:hot" "$work/mnt" --cache "$work/cache"
complete() { "$rootstream" status "$work/mnt" --json | tr -d '\n ' | grep -Eq '"hot":\{"total":([1-9][0-9]*),"done":\1[,}]'; }
wait_for 20 complete || fail "the hot range does not come"
stop_server
if [ "$(id -u)" = 0 ]; then echo 4 >"/sys/class/bdi/$(awk -v at="$work/mnt" '$5 == at { print $3 }' /proc/self/mountinfo)/read_ahead_kb"; fi
timeout 20 python3 "$repository/tests/support/page_reads.py" read "$work/mnt/read" "${reads[@]}" >"$work/read" ||
  fail "something that readahead asks for is not in the hot range"
unmount "$work/mnt"
