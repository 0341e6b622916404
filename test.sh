#!/usr/bin/env bash
# Builds and tests everything. As root, or as a user who may sudo.
#   ./test.sh               lint, unit tests, fuzz corpora, end-to-end tests, boots  (about 30 minutes, and the build)
#   ./test.sh --boot-all    every way of booting, every system, network and medium   (about 4 hours)
#   ./test.sh --boot-all --resume   the same, but for what has passed since it was begun anew
#   ./test.sh --sanitizers  the same code under ASan with UBSan, and TSan    (about 20 minutes, and two builds)
#   ./test.sh --architecture s390x [--resume]   unit tests and fuzz corpora on another processor (s390x, arm64), emulated
#   ./test.sh --stores      stores in buckets: Ceph's S3 gateway and s3rver        (about 5 minutes)
#   ./test.sh --packages    Debian packages, in a fresh Debian that runs systemd   (about 10 minutes)
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
BOOT_PACKAGES="qemu-system-x86 mmdebstrap e2fsprogs iproute2 openssh-client dnsmasq-base wpasupplicant wireless-regdb"
# For another architecture, built here and emulated.
ARM64_PACKAGES="mmdebstrap arch-test qemu-user-static binfmt-support g++-aarch64-linux-gnu"
S390X_PACKAGES="mmdebstrap arch-test qemu-user-static binfmt-support g++-s390x-linux-gnu"
FOREIGN_MACHINES="qemu-system-arm qemu-efi-aarch64 qemu-system-misc ipxe-qemu"
STORE_PACKAGES="radosgw ceph-mon ceph-osd ceph-common"
PACKAGE_PACKAGES="dpkg-dev debhelper help2man lintian systemd-container mmdebstrap"
S3RVER="s3rver@3.7.1" # of npm
MEDIA_PACKAGES="ovmf mtools dosfstools xorriso fdisk sbsigntool efitools uuid-runtime wireguard-go wireguard-tools"
LINK_PACKAGES="hostapd iw ppp"

mode=${1:---all} resume=''
unknown() {
  echo "test.sh: unknown option $1; see ./test.sh --help" >&2
  exit 2
}
case "$mode" in
  --all | --sanitizers | --bench | --lint | --stores | --packages) ;;
  --boot-all) resume=${2-} ;;
  --architecture)
    architecture=${2-} resume=${3-}
    case "$architecture" in
      arm64) cross_packages=$ARM64_PACKAGES ;;
      s390x) cross_packages=$S390X_PACKAGES ;;
      *) unknown "$mode $architecture" ;;
    esac
    ;;
  --fuzz | --soak) seconds=${2:?$mode needs the seconds it may take} ;;
  -h | --help)
    sed -n '2,13s/^# \?//p' "$0"
    exit 0
    ;;
  *) unknown "$mode" ;;
esac
case "$resume" in '' | --resume) ;; *) unknown "$resume" ;; esac
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

# build_for ARCHITECTURE [TARGET...]: with Debian's libraries of that architecture.
build_for() {
  cmake/sysroot.sh "$1"
  build "$@"
}

# run_resumable PRESET LABEL: each test by itself, those with a fixture after it; goes on behind one that fails.
run_resumable() {
  local preset=$1 passed=$PWD/build/$1/passed failed=() name
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
    run_tests default -j2 -LE 'boot-all|stores|packages'
    ;;
  --boot-all)
    install_packages $BUILD_PACKAGES $RUN_PACKAGES $TEST_PACKAGES $KBOOT_PACKAGES $BOOT_PACKAGES $MEDIA_PACKAGES $LINK_PACKAGES \
      $ARM64_PACKAGES $S390X_PACKAGES $FOREIGN_MACHINES
    need_fuse
    build default
    for architecture in arm64 s390x; do build_for "$architecture" rootstream rootstream_kboot tree_compare; done
    run_resumable default boot
    ;;
  --architecture)
    install_packages $BUILD_PACKAGES $cross_packages
    build_for "$architecture"
    run_resumable "$architecture" 'unit|corpus'
    ;;
  --sanitizers)
    install_packages $BUILD_PACKAGES $RUN_PACKAGES $TEST_PACKAGES
    need_fuse
    export ASAN_OPTIONS=detect_leaks=1:abort_on_error=1 UBSAN_OPTIONS=print_stacktrace=1
    export TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1
    build asan
    # Two at a time: unit tests wait more than they work. Those of e2e/ still run one after another.
    run_tests asan -j2 -L 'unit|corpus|sanitized'
    # What hostile images and damaged files do to the parsers, which have no threads, ASan sees; so no fuzz targets.
    build tsan unit_tests rootstream rootstream_export rootstream_publisher tree_compare make_nasty_tree
    run_tests tsan -j2 -L 'unit|sanitized' -E 'hostile_images|cache_damage'
    ;;
  --stores)
    install_packages $BUILD_PACKAGES $RUN_PACKAGES $TEST_PACKAGES $STORE_PACKAGES
    command -v npm >/dev/null || install_packages npm
    need_fuse
    build default
    [ -x build/npm/node_modules/.bin/s3rver ] || npm install --silent --no-fund --no-audit --prefix build/npm "$S3RVER"
    run_tests default -L stores
    ;;
  --packages)
    install_packages $BUILD_PACKAGES $RUN_PACKAGES $PACKAGE_PACKAGES
    need_fuse
    build default rootstream
    run_tests default -L packages
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
      "$target" -max_total_time="$seconds" -rss_limit_mb=2048 "build/fuzz/corpus/$name" "tests/corpus/${name#fuzz_}"
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
