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
  grep -q "^read .* $path\$" "$profile" || fail "$path is not in the profile"
done
read_of_kernel=$(awk -v path="$kernel" '$1 == "read" && $6 == path { sum += $5 } END { print sum }' "$profile")

step "published with that profile, and booted over a slow line"
mount_image "file://$store/$image" "$work/mnt"
[ "$read_of_kernel" -ge "$(stat -c %s "$work/mnt$kernel")" ] || fail "of the kernel, $read_of_kernel bytes are in the profile"
read -r plain touched shards < <(python3 "$repository/tests/support/touched.py" "$profile" "$work/mnt" 19)
store=$work/store
publish "$work/mnt" "$image" --profile "$profile" | grep hot
unmount "$work/mnt"
stop_server
start_nginx
boot 600 stock --direct --url "$(url_inside)" --pubkey "$key.pub" --slow 20mbit,80ms -- \
  expect 'the line is slow now' expect 'starting it' expect 'second stage' expect 'login: $' end ''
expect_clean_run
repeated=$(awk '$4 != "\"-\"" { print $4, $5 }' "$work/access.log" | sort | uniq -d | wc -l)
[ "$repeated" = 0 ] || fail "$repeated ranges were fetched twice"
echo "$plain bytes touched, compressed $touched and $shards of metadata; $(bytes_sent) sent"
[ $((10 * $(bytes_sent))) -le $((12 * (touched + shards))) ] || fail "much more was sent"
