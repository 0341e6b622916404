#include "fusefs/image/profile_file.h"

#include <array>

#include "cache/profile_io.h"

namespace rootstream {

Profile RecordedProfile(Client& client) {
  Profile profile = client.recorder().Noted();
  profile.image = client.url().image;
  profile.manifest = client.ref().manifest_id;
  return profile;
}

Result<ProfileFile> ProfileFile::Open(const std::string& path, const ImageName& image) {
  RS_CHECK(CheckCanWrite(path));
  auto before = ReadProfile(path);
  if (!before.ok() && before.error().kind == ErrorKind::kMissing) return ProfileFile(path, {});
  if (!before.ok()) return before.error();
  if (before->image.name != image.name)
    return Invalid("profile " + path + ": it is of image " + before->image.name + ", not of " + image.name);
  return ProfileFile(path, *std::move(before));
}

Status ProfileFile::Save(Client& client) {
  const size_t noted = client.recorder().size();
  if (noted == saved_) return Ok();
  Profile now = RecordedProfile(client);
  if (before_.events.empty()) {
    RS_CHECK(WriteProfile(path_, now));
  } else {
    // Times continue from the end of the existing profile.
    const ProfileEvent& last = before_.events.back();
    for (ProfileEvent& event : now.events) event.at += last.at + last.waited;
    const std::array parts = {before_, std::move(now)};
    RS_TRY(const Profile both, MergeProfiles(parts));
    RS_CHECK(WriteProfile(path_, both));
  }
  saved_ = noted;
  return Ok();
}

}  // namespace rootstream
