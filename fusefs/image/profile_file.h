// ProfileFile: the file that a recording writes. If the file exists, the recording continues it, since a boot is
// recorded by several processes in turn. Not thread-safe.
#pragma once

#include <string>

#include "fusefs/image/client.h"

namespace rootstream {

// What `client` has recorded of its image so far. The recorder may continue.
Profile RecordedProfile(Client& client);

class ProfileFile {
 public:
  // kInvalid: the file is a profile of another image. kCorrupt: it is not a profile.
  static Result<ProfileFile> Open(const std::string& path, const ImageName& image);

  // Writes the earlier events and those of `client`, if there are new ones. The file is replaced atomically.
  Status Save(Client& client);

 private:
  ProfileFile(std::string path, Profile before) : path_(std::move(path)), before_(std::move(before)) {}

  std::string path_;
  Profile before_;           // no events if there was no file
  size_t saved_ = SIZE_MAX;  // number of the recorder's events in the file
};

}  // namespace rootstream
