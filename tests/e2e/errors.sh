#!/bin/bash
# Bad input of every kind gives one line on stderr that says what failed, for which object and why. The exit
# code is 1, or 2 for wrong usage, and nothing is mounted.
# Covers: base/command_line.cc, base/tell.cc, fusefs/main.cc, fusefs/commands/verbs.cc,
# fusefs/commands/with_client.cc, fusefs/commands/other_programs.cc, fusefs/commands/ls.cc, fusefs/commands/output.cc,
# server-tools/commands/command.cc, server-tools/commands/main.cc.
. "$(dirname "$0")/lib.sh"
need_mount
need nginx tar

user=() # a prefix that runs a command as an ordinary user
[ "$(id -u)" != 0 ] || user=(setpriv --reuid 65534 --regid 65534 --clear-groups)

# expect_no_mount REGEX CODE URL [OPTION...]: a mount at $work/mount with the right key must fail.
expect_no_mount() {
  local regex=$1 code=$2 url=$3
  shift 3
  expect_fail "$regex" "$code" "$rootstream" mount "$url" "$work/mount" --pubkey "$key.pub" \
    --on-network-loss fail:1 "${@:---cache=none}"
  ! is_mounted "$work/mount" || fail "mounted all the same: $url"
}

expect_no_publish() {
  local regex=$1 source=$2 into=${3:-$store}
  expect_fail "$regex" 1 "$rootstream" publish "$source" "$into" refused --key "$key" --level 3
  [ ! -e "$into/images/refused" ] || fail "published all the same: $source"
}

mkdir "$work/mount" "$work/source"
chmod 755 "$work/source"
noise 300000 1 >"$work/source/noise"
seq 1 10000 >"$work/source/text"
publish "$work/source" tree >/dev/null
cp "$store/images/tree/latest" "$work/old-ref"

# --- usage -------------------------------------------------------------------------------------------
step "usage"
url=file://$store/tree
expect_fail 'pubkey.*insecure' 2 "$rootstream" mount "$url" "$work/mount" --cache none
expect_fail 'pubkey.*insecure' 2 "$rootstream" ls "$url" --cache none
expect_fail 'nonsense' 2 "$rootstream" mount "$url" "$work/mount" --pubkey "$key.pub" --nonsense
expect_fail 'nonsense' 2 "$rootstream" mount "$url" "$work/mount" --pubkey "$key.pub" -o nonsense
expect_fail 'nonsense' 2 "$rootstream" publish "$work/source" "$store" tree --nonsense
expect_fail 'SOURCE|STORE|NAME' 2 "$rootstream" publish
expect_fail 'level' 2 "$rootstream" publish "$work/source" "$store" tree --key "$key" --level 99
expect_fail "BAD" 2 "$rootstream" publish "$work/source" "$store" BAD --key "$key"
expect_fail "lots.*size" 2 "$rootstream" mount "$url" "$work/mount" --pubkey "$key.pub" --cache-size lots
expect_fail "size" 2 "$rootstream" mount "$url" "$work/mount" --pubkey "$key.pub" -o cache-size=-1
for option in --cache --cache-size --on-network-loss --record; do
  expect_fail "$option" 2 "$rootstream" mount "$url" "$work/mount" --pubkey "$key.pub" $option ""
done
expect_fail "never.*network" 2 "$rootstream" mount "$url" "$work/mount" --pubkey "$key.pub" \
  --on-network-loss never
expect_fail "1M|8M" 2 "$rootstream" mount "$url" "$work/mount" --pubkey "$key.pub" --cache-size 1M
expect_fail 'nonsense' 2 "$rootstream" serve "$store" --listen nonsense
expect_fail 'nonsense' 2 "$rootstream" nonsense
expect_fail 'MOUNTPOINT' 2 "$rootstream" mount "$url" --pubkey "$key.pub"

expect_fail 'initrd.*kernel' 2 "$rootstream" publish "$work/source" "$store" tree --initrd /text
expect_fail 'nonsense.*match rule' 2 "$rootstream" publish "$work/source" "$store" tree --kernel /text \
  --match nonsense

