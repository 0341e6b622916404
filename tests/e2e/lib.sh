# Sourced by every test of this folder: provides a temporary folder, servers on the loopback, and mounts.
# At its exit, a test ends all processes that it started and all its mounts, by process id and by path. It
# touches nothing outside its temporary folder. Exit codes: 0 passed, 77 skipped (with a reason), else failed.
#
# ROOTSTREAM_BUILD is the build folder: build/default of the repository unless it is set. KEEP=1 keeps
# the temporary folder of a test that fails.
#
# shellcheck shell=bash disable=SC2034

set -euo pipefail
export LC_ALL=C

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=$(cd "${ROOTSTREAM_BUILD:-$repository/build/default}" && pwd)
rootstream=$build/bin/rootstream
tree_compare=$build/bin/tree_compare
make_nasty_tree=$build/bin/make_nasty_tree
PATH=$PATH:/usr/sbin:/sbin
export ROOTSTREAM_SETTINGS=/nonexistent # not those of this machine

work=$(mktemp -d "${TMPDIR:-/tmp}/rootstream-e2e.XXXXXX")
chmod 755 "$work" # tests also run programs as ordinary users
store=$work/store
key=$work/key
servers=() # process ids

step() { echo "-- $*"; }

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

skip() {
  echo "SKIPPED: $*" >&2
  exit 77
}

need() {
  local program
  for program in "$@"; do
    command -v "$program" >/dev/null || skip "$program is not installed"
  done
}

need_root() {
  [ "$(id -u)" = 0 ] || skip "needs root"
}

need_mount() {
  [ -w /dev/fuse ] || skip "/dev/fuse is not there or not ours to open"
}

# Restarts the test in its own mount namespace, so that its mounts elsewhere are invisible to other processes.
enter_mount_namespace() {
  [ -z "${in_namespace:-}" ] || return 0
  need unshare
  trap - EXIT ERR
  rmdir "$work"
  in_namespace=1 exec unshare --mount --propagation private "$0"
}

is_sanitized() { grep -Eqa '__(asan|tsan)_init' "$rootstream"; }

as_nobody() { setpriv --reuid 65534 --regid 65534 --clear-groups "$@"; }

# wait_for SECONDS COMMAND...: waits until the command succeeds; fails after SECONDS.
wait_for() {
  local until=$((SECONDS + $1))
  shift
  until "$@"; do
    [ $SECONDS -lt $until ] || return 1
    sleep 0.05
  done
}

milliseconds() { date +%s%3N; }

