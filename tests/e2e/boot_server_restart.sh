#!/usr/bin/env bash
# The server is away for twenty seconds during the boot: the machine says so, waits, and continues.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/boot_lib.sh"
need_machine
start_nginx
boot 500 own --direct --url "$(url_inside)" --pubkey "$key.pub" -- \
  expect 'handing over to' wait 3 run "kill $server_pid" expect 'no store answers' wait 20 \
  run "nginx -c $work/nginx.conf -e $work/nginx-start.log >>$work/server.log 2>&1 </dev/null &" \
  expect 'online again' expect 'login: $' end ''
expect_clean_run
