#include "fusefs/mount/caller.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdint>
#include <string>

namespace rootstream {
namespace {

constexpr uint64_t Bit(int signal) { return uint64_t{1} << (signal - 1); }

// Their default is to end with a core: the thread that takes one has first to return from where it waits.
constexpr uint64_t kDumpCore = Bit(SIGQUIT) | Bit(SIGILL) | Bit(SIGTRAP) | Bit(SIGABRT) | Bit(SIGBUS) | Bit(SIGFPE) |
                               Bit(SIGSEGV) | Bit(SIGSYS) | Bit(SIGXCPU) | Bit(SIGXFSZ);

// The value of a field in the given base; 0 if there is none.
uint64_t Field(std::string_view status, std::string_view name, int base) {
  for (size_t at = 0; at < status.size(); at = status.find('\n', at) + 1) {
    std::string_view line = status.substr(at, status.find('\n', at) - at);
    if (line.starts_with(name)) {
      line.remove_prefix(std::min(line.find_first_not_of(" \t", name.size()), line.size()));
      uint64_t value = 0;
      std::from_chars(line.data(), line.data() + line.size(), value, base);
      return value;
    }
    if (status.find('\n', at) == std::string_view::npos) break;
  }
  return 0;
}

}  // namespace

bool IsBeingKilled(std::string_view status) {
  const uint64_t pending = Field(status, "SigPnd:", 16) | Field(status, "ShdPnd:", 16);
  if ((Field(status, "SigPnd:", 16) & Bit(SIGKILL)) != 0) return true;
  const uint64_t survived = Field(status, "SigBlk:", 16) | Field(status, "SigIgn:", 16) | Field(status, "SigCgt:", 16);
  const bool is_traced = Field(status, "TracerPid:", 10) != 0;  // a debugger may discard the signal
  return !is_traced && (pending & kDumpCore & ~survived) != 0;
}

Callers::Callers() : proc_(open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC)) {}

bool Callers::IsBeingKilled(pid_t thread) const {
  if (thread <= 0 || !proc_) return false;
  const std::string path = std::to_string(thread) + "/status";
  const UniqueFd file(openat(proc_.get(), path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return errno == ENOENT;
  std::string status(8192, '\0');
  const ssize_t size = read(file.get(), status.data(), status.size());
  if (size < 0) return errno == ESRCH;
  return rootstream::IsBeingKilled(std::string_view(status).substr(0, size));
}

}  // namespace rootstream