# Runs several steps that mostly wait in parallel: at_once starts a step; await_all waits for all, and fails if
# one failed. No step may end or write what another step needs; $here is the step's own folder.
steps=()
at_once() {
  local here=$work/step-${#steps[@]}
  mkdir "$here"
  (
    trap - EXIT
    "$@"
  ) &
  steps+=($!)
}
await_all() {
  local pid result=0
  for pid in "${steps[@]}"; do wait "$pid" || result=1; done
  steps=()
  [ $result = 0 ] || fail "one of the steps above"
}

# --- ending processes and mounts ---------------------------------------------------------------------

is_gone() { ! [ -e "/proc/$1" ] || grep -q '^State:[[:space:]]*Z' "/proc/$1/status" 2>/dev/null; }

stop_process() {
  local pid=$1
  kill -TERM "$pid" 2>/dev/null || return 0
  kill -CONT "$pid" 2>/dev/null || true
  wait_for 3 is_gone "$pid" || kill -KILL "$pid" 2>/dev/null || true
  wait "$pid" 2>/dev/null || true
}

stop_server() { stop_process "$server_pid"; }

# catches_or_ended PID SIGNAL: whether it has a handler for the signal, or is gone (proc(5), SigCgt). A test that says
# what a signal does waits for this: under load, a program may need a second until its main() has set handlers.
catches_or_ended() {
  local caught
  caught=$(awk '/^SigCgt:/ { print $2 }' "/proc/$1/status" 2>/dev/null) || true
  is_gone "$1" || [ $((0x${caught:-0} >> ($(kill -l "$2") - 1) & 1)) = 1 ]
}

# processes_with TEXT: the ids of processes with TEXT in their command line.
processes_with() {
  local file pid
  for file in $(grep -alF -- "$1" /proc/[0-9]*/cmdline 2>/dev/null); do
    pid=${file//[^0-9]/}
    if [ "$pid" != $$ ] && ! is_gone "$pid"; then echo "$pid"; fi
  done
}

at_exit() { :; } # a test may redefine it

clean_up() {
  local result=$? pid mount
  trap - EXIT ERR
  set +e
  at_exit
  for pid in "${servers[@]}"; do kill -CONT "$pid" 2>/dev/null; done
  while read -r _ _ _ _ mount _; do
    mount=$(printf '%b.' "$mount") # mountinfo has spaces and some other characters in octal
    umount -l "${mount%.}" 2>/dev/null || fusermount3 -uz "${mount%.}" 2>/dev/null
  done < <(grep -F " $work/" /proc/self/mountinfo | tac)
  for pid in $(processes_with "$work/") "${servers[@]}"; do stop_process "$pid"; done
  if [ $result -ne 0 ] && [ $result -ne 77 ] && [ -n "${KEEP:-}" ]; then
    echo "kept: $work" >&2
  else
    chmod -R u+rwX "$work" 2>/dev/null
    rm -rf --one-file-system "$work"
  fi
  exit $result
}
trap clean_up EXIT
trap 'echo "FAILED: $0:$LINENO: $BASH_COMMAND" >&2' ERR
trap 'exit 130' INT TERM

# --- images ------------------------------------------------------------------------------------------

# noise SIZE SEED: SIZE bytes that do not compress, always the same for a SEED.
noise() {
  openssl enc -aes-128-ctr -nosalt -pass "pass:$2" -md sha256 </dev/zero 2>/dev/null | head -c "$1" || true
}

# Some folders, links, and files of a few sizes: a few MiB.
make_small_tree() {
  local i
  mkdir -p "$1/etc" "$1/usr/share/doc/a" "$1/empty"
  for i in 1 2 3 4 5; do noise $((i * 300000)) "$i" >"$1/usr/share/noise-$i"; done
  seq 1 100000 >"$1/usr/share/text"
  seq 1 50 >"$1/etc/small"
  : >"$1/etc/nothing"
  ln -s ../etc/small "$1/usr/link"
  ln "$1/etc/small" "$1/usr/share/doc/a/hard"
  for i in $(seq 1 200); do echo "file $i" >"$1/usr/share/doc/$i"; done
  chmod 4755 "$1/etc/small"
}

make_key() { "$rootstream" keygen "$key" >/dev/null; }

# publish SOURCE NAME [OPTION...]: publishes into $store, signed, with a fast compression level.
publish() {
  [ -e "$key" ] || make_key
  local source=$1 name=$2
  shift 2
  "$rootstream" publish "$source" "$store" "$name" --key "$key" --level 3 "$@"
}

# mount_image URL FOLDER [OPTION...]: mounts without a cache unless an option names one.
mount_image() {
  local url=$1 folder=$2
  shift 2
  mkdir -p "$folder"
  case " $* " in
    *" --cache "* | *cache=*) ;;
    *) set -- "$@" --cache none ;;
  esac
  "$rootstream" mount "$url" "$folder" --pubkey "$key.pub" "$@"
}

# The daemon that serves a mount.
daemon_of() {
  local pid
  for pid in $(processes_with "$1"); do
    if [ "$(readlink "/proc/$pid/exe")" = "$rootstream" ] &&
      tr '\0' '\n' <"/proc/$pid/cmdline" | grep -qxF -- "$1"; then
      echo "$pid"
      return 0
    fi
  done
  fail "no daemon for $1"
}

is_mounted() { grep -qF " $1 " /proc/self/mountinfo; }

# Also waits until the daemon has ended, so that its cache is complete.
unmount() {
  local pid
  pid=$(daemon_of "$1")
  "$rootstream" umount "$1"
  wait_for 30 is_gone "$pid" || fail "the daemon of $1 lives 30 s after its umount"
}

# compare A B [OPTION...]
compare() {
  "$tree_compare" "$@" >"$work/compare.log" 2>&1 || {
    head -20 "$work/compare.log" >&2
    fail "differs: $*"
  }
}

drop_page_cache() { [ "$(id -u)" != 0 ] || echo 1 >/proc/sys/vm/drop_caches || true; }

# expect_fail REGEX CODE COMMAND...: the command must fail with CODE and one line on stderr that matches.
expect_fail() {
  local regex=$1 code=$2 result=0
  shift 2
  timeout 60 "$@" >"$work/stdout" 2>"$work/stderr" </dev/null || result=$?
  [ $result = "$code" ] || fail "exit $result instead of $code: $*: $(cat "$work/stderr")"
  [ "$(wc -l <"$work/stderr")" = 1 ] || fail "not one line on stderr: $*: $(cat "$work/stderr")"
  grep -Eq -- "$regex" "$work/stderr" || fail "'$(cat "$work/stderr")' is not like '$regex': $*"
  grep -q '^rootstream: ' "$work/stderr" || fail "does not begin with the program's name: $(cat "$work/stderr")"
}

