#include "fusefs/mount/file_rules.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "base/file_io.h"

namespace rootstream {
namespace {

// As <linux/landlock.h> of Linux 6.12 has it; older kernels read its beginning.
struct Ruleset {
  uint64_t files;
  uint64_t network;  // from version 4 on
  uint64_t scopes;   // from version 6 on
};
constexpr uint64_t kTruncate = 1 << 14;       // version 3
constexpr uint64_t kDeviceControl = 1 << 15;  // version 5
constexpr uint64_t kListenOnTcp = 1 << 0;
constexpr uint64_t kSignals = 1 << 1;  // not abstract sockets: the daemon reports who owns the name of its own

constexpr uint64_t kRead = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
constexpr uint64_t kWrite = kRead | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |
                            LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
                            kTruncate;
constexpr uint64_t kOfFiles = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | kTruncate;

// Where libraries, certificates, names of hosts and the kernel's own tables are. Files that are replaced
// while the daemon runs (resolv.conf) are reached through their folders.
constexpr const char* kAlwaysRead[] = {"/etc",
                                       "/usr",
                                       "/lib",
                                       "/lib64",
                                       "/proc",
                                       "/sys",
                                       "/dev/urandom",
                                       "/dev/random",
                                       "/run/systemd/resolve",
                                       "/run/NetworkManager",
                                       "/run/resolvconf",
                                       "/run/connman",
                                       "/run/nscd",
                                       "/var/lib/ca-certificates"};
constexpr const char* kAlwaysWritten[] = {"/dev/null", "/sys/devices/virtual/bdi"};
constexpr const char* kNamedByEnvironment[] = {"SSL_CERT_FILE", "SSL_CERT_DIR", "OPENSSL_CONF"};

// Everything that a version of Landlock knows is held back, then given to the few that need it.
uint64_t FilesHeldBack(int version) {
  uint64_t all = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;
  if (version >= 2) all |= LANDLOCK_ACCESS_FS_REFER;
  if (version >= 3) all |= kTruncate;
  if (version >= 5) all |= kDeviceControl;
  return all;
}

class Rules {
 public:
  explicit Rules(int version) : held_back_(FilesHeldBack(version)) {
    const Ruleset ruleset = {held_back_, kListenOnTcp, kSignals};
    const size_t size = version >= 6 ? 24 : version >= 4 ? 16 : 8;
    fd_ = UniqueFd(static_cast<int>(syscall(SYS_landlock_create_ruleset, &ruleset, size, 0)));
  }

  // A path that does not exist needs no rule.
  void Allow(const std::string& path, uint64_t access) {
    const UniqueFd file(open(path.c_str(), O_PATH | O_CLOEXEC));
    struct stat st;
    if (!file || fstat(file.get(), &st) != 0) return;
    if (!S_ISDIR(st.st_mode)) access &= kOfFiles;
    const landlock_path_beneath_attr rule = {access & held_back_, file.get()};
    if (syscall(SYS_landlock_add_rule, fd_.get(), LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0 && problem_.ok())
      problem_ = ErrnoError("cannot give leave for", path);
  }

  Status Enforce() {
    if (!fd_) return ErrnoError("cannot make", "rules for files");
    if (syscall(SYS_landlock_restrict_self, fd_.get(), 0) != 0) return ErrnoError("cannot hold to", "rules for files");
    return problem_;
  }

 private:
  const uint64_t held_back_;
  UniqueFd fd_;
  Status problem_;
};

}  // namespace

Status LimitFiles(const FileNeeds& needs) {
  const long version = syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (version < 1) return Ok();
  Rules rules(static_cast<int>(version));
  for (const char* path : kAlwaysRead) rules.Allow(path, kRead);
  for (const char* path : kAlwaysWritten) rules.Allow(path, kWrite);
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  rules.Allow("/proc/self/exe", kRead);  // for the names in a report
#endif
  for (const char* name : kNamedByEnvironment)
    if (const char* path = getenv(name)) rules.Allow(path, kRead);
  for (const std::string& path : needs.read) rules.Allow(path, kRead);
  for (const std::string& path : needs.write) rules.Allow(path, kWrite);
  return rules.Enforce();
}

}  // namespace rootstream
