#include "fusefs/mount/system_call_filter.h"

#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <vector>

namespace rootstream {
namespace {

// Allowed with any arguments. Those that a machine's kernel does not have are passed over.
constexpr const char* kCalls[] = {
    // memory
    "brk", "madvise", "memfd_create", "mremap", "munmap",
    // files
    "access", "chdir", "close", "dup", "dup2", "dup3", "faccessat", "faccessat2", "fadvise64", "fallocate", "fchmod",
    "fcntl", "fdatasync", "flock", "fstat", "fstatfs", "fsync", "ftruncate", "getcwd", "getdents64", "lseek", "lstat",
    "mkdir", "mkdirat", "newfstatat", "open", "openat", "pread64", "preadv", "pwrite64", "pwritev", "read", "readlink",
    "readlinkat", "readv", "rename", "renameat", "renameat2", "rmdir", "stat", "statfs", "statx", "umask", "unlink",
    "unlinkat", "write", "writev",
    // waiting
    "clock_getres", "clock_gettime", "clock_nanosleep", "epoll_create1", "epoll_ctl", "epoll_pwait", "epoll_wait",
    "eventfd2", "futex", "gettimeofday", "nanosleep", "pipe", "pipe2", "poll", "ppoll", "pselect6", "restart_syscall",
    "select", "signalfd4", "time", "timer_create", "timer_delete", "timer_settime", "wait4",
    // network; send and recv are calls of their own where the C library uses socketcall(2), as on s390x
    "accept", "accept4", "bind", "connect", "getpeername", "getsockname", "getsockopt", "listen", "recv", "recvfrom",
    "recvmmsg", "recvmsg", "send", "sendmmsg", "sendmsg", "sendto", "setsockopt", "shutdown",
    // threads and the process itself
    "exit", "exit_group", "getegid", "geteuid", "getgid", "getpid", "getppid", "getrandom", "getresgid", "getresuid",
    "getrusage", "gettid", "getuid", "membarrier", "rseq", "rt_sigaction", "rt_sigpending", "rt_sigprocmask",
    "rt_sigreturn", "rt_sigtimedwait", "sched_getaffinity", "sched_yield", "set_robust_list", "set_tid_address",
    "setsid", "sigaltstack", "sigreturn", "sysinfo", "times", "uname"};

// What the sanitizers do besides: they look at other threads at the end of the process.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr const char* kMoreCalls[] = {"arch_prctl",  "clone", "getdents",  "getrlimit",        "kill",   "mprotect",
                                      "personality", "prctl", "prlimit64", "process_vm_readv", "ptrace", "tgkill"};
#else
constexpr const char* kMoreCalls[] = {"getrlimit"};
#endif

#if defined(__s390x__)
// The flags follow the stack (clone(2)). The arguments of mmap(2) lie in memory, where a filter does not see them.
constexpr unsigned kCloneFlags = 1;
constexpr bool kSeesMmap = false;
#else
constexpr unsigned kCloneFlags = 0;
constexpr bool kSeesMmap = true;
#endif

struct Limited {
  const char* name;
  std::vector<scmp_arg_cmp> when;
};

// Allowed in these ways only; a call may be here several times.
std::vector<Limited> LimitedCalls() {
  const auto self = static_cast<scmp_datum_t>(getpid());
  std::vector<Limited> calls = {
      {"mprotect", {SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)}},
      // Threads, not processes. A filter cannot see the flags of clone3(2), so that fails with ENOSYS.
      {"clone", {SCMP_CMP(kCloneFlags, SCMP_CMP_MASKED_EQ, CLONE_THREAD | CLONE_NEWUSER | CLONE_NEWNS, CLONE_THREAD)}},
      // Signals to this process only.
      {"kill", {SCMP_A0(SCMP_CMP_EQ, self)}},
      {"tgkill", {SCMP_A0(SCMP_CMP_EQ, self)}},
      {"prlimit64", {SCMP_A0(SCMP_CMP_EQ, 0), SCMP_A2(SCMP_CMP_EQ, 0)}},
      {"ioctl", {SCMP_A1(SCMP_CMP_EQ, FIONBIO)}},
      {"ioctl", {SCMP_A1(SCMP_CMP_EQ, FIONREAD)}},
      {"ioctl", {SCMP_A1(SCMP_CMP_EQ, TCGETS)}},
      // The scope of an address of one link: a name server's in resolv.conf(5), a store's in its URL (RFC 4007, 11).
      {"ioctl", {SCMP_A1(SCMP_CMP_EQ, SIOCGIFINDEX)}},
      {"ioctl", {SCMP_A1(SCMP_CMP_EQ, SIOCGIFNAME)}},
      {"socketpair", {SCMP_A0(SCMP_CMP_EQ, AF_UNIX)}},
  };
  // Memory is never writable and executable: libraries are mapped executable, their data separately.
  if (kSeesMmap) {
    calls.push_back({"mmap", {SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)}});
    calls.push_back({"mmap", {SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC | PROT_WRITE, PROT_EXEC)}});
  } else {
    calls.push_back({"mmap", {}});
  }
  // AF_NETLINK: which addresses this machine has, for getaddrinfo(3).
  for (const int family : {AF_UNIX, AF_INET, AF_INET6, AF_NETLINK})
    calls.push_back({"socket", {SCMP_A0(SCMP_CMP_EQ, static_cast<scmp_datum_t>(family))}});
  for (const int option : {PR_SET_NAME, PR_GET_NAME, PR_SET_PDEATHSIG})
    calls.push_back({"prctl", {SCMP_A0(SCMP_CMP_EQ, static_cast<scmp_datum_t>(option))}});
  return calls;
}

struct ReleaseFilter {
  void operator()(void* filter) const { seccomp_release(filter); }
};

int Allow(scmp_filter_ctx filter, const char* name, const std::vector<scmp_arg_cmp>& when) {
  const int number = seccomp_syscall_resolve_name(name);
  if (number == __NR_SCMP_ERROR) return 0;
  return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, number, static_cast<unsigned>(when.size()), when.data());
}

int AllowAll(scmp_filter_ctx filter) {
  int error = 0;
  for (const char* name : kCalls)
    if (error == 0) error = Allow(filter, name, {});
  for (const char* name : kMoreCalls)
    if (error == 0) error = Allow(filter, name, {});
  for (const Limited& call : LimitedCalls())
    if (error == 0) error = Allow(filter, call.name, call.when);
  return error;
}

}  // namespace

Status FilterSystemCalls() {
  // On 32-bit machines the C library uses other system calls.
  if (sizeof(void*) < 8) return Failed("no filter of system calls is known for 32-bit machines");
  const std::unique_ptr<void, ReleaseFilter> filter(seccomp_init(SCMP_ACT_ERRNO(ENOSYS)));
  if (filter == nullptr) return Failed("cannot make a filter of system calls");
  seccomp_attr_set(filter.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ERRNO(ENOSYS));
  seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2);  // a tree, not a list
  seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_TSYNC, 1);
  int error = AllowAll(filter.get());
  if (error == 0) error = seccomp_load(filter.get());
  if (error == 0 || error == -EINVAL || error == -ENOSYS) return Ok();  // or the kernel has none
  return Failed(std::string("cannot filter system calls: ") + strerror(-error));
}

}  // namespace rootstream
