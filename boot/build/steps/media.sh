# Step: what --media asks for, a script for each in media/.
# Sourced by kboot-build.
#
# shellcheck shell=bash disable=SC2154  # its variables

# package_file PACKAGE PATH: prints the path of a file of a Debian package, which is fetched and unpacked unless it is
# installed.
package_file() {
  local unpacked=$work/packages/$1
  if [ -f "/$2" ]; then
    echo "/$2"
    return
  fi
  if [ ! -d "$unpacked" ]; then
    mkdir -p "$unpacked"
    echo "fetching $1" >&2
    (cd "$unpacked" && apt-get download -qq -o APT::Sandbox::User=root "$1" >/dev/null 2>"$work/apt.log") ||
      fail "$medium: cannot fetch $1: $(tail -n 1 "$work/apt.log")"
    dpkg-deb -x "$unpacked/$1"_*.deb "$unpacked"
  fi
  [ -f "$unpacked/$2" ] || fail "$medium: Debian's package $1 has no /$2"
  echo "$unpacked/$2"
}

# copy_package_file PACKAGE PATH TO
copy_package_file() {
  local file
  file=$(package_file "$1" "$2")
  install -D -m 644 "$file" "$3"
}

# put_medium FILE NAME: moves a finished file to its place, and tells its size.
put_medium() {
  unfinished+=("$out/$2.new")
  chmod "$mode" "$1"
  mv "$1" "$out/$2.new"
  mv "$out/$2.new" "$out/$2"
  printf '%-10s %s bytes\n' "$2" "$(stat -c %s "$out/$2")"
}

export SOURCE_DATE_EPOCH=$built TZ=UTC
for medium in $(printf '%s\n' "${media[@]}" | sort -u); do
  part=$work/media.$medium
  mkdir "$part"
  . "$share/media/$medium.sh"
done
