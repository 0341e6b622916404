#!/bin/bash
# A client's memory of refs survives damage to one of its copies. If it is lost, the client says so, and
# with --strict-memory refuses the image.
. "$(dirname "$0")/lib.sh"
need_root
need_mount
need nginx

make_small_tree "$work/source"
publish "$work/source" tree >/dev/null
old=$(mktemp -d "$work/old.XXXX")
cp -a "$store/images" "$old"
echo new >"$work/source/etc/new"
publish "$work/source" tree >/dev/null
cp -a "$store/images" "$work/new-images"
start_nginx
cache=$work/cache

serve() { rm -rf "$store/images" && cp -a "$1" "$store/images"; }
memory_says() {
  "$rootstream" status "$work/mount" --json >"$work/status"
  grep -q "\"memory_of_refs\": \"$1\"" "$work/status" || fail "not $1: $(grep memory_of_refs "$work/status")"
}
open_with() { mount_image "$server_url/tree" "$work/mount" --cache "$cache" "$@" 2>"$work/error"; }
renew() { rm -rf "$cache" && cp -a "$work/warm" "$cache"; }
flip() {
  local byte
  byte=$(od -An -tu1 -j "$2" -N 1 "$1")
  printf "\\x$(printf %02x $((byte ^ 1)))" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}
memories() { find "$cache"/refs* -type f -size +0; }

step "kept, or none"
open_with --strict-memory || fail "$(cat "$work/error")"
memory_says kept
find "$work/mount" -type f -exec cat {} + >/dev/null
unmount "$work/mount"
cp -a "$cache" "$work/warm"
mount_image "$server_url/tree" "$work/mount"
memory_says none
unmount "$work/mount"
expect_fail "needs a cache folder" 1 "$rootstream" ls "$server_url/tree" --pubkey "$key.pub" --cache none --strict-memory

step "one copy damaged"
[ "$(memories | wc -l)" = 2 ] || fail "not two copies: $(memories)"
for copy in $(memories); do
  for way in flip cut remove; do
    renew
    case $way in
      flip) flip "$copy" 9 ;;
      cut) truncate -s 20 "$copy" ;;
      remove) rm "$copy" ;;
    esac
    serve "$old/images"
    ! open_with || fail "an older serial was taken with one copy damaged ($way)"
    grep -q 'serial' "$work/error" || fail "$(cat "$work/error")"
    serve "$work/new-images"
    stop_server
    open_with --on-network-loss fail:1 --strict-memory || fail "off-line with one copy damaged ($way): $(cat "$work/error")"
    memory_says kept
    compare "$work/source" "$work/mount"
    unmount "$work/mount"
    same_port=1 start_nginx
  done
done

lose() {
  renew
  case $1 in
    flipped) for copy in $(memories); do flip "$copy" 9; done ;;
    cut) for copy in $(memories); do : >"$copy"; done ;;
    removed) rm -r "$cache"/refs* ;;
  esac
}
step "both copies lost"
for way in flipped cut removed; do
  lose $way
  expect_fail 'memory of refs is lost' 1 "$rootstream" ls "$server_url/tree" --pubkey "$key.pub" --cache "$cache" --strict-memory
  ! open_with -o strict-memory || fail "was mounted though the memory is lost ($way)"
  open_with || fail "$(cat "$work/error")"
  memory_says lost
  "$rootstream" status "$work/mount" | grep -q 'memory of refs: lost' || fail "status does not say that it is lost"
  unmount "$work/mount"
  open_with --strict-memory || fail "it was not remembered anew: $(cat "$work/error")"
  memory_says kept
  unmount "$work/mount"
done
lose cut
"$rootstream" cat "$server_url/tree" /etc/small --pubkey "$key.pub" --cache "$cache" >"$work/out" 2>"$work/error"
cmp "$work/out" "$work/source/etc/small"
grep -q 'memory of refs: lost' "$work/error" || fail "cat does not say that the memory is lost"

step "a full disk"
mkdir "$work/disk"
mount -t tmpfs -o size=8M tmpfs "$work/disk"
head -c 20M /dev/zero >"$work/disk/ballast" 2>/dev/null || true
expect_fail 'memory of refs is lost.*[Ss]pace' 1 \
  "$rootstream" ls "$server_url/tree" --pubkey "$key.pub" --cache "$work/disk/cache" --strict-memory
mount_image "$server_url/tree" "$work/mount" --cache "$work/disk/cache"
memory_says lost
compare "$work/source" "$work/mount"
unmount "$work/mount"
umount "$work/disk"

step "two clients: the greater serial stays"
renew
serve "$old/images"
rm -rf "$cache"
for round in 1 2 3 4 5; do
  rm -rf "$cache"
  serve "$work/new-images"
  "$rootstream" ls "$server_url/tree" --pubkey "$key.pub" --cache "$cache" >/dev/null &
  one=$!
  "$rootstream" ls "$server_url/tree" --pubkey "$key.pub" --cache "$cache" >/dev/null || fail "the second client"
  wait $one || fail "the first client"
  serve "$old/images"
  ! "$rootstream" ls "$server_url/tree" --pubkey "$key.pub" --cache "$cache" >/dev/null 2>&1 || fail "an older serial"
done