# --- publishing --------------------------------------------------------------------------------------
step "where profiles go"
for file in "$work/nothing/profile" "$work/source"; do
  expect_fail "profile.*$file: (No such file|Is a directory)" 1 "$rootstream" mount "$url" "$work/mount" --pubkey "$key.pub" \
    --cache none --record "$file"
  ! is_mounted "$work/mount" || fail "mounted, and records nothing"
  expect_fail "profile.*$file: (No such file|Is a directory)" 1 "$rootstream" ls "$url" --pubkey "$key.pub" --cache none \
    --record "$file"
done

step "kboot's image"
for image in nonsense "http://127.0.0.1/" "gopher://127.0.0.1/tree"; do
  expect_fail "kboot build: --url.*'$image'" 2 "$rootstream" kboot build --out "$work/kboot" --url "$image"
done

step "boot entries"
for option in "--kernel /nope" "--kernel /text --initrd /nope"; do
  # shellcheck disable=SC2086
  expect_fail 'boot entry: /nope: no such file' 1 "$rootstream" publish "$work/source" "$store" refused \
    --key "$key" --level 3 $option
done
[ ! -e "$store/images/refused" ] || fail "published with a kernel that is not there"

step "sources"
expect_no_publish "$work/nothing: No such file" "$work/nothing"
mkfifo "$work/fifo"
expect_no_publish "$work/fifo: neither" "$work/fifo"
head -c 1000 /dev/zero | tr '\0' x >"$work/odd-file"
expect_no_publish "$work/odd-file: neither" "$work/odd-file"
: >"$work/empty-file"
expect_no_publish "$work/empty-file" "$work/empty-file"

mkdir "$work/secret" "$work/user-store"
echo secret >"$work/secret/unreadable"
chmod 0 "$work/secret/unreadable"
[ "$(id -u)" != 0 ] || chown 65534:65534 "$work/secret" "$work/user-store"
[ "$(id -u)" != 0 ] || chmod 644 "$key" # the ordinary user must be able to read it
expect_fail "secret/unreadable: Permission denied" 1 \
  "${user[@]}" "$rootstream" publish "$work/secret" "$work/user-store" refused --key "$key" --level 3
mv "$work/secret/unreadable" "$work/secret/"$'new\nline \xff'
expect_fail 'secret/new(.|\\x0a)line .*Permission denied' 1 \
  "${user[@]}" "$rootstream" publish "$work/secret" "$work/user-store" refused --key "$key" --level 3
[ ! -e "$work/user-store/images/refused" ] || fail "published an unreadable file"

step "truncated tars"
tar -C "$work/source" --format=pax -cf "$work/whole.tar" .
size=$(stat -c %s "$work/source/noise")
for length in 100 700 2000 $((size / 2)) $((size + 1000)); do
  head -c "$length" "$work/whole.tar" >"$work/cut.tar"
  expect_no_publish "$work/cut.tar: |cut.tar.*(truncated|damaged|neither)" "$work/cut.tar"
done
gzip -c "$work/whole.tar" >"$work/whole.tar.gz"
head -c $(($(stat -c %s "$work/whole.tar.gz") / 2)) "$work/whole.tar.gz" >"$work/cut.tar.gz"
expect_no_publish "cut.tar.gz" "$work/cut.tar.gz"
publish_from_pipe() { "$rootstream" publish - "$store" refused --key "$key" --level 3 <"$1"; }
noise 5000 2 >"$work/garbage"
export -f publish_from_pipe
export rootstream store key
for input in "$work/garbage" /dev/null "$work/cut.tar"; do
  expect_fail "standard input|tar" 1 bash -c "publish_from_pipe $input"
  [ ! -e "$store/images/refused" ] || fail "published $input from a pipe"
done

step "stores"
expect_no_publish "$work/odd-file.*(not a store|Not a directory)" "$work/source" "$work/odd-file"
mkdir "$work/no-store"
echo mine >"$work/no-store/file"
expect_no_publish "$work/no-store: not a store" "$work/source" "$work/no-store"
[ "$(ls "$work/no-store")" = file ] || fail "something was written to a folder that is no store"
for verb in verify stats serve gc; do
  expect_fail "$work/no-store: not a store" 1 "$rootstream" $verb "$work/no-store"
  expect_fail "$work/nothing.*No such file" 1 "$rootstream" $verb "$work/nothing"