# --- servers: each sets server_pid, server_url (of the store) and port ---------------------------------

pick_port() {
  while true; do
    port=$((20000 + RANDOM % 12000))
    if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then return 0; fi
  done
}

accepts() { (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; }

# Starts a command that serves until it is killed; its output goes to $work/server.log.
start_server() {
  "$@" >>"$work/server.log" 2>&1 </dev/null &
  server_pid=$!
  servers+=("$server_pid")
}

await_server() {
  server_url=$1
  wait_for 10 accepts || fail "$2 does not start: $(tail -3 "$work/server.log")"
}

# nginx_configuration LISTEN EXTRA: nginx runs as one process, so that one signal stops all of it. Its log
# contains status, protocol, bytes, range and path.
nginx_configuration() {
  mkdir -p "$work/nginx"
  cat <<END
daemon off;
master_process off;
pid $work/nginx/pid;
error_log $work/nginx/error.log;
events { worker_connections 512; }
http {
  log_format short '\$status \$server_protocol \$bytes_sent "\$http_range" \$request_uri';
  access_log $work/access.log short;
  client_body_temp_path $work/nginx/body;
  proxy_temp_path $work/nginx/proxy;
  fastcgi_temp_path $work/nginx/fastcgi;
  uwsgi_temp_path $work/nginx/uwsgi;
  scgi_temp_path $work/nginx/scgi;
  keepalive_requests 100000;
  server {
    listen $1;
    root $store;
    $2
  }
}
END
}

# start_nginx [DIRECTIVES]: uses $port if `same_port` is set in the environment, else picks a new port.
start_nginx() {
  need nginx
  [ -n "${same_port:-}" ] || pick_port
  nginx_configuration "127.0.0.1:$port" "${1:-}" >"$work/nginx.conf"
  start_server nginx -c "$work/nginx.conf" -e "$work/nginx-start.log"
  await_server "http://127.0.0.1:$port" nginx
}

# By nginx: of all answers so far, heads included.
bytes_sent() { awk '{ sum += $3 } END { print sum + 0 }' "$work/access.log"; }

# HTTP/2 over TLS with a self-signed certificate, $work/ca.pem. QEMU's machines reach the loopback as 10.0.2.2.
start_nginx_tls_h2() {
  need nginx openssl
  pick_port
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
    -keyout "$work/tls.key" -out "$work/ca.pem" -subj /CN=127.0.0.1 \
    -addext subjectAltName=IP:127.0.0.1,IP:10.0.2.2 2>/dev/null
  nginx_configuration "127.0.0.1:$port ssl http2" \
    "ssl_certificate $work/ca.pem; ssl_certificate_key $work/tls.key;" >"$work/nginx.conf"
  start_server nginx -c "$work/nginx.conf" -e "$work/nginx-start.log"
  await_server "https://127.0.0.1:$port" "nginx with TLS"
}

start_lighttpd() {
  need lighttpd
  pick_port
  cat >"$work/lighttpd.conf" <<END
server.document-root = "$store"
server.bind = "127.0.0.1"
server.port = $port
server.upload-dirs = ("$work")
END
  start_server lighttpd -D -f "$work/lighttpd.conf"
  await_server "http://127.0.0.1:$port" lighttpd
}

start_busybox() {
  need busybox
  pick_port
  start_server busybox httpd -f -p "127.0.0.1:$port" -h "$store"
  await_server "http://127.0.0.1:$port" "busybox httpd"
}

start_embedded() {
  pick_port
  start_server "$rootstream" serve "$store" --listen "127.0.0.1:$port"
  await_server "http://127.0.0.1:$port" "rootstream serve"
}

# start_line NAME MBIT: starts a separate line to the server, with a round trip of 20 ms. Sets NAME_port, and NAME_pid.
start_line() {
  rm -f "$work/$1.port"
  python3 "$repository/tests/bench/line.py" --to "$port" --rtt 20 --rate "$2" --stats "$work/$1.json" >"$work/$1.port" &
  servers+=($!)
  declare -g "$1_pid=$!"
  wait_for 10 test -s "$work/$1.port" || fail "line.py does not start"
  declare -g "$1_port=$(cat "$work/$1.port")"
}
