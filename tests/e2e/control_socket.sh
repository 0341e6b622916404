#!/bin/bash
# Only its own daemon may answer for a mount, although another process may take the socket's name, and the kernel reuses
# device numbers. A daemon whose mount is gone ends, even if one of its threads hangs.
# Covers: fusefs/commands/status.cc.
. "$(dirname "$0")/lib.sh"
need_root
need_mount
need python3 setpriv

for name in first second; do
  mkdir "$work/$name"
  echo $name >"$work/$name/name"
  publish "$work/$name" $name >/dev/null
done
python=/usr/bin/python3 # any user may run it
[ -x $python ] || python=$(command -v python3)
device_of() { awk -v at="$1" '$5 == at { print $3 }' /proc/self/mountinfo; }

# take DEVICE [PREFIX...]: takes the names of this and the next mounts, and answers every client with another image.
take() {
  local device=$1
  shift
  "$@" "$python" -c '
import socket, sys, threading
major, minor = sys.argv[1].split(":")
def serve(s):
    while True:
        with s.accept()[0] as peer:
            try:
                peer.recv(256)
                peer.sendall(b"{\"image\": \"squatted\\u001b[2J\", \"hits\": {}, \"hot\": {}}\n")
            except OSError:
                pass
for n in range(int(minor), int(minor) + 40):
    s = socket.socket(socket.AF_UNIX)
    try:
        s.bind("\0rootstream/%s:%d" % (major, n))
    except OSError:
        continue  # another mount has this name
    s.listen(4)
    threading.Thread(target=serve, args=(s,)).start()
print("taken", flush=True)' "$device" >"$work/taken" &
  servers+=($!)
  squatter=$!
  wait_for 5 grep -q taken "$work/taken" || fail "python3 does not start"
}

step "a name that another user has taken, or root"
mount_image "file://$store/first" "$work/mount"
device=$(device_of "$work/mount")
unmount "$work/mount"
for who in "setpriv --reuid 65534 --regid 65534 --clear-groups" ""; do
  # shellcheck disable=SC2086
  take "$device" $who
  "$rootstream" mount "file://$store/first" "$work/mount" --pubkey "$key.pub" --cache none --foreground 2>"$work/log" &
  servers+=($!)
  wait_for 5 grep -q "process $squatter .*has taken the name" "$work/log" || fail "the log does not say so: $(cat "$work/log")"
  for form in "" --json; do
    # shellcheck disable=SC2086
    expect_fail "$work/mount: .*taken by .*$squatter" 1 "$rootstream" status "$work/mount" $form
    ! grep -q squatted "$work/stdout" || fail "status believes the squatter"
  done
  mkdir -p "$work/other"
  mount_image "file://$store/second" "$work/other" 2>"$work/told"
  grep -q "$work/other: .*process $squatter .*has taken the name" "$work/told" || fail "mount does not say so: $(cat "$work/told")"
  stop_process $squatter
  wait_for 10 "$rootstream" status "$work/other" >/dev/null 2>&1 || fail "status does not answer, too"
  unmount "$work/other"
  wait_for 10 "$rootstream" status "$work/mount" >/dev/null 2>&1 || fail "the name is free, and status does not answer"
  "$rootstream" status "$work/mount" | grep -q first:latest || fail "status of another image"
  "$rootstream" umount "$work/mount"
  wait_for 10 is_gone "$!" || fail "the daemon lives"
done

step "an earlier mount's daemon that is stopped"
mount_image "file://$store/first" "$work/mount"
old=$(daemon_of "$work/mount")
device=$(device_of "$work/mount")
kill -STOP "$old"
servers+=("$old")
umount -l "$work/mount"
mount_image "file://$store/second" "$work/mount"
if [ "$(device_of "$work/mount")" = "$device" ]; then
  expect_fail "$work/mount: .*$old" 1 "$rootstream" status "$work/mount"
else
  echo "left out: the device number was not given again"
fi
kill -CONT "$old"
wait_for 10 is_gone "$old" || fail "the earlier daemon lives"
wait_for 10 "$rootstream" status "$work/mount" >/dev/null 2>&1 || fail "the daemon does not take its name"
"$rootstream" status "$work/mount" | grep -q second:latest || fail "status of another image"
unmount "$work/mount"

# hang THREAD: stops one thread, as if it waited for ever, while the others run.
hang() {
  python3 -c '
import ctypes, sys, time
ptrace = ctypes.CDLL(None, use_errno=True).ptrace
ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
tid = int(sys.argv[1])
if ptrace(0x4206, tid, None, None) or ptrace(0x4207, tid, None, None): sys.exit("cannot trace")  # SEIZE, INTERRUPT
print("hangs", flush=True)
time.sleep(600)' "$1" >"$work/hangs" 2>/dev/null &
  servers+=($!)
  wait_for 5 grep -q hangs "$work/hangs"
}

step "a thread that hangs"
for name in rootstream fuse; do
  mount_image "file://$store/first" "$work/mount"
  daemon=$(daemon_of "$work/mount")
  for task in "/proc/$daemon/task"/*; do
    if [ "$(cat "$task/comm")" = $name ]; then thread=${task##*/}; fi
  done
  hang "$thread" || skip "cannot stop a thread"
  umount -l "$work/mount"
  wait_for 30 is_gone "$daemon" || fail "the daemon lives without its mount while its thread $name hangs"
done

step "a recording that the mount's end ends"
mount_image "file://$store/first" "$work/mount"
"$rootstream" profile record "$work/mount" -o "$work/profile" >"$work/told" 2>&1 &
recorder=$!
wait_for 5 grep -q 4 /sys/class/bdi/"$(device_of "$work/mount")"/read_ahead_kb || true
sleep 0.5
cat "$work/mount/name" >/dev/null
"$rootstream" umount "$work/mount"
wait $recorder || fail "profile record: $(cat "$work/told")"
"$rootstream" profile show "$work/profile" | grep -q name || fail "the profile lacks what was read"

step "a recording of nothing"
mount_image "file://$store/first" "$work/mount"
expect_fail "$work/mount: nothing was read of it; $work/nothing was not written" 1 \
  "$rootstream" profile record "$work/mount" -o "$work/nothing" --seconds 1
[ ! -e "$work/nothing" ] || fail "written"
expect_fail "profile.*$work/no/profile: No such file" 1 "$rootstream" profile record "$work/mount" -o "$work/no/profile"
unmount "$work/mount"
