# The counts of tries.sh at a server, for machines without a disk: one file for each machine and image, by GET and PUT, of lines
#   good MANIFEST REF    the signed ref, in base64 on one line
#   tried MANIFEST COUNT
# Nothing in it is trusted: a ref counts only with its signature.

readonly TRIES_SIZE=65536

# read_tries URL FOLDER: fills the folder, anew. False, with a line on standard error, if the server does not answer; a file that is
# not there is an empty one.
read_tries() {
  local code=0 kind manifest rest
  kboot fetch "$1" "$2.text" --at-most $TRIES_SIZE 2>"$2.error" || code=$?
  rm -rf "$2"
  mkdir -p "$2"
  case $code in
    0) ;;
    4) return 0 ;;
    *)
      cat "$2.error" >&2
      return 1
      ;;
  esac
  while read -r kind manifest rest; do
    case "$manifest" in '' | *[!0-9a-f]*) continue ;; esac
    case "$kind" in
      good) printf '%s' "$rest" | base64 -d >"$2/good.$manifest" 2>/dev/null || rm -f "$2/good.$manifest" ;;
      tried) echo "$manifest $rest" >"$2/tried" ;;
    esac
  done <"$2.text"
  rm -f "$2.text" "$2.error"
}

# write_tries FOLDER URL
write_tries() {
  local file
  {
    for file in "$1"/good.*; do
      if [ -s "$file" ]; then echo "good ${file##*/good.} $(base64 -w 0 "$file")"; fi
    done
    if [ -s "$1/tried" ]; then echo "tried $(cat "$1/tried")"; fi
  } >"$1.text"
  kboot put "$1.text" "$2"
}
