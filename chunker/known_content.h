// KnownContent: the chunks and shards that images of the store already have, by the hash of their plain bytes.
//
// It uses only publisher's parts of images that this publisher's own keys signed. Otherwise a wrong entry, which
// anybody could have written, would put a wrong chunk into a signed image. Not thread-safe.
#pragma once

#include <span>
#include <unordered_map>
#include <vector>

#include "store/store.h"

namespace rootstream {

struct KnownContent {
  struct Chunk {
    Id plain_hash;
    ObjectRef ref;
    bool hot = false;  // in the hot range of an image
  };
  std::vector<Chunk> chunks;
  std::unordered_map<Id, ObjectRef, IdHash> shards;  // by shard key: the tree
  // Lists of hot ranges, by the hash of their encoding with every pack named.
  std::unordered_map<Id, ObjectRef, IdHash> hot_lists;

  // Reads all images of the store that one of `keys` signed; without keys, all images, since an unsigned image can be
  // no safer than its store. Damaged and missing parts are skipped, so their content will be stored again. At most
  // `max_chunks` chunks are kept.
  static KnownContent Load(const Store& store, const std::vector<PublicKey>& keys, size_t max_chunks);
};

}  // namespace rootstream
