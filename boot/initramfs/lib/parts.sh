# All parts of kboot, in the order of a boot.
. /lib/kboot/shared.sh
for part in hooks kernel_url modules hand_over next_kernel stage_one stage_two screen menu tries_entries prompt wifi_choice; do
  . "/lib/kboot/$part.sh"
done