done
cp -r "$store" "$work/sealed-store"
chmod -R a-w,a+rX "$work/sealed-store"
[ "$(id -u)" != 0 ] || chown -R 0:0 "$work/sealed-store"
expect_fail "$work/sealed-store.*Permission denied" 1 \
  "${user[@]}" "$rootstream" publish "$work/source" "$work/sealed-store" refused --key "$key" --level 3

step "keys"
expect_fail "$work/nothing.*No such file" 1 \
  "$rootstream" publish "$work/source" "$store" refused --key "$work/nothing"
expect_fail "$work/garbage" 1 "$rootstream" publish "$work/source" "$store" refused --key "$work/garbage"
expect_fail "$work/nothing.*No such file" 1 \
  "$rootstream" mount "$url" "$work/mount" --cache none --pubkey "$work/nothing"
expect_fail "$work/garbage" 1 "$rootstream" mount "$url" "$work/mount" --cache none --pubkey "$work/garbage"
expect_fail "$key.*exists" 1 "$rootstream" keygen "$key"
expect_fail "$work/no/key.*No such file" 1 "$rootstream" keygen "$work/no/key"
[ "$(stat -c %a "$store")" != 0 ] && [ ! -e "$store/images/refused" ] || fail "a refused image is there"
"$rootstream" verify "$store" --pubkey "$key.pub" >/dev/null || fail "the store was damaged by refusals"

# --- mounting ----------------------------------------------------------------------------------------
step "URLs"
expect_no_mount "[Nn]ame|not a URL|URL" 1 "http://127.0.0.1/"
expect_no_mount "URL" 1 "tree"
expect_no_mount "gopher" 1 "gopher://127.0.0.1/tree"
expect_no_mount "BAD" 1 "file://$store/BAD"
expect_no_mount "$store/.*missing" 1 "file://$store/missing"
expect_no_mount "$store/.*(tree/)?2" 1 "file://$store/tree:2"

step "mountpoints"
no_mountpoint() { expect_fail "$1" 1 "$rootstream" mount "$url" "$2" --pubkey "$key.pub" --cache none; }
no_mountpoint "$work/nothing: No such file" "$work/nothing"
no_mountpoint "$work/odd-file: Not a directory" "$work/odd-file"
no_mountpoint "$work/source: not empty" "$work/source"
mount_image "$url" "$work/mount"
no_mountpoint "$work/mount: busy" "$work/mount"
compare "$work/source" "$work/mount"
(
  cd "$work/mount" || exit 1
  expect_fail "$work/mount.*busy" 1 "$rootstream" umount "$work/mount"
)
unmount "$work/mount"
for verb in umount status; do
  expect_fail "$work/mount: nothing is mounted" 1 "$rootstream" $verb "$work/mount"
  expect_fail "/proc: not a rootstream mount" 1 "$rootstream" $verb /proc
done

step "trust"
"$rootstream" keygen "$work/other-key" >/dev/null
wrong_key() {
  expect_fail "tree.*(signed|signature|key)" 1 "$rootstream" "$@" --pubkey "$work/other-key.pub" --cache none
}
wrong_key mount "$url" "$work/mount"
wrong_key ls "$url"
wrong_key cat "$url" /text
wrong_key inspect "$url"
wrong_key export "$url" "$work/export-refused"
wrong_key prefetch "$url" --all
[ ! -e "$work/export-refused" ] || fail "export made its folder for an image that it does not trust"
expect_fail "$store: 1 objects are damaged" 1 "$rootstream" verify "$store" --pubkey "$work/other-key.pub"
grep -q 'damaged: .*tree' "$work/stdout" || fail "verify does not name the image with the wrong key"

step "a serial lower than seen"
publish "$work/source" tree >/dev/null
mount_image "$url" "$work/mount" --cache "$work/cache"
unmount "$work/mount"
cp "$work/old-ref" "$store/images/tree/latest"
expect_no_mount "tree.*serial" 1 "$url" --cache "$work/cache"
mount_image "$url" "$work/mount" # without the cache it knows no earlier serial
unmount "$work/mount"
publish "$work/source" tree >/dev/null

