#!/bin/sh
# Checks the source tree against the table in docs/layout.md, which lists the rules. Usage: includes.sh SOURCE-FOLDER
set -eu
cd "$1"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
fail() {
  echo "$1"
  failed=1
}

# One line for each row of the table: FOLDER|ALLOWED FOLDERS|ALLOWED LIBRARIES.
sed -n 's/^| `\([^`]*\)` |[^|]*| *\([^|]*\)| *\([^|]*\)|$/\1|\2|\3/p' docs/layout.md | tr -d ' ' >"$work/table"
[ -s "$work/table" ] || fail 'docs/layout.md: its table cannot be read'
git ls-files --cached --others --exclude-standard '*.cc' '*.h' | grep -v '^tests/' |
  while read -r file; do if [ -f "$file" ]; then echo "$file"; fi; done | sort >"$work/files"

# The project's own headers: checks each #include of a header in another folder.
xargs grep -Hn '^#include "' <"$work/files" | while IFS=: read -r file line include; do
  header=${include#*\"} header=${header%\"*}
  [ -f "$header" ] || echo "$file:$line: there is no $header"
  from=${file%/*} to=${header%/*}
  [ "$from" = "$to" ] && continue
  grep "^$from|" "$work/table" | cut -d'|' -f2 | tr ',' '\n' | grep -qxF "$to" ||
    echo "$file:$line: $from/ may not include $to/"
  echo "$from $to" >>"$work/arrows"
done >"$work/wrong"
# The folders must not include one another in a circle. tsort(1) reports circles.
sort -u "$work/arrows" | tsort >/dev/null 2>"$work/circle" || fail "the folders include one another in a circle: $(tail -n +2 "$work/circle" | tr '\n' ' ')"

# Third-party headers: all headers except those of C++, of the C library and of the kernel's interface.
system='[a-z_]+|(sys|linux|net|netinet|arpa)/[a-z_0-9]+\.h'
system="$system|(dirent|endian|errno|fcntl|fnmatch|grp|ifaddrs|locale|malloc|mntent|netdb|poll|pthread|pwd|sched|signal|stdlib|strings|syslog|termios|time|unistd)\.h"
xargs grep -HnoE '^#include <[^>]+>' <"$work/files" | grep -vE ":#include <($system)>\$" | while IFS=: read -r file line include; do
  library=${include#*<} library=${library%%[/.>]*}
  library=${library%_entry}
  case $file in *.h) echo "$file:$line: a header of ours includes <$library>" ;; esac
  grep "^${file%/*}|" "$work/table" | cut -d'|' -f3 | tr ',' '\n' | grep -qxF "$library" ||
    echo "$file:$line: ${file%/*}/ may not include <$library>"
done >>"$work/wrong"

# Folders and files.
sed 's,/[^/]*$,,' "$work/files" | sort | uniq -c | while read -r _ folder; do
  grep -q "^$folder|" "$work/table" || echo "$folder/: docs/layout.md does not name it"
  [ -f "$folder/README.md" ] || echo "$folder/: there is no README.md that says what it is for"
  sources=$(grep -c "^$folder/[^/]*\.cc$" "$work/files" || true)
  [ "$sources" -le 25 ] || echo "$folder/: $sources sources; 25 are enough for a folder"
done >>"$work/wrong"
xargs wc -l <"$work/files" | while read -r lines file; do
  [ "$file" = total ] || [ "$lines" -le 400 ] || echo "$file: $lines lines; 400 are enough for a file"
done >>"$work/wrong"
find . -path ./build -prune -o -path ./.git -prune -o -type d \( -name util -o -name utils -o -name common -o -name misc -o -name helpers \) -print |
  sed 's/$/: a folder has one job, and a name that says which/' >>"$work/wrong"

# Every main() must use ProgramStart, and no output function may throw when the disk is full.
xargs grep -l '^int main(' <"$work/files" | xargs grep -L ProgramStart |
  sed 's,$,: a program begins with ProgramStart (base/program_start.h),' >>"$work/wrong"
xargs grep -Hn 'fmt::print(\|std::cout\|std::cerr' <"$work/files" | sed 's/$/: fputs(3) and the like report what this throws/' >>"$work/wrong" || true

[ ! -s "$work/wrong" ] || fail "$(cat "$work/wrong")"
exit $failed
