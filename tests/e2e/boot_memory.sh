#!/usr/bin/env bash
# A machine with 256 MiB of memory boots the image's kernel by kexec, with systemd, and tells where its memory is. Without a disk, the
# cache is in memory, too.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/boot_lib.sh"
need_machine
use_own_store
unpack_root
mkdir "$root/etc/systemd/system/marker.service.d"
printf '[Service]\nExecStartPre=/usr/local/sbin/where\n' >"$root/etc/systemd/system/marker.service.d/where.conf"
cat >"$root/usr/local/sbin/where" <<'END'
#!/bin/sh
exec >/dev/ttyS1 2>&1
# What is in memory, in KiB (proc(5), /proc/meminfo), and what of it is the boot's own.
meminfo() { awk -v key="$1:" '$1 == key { print $2 }' /proc/meminfo; }
told() { printf 'where: %-52s %8d\n' "$1" "$2"; }
sync
echo 3 >/proc/sys/vm/drop_caches
sleep 2
daemon=$(grep -l '^@' /proc/[0-9]*/cmdline 2>/dev/null | cut -d/ -f3 | while read -r process; do
  case "$(tr '\0' ' ' <"/proc/$process/cmdline")" in *rootstream*mount*) echo "$process" ;; esac
done | head -n 1)
own() { awk '/^RssAnon/ { print $2 }' "/proc/$daemon/status"; }
live=$(du -skx --exclude=cache "/proc/$daemon/root/" | cut -f1) cache=$(du -sk "/proc/$daemon/root/cache" | cut -f1)
told 'memory that the kernel can give out (MemTotal)' "$(meminfo MemTotal)"
told 'the daemon, its own pages' "$(own)"
told "the daemon's root: programs, libraries, settings" "$live"
told 'the cache in memory: what was fetched' "$cache"
told 'other tmpfs: changes of the root, /run' $(($(meminfo Shmem) - live - cache))
told 'systemd and all other programs, their own pages' $(($(meminfo AnonPages) - $(own)))
told 'the page cache: files that are in use' $(($(meminfo Cached) + $(meminfo Buffers) - $(meminfo Shmem)))
told 'the kernel: slabs, stacks, page tables, modules' $(($(meminfo Slab) + $(meminfo KernelStack) + $(meminfo PageTables) + $(meminfo VmallocUsed) + $(meminfo Percpu)))
told 'free' "$(meminfo MemFree)"
told 'available without swapping (MemAvailable)' "$(meminfo MemAvailable)"
END
chmod 755 "$root/usr/local/sbin/where"
publish "$root" "$image" >/dev/null
start_nginx
boot 900 stock --direct --memory 256 --url "$(url_inside)" --pubkey "$key.pub" -- \
  expect 'starting it' expect 'second stage' expect 'handing over to' expect 'login: $' end ''
expect_clean_run
echo "$(login_seconds) s from power-on to the login; $(bytes_sent) bytes crossed the line"
grep '^where: ' "$work/marker"
[ "$(grep -c '^where: ' "$work/marker")" = 10 ] || fail "not all is told: $(cat "$work/marker")"
