#!/usr/bin/env bash
# A boot is recorded from stage one on, and its profile is uploaded to a server. The image is published with the profile.
# Then the same boot over a slow line fetches little more than the touched bytes, and each byte once.
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
for path in "/usr/lib/modules/$(cat "$fixture/release")/modules.dep.bin" /usr/lib/systemd/systemd /usr/bin/python3.11; do
  grep -q "^read .* $path\$" "$profile" || fail "$path is not in the profile"
done

step "published with that profile, and booted over a slow line"
mount_image "file://$store/$image" "$work/mnt"
kernel_size=$(stat -c %s "$work/mnt/boot/vmlinuz-$(cat "$fixture/release")")
read -r plain touched shards < <(python3 "$repository/tests/support/touched.py" "$profile" "$work/mnt" 19)
store=$work/store
publish "$work/mnt" "$image" --profile "$profile" | grep hot
unmount "$work/mnt"
stop_server
rm "$work/access.log"
start_nginx
boot 600 stock --direct --url "$(url_inside)" --pubkey "$key.pub" --slow 20mbit,80ms -- \
  expect 'the line is slow now' expect 'starting it' expect 'second stage' expect 'login: $' \
  run "cp '$work/access.log' '$work/until-login'" end ''
expect_clean_run
# Until the login prompt, only the modules for the slow line itself were not in the profile.
mv "$work/until-login" "$work/access.log"
echo "$plain bytes touched, compressed $touched and $shards of metadata, kernel $kernel_size; $(bytes_sent) sent"
[ $((10 * $(bytes_sent))) -le $((12 * (touched + shards + kernel_size))) ] || fail "much more was sent"
# One chunk list may be fetched twice: the mount and the program that reads the kernel both need it.
repeated=$(awk '$4 != "\"-\"" { print $4, $5 }' "$work/access.log" | sort | uniq -d | wc -l)
[ "$repeated" -le 1 ] || fail "$repeated ranges were fetched twice"
