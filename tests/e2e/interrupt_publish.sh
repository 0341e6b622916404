#!/bin/bash
# A publisher that is stopped at any moment, by ^C or SIGKILL, leaves a store that verifies; the next
# publisher completes and cleans up.
# Covers: base/interrupt.cc, server-tools/commands/publish.cc, server-tools/boot_flags.cc.
. "$(dirname "$0")/lib.sh"

mkdir "$work/source"
for i in $(seq 120); do noise 1000000 "$i" >"$work/source/$i"; done
mkdir "$work/first"
cp "$work/source/1" "$work/first"
publish "$work/first" tree >/dev/null
serial_of() { "$rootstream" inspect "file://$store/tree" --pubkey "$key.pub" --cache none --json | awk -F'[ ,]+' '/"serial"/ { print $3 }'; }

must_verify() {
  "$rootstream" verify "$store" --pubkey "$key.pub" >"$work/verify.log" 2>&1 ||
    fail "after $1: $(cat "$work/verify.log")"
}

stopped=0
for signal in INT TERM KILL; do
  for delay in 0.02 0.1 0.2 0.35 0.5 0.8; do
    # A background child of this shell ignores SIGINT; env restores the default.
    env --default-signal=INT "$rootstream" publish "$work/source" "$store" tree --key "$key" --level 3 \
      >"$work/publish.log" 2>&1 &
    publisher=$!
    wait_for 20 catches_or_ended "$publisher" TERM || fail "publish does not catch SIGTERM"
    sleep "$delay"
    kill "-$signal" $publisher 2>/dev/null || true
    result=0
    wait $publisher 2>/dev/null || result=$?
    case $result in
      0) ;;
      1)
        stopped=$((stopped + 1))
        [ "$(grep -c . "$work/publish.log")" = 1 ] || fail "more than a line: $(cat "$work/publish.log")"
        grep -q interrupted "$work/publish.log" || fail "does not say why: $(cat "$work/publish.log")"
        ;;
      137) stopped=$((stopped + 1)) ;;
      *) fail "exit $result after SIG$signal: $(cat "$work/publish.log")" ;;
    esac
    must_verify "SIG$signal at $delay s"
    if [ $result = 0 ]; then # the signal came too late: start again
      rm -rf "$store"
      publish "$work/first" tree >/dev/null
    fi
  done
done
echo "stopped $stopped of 18 in time"
[ $stopped -ge 6 ] || fail "too few were stopped in time to tell"

before=$(serial_of)
publish "$work/source" tree >/dev/null
must_verify "the next publisher"
[ "$(serial_of)" -gt "$before" ] || fail "the serial did not grow"
[ -z "$(ls -A "$store/tmp")" ] || fail "left in tmp: $(ls "$store/tmp")"
[ -z "$(find "$store/images" "$store/manifests" "$store/packs" -name '*.new*')" ] || fail "left temporary files"
"$rootstream" export "file://$store/tree" "$work/exported" --pubkey "$key.pub" --cache none
compare "$work/source" "$work/exported"
