#include "fusefs/mount/mount_table.h"

#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <memory>

#include "base/file_io.h"
#include "base/url_text.h"
#include "fusefs/mount/background_limit.h"
#include "fusefs/mount/control.h"
#include "fusefs/mount/fuse_session.h"

namespace rootstream {
namespace {

constexpr const char* kFilesystemType = "fuse.rootstream";

bool NeedsMountFlags(const MountOptions& options) {
  return std::find(options.mount_flags.begin(), options.mount_flags.end(), "nosymfollow") != options.mount_flags.end();
}

// As one of FUSE's options, which commas part.
std::string EscapedOption(const std::string& option) {
  std::string escaped;
  for (const char c : option) {
    if (c == ',' || c == '\\') escaped.push_back('\\');
    escaped.push_back(c);
  }
  return escaped;
}

}  // namespace

Result<std::string> CheckMountpoint(const MountOptions& options) {
  const std::string& path = options.mountpoint;
  if (const auto mount = FindMount(path); mount && mount->type == kFilesystemType)
    return Invalid("mountpoint " + path + ": busy, " + mount->source + " is mounted there");
  char resolved[PATH_MAX];
  if (realpath(path.c_str(), resolved) == nullptr) return ErrnoError("mountpoint", path);
  const auto names = NamesIn(std::string(resolved));
  if (!names.ok()) return Of("mountpoint", names.error());
  if (!names->empty() && !options.allow_non_empty)
    return Invalid("mountpoint " + path + ": not empty (-o nonempty mounts over it)");
  return std::string(resolved);
}

bool IsMountedAlready(const MountOptions& options) {
  const auto mount = FindMount(options.mountpoint);
  if (!mount || mount->type != kFilesystemType || !DaemonCall::Send(*mount, "").ok()) return false;
  const auto there = ParseLayersUrl(mount->source), wanted = ParseLayersUrl(WithoutSecrets(options.client.url));
  return there.ok() && wanted.ok() && there->ToString() == wanted->ToString();
}

Status SetMountFlags(const std::string& mountpoint, const std::vector<std::string>& changes) {
  RS_TRY(const MountEntry mount, FindRootstreamMount(mountpoint));
  const unsigned long flags = MS_REMOUNT | MS_BIND | MountFlags(mount.flags, changes);
  if (::mount(nullptr, mount.mountpoint.c_str(), nullptr, flags, nullptr) == 0) return Ok();
  return ErrnoError("cannot change the flags of", mount.mountpoint);
}

std::vector<std::string> FuseOptions(const MountOptions& options, const std::string& source) {
  std::vector<std::string> out = {"ro", "default_permissions", "subtype=rootstream", EscapedOption("fsname=" + source)};
  for (const std::string& option : options.kernel_options) out.push_back(EscapedOption(option));
  return out;
}

Status UnmountNow(const MountEntry& mount, int flags) {
  if (umount2(mount.mountpoint.c_str(), flags) == 0) return Ok();
  if (errno != EPERM) return ErrnoError("cannot unmount", mount.mountpoint);
  // An ordinary user unmounts through the set-user-id helper.
  const pid_t child = fork();
  if (child == 0) {
    const char* lazily = (flags & MNT_DETACH) != 0 ? "-uqz" : "-uq";
    execlp("fusermount3", "fusermount3", lazily, mount.mountpoint.c_str(), nullptr);
    _exit(127);
  }
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return Ok();
  return ErrnoError("cannot unmount", mount.mountpoint, EBUSY);
}

MountKeeper::Actions KeeperOf(const MountOptions& asked, const std::string& mountpoint,
                              const std::vector<std::string>& options) {
  const auto own = std::make_shared<std::string>();  // device number
  const bool needs_flags = NeedsMountFlags(asked);
  const std::vector<std::string> flags = asked.mount_flags;
  return {.mount = [=]() -> Result<UniqueFd> {
            RS_TRY(UniqueFd device, FuseSession::Mount(mountpoint, options));
            const auto mount = FindMount(mountpoint);
            if (mount) *own = mount->device;
            // Flags that libfuse does not know; without them the mount fails.
            const Status set = needs_flags ? SetMountFlags(mountpoint, flags) : Ok();
            if (!set.ok() && mount) (void)UnmountNow(*mount, MNT_DETACH | UMOUNT_NOFOLLOW);
            if (!set.ok()) return set.error();
            return device;
          },
          .began = [=] { return geteuid() == 0 ? LiftBackgroundLimit(*own) : Ok(); },
          .unmount =
              [=] {
                const auto mount = FindMount(mountpoint);
                const bool is_ours = mount && mount->type == kFilesystemType && mount->device == *own;
                return is_ours ? UnmountNow(*mount, MNT_DETACH | UMOUNT_NOFOLLOW) : Ok();
              }};
}

}  // namespace rootstream
