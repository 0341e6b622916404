#!/bin/bash
# Programs whose standard streams are closed, as some cron daemons do: they work, and overwrite nothing.
. "$(dirname "$0")/lib.sh"
need_mount

mkdir "$work/source"
noise 300000 1 >"$work/source/noise"
make_key

# closed COMMAND...: runs the command with all three standard streams closed.
closed() {
  timeout 60 "$@" <&- >&- 2>&- || fail "exit $? with standard files closed: $*"
}

step "a store"
closed "$rootstream" publish "$work/source" "$store" tree --key "$key" --level 3
timeout 60 "$rootstream" publish "$work/source" "$store" again --key "$key" --level 3 >&- || fail "publish >&-"
timeout 60 "$rootstream" publish "$work/source" "$store" again --key "$key" --level 3 <&- >/dev/null || fail "publish <&-"
closed "$rootstream" keygen "$work/other"
for verb in verify stats gc; do closed "$rootstream" $verb "$store"; done
"$rootstream" verify "$store" --pubkey "$key.pub" >/dev/null || fail "something was written over the store"

step "an image"
url=file://$store/tree
trust=(--pubkey "$key.pub" --cache none)
for command in ls inspect; do closed "$rootstream" $command "$url" "${trust[@]}"; done
closed "$rootstream" cat "$url" /noise "${trust[@]}"
closed "$rootstream" export "$url" "$work/exported" "${trust[@]}"
cmp "$work/source/noise" "$work/exported/noise" || fail "export with closed files"
closed "$rootstream" mirror "$store" "$work/copy" --pubkey "$key.pub"
closed "$rootstream" prefetch "$url" --all --pubkey "$key.pub" --cache "$work/cache"

step "a mount"
mkdir "$work/mount"
for how in '<&-' '>&-' '2>&-' '<&- >&- 2>&-'; do
  timeout 60 bash -c "'$rootstream' mount '$url' '$work/mount' --pubkey '$key.pub' --cache none $how" || fail "mount $how"
  cmp "$work/source/noise" "$work/mount/noise" || fail "mounted with $how"
  closed "$rootstream" status "$work/mount"
  closed "$rootstream" umount "$work/mount"
done

step "the parts by themselves"
for program in publisher kboot export; do
  closed "$build/libexec/rootstream/$program" --help
done
