#!/usr/bin/env bash
# Compares rootstream with other tools on one real Debian root, and prints a Markdown table of ratios.
# Absolute times on a shared machine mean little. The two sides of each row run alternately, three
# times each, and the table shows the median of the ratios.
#   tests/bench/run.sh [--rounds N] [--skip-15] [--files N]     --files: also an image of N small files
set -euo pipefail
cd "$(dirname "$0")/../.."
bin=$PWD/build/default/bin
rootstream=$bin/rootstream
files=0 levels="3 15" rounds=3
while [ $# -gt 0 ]; do
  case "$1" in
    --files)
      files=$2
      shift 2
      ;;
    --rounds)
      rounds=$2
      shift 2
      ;;
    --skip-15)
      levels=3
      shift
      ;;
    *)
      echo "run.sh: unknown option $1" >&2
      exit 2
      ;;
  esac
done

work=$(mktemp -d "${TMPDIR:-/var/tmp}/rootstream-bench-XXXXXX")
nginx_pid=
finish() {
  umount "$work/squash" 2>/dev/null || true
  "$rootstream" umount --lazy "$work/mnt" 2>/dev/null || true
  if [ -n "$nginx_pid" ]; then kill "$nginx_pid" 2>/dev/null || true; fi
  rm -rf --one-file-system "$work"
}
trap finish EXIT
mkdir "$work/mnt" "$work/squash" "$work/big"

seconds() { # seconds COMMAND...: wall time
  local start end
  start=$(date +%s.%N)
  "$@" >/dev/null 2>&1
  end=$(date +%s.%N)
  awk -v a="$start" -v b="$end" 'BEGIN { printf "%.3f", b - a }'
}
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.3f", a / b }'; }
median() { sort -g | awk '{ v[NR] = $1 } END { printf "%.2f", v[int((NR + 1) / 2)] }'; }
row() { printf '| %s | %s | %s |\n' "$1" "$2" "$3"; }
cold_pages() {
  sync
  echo 3 >/proc/sys/vm/drop_caches
}
size_of() { du -sb "$1" | cut -f1; }
mount_image() { "$rootstream" mount "$1" "$work/mnt" --pubkey "$work/key.pub" --cache "$2"; }
unmount_image() { "$rootstream" umount "$work/mnt"; }

