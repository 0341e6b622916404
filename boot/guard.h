// The guard: process 1 of a machine whose image has an init other than systemd.
//
// At shutdown, such an init kills all processes (sysvinit's killall5, openrc's kill_all, runit, busybox, s6 and finit,
// each in its own way), and so would kill the daemon of its own root. Therefore the init runs in a PID namespace, in
// which it is process 1 and sees only its own processes. The daemon is outside. When the init asks for a reboot, the
// kernel ends it with a signal that tells the kind (reboot(2), pid_namespaces(7)). The guard then unmounts the root and
// does what was asked. systemd does not need this, and would take the namespace for a container.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace rootstream {

struct GuardOptions {
  std::string new_root;           // where the root is mounted: it becomes /
  std::string live;               // a folder with /proc, and with what the root's daemon lives on: the guard's own root
  std::vector<std::string> init;  // its path in the root, and its arguments
  std::string leave;              // a program in `live` that ends the root's daemon and unmounts the disks
};

// If the guard cannot start, the init becomes process 1 itself.
[[noreturn]] void RunGuard(const GuardOptions& options);

// As fork(2), but the child is process 1 of a new PID namespace (clone(2)).
pid_t ForkIntoPidNamespace();

// The command for reboot(2) by the wait status of an init (wait(2)). Halt and poweroff cannot be told apart.
int RebootCommandFor(int wait_status, bool kexec_is_loaded);

}  // namespace rootstream
