#!/bin/sh
# Checks what design.md, section 2 says of folders: arrows only point down, no header of ours includes a
# third party's, and nothing is called util. Usage: includes.sh SOURCE-FOLDER
set -eu
cd "$1"
failed=0
fail() { echo "$1"; failed=1; }

# FOLDER and the folders that it may include, besides itself.
while read -r folder allowed; do
  [ -d "$folder" ] || continue
  used=$(find "$folder" -name '*.h' -o -name '*.cc' | sort | xargs -r grep -Hn '^#include "' || true)
  while IFS= read -r line; do
    [ -n "$line" ] || continue
    path=${line#*\"}
    case " $folder $allowed " in
      *" ${path%%/*} "*) ;;
      *) fail "$line: $folder/ may not include ${path%%/*}/" ;;
    esac
    [ -f "${path%%\"*}" ] || fail "$line: there is no such header"
  done <<LINES
$used
LINES
done <<TABLE
base
format base
store base format
cache base format
fusefs base format cache
boot base format cache fusefs
chunker base format store cache
server-tools base format store cache chunker
TABLE

# What is a part of C++, of the C library or of the kernel's interface has one of these forms.
third_party=$(find base format store cache fusefs boot chunker server-tools -name '*.h' |
  xargs grep -Hn '^#include <' |
  grep -v -E '<([a-z_]+|sys/[a-z_]+\.h|linux/[a-z_]+\.h|unistd\.h|fcntl\.h|dirent\.h|signal\.h|errno\.h)>' || true)
[ -z "$third_party" ] || fail "third-party headers in headers of ours:
$third_party"

# Every program begins alike, and no output throws because a file is full.
for file in $(grep -lr --include='*.cc' '^int main(' fusefs boot server-tools chunker); do
  grep -q 'ProgramStart' "$file" || fail "$file: a program begins with ProgramStart (base/program_start.h)"
done
thrown=$(grep -rn --include='*.cc' 'fmt::print(\|std::cout\|std::cerr' base format store cache fusefs boot chunker server-tools || true)
[ -z "$thrown" ] || fail "fputs(3) and the like report what fmt::print throws:
$thrown"

for name in util utils common misc helpers; do
  found=$(find . -path ./build -prune -o -path ./.git -prune -o -type d -name "$name" -print)
  [ -z "$found" ] || fail "$found: a folder has one job, and a name that says which"
done
exit $failed
