#!/usr/bin/env bash
# Images that rootstream's publisher would never write, though every hash in them is right. The mount and all other programs
# that walk an image must read or refuse them, and must not crash.
# Covers: server-tools/commands/stats.cc.
. "$(dirname "$0")/lib.sh"
need_mount
mnt=$work/mnt
mkdir -p "$mnt" "$work/tree"
"$build/bin/make_hostile_images" "$store" >"$work/names"
echo contents >"$work/tree/file"

# ended COMMAND...: the command must end by itself, whether it succeeds or fails.
ended() {
  local code=0
  timeout 120 "$@" >"$work/out" 2>"$work/err" || code=$?
  [ $code -le 2 ] || fail "exit $code: $*: $(tail -3 "$work/err")"
}

for name in $(cat "$work/names"); do
  step "$name"
  url=file://$store/$name
  timeout 60 "$rootstream" mount "$url" "$mnt" --insecure --cache none || fail "does not mount"
  daemon=$(daemon_of "$mnt")
  for _ in 1 2; do
    (timeout 20 ls -f "$mnt" | head -5) >/dev/null 2>&1 || true
    (timeout 10 find "$mnt" -maxdepth 60 2>/dev/null | head -20000) >/dev/null || true
    timeout 20 cat "$mnt/file" >/dev/null 2>&1 || true
    [ "$(id -u)" != 0 ] || echo 2 >/proc/sys/vm/drop_caches
  done
  is_gone "$daemon" && fail "the daemon died"
  ended "$rootstream" status "$mnt"
  unmount "$mnt"
  ended "$rootstream" ls "$url" / --insecure --cache none
  ended "$rootstream" prefetch "$url" --all --insecure --cache "$work/cache-$name"
  # The export of the nested equal folders would never end. All other images are exported.
  [ "$name" = tree-of-twins ] || "$rootstream" export "$url" --insecure --cache none 2>"$work/err" | head -c 100000000 >/dev/null || true
  ! grep -Eq 'Sanitizer|runtime error' "$work/err" || fail "export: $(head -5 "$work/err")"
done

step "those who keep the store, and who publish into it"
ended "$rootstream" verify "$store" --insecure
ended "$rootstream" gc "$store" --dry-run
ended "$rootstream" stats "$store"
make_key
for name in $(cat "$work/names"); do
  "$rootstream" publish "$work/tree" "$store" "$name:beside" --key "$key" --level 3 >/dev/null || fail "publish beside $name"
done
