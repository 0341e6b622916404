# The parts that kboot and the initrds of distributions (packaging/) share: from settings to a root that is ready for its init. They
# run in kboot's own root, with busybox's programs and `kboot` in the path, and use /lib/kboot, /etc/kboot, /live and /newroot in it,
# and /run, /dev, /proc, /sys and /lib/modules of the machine. Who sources them says whether the running kernel is the image's:
# is_last_kernel(), and has own_advice().
for part in say await progress config hardware network wifi ppp ipv6 proxy slow_line clock storage record image layers kernel_file machines managers own_section host_keys tries_server tries tune root_setup advice; do
  . "/lib/kboot/$part.sh"
done
