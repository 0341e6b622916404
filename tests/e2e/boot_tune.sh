#!/usr/bin/env bash
# Three command lines of one kernel, each booted once and measured; from then on the fastest boots by itself.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/boot_lib.sh"
need_machine
use_own_store
start_nginx
make_cache_disk
unpack_root
# Centiseconds for 200 programs. With the kernel's checks of its own memory, they take several times as long.
cat >"$root/usr/local/bin/bench" <<'SH'
#!/bin/sh
began=$(cut -d' ' -f1 /proc/uptime | tr -d .)
for i in $(seq 200); do busybox true; done
echo $(($(cut -d' ' -f1 /proc/uptime | tr -d .) - began))
SH
printf '#!/bin/sh\ncat /proc/cmdline >/dev/ttyS1\n[ -e /etc/systemd/system/rootstream-measure.service ] || systemctl poweroff\n' >"$root/usr/local/sbin/marker"
chmod 755 "$root/usr/local/bin/bench"
publish "$root" "$image" >/dev/null

"$rootstream" kboot tune --url "$(url_inside)" --measure /usr/local/bin/bench --try 'slub_debug=FZPU' --try 'quiet' \
  --try 'slub_debug=FZPU page_poison=1 init_on_free=1' >"$work/kboot.conf"
sed -i 's/^timeout=.*/timeout=1/' "$work/kboot.conf"
"$rootstream" kboot build --out "$work/kboot" --hardware virtual --compress zstd --conf "$work/kboot.conf" --pubkey "$key.pub" >/dev/null

# starts STEP...: boots it until it ends, and prints the image's command line.
starts() {
  boot 600 "$work/kboot" --direct --cmdline kboot.timeout=1 -- "$@" end '' -- -drive "file=$disk,format=raw,if=virtio"
  cat "$work/marker"
}
for number in 1 2 3; do
  step "entry $number"
  starts expect "measuring try-$number" expect 'Restarting system'
done
results=/tune/$(debugfs -R 'ls -p /tune' "$disk" 2>/dev/null | grep -o '[0-9a-f]\{32\}')
for number in 1 2 3; do echo "$(debugfs -R "cat $results/try-$number" "$disk" 2>/dev/null) try-$number"; done | sort -n | tee "$work/results"
grep -c '^[0-9][0-9]* try-' "$work/results" | grep -qx 3 || fail 'not a number for each'
read -r score best <"$work/results"
step "the best, $best"
starts expect "the best of try-1 try-2 try-3 on this machine is $best: $score" expect 'Power down'
words=$(sed -n "s,^$best=[^ ]* *,,p" "$work/kboot.conf")
grep -qF -- "$words" "$work/marker" || fail "it booted with other words than $words"

step 'wrong uses'
refuses() { expect_fail "$1" 2 "$rootstream" kboot tune "${@:2}"; }
refuses '--url URL is missing' --measure x --try a --try b
refuses '--measure COMMAND is missing' --url http://h/s/a --try a --try b
refuses 'at least two --try' --url http://h/s/a --measure x --try a
refuses 'is not an http or https address' --url a --measure x --try a --try b
refuses 'unknown option --best' --best
