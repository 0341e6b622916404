# Sourced by the tests of kboot's scripts. Restarts the test under busybox's shell in its own mount namespace, because
# the scripts use absolute paths. Exit code 77 means that the test was skipped.
#
# shellcheck shell=sh
lib=$tests/../../boot/initramfs/lib
bin=$tests/../../boot/initramfs/bin
if [ -z "${in_namespace-}" ]; then
  for program in busybox unshare; do
    command -v $program >/dev/null || {
      echo "SKIPPED: $program is not installed" >&2
      exit 77
    }
  done
  unshare --map-root-user --mount true || {
    echo 'SKIPPED: no mount namespace can be made' >&2
    exit 77
  }
  in_namespace=1 exec unshare --map-root-user --mount busybox sh "$0"
fi
set -u
mount -t tmpfs none /run
mkdir -p /run/fake /run/etc/kboot/keys
mount --bind /run/etc /etc
ln -s "$(command -v busybox)" /run/fake/awk # Debian's awk is a symlink through /etc
PATH=/run/fake:$PATH

failures=0
complain() {
  echo "FAILED: $what: $*" >&2
  failures=$((failures + 1))
}
