// Profile: what a boot or a program read from an image, in order and with times. It is a text with one event a line, so
// that people can read it and parts can be combined. Events name paths and ranges of files, which stay valid for later
// versions of the image. docs/format.md, "Profile".
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "format/id.h"
#include "format/image_name.h"

namespace rootstream {

enum class ProfileKind {
  kLook,   // a name was looked up, whether it is there or not
  kList,   // a directory was listed
  kRead,   // bytes of a file were read
  kShard,  // metadata was needed: the tree of a shard
  kFile,   // what the file was like whose bytes are read from here on
};

// Identifies a version of a file, well enough for publishing with a profile.
struct FileVersion {
  uint64_t size = 0;  // bytes
  int64_t mtime = 0;  // seconds since 1970
  bool operator==(const FileVersion&) const = default;
};

struct ProfileEvent {
  ProfileKind kind = ProfileKind::kLook;
  uint64_t at = 0;      // microseconds since the recording began
  uint64_t waited = 0;  // microseconds until it was answered
  uint64_t offset = 0;  // kRead
  uint64_t length = 0;  // kRead: at least 1; kShard: its stored size
  std::string path;     // all but kShard: from the image's root, beginning with a slash
  Id shard;             // kShard
  FileVersion version;  // kFile
  bool operator==(const ProfileEvent&) const = default;
};

struct Profile {
  ImageName image;
  Id manifest;                       // of the version that was recorded
  std::vector<ProfileEvent> events;  // by time

  bool operator==(const Profile&) const = default;
  std::string Encode() const;
  static Result<Profile> Decode(std::string_view text);  // kCorrupt
};

// Combines profiles: all events, without duplicates, in the order of first use. Shard events are used only from
// profiles of the same version as the first. kInvalid: the profiles are of different images (tags may differ), or there
// is none.
Result<Profile> MergeProfiles(std::span<const Profile> profiles);

}  // namespace rootstream
