// A profile on the disk, which a recording writes. If it is there already, the recording goes on with it: a boot is
// recorded by one process after another. Not thread-safe.
#pragma once

#include <string>

#include "fusefs/image/client.h"

namespace rootstream {

// What `client` has recorded until now, of its image. Its recorder may go on.
Profile RecordedProfile(Client& client);

class ProfileFile {
 public:
  // kInvalid: what is there is of another image. kCorrupt: it is no profile.
  static Result<ProfileFile> Open(const std::string& path, const ImageName& image);

  // Writes what was there before and what `client` has recorded, if that is new. The old or the new
  // file is there at any moment.
  Status Save(Client& client);

 private:
  ProfileFile(std::string path, Profile before) : path_(std::move(path)), before_(std::move(before)) {}

  std::string path_;
  Profile before_;           // without events if there was none
  size_t saved_ = SIZE_MAX;  // events of the recorder that are in the file
};

}  // namespace rootstream
