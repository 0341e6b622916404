#!/usr/bin/env bash
# A boot is recorded from the first byte of stage one on, and the profile is put to a server; what crossed the line is
# little more than what was touched.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/boot_lib.sh"
need_machine
need curl zstd
mkdir "$work/profiles"
start_nginx "location /profiles/ { root $work; dav_methods PUT; client_max_body_size 64m; }"
chmod 777 "$work/profiles"

boot 600 stock --direct --url "$(url_inside)" --pubkey "$key.pub" \
  --cmdline "rootstream.record=${server_url/127.0.0.1/10.0.2.2}/profiles/ rootstream.record-seconds=600" -- \
  expect 'starting it' expect 'second stage' expect 'login: $' expect 'the profile of this boot is at' end ''
expect_clean_run
profile=$(echo "$work"/profiles/debian_12-*.profile)
[ -f "$profile" ] || fail "no profile came: $(ls "$work/profiles")"
"$rootstream" profile show "$profile" >"$work/table"
head -3 "$work/table"
kernel=/boot/vmlinuz-$(cat "$fixture/release")
for path in "$kernel" /usr/lib/systemd/systemd /usr/bin/python3.11; do
  grep -q " $path$" "$work/table" || fail "$path is not in the profile"
done

step "what was touched, against what crosses the line when nothing is recorded"
url=file://$store/$image
mount_image "$url" "$work/mnt"
read -r plain touched shards < <(python3 "$repository/tests/support/touched.py" "$profile" "$work/mnt" 3)
unmount "$work/mnt"
sent=$(cat "$fixture/kexec.bytes" 2>/dev/null || bytes_sent)
echo "$plain bytes touched, compressed $touched and $shards of metadata; $sent sent"
[ "$sent" -le $((2 * (touched + shards))) ] || fail "$sent bytes sent for $((touched + shards)) touched"