step "the ref of another tag or name"
mkdir "$store/images/other"
cp "$store/images/tree/latest" "$store/images/other/latest"
expect_no_mount "other.*(name|tag|tree)" 1 "file://$store/other"
rm -r "$store/images/other"

step "an expired ref"
if command -v cc >/dev/null && ! is_sanitized; then
  cat >"$work/clock.c" <<'END'
#define _GNU_SOURCE
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
int clock_gettime(clockid_t id, struct timespec* t) {
  const long r = syscall(SYS_clock_gettime, id, t);
  if (id == CLOCK_REALTIME) t->tv_sec -= 3 * 24 * 3600;
  return (int)r;
}
END
  cc -shared -fPIC -o "$work/clock.so" "$work/clock.c"
  LD_PRELOAD=$work/clock.so publish "$work/source" expired --expires 1 >/dev/null
  expect_no_mount "expired.*expired" 1 "file://$store/expired"
  rm -r "$store/images/expired"
  publish "$work/source" fresh --expires 1 >/dev/null
  mount_image "file://$store/fresh" "$work/mount"
  unmount "$work/mount"
else
  echo "left out: nothing to shift the publisher's clock with"
fi

# --- servers -----------------------------------------------------------------------------------------
step "answers of servers"
expect_no_mount "no-such-host.invalid" 1 "http://no-such-host.invalid/tree"
pick_port
expect_no_mount "127.0.0.1:$port.*([Cc]onnect|refused)" 1 "http://127.0.0.1:$port/tree"
start_nginx '
  location /forbidden/ { return 403; }
  location /broken/ { return 500; }
  location /gone/ { return 503; }
  location /portal/ { default_type text/html; return 200 "<html><body>Log in</body></html>"; }
  location /loop/ { return 302 /loop/; }
  location /half/packs/ { return 404; }
  location /half/ { alias '"$store"'/; }
  location /html/packs/ { default_type text/html; return 200 "<html><body>Log in</body></html>"; }
  location /html/ { alias '"$store"'/; }'
expect_no_mount "$server_url/.*missing.*404" 1 "$server_url/missing"
expect_no_mount "$server_url/forbidden/.*403" 1 "$server_url/forbidden/tree"
expect_no_mount "$server_url/broken/.*500" 1 "$server_url/broken/tree"
expect_no_mount "$server_url/gone/.*503" 1 "$server_url/gone/tree"
expect_no_mount "$server_url/portal/.*tree" 1 "$server_url/portal/tree"
expect_no_mount "$server_url/loop/.*redirect" 1 "$server_url/loop/tree"
expect_no_mount "tree" 1 "$server_url/half/tree"
expect_no_mount "tree" 1 "$server_url/html/tree"
step "all is well once more"
mount_image "$server_url/tree" "$work/mount"
compare "$work/source" "$work/mount"
expect_fail "no-such-path" 1 "$rootstream" cat "$url" /no-such-path --pubkey "$key.pub" --cache none
expect_fail "no-such-path" 1 "$rootstream" ls "$url" /no-such-path --pubkey "$key.pub" --cache none
expect_fail "$work/source.*not empty" 1 \
  "$rootstream" export "$url" "$work/source" --pubkey "$key.pub" --cache none
unmount "$work/mount"

step "a full standard output"
trusted=(--pubkey "$key.pub" --cache none)
for command in "ls $url /" "cat $url /text" "inspect $url" "export $url -"; do
  expect_fail "" 1 bash -c "'$rootstream' $command ${trusted[*]} >/dev/full"
done
for command in "verify $store" "stats $store"; do
  expect_fail "" 1 bash -c "'$rootstream' $command >/dev/full"
done

step "refs that are none"
mkdir "$store/images/garbage"
for length in 0 1 50 300; do
  head -c $length "$store/images/tree/latest" >"$store/images/garbage/latest"
  expect_no_mount "garbage:latest: .*ref" 1 "$server_url/garbage"
done
noise 100000 3 >"$store/images/garbage/latest"
expect_no_mount "garbage:latest: " 1 "$server_url/garbage"
rm -r "$store/images/garbage"
