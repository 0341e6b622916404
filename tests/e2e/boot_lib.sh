# Sourced by the tests that boot a machine, after lib.sh. boot_fixture.sh makes their shared files once, in
# $build/boot: a Debian root with a kernel, published and signed, and kboots. The machines run in QEMU without
# KVM, so that they behave the same on every host.
#
# shellcheck shell=bash disable=SC2034

fixture=$build/boot
image=debian:12
qemu=$repository/boot/qemu
console=$repository/tests/support/console.py

need_machine() {
  need qemu-system-x86_64 python3 nginx
  need_root
  [ -f "$fixture/complete" ] || fail "run tests/e2e/boot_fixture.sh first"
  store=$fixture/store key=$fixture/key
}

# The fixture's store, for a test that publishes.
use_own_store() {
  store=$work/store
  cp -al "$fixture/store" "$store"
}

# Sets disk, which kboot finds by its label.
make_cache_disk() {
  disk=$work/cache.img
  truncate -s 400M "$disk"
  mkfs.ext4 -q -L rootstream "$disk"
}

# Sets root, the folder of the fixture's root, for a test that changes it.
unpack_root() {
  root=$work/root
  mkdir "$root"
  tar -C "$root" --xattrs --xattrs-include='*' --numeric-owner -xf "$fixture/root.tar"
  tar -C "$root" -xf "$fixture/additions.tar"
}

# The server's address as the machine sees it: QEMU's network forwards 10.0.2.2 to the host's loopback.
url_inside() { echo "${server_url/127.0.0.1/10.0.2.2}/$image"; }

# boot SECONDS KBOOT QEMU-OPTION... -- STEP... [-- OPTION-OF-QEMU-ITSELF...]: boots a machine. KBOOT is a folder,
# or a name in the fixture, or empty for a machine that starts from a medium. The console's output goes to $work/console, the output of the image on its second
# serial port to $work/marker.
boot() {
  local seconds=$1 kboot=$2 options=() steps=()
  shift 2
  case "$kboot" in '' | /*) ;; *) kboot=$fixture/$kboot ;; esac
  while [ "$1" != -- ]; do
    options+=("$1")
    shift
  done
  shift
  while [ $# -gt 0 ] && [ "$1" != -- ]; do
    steps+=("$1")
    shift
  done
  [ $# = 0 ] || shift
  python3 "$console" --log "$work/console" --stamps "$work/stamps" --timeout "$seconds" "${steps[@]}" -- \
    "$qemu" --no-kvm ${kboot:+--kboot "$kboot"} "${options[@]}" -- -serial mon:stdio -serial "file:$work/marker" "$@" ||
    fail "the machine did not do what it should"
  if [ -f "$work/marker" ]; then sed -i 's/\r//g' "$work/marker"; fi
}

# login_seconds [REGEX]: prints the seconds from power-on, or from the line that matches, to the next login prompt of the last boot.
login_seconds() {
  awk -v from="${1-}" '!begun && (from == "" || $0 ~ from) { begun = 1; began = from == "" ? 0 : $1 }
    begun && /login: $/ { printf "%.0f\n", $1 - began; exit }' "$work/stamps"
}

# Checks that the image's marker service has run, and that the machine powered off without errors.
expect_clean_run() {
  grep -q '^written$' "$work/marker" || fail "the marker service did not write to the overlay"
  grep -q '^python 42$' "$work/marker" || fail "a program from the root did not run"
  grep -q '^failed units: 0$' "$work/marker" || fail "units failed: $(cat "$work/marker")"
  grep -q 'Power down' "$work/console" || fail "the machine did not go off"
  ! grep -aiE 'i/o error|transport endpoint|kernel panic|oops' "$work/console" || fail "errors on the console"
}
