#!/usr/bin/env bash
# boot_medium.sh WAY: starts a machine in one of the ways of media.sh, up to the image's init, by kexec. Writes a row of the
# table in docs/boot.md to the fixture's ways/WAY.row.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/boot_lib.sh"
. "$(dirname "$0")/networks.sh"
. "$(dirname "$0")/media.sh"
need_machine
need ip unshare dnsmasq busybox xorriso mcopy mkfs.fat sfdisk
way=${1:?boot_medium.sh WAY}
case " $media " in *" $way "*) ;; *) fail "there is no way $way, but $media" ;; esac
made=$fixture/media rows=$fixture/ways
if [ -z "${in_network:-}" ]; then
  unshare --net ip tuntap add dev tap0 mode tap 2>/dev/null || skip 'no network namespace with TAP devices can be made'
  [ -f /usr/share/OVMF/OVMF_CODE_4M.ms.fd ] || skip 'ovmf is not installed'
  make_media
  if has_usb_kernel "$way"; then (folder=$fixture/networks && make_usual_kernel); fi
  mkdir -p "$rows"
  rm -f "$rows/$way.row"
  trap - EXIT ERR
  rm -rf --one-file-system "$work"
  in_network=yes exec unshare --net "$0" "$@"
fi

ip link set lo up
ip address add 203.0.113.1/32 dev lo
tap 0
prepare_medium "$way"
nginx_configuration 80 "location /kboot/ { alias $made/; }" >"$work/nginx.conf"
port=80 start_server nginx -c "$work/nginx.conf" -e "$work/nginx-start.log"
port=80 await_server http://127.0.0.1 nginx
cards=(virtio-net-pci)
read -r -a card <<<"$(card_options | tr '\n' ' ')"

# start NUMBER: one whole run of the machine.
start() {
  local began
  step "$title, run $1"
  began=$(date +%s)
  boot 900 '' "${options[@]}" --memory 768 --nic none -- \
    expect 'kboot: kboot ' expect "${says:-second stage}" ${says:+expect 'second stage'} expect 'handing over to' run "date +%s >'$work/booted'" \
    end '' -- "${card[@]}"
  seconds=$(($(cat "$work/booted") - began))
  expect_clean_run
}
start 1
case "$way" in
  *secure-boot) grep -qaE 'Secure boot enabled|locked down from EFI Secure Boot' "$work/console" || fail 'the kernel was not started by Secure Boot' ;;
  ipxe | pxelinux) grep -qa 'Kernel command line: .*BOOTIF=01-52-54-00-00-00-00' "$work/console" || fail 'no BOOTIF' ;;
esac
if has_usb_kernel "$way"; then
  first=$(bytes_sent) kernel=$(stat -c %s "$made/vmlinuz") # the image has the same one, which is never kept
  : >"$work/access.log"
  start 2
  step "bytes over the line: $first, then $(bytes_sent), of which the kernel is $kernel"
  [ $(($(bytes_sent) - kernel)) -lt $(((first - kernel) / 4)) ] || fail 'the cache on the stick was not used'
fi
size=$(for file in "${weighs[@]}"; do stat -c %s "$made/$file" 2>/dev/null || stat -c %s "$made/stick/$file"; done | awk '{ sum += $1 } END { printf "%.1f", sum / 1048576 }')
echo "| $title | $needs | $size | $seconds | \`boot_medium.sh $way\` | <!-- $way -->" | tee "$rows/$way.row"
