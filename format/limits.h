// The limits of the format, for reader and writer. A reader compares every count and size from the network with one of
// them before it allocates memory. Sizes are bytes. docs/format.md, "Limits".
#pragma once

#include <cstddef>
#include <cstdint>

namespace rootstream {

inline constexpr uint32_t kFormatVersion = 1;

inline constexpr size_t kMaxChunkPlain = 1 << 20;            // plain bytes of one content chunk
inline constexpr size_t kMaxPartPlain = 16 << 20;            // plain bytes of one shard part
inline constexpr size_t kMaxStored = 17 << 20;               // stored bytes of any compressed object
inline constexpr size_t kMaxManifest = 64 << 10;             // encoded manifest
inline constexpr size_t kMaxImageList = 16 << 20;            // bytes
inline constexpr size_t kMaxRef = 128 << 10;                 // encoded ref with its signatures
inline constexpr uint64_t kMaxPack = 64 << 20;               // bytes of one pack
inline constexpr size_t kMaxName = 255;                      // bytes of one name (NAME_MAX)
inline constexpr size_t kMaxTarget = 4095;                   // bytes of a symlink's target (PATH_MAX - 1)
inline constexpr uint64_t kMaxFileSize = uint64_t{1} << 62;  // bytes of one file
inline constexpr size_t kMaxShardRows = 1 << 16;             // inodes, entries, ranges, shards of a shard
inline constexpr size_t kMaxShardExtents = 1 << 20;
inline constexpr size_t kMaxChunksPerList = 1024;  // chunks of one chunk list
inline constexpr size_t kMaxListsPerShard = 1 << 16;
inline constexpr size_t kMaxXattrName = 255;        // XATTR_NAME_MAX
inline constexpr size_t kMaxXattrValue = 64 << 10;  // XATTR_SIZE_MAX
inline constexpr size_t kMaxXattrsPerSet = 1024;
inline constexpr size_t kMaxSignatures = 16;
inline constexpr size_t kMaxMirrors = 32;
inline constexpr size_t kMaxBootEntries = 64;
inline constexpr size_t kMaxMatchRules = 64;
inline constexpr size_t kMaxString = 4096;       // URLs, command lines, titles
inline constexpr size_t kMaxProfile = 64 << 20;  // bytes of a profile
inline constexpr size_t kMaxProfileEvents = 1 << 20;
inline constexpr size_t kMaxProfilePath = 64 << 10;  // bytes of a path in it
inline constexpr size_t kMaxHotLists = 256;
inline constexpr size_t kMaxShardDepth = 4096;  // child shards below one another
inline constexpr size_t kMaxShards = 1 << 20;   // of all images that are walked together

// Limits for publishers only, where the format allows more than Linux or one shard can hold.
inline constexpr size_t kMaxXattrNames = 64 << 10;  // bytes of an inode's list of them (XATTR_LIST_MAX)
inline constexpr size_t kMaxXattrSet = 4 << 20;     // bytes of an inode's names and values
inline constexpr uint32_t kMaxDeviceMajor = (1 << 12) - 1;
inline constexpr uint32_t kMaxDeviceMinor = (1 << 20) - 1;

}  // namespace rootstream
