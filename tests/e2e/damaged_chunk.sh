#!/bin/bash
# A chunk that is damaged on the server is fetched again, then reads of its file give EIO. Other files can
# be read, and verify names the pack. After the byte is repaired, the file can be read, too.
. "$(dirname "$0")/lib.sh"
need_mount
need nginx od

mkdir "$work/source"
for i in $(seq 8); do noise 3000000 "$i" >"$work/source/$i"; done
publish "$work/source" tree >/dev/null
start_nginx

# In the largest pack, far from its ends: in the content of one file.
pack=$(find "$store/packs" -type f -size +8M | head -1)
[ -n "$pack" ] || fail "no large pack to damage"
flip() {
  local byte
  byte=$(od -An -tu1 -j 5000000 -N 1 "$pack")
  printf "\\x$(printf %02x $((byte ^ 1)))" | dd of="$pack" bs=1 seek=5000000 conv=notrunc status=none
}

read_all() {
  bad=()
  local i
  for i in $(seq 8); do
    if ! cat "$work/mount/$i" >"$work/read" 2>"$work/error"; then
      grep -q 'Input/output error' "$work/error" || fail "not EIO: $(cat "$work/error")"
      bad+=("$i")
      cmp -n "$(stat -c %s "$work/read")" "$work/read" "$work/source/$i" || fail "wrong bytes before EIO"
    else
      cmp "$work/read" "$work/source/$i"
    fi
  done
}

step "damaged"
flip
mount_image "$server_url/tree" "$work/mount" --cache "$work/cache" --on-network-loss fail:5
began=$SECONDS
read_all
[ "${#bad[@]}" = 1 ] || fail "${#bad[@]} files gave EIO, not one"
[ $((SECONDS - began)) -le 15 ] || fail "took $((SECONDS - began)) s"
fetched=$(awk -v pack="${pack##*/}" '
  $NF ~ pack && match($4, /[0-9]+-[0-9]+/) {
    split(substr($4, RSTART, RLENGTH), range, "-")
    if (range[1] + 0 <= 5000000 && range[2] + 0 >= 5000000) n++
  }
  END { print n + 0 }' "$work/access.log")
echo "the damaged place was fetched $fetched times"
[ "$fetched" -gt 1 ] || fail "the damaged place was not fetched again"
"$rootstream" status "$work/mount" --json | grep -Eq '"errors": [1-9]' || fail "status counts no error"

step "verify"
! "$rootstream" verify "$store" --pubkey "$key.pub" >"$work/verify.log" 2>&1 || fail "verify found nothing"
grep -q "${pack##*/}" "$work/verify.log" || fail "verify does not name the pack: $(cat "$work/verify.log")"
! "$rootstream" verify "$server_url/tree" --pubkey "$key.pub" >"$work/verify.log" 2>&1 ||
  fail "verify of the URL found nothing"
grep -q "${pack##*/}" "$work/verify.log" || fail "verify of the URL does not name the pack"

step "put right"
flip
read_all
[ "${#bad[@]}" = 0 ] || fail "still EIO: ${bad[*]}"
compare "$work/source" "$work/mount"
unmount "$work/mount"
"$rootstream" verify "$store" --pubkey "$key.pub" >/dev/null
