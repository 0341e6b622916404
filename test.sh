#!/usr/bin/env bash
# Builds and tests everything. As root, or as a user who may sudo.
#   ./test.sh               lint, unit tests, fuzz corpora, end-to-end tests, boots  (about 35 minutes, and the build)
#   ./test.sh --boot-all    every way of booting, every system, network and medium   (about 4 hours)
#   ./test.sh --boot-all --resume   the same, but for what has passed since it was begun anew
#   ./test.sh --sanitizers  the same code under ASan with UBSan, and TSan    (about 20 minutes, and two builds)
#   ./test.sh --lint        only the rules that CONTRIBUTING.md names; seconds where nothing changed
#   ./test.sh --fuzz SECS   every fuzz target with libFuzzer, SECS each
#   ./test.sh --soak SECS   readers that are signalled and killed, on a mount whose servers fail (900 for a release)
#   ./test.sh --bench       measurements against other tools, and of boots: docs/design.md, docs/boot.md
set -euo pipefail
cd "$(dirname "$0")"
. tests/support/setup.sh

TEST_PACKAGES="nginx-light lighttpd busybox acl attr libcap2-bin curl openssl squashfs-tools xz-utils zstd
  procps python3 util-linux"
BENCH_PACKAGES="casync nbdkit libnbd-bin httpdirfs rclone"
LINT_PACKAGES="python3 clang clang-format clang-tidy shellcheck shfmt"
BOOT_PACKAGES="qemu-system-x86 mmdebstrap e2fsprogs iproute2 openssh-client dnsmasq-base"
MEDIA_PACKAGES="ovmf mtools dosfstools xorriso fdisk sbsigntool wireguard-go wireguard-tools"

mode=${1:---all}
case "$mode" in
  --all | --sanitizers | --bench | --lint) ;;
  --boot-all)
    resume=${2-}
    case "$resume" in '' | --resume) ;; *)
      echo "test.sh: unknown option $resume; see ./test.sh --help" >&2
      exit 2
      ;;
    esac
    ;;
  --fuzz | --soak) seconds=${2:?$mode needs the seconds it may take} ;;
  -h | --help)
    sed -n '2,10s/^# \?//p' "$0"
    exit 0
    ;;
  *)
    echo "test.sh: unknown option $mode; see ./test.sh --help" >&2
    exit 2
    ;;
esac
if [ "$(id -u)" != 0 ]; then exec sudo --preserve-env=CI,TMPDIR "$0" "$@"; fi

# run_tests PRESET CTEST-ARGUMENTS...
run_tests() {
  local preset=$1
  shift
  say "testing ($preset)"
  # Without address randomisation: ThreadSanitizer of this compiler does not know the newest layouts.
  (cd "build/$preset" && setarch "$(uname -m)" -R ctest --output-on-failure --no-tests=error "$@")
}

lint() {
  say "lint"
  tests/lint.py
}

# run_resumable PRESET LABEL: each test by itself, those with a fixture after it; goes on behind one that fails.
run_resumable() {
  local preset=$1 passed=$PWD/build/$1/passed.$2 failed=() name
  [ "$resume" = --resume ] || rm -f "$passed"
  touch "$passed"
  for name in $(cd "build/$preset" && ctest -N -L "$2" | sed -n 's/^ *Test *#[0-9]*: //p'); do
    ! grep -qxF "$name" "$passed" || continue
    if (run_tests "$preset" -R "^${name//./\\.}\$" -FA machine); then echo "$name" >>"$passed"; else failed+=("$name"); fi
    [ "${failed[*]}" != e2e.boot_fixture ] || break # without it nothing boots
  done
  [ ${#failed[@]} = 0 ] || {
    echo "test.sh: failed: ${failed[*]}" >&2
    exit 1
  }
}

case "$mode" in
  --all)
    install_packages $BUILD_PACKAGES $RUN_PACKAGES $TEST_PACKAGES $KBOOT_PACKAGES $BOOT_PACKAGES $LINT_PACKAGES
    need_fuse
    lint
    build default
    # Two at a time: a machine that boots, beside the other tests.
    run_tests default -j2 -LE boot-all
    ;;
  --boot-all)
    install_packages $BUILD_PACKAGES $RUN_PACKAGES $TEST_PACKAGES $KBOOT_PACKAGES $BOOT_PACKAGES $MEDIA_PACKAGES
    need_fuse
    build default
    run_resumable default boot
    ;;
  --sanitizers)
    install_packages $BUILD_PACKAGES $RUN_PACKAGES $TEST_PACKAGES
    need_fuse
    export ASAN_OPTIONS=detect_leaks=1:abort_on_error=1 UBSAN_OPTIONS=print_stacktrace=1
    export TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1
    build asan
    # Two at a time: unit tests wait more than they work. Those of e2e/ still run one after another.
    run_tests asan -j2 -L 'unit|corpus|sanitized'
    build tsan
    run_tests tsan -j2 -L 'unit|sanitized'
    ;;
  --lint)
    install_packages $BUILD_PACKAGES $LINT_PACKAGES
    lint
    ;;
  --fuzz)
    install_packages $BUILD_PACKAGES clang libclang-rt-dev
    build fuzz
    for target in build/fuzz/bin/fuzz_*; do
      name=$(basename "$target")
      say "$name, $seconds s"
      mkdir -p "build/fuzz/corpus/$name"
      "$target" -max_total_time="$seconds" -rss_limit_mb=2048 "build/fuzz/corpus/$name" "tests/corpus/$name"
    done
    ;;
  --soak)
    install_packages $BUILD_PACKAGES $RUN_PACKAGES $TEST_PACKAGES
    need_fuse
    build default
    tests/soak/soak.py --seconds "$seconds"
    ;;
  --bench)
    install_packages $BUILD_PACKAGES $RUN_PACKAGES $TEST_PACKAGES $KBOOT_PACKAGES $BOOT_PACKAGES $BENCH_PACKAGES
    need_fuse
    build default
    tests/bench/run.sh
    work=$(mktemp -d /var/tmp/rootstream-bench-XXXXXX)
    for bench in cold update reading waits mirrors; do "tests/bench/$bench.py" --work "$work"; done
    rm -rf --one-file-system "$work"
    tests/e2e/boot_fixture.sh >/dev/null
    tests/bench/boot.sh
    ;;
esac
