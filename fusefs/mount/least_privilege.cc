#include "fusefs/mount/least_privilege.h"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include "base/file_io.h"
#include "fusefs/mount/file_rules.h"
#include "fusefs/mount/system_call_filter.h"

namespace rootstream {
namespace {

constexpr int kMostCapabilities = 64;

bool IsOthers(const std::string& path) {
  struct stat st;
  return stat(path.c_str(), &st) == 0 && st.st_uid != geteuid();
}

// Memory that comes later is locked (mlockall(2)), and there is a limit to that.
bool LocksBeyondLimit() {
  rlimit limit;
  if (getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur == RLIM_INFINITY) return false;
  const auto status = ReadWholeFile("/proc/self/status", 64 * 1024);
  const size_t locked = status.ok() ? status->find("VmLck:") : std::string::npos;
  return locked != std::string::npos && strtoull(status->c_str() + locked + 6, nullptr, 10) > 0;
}

// Root reads keys and stores of others by CAP_DAC_READ_SEARCH; only a cache or a recording in another
// user's folder needs to be written with CAP_DAC_OVERRIDE.
uint64_t NeededCapabilities(const FileNeeds& needs) {
  uint64_t needed = uint64_t{1} << CAP_DAC_READ_SEARCH;
  if (std::any_of(needs.write.begin(), needs.write.end(), IsOthers)) needed |= uint64_t{1} << CAP_DAC_OVERRIDE;
  if (LocksBeyondLimit()) needed |= uint64_t{1} << CAP_IPC_LOCK;
  return needed;
}

Status DropCapabilities(uint64_t kept) {
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[2] = {};
  if (syscall(SYS_capget, &header, data) != 0) return ErrnoError("cannot read", "the capabilities");
  const bool may_bound = (data[0].effective & (1u << CAP_SETPCAP)) != 0;
  for (int capability = 0; may_bound && capability < kMostCapabilities; ++capability)
    if ((kept >> capability & 1) == 0 && prctl(PR_CAPBSET_DROP, capability) != 0 && errno != EINVAL)
      return ErrnoError("cannot drop", "a capability for ever");
  prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  for (int half = 0; half < 2; ++half) {
    data[half].permitted &= static_cast<uint32_t>(kept >> (32 * half));
    data[half].effective &= static_cast<uint32_t>(kept >> (32 * half));
    data[half].inheritable = 0;
  }
  if (syscall(SYS_capset, &header, data) != 0) return ErrnoError("cannot drop", "capabilities");
  return Ok();
}

}  // namespace

Status KeepLeastPrivilege(const FileNeeds& needs) {
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return ErrnoError("cannot set", "no_new_privs");
  const Status files = LimitFiles(needs);
  const Status capabilities = DropCapabilities(NeededCapabilities(needs));
  const Status calls = FilterSystemCalls();
  return !files.ok() ? files : !capabilities.ok() ? capabilities : calls;
}

}  // namespace rootstream
