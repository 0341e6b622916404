#include "cache/profile_io.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/file_io.h"
#include "format/limits.h"

namespace rootstream {

Result<Profile> ReadProfile(const std::string& path) {
  const auto text = ReadWholeFile(path, kMaxProfile);
  if (!text.ok()) return Of("profile", text.error());
  auto profile = Profile::Decode(*text);
  if (!profile.ok()) return Of("profile " + path, profile.error());
  return profile;
}

Status WriteProfile(const std::string& path, const Profile& profile) {
  const Status status = WriteFileAtomically(path, profile.Encode());
  return status.ok() ? Ok() : Status(Of("profile", status.error()));
}

Status CheckCanWrite(const std::string& path) {
  const size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  if (access(folder.c_str(), W_OK | X_OK) != 0) return ErrnoError("profile", path);
  struct stat st;
  if (stat(path.c_str(), &st) == 0 && S_ISDIR(st.st_mode)) return ErrnoError("profile", path, EISDIR);
  return Ok();
}

}  // namespace rootstream
