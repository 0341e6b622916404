// How a store is known. A file at its top says that the folder is one: its mark, which the first publish
// writes. Nothing is written to, and nothing removed from, a folder that is none.
//
// Stores that were made before there were marks are known by what they hold: a ref that decodes and
// names its own place, or a pack. Folders called images/ and packs/ say nothing; web sites have them.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace rootstream {

inline constexpr std::string_view kStoreMark = "rootstream-store";  // the file's name

enum class FolderKind {
  kStore,
  kUnmarkedStore,  // made before there were marks
  kUnused,         // empty, or with nothing in it but what making a store leaves: may become one
  kForeign,
};

// kInvalid: a store of a later version. kFailed, kMissing: it cannot be looked at.
Result<FolderKind> KindOfFolder(const std::string& path);
std::string StoreMarkText();
// Whether this is the mark of a store of this version: its bytes, or why they could not be read.
bool IsStoreMark(const Result<std::string>& bytes);
inline constexpr size_t kMaxStoreMark = 4096;  // bytes

// A name that an upload gives to a file in tmp/.
bool IsUploadName(std::string_view name);
// A temporary file of WriteFileAtomically(): the name that it was to become; empty if it is none.
std::string_view FinalName(std::string_view name);

}  // namespace rootstream
