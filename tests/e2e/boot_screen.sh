#!/usr/bin/env bash
# A machine with a screen (a framebuffer), a keyboard and a serial line: both show kboot, and both can be typed at, before and after
# the kexec. The pictures of the screen are kept in the build folder: boot/screens.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/boot_lib.sh"
. "$(dirname "$0")/link_image.sh"
need_machine
make_link_image
"$rootstream" kboot build --out "$work/kboot" --hardware virtual --compress none --kernel "$(echo "$links"/kernel/boot/vmlinuz-*)" \
  --modules "$links"/kernel/lib/modules/* | tail -n 1
store=$links/store
start_nginx 'location /packs/ { limit_rate 200k; }'
screens=$build/boot/screens
mkdir -p "$screens"

# monitor COMMAND...: prints the shell command that sends them to QEMU's monitor.
monitor() { printf '%q ' python3 "$repository/tests/support/monitor.py" "$work/monitor" "$@"; }
# picture NAME LINES: prints the shell command that takes one, which must show that many lines of text. The kernel is quiet.
picture() {
  echo "$(monitor "screendump $screens/$1.png -f png" "screendump $work/$1.ppm") && lines=\$(python3 '$repository/tests/support/lit_lines.py' \
    '$work/$1.ppm') && echo \"$1: \$lines lines of text\" && [ \$lines -ge $2 ]"
}

inside=${server_url/127.0.0.1/10.0.2.2}
boot 900 "$work/kboot" --memory 1024 --url "$inside/missing:1" --pubkey "$key.pub" \
  --cmdline "vga=791 quiet console=tty0 rootstream.store=$inside init=/usr/lib/small/init" -- \
  expect 'could not boot' expect 'trying again in' run "$(picture failure 9)" run "$(monitor 'sendkey m')" \
  expect 'number or label' wait 1 run "$(picture menu 12)" run "$(monitor 'sendkey e' 'sendkey spc' 'sendkey 1' 'sendkey ret')" \
  expect 'boot: .*debian:12' send ' mitigations=off quiet' \
  expect 'MiB, [0-9]* KiB/s, [0-9]* s to go' run "$(picture progress 14)" \
  expect 'starting it' expect 'second stage' expect 'handing over to' run "$(picture second-stage 3)" expect 'login: ' end '' -- \
  -chardev "socket,id=monitor,path=$work/monitor,server=on,wait=off" -mon chardev=monitor
expect_clean_run
