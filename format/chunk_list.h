// Two of a shard's parts: the chunk list (which chunks, and where they lie), and the publisher's part
// (what they held before they were compressed), which readers never fetch.
//
// A shard's stream is the plain bytes of the chunks of all its lists, one after another. Extents
// (format/tree.h) address it. docs/format.md, "Chunk list" and "Publisher's part".
#pragma once

#include <vector>

#include "base/result.h"
#include "format/limits.h"
#include "format/object_ref.h"

namespace rootstream {

struct ChunkList {
  std::vector<ObjectRef> chunks;  // at most kMaxChunksPerList; never in_own_pack() once decoded

  std::string Encode() const;
  // `holder`: the pack that the list was read from.
  // `max_plain`: of one object; lists of hot metadata name shard parts, which may be larger.
  static Result<ChunkList> Decode(std::string_view plain, const Id& holder, size_t max_plain = kMaxChunkPlain);
  uint64_t plain_size() const;  // bytes of the stream that this list covers
};

struct PublisherPart {
  Id shard_key;                  // what the shard says, wherever its objects lie; see chunker/
  std::vector<Id> plain_hashes;  // SHA-256 of each chunk's plain bytes, in the lists' order

  std::string Encode() const;
  static Result<PublisherPart> Decode(std::string_view plain);
};

}  // namespace rootstream
