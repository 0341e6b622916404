#!/usr/bin/env bash
# Publishing with a profile: the client fetches the hot range by itself and in few requests, the image is the
# same, and a profile that does not fit does no harm.
. "$(dirname "$0")/lib.sh"
need_mount
make_small_tree "$work/source"
publish "$work/source" image >/dev/null
start_nginx
mkdir "$work/mnt"
hot() { "$rootstream" status "$work/mnt" --json | tr -d '\n' | sed 's/.*"hot": *{ *"total": *\([0-9]*\), *"done": *\([0-9]*\).*/\1 \2/'; }
hot_is_here() { read -r total done_bytes <<<"$(hot)" && [ "$total" -gt 0 ] && [ "$total" = "$done_bytes" ]; }

step "recorded, and published by that"
touch_some() {
  cat "$work/mnt/usr/link" >/dev/null
  dd if="$work/mnt/usr/share/noise-5" of=/dev/null bs=100000 skip=3 count=4 2>/dev/null
  ls -l "$work/mnt/usr/share/doc" >/dev/null
}
mount_image "$server_url/image" "$work/mnt" --record "$work/profile"
touch_some
unmount "$work/mnt"
publish "$work/source" image:hot --profile "$work/profile" >"$work/summary"
grep -q '^hot ' "$work/summary" || fail "the summary says nothing of the hot range: $(cat "$work/summary")"
grep -q 'of it was in the store' "$work/summary"

step "it comes without being asked for; then nothing of it is fetched again, without a server either"
mount_image "$server_url/image:hot" "$work/mnt" --cache "$work/cache"
wait_for 20 hot_is_here || fail "hot range: $(hot)"
[ "${total:-0}" -lt 800000 ] || fail "the hot range has $total bytes"
before=$("$rootstream" status "$work/mnt" --json | grep '"requests"')
stop_server
touch_some
after=$("$rootstream" status "$work/mnt" --json | grep '"requests"')
[ "$before" = "$after" ] || fail "asked for more: $before then $after"
unmount "$work/mnt"

step "the image holds what its source holds"
start_nginx
mount_image "$server_url/image:hot" "$work/mnt" -o "$([ "$(id -u)" = 0 ] && echo suid,dev || echo ro)"
compare "$work/source" "$work/mnt"
unmount "$work/mnt"
"$rootstream" verify "$store" --pubkey "$key.pub" >/dev/null

step "prefetch brings it in, and goes on where it stopped"
"$rootstream" prefetch "$server_url/image:hot" --pubkey "$key.pub" --cache "$work/warm" >"$work/first"
"$rootstream" prefetch "$server_url/image:hot" --pubkey "$key.pub" --cache "$work/warm" >"$work/second"
grep -q 'of the hot range' "$work/first"
fetched() { sed 's/.*cache, \([^ ]*\) \([^ ]*\) .*/\1 \2/' "$1"; }
case "$(fetched "$work/second")" in
  *bytes) ;; # only the ref
  *) fail "fetched again: $(cat "$work/second")" ;;
esac
stop_server
mount_image "$server_url/image:hot" "$work/mnt" --cache "$work/warm"
touch_some
unmount "$work/mnt"

step "profiles that do not fit"
sed 's/^image image/image other/' "$work/profile" >"$work/other"
publish "$work/source" image:two --profile "$work/other" 2>"$work/stderr" >/dev/null
grep -q "is of image other, not of image" "$work/stderr" || fail "no word of it: $(cat "$work/stderr")"
[ "$(wc -l <"$work/stderr")" = 1 ]
sed 's#/usr/share/noise-5#/not/there#; s#/etc/small#/not/there#' "$work/profile" >"$work/absent"
expect_fail "nothing that the profile says was read is in the source" 1 "$rootstream" publish "$work/source" "$store" image:three --key "$key" --profile "$work/absent"
[ ! -e "$store/images/image/three" ] || fail "an image was published all the same"
head -c 300 "$work/profile" >"$work/cut"
expect_fail "profile .*/cut: line [0-9]*: the line behind it is cut off" 1 "$rootstream" publish "$work/source" "$store" image:three --key "$key" --profile "$work/cut"
echo '<html>' >"$work/html"
expect_fail "profile .*/html: not a profile" 1 "$rootstream" publish "$work/source" "$store" image:three --key "$key" --profile "$work/html"
expect_fail "nowhere: No such file" 1 "$rootstream" publish "$work/source" "$store" image:three --key "$key" --profile "$work/nowhere"
expect_fail "published without a profile" 1 "$rootstream" prefetch "file://$store/image" --pubkey "$key.pub" --cache "$work/warm"
