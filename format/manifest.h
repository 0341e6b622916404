// Manifest: the small root of an image. Its name is the SHA-256 of its encoded bytes, and the ref contains it verbatim.
// It has no time and no name, so the same image has the same manifest for every publisher and name. docs/format.md,
// "Manifest".
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "format/object_ref.h"
#include "format/signature.h"

namespace rootstream {

// Feature bits that a reader may ignore.
inline constexpr uint64_t kHasXattr = 1 << 0;  // some inode has xattrs
inline constexpr uint64_t kHasAcl = 1 << 1;    // some inode has a POSIX ACL
inline constexpr uint64_t kHasHardLink = 1 << 2;

// Feature bits that a reader must know; with an unknown one it refuses the image. None is defined yet.
inline constexpr uint64_t kKnownCriticalFeatures = 0;

enum class MatchKind : uint8_t { kModalias = 1, kDmi = 2, kCpuFlag = 3, kArchitecture = 4 };

// A condition on the booting machine. A boot entry fits if all of its rules do.
struct MatchRule {
  MatchKind kind = MatchKind::kModalias;
  std::string pattern;  // modalias, dmi ("sys_vendor=…"): glob; CPU flag, architecture: a word
  bool operator==(const MatchRule&) const = default;
};

struct BootEntry {
  std::string title;
  std::string kernel;                // path in the image
  std::vector<std::string> initrds;  // paths in the image
  std::string cmdline;
  bool is_default = false;
  std::vector<MatchRule> rules;
  bool operator==(const BootEntry&) const = default;
};

// The hot range: the objects that a profile needs, in the order in which they are fetched ahead. Its lists are encoded
// like chunk lists (format/chunk_list.h); `data` names content chunks, `metadata` shard parts.
struct HotRange {
  std::vector<ObjectRef> data;
  std::vector<ObjectRef> metadata;
  bool operator==(const HotRange&) const = default;
};

// For statfs(2) and for people; not needed to read the image.
struct ImageTotals {
  uint64_t entries = 0;  // names, the root included
  uint64_t inodes = 0;
  uint64_t plain_bytes = 0;  // sizes of all regular inodes
  uint64_t data_bytes = 0;   // of these, what is not a hole
  bool operator==(const ImageTotals&) const = default;
};

struct Manifest {
  uint64_t critical_features = 0;
  uint64_t features = 0;
  ObjectRef root;  // the root shard's tree
  ImageTotals totals;
  HotRange hot;
  std::vector<BootEntry> boot_entries;
  std::vector<PublicKey> keys;  // sorted; who may sign this image's refs
  uint32_t threshold = 1;       // how many of them must

  bool operator==(const Manifest&) const = default;

  std::string Encode() const;
  static Result<Manifest> Decode(std::string_view bytes);  // kCorrupt; kInvalid: unknown critical bit
};

}  // namespace rootstream
