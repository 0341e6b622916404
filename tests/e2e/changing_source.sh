#!/bin/bash
# Files that grow, shrink, vanish and are replaced while they are published: the publisher either reports
# one of them in one line, or completes; the store verifies.
. "$(dirname "$0")/lib.sh"

mkdir "$work/source" "$work/first"
for i in $(seq 60); do noise 1000000 "$i" >"$work/source/$i"; done
cp "$work/source/1" "$work/first"
publish "$work/first" tree >/dev/null

at_exit() { kill "${changer:-}" 2>/dev/null; }

# change COMMAND: runs COMMAND with $i = 1 to 60, again and again, while a publisher runs.
change() {
  local what=$1 result=0
  (
    cd "$work/source" || exit 1
    while [ ! -e "$work/done" ]; do
      for i in $(seq 60); do eval "$what" 2>/dev/null || true; done
    done
  ) &
  changer=$!
  publish "$work/source" tree >"$work/stdout" 2>"$work/stderr" || result=$?
  : >"$work/done"
  wait $changer
  rm "$work/done"
  echo "exit $result: $(cat "$work/stderr")"
  case $result in
    0) [ ! -s "$work/stderr" ] || [ "$(wc -l <"$work/stderr")" -le 60 ] || fail "too much is said" ;;
    1)
      [ "$(wc -l <"$work/stderr")" = 1 ] || fail "not one line"
      grep -q "$work/source/" "$work/stderr" || fail "does not name the file"
      ;;
    *) fail "exit $result" ;;
  esac
  "$rootstream" verify "$store" --pubkey "$key.pub" >"$work/verify.log" 2>&1 || fail "$(cat "$work/verify.log")"
}

step "growing"
change 'echo more >>$i'
step "shrinking and growing"
change 'truncate -s 500000 $i; truncate -s 1000000 $i'
step "replaced by another"
change 'head -c 900000 $((i % 60 + 1)) >new; mv new $i'
step "files and folders in turn"
change 'rm -f $i; mkdir $i; rmdir $i; echo new >$i'
step "vanishing"
change 'mv $i away; mv away $i'
rm -rf "$work/source"/*
noise 1000000 1 >"$work/source/1"
publish "$work/source" tree >/dev/null
"$rootstream" export "file://$store/tree" "$work/exported" --pubkey "$key.pub" --cache none
compare "$work/source" "$work/exported"
