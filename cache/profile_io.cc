#include "cache/profile_io.h"

#include "cache/file_io.h"
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

}  // namespace rootstream
