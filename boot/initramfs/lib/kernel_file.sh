# What a kernel's file says of itself: its architecture, as `uname -m` prints it, and its version.

bytes_at() { od -An -tx1 -j "$2" -N "$3" "$1" 2>/dev/null | tr -d ' \n'; } # bytes_at FILE OFFSET COUNT, in hexadecimal

is_elf() { [ "$(bytes_at "$1" 0 4)" = 7f454c46 ]; }

# elf_architecture FILE: from e_machine, in the byte order that the file has. False if it is another kind of file.
elf_architecture() {
  is_elf "$1" || return 1
  case "$(bytes_at "$1" 5 1) $(bytes_at "$1" 18 2)" in
    '01 0300') echo i686 ;;
    '01 3e00') echo x86_64 ;;
    '01 2800') echo armv7l ;;
    '01 b700') echo aarch64 ;;
    '01 f300') echo riscv64 ;;
    '01 1500') echo ppc64le ;;
    '02 0014') echo ppc ;;
    '02 0015') echo ppc64 ;;
    '02 0016') echo s390x ;;
    *) echo "ELF machine $(bytes_at "$1" 18 2)" ;;
  esac
}

# kernel_architecture FILE: of a bzImage (Documentation/x86/boot.rst), of arm64's Image (Documentation/arm64/booting.rst), or of an
# ELF kernel. False if it is none of them.
kernel_architecture() {
  if [ "$(bytes_at "$1" 514 4)" = 48647253 ]; then
    echo x86_64
  elif [ "$(bytes_at "$1" 56 4)" = 41524d64 ]; then
    echo aarch64
  else
    elf_architecture "$1"
  fi
}

# unpack_kernel FILE: of arm64, kernels are also distributed as Image.gz, which kexec does not take.
unpack_kernel() {
  [ "$(bytes_at "$1" 0 2)" = 1f8b ] || return 0
  gunzip -c "$1" >"$1.unpacked" && mv "$1.unpacked" "$1"
}

# kernel_version FILE: prints the release, the builder and the build number: of a bzImage as its header has it, of others from
# the banner "Linux version". False if there is none.
kernel_version() {
  local offset
  if [ "$(bytes_at "$1" 514 4)" = 48647253 ]; then
    offset=$(($(od -An -tu2 -j526 -N2 "$1") + 512))
    dd if="$1" bs=1 skip=$offset count=200 2>/dev/null | tr '\000' '\n' | head -n 1
  else
    grep -a -o -m 1 'Linux version [0-9][^ ]* [ -~]*#[ -~]*' "$1" | head -n 1 | sed 's/^Linux version //' | grep .
  fi
}

is_running_kernel() { # is_running_kernel VERSION
  [ "${1%% *}" = "$(uname -r)" ] || return 1
  case "$1" in *"$(uname -v)"*) return 0 ;; esac
  return 1
}

# has_running_kernel FILE: true if it is the kernel that runs. Only a bzImage has its version at the beginning; another kernel is
# read if its name has the release.
has_running_kernel() {
  case "$1" in
    *-"$(uname -r)") ;;
    *) [ "$(bytes_at "$1" 514 4)" = 48647253 ] || return 1 ;;
  esac
  [ "$(kernel_architecture "$1")" = "$(uname -m)" ] && is_running_kernel "$(kernel_version "$1")"
}
