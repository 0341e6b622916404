# Hooks: programs of a site, which `kboot build --hooks DIR` put into /etc/kboot/hooks/POINT. docs/boot.md, "Hooks", describes
# the points and what a hook may use.

readonly HOOKS=/etc/kboot/hooks
readonly HOOK_STATE=/run/kboot/hooks # what hooks hand over to their next points, also to those under the next kernel
readonly HOOK_SECONDS=60             # for each hook

# run_hooks POINT: runs the hooks of this point in the order of their names. False if one fails, or does not end; those after it
# do not run.
run_hooks() {
  local hook code output=/run/kboot/hook.output
  mkdir -p $HOOK_STATE
  for hook in "$HOOKS/$1"/*; do
    [ -f "$hook" ] || continue
    note "hook $1/${hook##*/}"
    code=0
    (
      set -a
      # shellcheck disable=SC2034 # for the hook
      point=$1
      if [ -f $NET/lease ]; then . $NET/lease; fi
      exec timeout $HOOK_SECONDS "$hook"
    ) >$output 2>&1 </dev/null || code=$?
    while read -r line; do note "hook ${hook##*/}: $line"; done <$output
    case $code in
      0) ;;
      124 | 143)
        why hook "the hook $1/${hook##*/} did not end within $HOOK_SECONDS s"
        return 1
        ;;
      *)
        why hook "the hook $1/${hook##*/} failed: $(tail -n 1 $output | tr -cd ' -~')"
        return 1
        ;;
    esac
  done
}
