# The parts of kboot, in the order of a boot.
for part in say config hardware network ipv6 proxy hooks slow_line clock storage record image layers kernel_file kernel_url modules hand_over \
  next_kernel managers root_setup stage_one stage_two screen machines own_section host_keys menu prompt; do
  . "/lib/kboot/$part.sh"
done