echo "making a Debian root and a second version of it" >&2
suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
mmdebstrap --quiet --variant=minbase --include=systemd,python3,openssh-server,perl,vim,git "$suite" "$work/v1.tar"
mkdir "$work/v1"
tar -C "$work/v1" --xattrs --xattrs-include='*' --numeric-owner -xf "$work/v1.tar"
head -c 67108864 /dev/urandom >"$work/v1/var/large" # a file that is half random, half text
yes "a line of text that compresses well" | head -c 67108864 >>"$work/v1/var/large" || true
cp -a "$work/v1" "$work/v2"
(
  cd "$work" && apt-get download -qq tmux rsync nginx-light sqlite3 libevent-core-2.1-7 2>/dev/null
  for deb in ./*.deb; do dpkg -x "$deb" v2; done
)
"$rootstream" keygen "$work/key" >/dev/null
publish() { "$rootstream" publish "$1" "$work/$2" debian:12 --key "$work/key" --level "$3" --json; }
field() { sed -n "s/ *\"$1\": \([0-9]*\).*/\1/p"; }

cat >"$work/nginx.conf" <<CONF
daemon off; pid $work/nginx.pid; error_log $work/nginx.err;
events { worker_connections 256; }
http {
  log_format bytes '\$bytes_sent'; access_log $work/access bytes; sendfile on; tcp_nopush on;
  keepalive_requests 1000000;
  server { listen 127.0.0.1:18973; root $work; }
}
CONF
chmod 755 "$work"
nginx -c "$work/nginx.conf" &
nginx_pid=$!
url=http://127.0.0.1:18973

row what measured promised
row --- --- ---
for level in $levels; do
  times=() again=()
  for _ in $(seq "$rounds"); do
    rm -rf "$work/store$level"
    squash=$(seconds mksquashfs "$work/v1" "$work/squash$level.img" -comp zstd \
      -Xcompression-level "$level" -b 131072 -noappend -quiet -no-progress)
    first=$(seconds publish "$work/v1" "store$level" "$level")
    second=$(seconds publish "$work/v1" "store$level" "$level")
    times+=("$(ratio "$first" "$squash")") again+=("$(ratio "$first" "$second")")
  done
  row "publish, level $level, against mksquashfs: time" "$(printf '%s\n' "${times[@]}" | median)" "≤ 1.1"
  row "publish again unchanged, level $level: times faster" "$(printf '%s\n' "${again[@]}" | median)" \
    "$([ "$level" = 3 ] && echo '≥ 3' || echo '≥ 10')"
  store=$(size_of "$work/store$level/packs")
  row "store size, level $level, against squashfs" \
    "$(ratio "$store" "$(stat -c %s "$work/squash$level.img")")" "≤ 1.02"
  summary=$(publish "$work/v2" "store$level" "$level")
  new=$(($(field new_data_bytes <<<"$summary") + $(field new_metadata_bytes <<<"$summary")))
  if [ "$level" = 3 ]; then
    casync make "$work/c1.caidx" --store="$work/castore" "$work/v1" >/dev/null 2>&1
    before=$(size_of "$work/castore")
    casync make "$work/c2.caidx" --store="$work/castore" "$work/v2" >/dev/null 2>&1
    casync_new=$(($(size_of "$work/castore") - before + $(stat -c %s "$work/c2.caidx")))
  fi
  row "new bytes of a second version, level $level, against casync ($casync_new)" \
    "$(ratio "$new" "$casync_new") ($new)" "≤ 0.8"
done

echo "reading" >&2
tar -C / --sort=name -cf - usr/lib 2>/dev/null | head -c 524288000 >"$work/big/file" || true
zstd -q -3 "$work/big/file" -o "$work/big.zst"
"$rootstream" publish "$work/big" "$work/store3" big --key "$work/key" --level 3 >/dev/null
mksquashfs "$work/big" "$work/big.img" -comp zstd -Xcompression-level 3 -b 131072 -noappend -quiet \
  -no-progress >/dev/null
curl_zstd() { curl -s "$url/big.zst" | zstd -dqc >/dev/null; }
read_all() { cat "$1" >/dev/null; }
cold=() warm=() memory=0
for _ in $(seq "$rounds"); do
  line=$(seconds curl_zstd)
  rm -rf "$work/cache"
  mount_image "$url/store3/big" "$work/cache"
  cold+=("$(ratio "$line" "$(seconds read_all "$work/mnt/file")")")
  unmount_image
  mount_image "$url/store3/big" "$work/cache"
  cold_pages
  ours=$(seconds read_all "$work/mnt/file")
  unmount_image
  mount -t squashfs -o loop,ro "$work/big.img" "$work/squash"
  cold_pages
  theirs=$(seconds read_all "$work/squash/file")
  umount "$work/squash"
  warm+=("$(ratio "$theirs" "$ours")")
done
row "cold sequential read from loopback nginx, against curl | zstd -d: speed" \
  "$(printf '%s\n' "${cold[@]}" | median)" "≥ 0.5, then 0.8"
row "warm cache, page cache dropped, against kernel squashfs: speed" \
  "$(printf '%s\n' "${warm[@]}" | median)" "≥ 1"

first=() again=()
walk() { find "$1" | wc -l; }
for _ in $(seq "$rounds"); do
  mount -t squashfs -o loop,ro "$work/squash3.img" "$work/squash"
  cold_pages
  theirs=$(seconds walk "$work/squash")
  theirs_again=$(seconds walk "$work/squash")
  umount "$work/squash"
  mount_image "$url/store3/debian:12" none
  first+=("$(ratio "$(seconds walk "$work/mnt")" "$theirs")")
  again+=("$(ratio "$(seconds walk "$work/mnt")" "$theirs_again")")
  unmount_image
done
row "find, first, from loopback, against local squashfs: time" "$(printf '%s\n' "${first[@]}" | median)" "≤ 2"
row "find, again: time" "$(printf '%s\n' "${again[@]}" | median)" "≤ 1.5"

mount_image "$url/store3/debian:12" "$work/cache"
for n in $(seq 16); do
  (
    cd "$work/mnt" && tar --sort=name --exclude=./var/large -cf - . >/dev/null 2>&1
    [ "$n" -gt 4 ] || cat var/large >/dev/null
  ) &
done
for _ in $(seq 400); do
  now=$("$rootstream" status "$work/mnt" --json | field rss_anon)
  [ "${now:-0}" -le "$memory" ] || memory=$now
  [ "$(jobs -r | wc -l)" -gt 1 ] || break
  sleep 0.1
done
jobs -p | grep -v "^$nginx_pid\$" | xargs -r kill 2>/dev/null || true
sleep 0.5
"$rootstream" umount --lazy "$work/mnt"
row "memory of the daemon, 16 readers of everything" "$((memory / 1048576)) MiB" "≤ 64 MiB"

if [ "$files" -gt 0 ]; then
  echo "making $files files" >&2
  python3 tests/bench/many_files.py "$work/many" "$files"
  publish_many() { "$rootstream" publish "$work/many" "$work/store3" many --key "$work/key" --level 3 --json; }
  /usr/bin/time -f %M -o "$work/rss" "$rootstream" publish "$work/many" "$work/store3" many \
    --key "$work/key" --level 3 --json >"$work/summary"
  all=$(field new_metadata_bytes <"$work/summary")
  row "memory of publish, $files files" "$(($(cat "$work/rss") / 1024)) MiB" "≤ 512 MiB"
  : >"$work/access"
  mount_image "$url/store3/many" none
  ls "$work/mnt" >/dev/null
  sleep 0.5
  row "opening it and the first listing" \
    "$(wc -l <"$work/access") requests, $(awk '{ s += $1 } END { print s }' "$work/access") bytes" "≤ 3, ≤ 65536"
  unmount_image
  for n in $(seq 60); do echo "new $n" >"$work/many/000/000/zz-new-$n"; done
  new=$(publish_many | field new_metadata_bytes)
  row "metadata of 60 new files in one directory, against all" "$(ratio "$new" "$all")" "≤ 0.01"
  for n in $(seq 60); do echo "new $n" >"$work/many/$(printf '%03d' $((n * 7 % (files / 10000))))/0$((n % 90 + 10))/zy-$n"; done
  new=$(publish_many | field new_metadata_bytes)
  row "metadata of 60 new files in 60 directories, against all" "$(ratio "$new" "$all")" "≤ 0.01"
fi
