# Sections of a kboot.conf that are for one machine: "[machine NAME]", lines that say which machine it is, and lines as in the rest
# of the file, which come before those. docs/boot.md, "Machines", describes them.

is_host_name() { case "$1" in '' | [!A-Za-z0-9]* | *[!A-Za-z0-9.-]*) return 1 ;; esac }

# machine_facts: prints what a section can ask for, "KEY VALUE" in lower case; a machine has several MAC addresses. The second
# stage knows what the first one saw, since it loads the driver of the root's card alone.
machine_facts() {
  if [ -f /kboot/handoff/facts ]; then
    cat /kboot/handoff/facts
  else
    facts_of_hardware
  fi
}
facts_of_hardware() { raw_machine_facts 2>/dev/null | tr 'A-Z\t' 'a-z ' | sed 's/  */ /g; s/ $//'; }
raw_machine_facts() {
  local key file
  for file in /sys/class/net/*/address; do
    [ -e "${file%/*}/device" ] && echo "mac $(cat "$file")"
  done
  for key in serial:product_serial uuid:product_uuid product:product_name vendor:sys_vendor board:board_name; do
    file=/sys/class/dmi/id/${key#*:}
    if [ -s "$file" ]; then echo "${key%:*} $(cat "$file" 2>/dev/null)"; fi
  done
  if has_conf machine; then echo "name $(conf machine)"; fi
}

# for_this_machine FILE: prints the lines of the file that are for this machine, those of its section first. Exit code 3 if several
# sections match; their names are then in /run/kboot/machines.
for_this_machine() {
  machine_facts >/run/kboot/facts
  awk -v names=/run/kboot/machines '
    function trim(text) { gsub(/^[ \t\r]+|[ \t\r]+$/, "", text); gsub(/[ \t]+/, " ", text); return text }
    # All keys that a section asks for must match, each in one of its values.
    function close_section(  key, fits) {
      if (section == "") return
      fits = asked > 0
      for (key in wanted) if (!(key in met)) fits = 0
      if (fits) { found[++matches] = section; own = own lines }
    }
    BEGIN { printf "" >names }
    FNR == NR { facts[trim($0)] = 1; next }
    /^[ \t]*\[/ {
      close_section()
      section = trim($0)
      sub(/^\[/, "", section); sub(/\].*$/, "", section)
      if (section !~ /^machine +[^ ]/) section = "?"
      sub(/^machine +/, "", section)
      split("", wanted); split("", met); asked = 0; lines = ""
      next
    }
    section == "" { common = common $0 "\n"; next }
    {
      key = trim(substr($0, 1, index($0, "=") - 1))
      if (section != "?" && key ~ /^(mac|serial|uuid|product|vendor|board|name)$/) {
        asked++
        wanted[key] = 1
        if ((key " " tolower(trim(substr($0, index($0, "=") + 1)))) in facts) met[key] = 1
      } else lines = lines $0 "\n"
    }
    END {
      close_section()
      for (i = 1; i <= matches; i++) print found[i] >>names
      printf "%s%s", matches == 1 ? own : "", common
      exit matches > 1 ? 3 : 0
    }' /run/kboot/facts "$1"
}
