// Process 1 of a machine whose image has an init other than systemd.
//
// As it goes down, an init stops or kills every process (sysvinit's killall5, openrc's kill_all, runit, busybox, s6 and
// finit each in their way), and with the root's daemon it takes the root away under its own feet. So it runs in a PID
// namespace, where it is process 1 and sees its own processes only; what the root needs is outside. When it asks
// the kernel for a reboot, the kernel ends it by a signal that says which (reboot(2), pid_namespaces(7)); then its root
// is taken apart, and the machine does what it asked for. systemd needs none of it, and takes such a namespace for a
// container.
#pragma once

#include <string>
#include <vector>

namespace rootstream {

struct GuardOptions {
  std::string new_root;           // where the root is mounted: it becomes /
  std::string live;               // a folder with /proc, and with what the root's daemon lives on: the guard's own root
  std::vector<std::string> init;  // its path in the root, and its arguments
  std::string leave;              // a program in `live` that ends the root's daemon and unmounts the disks
};

// Where it cannot begin, init becomes process 1 itself.
[[noreturn]] void RunGuard(const GuardOptions& options);

// The command for reboot(2) by the wait status of an init (wait(2)). Halt and poweroff cannot be told apart.
int RebootCommandFor(int wait_status, bool kexec_is_loaded);

}  // namespace rootstream
